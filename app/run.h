/* Running a plan: in its own detached process with its journal, so that no face can stop it
 * half-way. */
#ifndef HINOMI_APP_RUN_H
#define HINOMI_APP_RUN_H

#include "app/plan.h"
#include "cases/plans.h"

/* Commits plan and targets, then spawns the runner (this program re-executed, detached, argv holds
 * only the run id and the data folder). Returns the run id. */
int run_start(struct app *a, struct store *s, const struct plan *p, int64_t *run, struct err *e);

/* The runner's own main: exit status. Holds flock(runs/ID/lock) for life; listens on runs/ID/sock.
 */
int run_main(struct app *a, int64_t run);

/* Is its runner alive (lock held)? A run without one that has not ended is taken up by run_recover.
 */
bool run_alive(const struct app *a, int64_t run);

/* Looks at runs whose runner died: re-checks each host and writes down the truth (contained, free,
 * unknown). */
int run_recover(struct app *a, struct store *s, size_t *mended, struct err *e);

/* Follows a run until it ends or *cancelled says so; one call of `sink` for each change. Works from
 * any process. */
struct run_event {
    const char *host, *step, *text; /* text: an output line, sanitised by nobody: sanitise */
    enum run_state state;
    int64_t time;
};
typedef int run_event_sink(void *owner, const struct run_event *event);
int run_follow(
    struct app *a, struct store *s, int64_t run, run_event_sink *sink, void *owner, struct err *e);
int run_cancel(struct app *a, int64_t run, struct err *e);

/* Live, read-only facts of a host over its own way in; ERR_* with the reason. JSON object as `look
 * --json` prints:
 * {"host":…,"uptime":…,"processes":[…],"sockets":[…],"users":[…]}. Runs in a child process: a
 * hostile host never meets the UI's memory. */
int look_host(struct app *a, const char *host, struct str *json, struct err *e);

/* Proof again, now, for an open ledger entry (re-check on attach and on a schedule). */
int run_recheck(struct app *a, struct store *s, int64_t ledger, struct err *e);

#endif
