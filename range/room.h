/* The range's folder, and what its processes share. */
#ifndef HINOMI_RANGE_ROOM_H
#define HINOMI_RANGE_ROOM_H

#include "core/err.h"

#include "range/hosts_table.h"

#include <stdint.h>
#include <sys/types.h>

enum { ROOM_PATH_MAX = 256 };

/* In shared memory: written by the host that knows, read by the supervisor. */
struct room_state {
    /* the internet's side of the beacon */
    int64_t beacon_first, beacon_last; /* wall ns; 0: never */
    int64_t beacon_count;
    int beacon_connected;
    char beacon_peer[64]; /* address and port as the internet sees them */
    /* the play */
    int play;     /* enum play_stage */
    int play_pid; /* the beacon's, as its host sees it */
    char play_step[96];
    int siem_ready, siem_documents;
};

enum play_stage { PLAY_NOT_YET, PLAY_RUNNING, PLAY_DONE, PLAY_FAILED };

struct room {
    char dir[ROOM_PATH_MAX - 64];
    char program[ROOM_PATH_MAX]; /* this program, copied into the folder */
    const char *faults;          /* comma-separated, for the simulator; may be NULL */
    int pace_ms;                 /* between the steps of the intrusion */
    struct room_state *state;
    int documents[2];        /* SOCK_SEQPACKET: records on their way to the siem; [1] is written */
    pid_t hosts[HOST_COUNT]; /* each host's first process, as the supervisor sees it */
    int lines[HOST_COUNT];   /* a socket to each host's first process */
};

/* Where a range is if nobody says: one for each user. */
void room_default_dir(char out[ROOM_PATH_MAX]);
/* Makes folders, keys, known_hosts, ssh_config, sshd configurations, hinomi.conf. */
int room_furnish(struct room *, struct err *);
/* hinomi.conf and ssh_config alone. */
int room_write_configuration(const struct room *, struct err *);

/* The supervisor: brings all hosts up, answers the control socket until told to end. `keeper` is a
 * pipe whose end means that nobody wants the range any more; a line on `ready` tells when it is up
 * or why not. Returns the exit status. */
int supervise(struct room *, int keeper, int ready, bool play);
/* The first process of a host; never returns. */
_Noreturn void host_live(struct room *, enum range_host, int line);

/* What the hosts run; each forks and returns. */
void siem_start(struct room *);
void listener_start(struct room *);
void play_start(struct room *);
/* The beacon itself: what this program is under its innocent name. */
int beacon_run(int argc, char **argv);
/* The document viewer that opens what it should not. */
int viewer_run(int argc, char **argv);

/* Asks the range in `dir`. The answer is one line of JSON in `out`; fds are received when `fds` is
 * not NULL. */
int control_ask(
    const char *dir, const char *request, char *out, size_t size, int *fds, struct err *);
int control_ask_peer(const char *dir, pid_t *supervisor, struct err *);

#endif
