/* The endpoint agent of the range: follows one process and all that comes from it by ptrace(2), so
 * that every pid, time, parent, argument and hash in its records is true, and sends records and
 * alerts to the siem as things happen. */
#ifndef HINOMI_RANGE_AGENT_H
#define HINOMI_RANGE_AGENT_H

#include "range/room.h"
#include "range/telemetry.h"

enum { AGENT_PROCESSES_MAX = 96, AGENT_ALERTS_MAX = 16 };

struct agent_alert {
    int64_t due; /* monotonic */
    char uuid[37];
    json_t *document; /* NULL: free */
};

struct agent {
    struct room *room;
    struct telemetry_host host;
    struct telemetry_process *processes[AGENT_PROCESSES_MAX];
    size_t count;
    struct agent_alert alerts[AGENT_ALERTS_MAX];
    bool file_seen[16];
    bool beacon_seen, network_seen, beacon_alerted;
};

/* Opens `gate` once the process is followed; returns when the story has been told. */
void agent_watch(struct room *, pid_t first, int gate);

/* agent_process.c: what /proc says; remembered by pid. A process seen the first time is found with
 * its parent. */
struct telemetry_process *agent_process(struct agent *, pid_t);
void agent_process_refresh(struct agent *, struct telemetry_process *);
/* The local port of the process' connection to the beacon's address; 0: none. */
int agent_beacon_port(pid_t);

/* agent_report.c */
void agent_report_process(struct agent *, struct telemetry_process *, const char *action);
void agent_report_files(struct agent *, struct telemetry_process *writer);
void agent_report_network(struct agent *, struct telemetry_process *, int port);
void agent_send_due(struct agent *);
bool agent_has_more(const struct agent *);

#endif
