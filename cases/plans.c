#include "cases/plans.h"

#include "cases/edit.h"
#include "core/hash.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const states[] = {
    "queued", "running", "done", "failed", "blocked", "unknown", "cancelled"};
enum { STATES = sizeof states / sizeof *states };

const char *run_state_name(enum run_state state)
{
    return (size_t)state < STATES ? states[state] : "unknown";
}

static enum run_state state_find(struct slice name)
{
    for (int i = 0; i < STATES; i++)
        if (slice_is(name, states[i]))
            return (enum run_state)i;
    return RUN_UNKNOWN;
}

static struct actor sealed_by(const struct actor *who)
{
    return (struct actor){who->analyst, who->organization ? who->organization : "default"};
}

int plan_put(
    struct store *s, const struct actor *who, const char *json, char sha256[65], struct err *e)
{
    struct edit edit;
    struct actor sealed = sealed_by(who);
    struct journal_act act = {.verb = "plan"};
    hash_sha256_hex(slice_of(json), sha256);
    if (edit_begin(&edit, s, "plan", sha256, e))
        return -1;
    int64_t done = db_run(s->record, e, "INSERT OR IGNORE INTO plan VALUES(?1, ?2, ?3, ?4)", "titt",
        sha256, clock_now(), who->analyst, json);
    return edit_end(&edit, done < 0 ? -1 : 0, &sealed, &act, e);
}

int plan_get(struct store *s, const char *sha256, struct str *json, int64_t *made, struct err *e)
{
    char hash[65];
    struct statement *st =
        db_bind(s->record, e, "SELECT json, made FROM plan WHERE sha256=?1", "t", sha256);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0) {
        str_slice(json, statement_text(st, 0));
        if (made)
            *made = statement_int(st, 1);
        hash_sha256_hex(statement_text(st, 0), hash);
        if (strcmp(hash, sha256) != 0)
            rc = err_set(e, ERR_CORRUPT, "plan %s is not what was agreed", sha256);
    }
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no plan %s", sha256);
    return rc < 0 ? -1 : 0;
}

int run_new(struct store *s, const struct actor *who, const char *plan_sha256, int64_t case_id,
    int64_t *run, struct err *e)
{
    char uid[24];
    int64_t last = 0, planned = 0;
    struct str none = STR_INIT;
    struct actor sealed = sealed_by(who);
    struct journal_act act = {.verb = "run"};
    if (store_begin(s, e))
        return -1;
    int rc =
        db_number(s->record, e, &planned, "SELECT 1 FROM plan WHERE sha256=?1", "t", plan_sha256);
    if (rc == 0)
        rc = err_set(e, ERR_NOT_FOUND, "there is no plan %s", plan_sha256);
    int64_t seq = rc > 0 ? journal_next(s, e) : -1;
    if (seq >= 0 && db_number(s->record, e, &last, "SELECT max(id) FROM run", "") < 0)
        seq = -1;
    *run = last + 1;
    snprintf(uid, sizeof uid, "%" PRId64, *run);
    rc = seq < 0 ||
                 db_run(s->record, e,
                     "INSERT INTO run(id, plan, case_id, organization, analyst, started, state)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'queued')",
                     "ititti", *run, plan_sha256, case_id, sealed.organization, who->analyst,
                     clock_now()) < 0 ||
                 edit_item(s, seq, journal_kind_find(SLICE("run")), uid, &none, e) < 0 ||
                 journal_seal(s, &sealed, &act, seq, e) < 0 || store_commit(s, e)
             ? -1
             : 0;
    if (rc)
        store_rollback(s);
    return rc;
}

/* Steps and results are the runner's; their acts name whoever started the run. */
static int run_actor(
    struct store *s, int64_t run, struct arena *a, struct actor *who, struct err *e)
{
    struct statement *st =
        db_bind(s->record, e, "SELECT analyst, organization FROM run WHERE id=?1", "i", run);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        *who = (struct actor){
            arena_copy(a, statement_text(st, 0)).p, arena_copy(a, statement_text(st, 1)).p};
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no run %" PRId64, run);
    return rc < 0 ? -1 : 0;
}

static void step_uid(int64_t run, const struct run_step *step, char uid[80])
{
    char hash[65];
    struct str name = STR_INIT;
    str_printf(&name, "%" PRId64 "\n%s\n%s", run, step->host, step->step);
    hash_sha256_hex(str_as_slice(&name), hash);
    snprintf(uid, 80, "%" PRId64 "-%.32s", run, hash);
    str_release(&name);
}

static int write_step(
    struct store *s, int64_t run, const struct run_step *step, bool begin, struct err *e)
{
    char uid[80];
    struct edit edit;
    struct arena arena = ARENA_INIT;
    struct actor who;
    struct journal_act act = {.verb = begin ? "step-begin" : "step-end"};
    step_uid(run, step, uid);
    int rc = run_actor(s, run, &arena, &who, e) || edit_begin(&edit, s, "step", uid, e) ? -1 : 0;
    if (!rc) {
        const char *state =
            run_state_name(begin && step->state == RUN_QUEUED ? RUN_RUNNING : step->state);
        int64_t done = db_run(s->record, e,
            begin
                ? "INSERT INTO run_step(uid, run, host, step, detail, state, begun) VALUES(?1, ?2,"
                  " ?3, ?4, coalesce(?5, ''), ?6, ?7) ON CONFLICT(uid) DO UPDATE SET state=?6,"
                  " begun=?7, ended=0"
                : "UPDATE run_step SET detail=coalesce(?5, detail), state=?6, ended=?7"
                  " WHERE uid=?1 AND run=?2 AND host=?3 AND step=?4",
            "titttti", uid, run, step->host, step->step, step->detail, state, clock_now());
        if (done == 0)
            done =
                err_set(e, ERR_NOT_FOUND, "step %s on %s was never begun", step->step, step->host);
        rc = edit_end(&edit, done < 0 ? -1 : 0, &who, &act, e);
    }
    arena_release(&arena);
    return rc;
}

int run_step_begin(struct store *s, int64_t run, const struct run_step *step, struct err *e)
{
    return write_step(s, run, step, true, e);
}

int run_step_end(struct store *s, int64_t run, const struct run_step *step, struct err *e)
{
    return write_step(s, run, step, false, e);
}

int run_host_end(struct store *s, const struct actor *who, int64_t run, const char *host,
    const char *result_json, struct err *e)
{
    char uid[80];
    struct edit edit;
    struct run_step key = {.host = host, .step = ""};
    struct actor sealed = sealed_by(who);
    struct journal_act act = {.verb = "result"};
    step_uid(run, &key, uid);
    if (edit_begin(&edit, s, "result", uid, e))
        return -1;
    int64_t done = db_run(s->record, e,
        "INSERT INTO run_host(uid, run, host, ended, result) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(uid) DO UPDATE SET ended=?4, result=?5",
        "titit", uid, run, host, clock_now(), result_json);
    return edit_end(&edit, done < 0 ? -1 : 0, &sealed, &act, e);
}

int run_end(
    struct store *s, const struct actor *who, int64_t run, enum run_state state, struct err *e)
{
    char uid[24];
    struct edit edit;
    struct actor sealed = sealed_by(who);
    struct journal_act act = {.verb = "run-end"};
    snprintf(uid, sizeof uid, "%" PRId64, run);
    if (edit_begin(&edit, s, "run", uid, e))
        return -1;
    int64_t done = db_run(s->record, e, "UPDATE run SET state=?2, ended=?3 WHERE id=?1", "iti", run,
        run_state_name(state), clock_now());
    if (done == 0)
        done = err_set(e, ERR_NOT_FOUND, "there is no run %" PRId64, run);
    return edit_end(&edit, done < 0 ? -1 : 0, &sealed, &act, e);
}

/* A queued run that has begun a step runs: read from the steps, so that no write is needed. */
static const char run_sql[] =
    "SELECT id, case_id, started, ended, CASE WHEN state='queued' AND EXISTS (SELECT 1 FROM "
    "run_step"
    " WHERE run=run.id) THEN 'running' ELSE state END, plan, analyst FROM run WHERE ";

static int each_run(struct statement *st, run_sink *sink, void *owner, struct err *e)
{
    int rc = -1, stop = 0, given = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        struct run_row row = {.id = statement_int(st, 0),
            .case_id = statement_int(st, 1),
            .started = statement_int(st, 2),
            .ended = statement_int(st, 3) ? statement_int(st, 3) : CLOCK_NONE,
            .state = state_find(statement_text(st, 4)),
            .plan_sha256 = statement_string(st, 5),
            .analyst = statement_string(st, 6)};
        stop = sink(owner, &row);
        given++;
    }
    statement_done(st);
    return rc < 0 ? -1 : given;
}

int runs_each(struct store *s, size_t limit, run_sink *sink, void *owner, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s 1 ORDER BY id DESC LIMIT ?1", run_sql);
    int rc = each_run(
        db_bind(s->record, e, sql.p, "i", limit ? (int64_t)limit : INT64_MAX), sink, owner, e);
    str_release(&sql);
    return rc < 0 ? -1 : 0;
}

int run_get(struct store *s, int64_t run, run_sink *sink, void *owner, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s id=?1", run_sql);
    int rc = each_run(db_bind(s->record, e, sql.p, "i", run), sink, owner, e);
    str_release(&sql);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no run %" PRId64, run);
    return rc < 0 ? -1 : 0;
}

int run_steps_each(struct store *s, int64_t run, run_step_sink *sink, void *owner, struct err *e)
{
    struct statement *st = db_bind(s->record, e,
        "SELECT host, step, detail, state, begun, ended FROM run_step WHERE run=?1 ORDER BY id",
        "i", run);
    int rc = -1, stop = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        struct run_step step = {.host = statement_string(st, 0),
            .step = statement_string(st, 1),
            .detail = statement_string(st, 2),
            .state = state_find(statement_text(st, 3)),
            .begun = statement_int(st, 4),
            .ended = statement_int(st, 5) ? statement_int(st, 5) : CLOCK_NONE};
        stop = sink(owner, &step);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

int run_result(struct store *s, int64_t run, const char *host, struct str *json, struct err *e)
{
    struct statement *st = db_bind(
        s->record, e, "SELECT result FROM run_host WHERE run=?1 AND host=?2", "it", run, host);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        str_slice(json, statement_text(st, 0));
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "run %" PRId64 " has no result for %s yet", run, host);
    return rc < 0 ? -1 : 0;
}
