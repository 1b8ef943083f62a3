/* What is planned, run and in force on hosts: plans, runs, steps. All durable, all in the journal.
 * cases/ knows no SSH: app/ fills these in. */
#ifndef HINOMI_CASES_PLANS_H
#define HINOMI_CASES_PLANS_H

#include "cases/triage.h"
#include "core/str.h"

/* A plan is canonical JSON (hosts, runbook and its hash, parameters, scripts, reason, expiry, case,
 * requester); its id is the SHA-256 of those bytes. Kept so that a run can prove what was agreed.
 */
int plan_put(
    struct store *s, const struct actor *who, const char *json, char sha256[65], struct err *e);
int plan_get(struct store *s, const char *sha256, struct str *json, int64_t *made, struct err *e);

enum run_state {
    RUN_QUEUED,
    RUN_RUNNING,
    RUN_DONE,
    RUN_FAILED,
    RUN_BLOCKED,
    RUN_UNKNOWN,
    RUN_CANCELLED
};
const char *run_state_name(enum run_state state);

int run_new(struct store *s, const struct actor *who, const char *plan_sha256, int64_t case_id,
    int64_t *run, struct err *e);
/* `begun` is durable before the step's bytes leave; `ended` before the next step begins. */
struct run_step {
    const char *host, *step, *detail; /* detail: a sentence; NULL at begin */
    enum run_state state;
    int64_t begun, ended; /* read only */
};
int run_step_begin(struct store *s, int64_t run, const struct run_step *step, struct err *e);
int run_step_end(struct store *s, int64_t run, const struct run_step *step, struct err *e);
int run_host_end(struct store *s, const struct actor *who, int64_t run, const char *host,
    const char *result_json, struct err *e);
int run_end(
    struct store *s, const struct actor *who, int64_t run, enum run_state state, struct err *e);

struct run_row {
    int64_t id, case_id, started, ended; /* ended CLOCK_NONE: not */
    enum run_state state;
    const char *plan_sha256, *analyst;
};
typedef int run_sink(void *owner, const struct run_row *row);
typedef int run_step_sink(void *owner, const struct run_step *step);
int runs_each(struct store *s, size_t limit, run_sink *sink, void *owner, struct err *e);
int run_get(struct store *s, int64_t run, run_sink *sink, void *owner, struct err *e);
int run_steps_each(struct store *s, int64_t run, run_step_sink *sink, void *owner, struct err *e);
/* The JSON that `contain --json` prints for that host; ERR_NOT_FOUND until run_host_end. */
int run_result(struct store *s, int64_t run, const char *host, struct str *json, struct err *e);

#endif
