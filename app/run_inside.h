/* Between the files of the runner. */
#ifndef HINOMI_APP_RUN_INSIDE_H
#define HINOMI_APP_RUN_INSIDE_H

#include "app/plan_inside.h"
#include "app/run.h"
#include "cases/case_file.h"
#include "cases/ledger.h"
#include "core/hash.h"
#include "remote/remote.h"

#include <jansson.h>
#include <poll.h>

/* data/runs/ID, made (0700) when it is not there; malloced. */
char *run_folder(const struct app *a, int64_t run, struct err *e);
/* flock(runs/ID/lock): the descriptor, or -1 with ERR_BUSY when a runner lives. */
int run_lock(const struct app *a, int64_t run, struct err *e);

/* runs/ID/sock: one JSON object a line to whoever looks on, {"do":"cancel"} back. */
enum { RUN_CLIENTS = 8, RUN_LINE_MAX = 65536 };
struct run_socket {
    int listener;
    int clients[RUN_CLIENTS]; /* -1: free */
    char *path;
};
int run_socket_open(struct run_socket *s, const char *folder, struct err *e);
void run_socket_close(struct run_socket *s);
size_t run_socket_watch(const struct run_socket *s, struct pollfd fds[RUN_CLIENTS + 1]);
/* Takes new clients (of our own user only) and what they say; true: somebody asked to cancel. */
bool run_socket_serve(struct run_socket *s);
/* A client that does not read loses what does not fit: the record has the truth. */
void run_socket_tell(struct run_socket *s, const struct run_event *event);

/* What was sent to a host and what came back, with times: evidence. */
struct transcript {
    char *path;
    int fd; /* -1: none */
    char *tar_path;
    int tar; /* -1: none */
    struct hash *tar_hash;
    char tar_sha256[65];
    bool broken; /* a write failed: said at the end */
};
void transcript_open(struct transcript *t, const char *folder, const char *host);
void transcript_close(struct transcript *t);
void transcript_text(struct transcript *t, const char *mark, struct slice text);
void transcript_data(struct transcript *t, struct slice bytes);
void transcript_data_end(struct transcript *t);

struct runner;
enum mission_phase {
    MISSION_WAITING,  /* for the first host to be proved */
    MISSION_READY,    /* its next step may begin */
    MISSION_RUNNING,  /* an order is alive */
    MISSION_STEPPED,  /* the order ended; not yet written down */
    MISSION_SETTLING, /* the dead-man decides; then the host is looked at */
    MISSION_CHECKING, /* the look is alive */
    MISSION_CHECKED,
    MISSION_CLOSING, /* the result is being written */
    MISSION_ENDED
};

/* One host of a run. */
struct mission {
    struct runner *runner;
    const struct plan_host *host;
    struct target *target;
    enum mission_phase phase;
    enum runbook_step step;
    int64_t order, begun, settle_until, stuck_since;
    int tries;
    struct remote_result result;
    bool connected;                  /* the step's bytes may have left */
    bool wrote_ledger;               /* this run opened an entry */
    bool kept_evidence, kept_ledger; /* the end's parts that stand already */
    bool proved, reachable;
    json_t *steps, *unreachable;
    char transport[16], isolation[24];
    struct ledger_row ledger;
    struct str proof;
    struct transcript transcript;
    const char *state; /* of the result: contained released done failed blocked unknown */
    enum run_state run_state;
    struct err err; /* ERR_NONE: none */
};

struct runner {
    struct app *app;
    struct store *store;
    struct actor actor;
    int64_t run;
    struct plan *plan;
    struct runbooks *runbooks;
    const struct runbook *runbook, *status;
    struct remote *remote;
    struct mission *missions;
    size_t count;
    struct run_socket socket;
    char *folder;
    bool cancelled;
    bool isolates, releases;
};

/* Moves a mission as far as it goes without waiting; true while it is not ended. */
bool mission_advance(struct mission *m);
void mission_take(void *owner, const struct remote_event *event);
/* It ends here, with this state of CLI.md's contain line. */
void mission_close(struct mission *m, const char *state, enum run_state run_state);
/* The result line, the ledger and the evidence; false: the record could not be written (try
 * again). */
bool mission_write_result(struct mission *m);
/* The ledger before the host is cut off, and after. */
int mission_ledger(struct mission *m, const char *state, struct err *e);
void mission_tell(struct mission *m, const char *step, enum run_state state, const char *text);

/* The entry and its strings live in the arena of the plan. ERR_NOT_FOUND: none is open. */
int mission_open_entry(
    struct store *s, const char *host, struct arena *arena, struct ledger_row *row, struct err *e);

/* Proof of an isolation from the verify step's values: "proof.ADDRESS" → array element. */
void proof_add(json_t *unreachable, const char *name, const char *text);
char *proof_json(bool reachable, const json_t *unreachable); /* malloced */

#endif
