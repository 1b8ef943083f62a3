#include "app/probe.h"
#include "app/run_inside.h"

#include "core/log.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A run whose runner died: what is left to be found out about each host. */
struct left_run {
    int64_t id, case_id;
    char *plan_sha256, *analyst;
};
struct left_runs {
    struct app *app;
    struct left_run *list;
    size_t count;
};

static int collect(void *owner, const struct run_row *row)
{
    struct left_runs *l = owner;
    if (row->ended != CLOCK_NONE || run_alive(l->app, row->id))
        return 0;
    l->list = mem_grow(l->list, l->count + 1, sizeof *l->list);
    l->list[l->count++] = (struct left_run){row->id, row->case_id, mem_strdup(row->plan_sha256),
        mem_strdup(row->analyst ? row->analyst : "")};
    return 0;
}

struct truth {
    const char *state;  /* of the contain line */
    const char *ledger; /* its state; NULL: leave it */
    enum run_state run_state;
    bool later; /* the dead-man has not decided yet: ask again */
    char error[300];
};

static struct truth truth_of(const struct plan *p, const json_t *answer)
{
    struct truth t = {.state = "unknown", .ledger = "unknown", .run_state = RUN_UNKNOWN};
    const char *isolation = probe_value(answer, "isolation");
    bool open = strcmp(isolation, "open") == 0 || strcmp(isolation, "removed") == 0;
    bool isolate = strcmp(p->runbook, "isolate") == 0;
    snprintf(t.error, sizeof t.error, "the runner died; the host cannot be looked at now");
    if (!probe_done(answer))
        return t;
    snprintf(t.error, sizeof t.error, "the runner died; the host says: %.40s", isolation);
    if (open) {
        t.state = isolate ? "failed" : "released";
        t.ledger = isolate ? "failed" : "released";
        t.run_state = isolate ? RUN_FAILED : RUN_DONE;
    } else if (strcmp(isolation, "isolated") == 0) {
        t.state = isolate ? "contained" : "failed";
        t.ledger = isolate ? "unproved" : NULL;
        t.run_state = isolate ? RUN_DONE : RUN_FAILED;
    } else if (isolate && strcmp(probe_value(answer, "deadman"), "armed") == 0) {
        t.later = true;
    }
    return t;
}

static int set_entry(struct app *a, struct store *s, struct plan *p, const char *host,
    const struct truth *t, int64_t *ledger, struct err *e)
{
    struct ledger_row row = {0};
    struct err none = ERR_INIT;
    if (!t->ledger || mission_open_entry(s, host, &p->arena, &row, &none) < 0)
        return 0;
    *ledger = row.id;
    row.state = t->ledger;
    if (strcmp(t->ledger, "failed") == 0 || strcmp(t->ledger, "released") == 0)
        row.ended = clock_now();
    struct actor who = a->actor;
    who.organization = row.organization;
    return ledger_put(s, &who, &row, &row.id, e);
}

static char *result_line(
    const struct plan *p, const struct plan_host *h, const struct truth *t, int64_t ledger)
{
    json_t *j = json_object();
    json_object_set_new(j, "host", json_string(h->name));
    json_object_set_new(j, "runbook", json_string(p->runbook));
    json_object_set_new(j, "platform", json_string(h->platform));
    json_object_set_new(j, "transport", json_null());
    json_object_set_new(j, "via", json_array());
    json_object_set_new(j, "state", json_string(t->state));
    json_object_set_new(j, "steps", json_array());
    json_object_set_new(j, "proof", json_null());
    json_object_set_new(j, "ledger", ledger ? json_integer(ledger) : json_null());
    json_object_set_new(j, "expires", json_null());
    json_object_set_new(j, "error", *t->error ? json_string(t->error) : json_null());
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    return text ? text : mem_strdup("{}");
}

/* Only isolations leave a state that can be looked up; anything else whose step had begun is
 * unknown, and whose step had not, failed. */
struct begun {
    const char *host;
    bool acted;
};

static int note_begun(void *owner, const struct run_step *step)
{
    struct begun *b = owner;
    if (strcmp(step->host, b->host) == 0 && strcmp(step->step, "preflight") != 0)
        b->acted = true;
    return 0;
}

static int find_truth(struct app *a, struct store *s, const struct left_run *run,
    const struct plan *p, const struct plan_host *h, struct truth *t)
{
    struct probe_order order = {.runbook = "status", .step = STEP_SCRIPT};
    struct begun begun = {h->name, false};
    struct err e = ERR_INIT;
    json_t *answers = NULL;
    bool state = strcmp(p->runbook, "isolate") == 0 || strcmp(p->runbook, "release") == 0;
    if (run_steps_each(s, run->id, note_begun, &begun, &e) < 0)
        return -1;
    if (!begun.acted || !state) {
        *t = (struct truth){.state = begun.acted ? "unknown" : "failed",
            .ledger = state ? "failed" : NULL,
            .run_state = begun.acted ? RUN_UNKNOWN : RUN_FAILED};
        if (strcmp(p->runbook, "release") == 0)
            t->ledger = NULL;
        snprintf(t->error, sizeof t->error,
            begun.acted ? "the runner died in the middle: look at the host"
                        : "the runner died before anything was done");
        return 0;
    }
    int rc = probe_ask(a, &h->name, 1, &order, 1, &answers, &e);
    *t = truth_of(p, rc == 0 ? probe_answer(answers, h->name, 0) : NULL);
    json_decref(answers);
    return 0;
}

static bool has_result(struct store *s, int64_t run, const char *host)
{
    struct str json = STR_INIT;
    struct err ignored = ERR_INIT;
    bool has = run_result(s, run, host, &json, &ignored) == 0 && json.n;
    str_release(&json);
    return has;
}

static int mend_host(struct app *a, struct store *s, const struct left_run *run, struct plan *p,
    const struct plan_host *h, enum run_state *worst, bool *later, struct err *e)
{
    struct truth t;
    int64_t ledger = 0;
    if (has_result(s, run->id, h->name))
        return 0;
    if (find_truth(a, s, run, p, h, &t) < 0)
        return err_set(e, ERR_IO, "the steps of run %lld cannot be read", (long long)run->id);
    if (t.later) {
        *later = true;
        return 0;
    }
    if (set_entry(a, s, p, h->name, &t, &ledger, e) < 0)
        return -1;
    char *line = result_line(p, h, &t, ledger);
    int rc = run_host_end(s, &a->actor, run->id, h->name, line, e);
    free(line);
    if (t.run_state != RUN_DONE)
        *worst = t.run_state;
    return rc;
}

static int mend(
    struct app *a, struct store *s, const struct left_run *run, bool *mended, struct err *e)
{
    struct str json = STR_INIT;
    struct plan *p = NULL;
    enum run_state worst = RUN_DONE;
    bool later = false;
    int64_t made;
    struct err busy = ERR_INIT;
    int lock = run_lock(a, run->id, &busy);
    if (lock < 0)
        return 0; /* its runner lives after all, or another hinomi looks after it */
    int rc = plan_get(s, run->plan_sha256, &json, &made, e);
    if (rc == 0)
        rc = plan_read_json(&p, str_as_slice(&json), e);
    for (size_t i = 0; rc == 0 && i < p->host_count; i++)
        rc = mend_host(a, s, run, p, &p->hosts[i], &worst, &later, e);
    if (rc == 0 && !later) {
        rc = run_end(s, &a->actor, run->id, worst, e);
        *mended = rc == 0;
    }
    plan_free(p);
    str_release(&json);
    close(lock);
    return rc;
}

int run_recover(struct app *a, struct store *s, size_t *mended, struct err *e)
{
    struct left_runs left = {.app = a};
    *mended = 0;
    if (app_may_write(a, e) < 0)
        return -1;
    int rc = runs_each(s, 200, collect, &left, e);
    for (size_t i = 0; i < left.count; i++) {
        bool one = false;
        if (rc == 0)
            rc = mend(a, s, &left.list[i], &one, e);
        *mended += one;
        free(left.list[i].plan_sha256);
        free(left.list[i].analyst);
    }
    free(left.list);
    return rc;
}

struct wanted {
    int64_t id;
    struct arena *arena;
    struct ledger_row row;
    char *host;
};

static int find_entry(void *owner, const struct ledger_row *row)
{
    struct wanted *w = owner;
    if (row->id == w->id) {
        w->host = mem_strdup(row->host);
        return 1;
    }
    return 0;
}

static void take_proofs(const json_t *answer, json_t *unreachable)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(answer, "values"), key, value)
    {
        if (strncmp(key, "proof.", 6) == 0 && json_string_value(value))
            proof_add(unreachable, key + 6, json_string_value(value));
    }
}

/* Looks at the host and writes what it says into the entry. */
static int write_recheck(struct app *a, struct store *s, struct ledger_row *row,
    const json_t *status, const json_t *verify, struct err *e)
{
    json_t *unreachable = json_array();
    const char *isolation = probe_value(status, "isolation");
    bool open = strcmp(isolation, "open") == 0 || strcmp(isolation, "removed") == 0;
    struct actor who = a->actor;
    char *proof;
    take_proofs(verify, unreachable);
    proof = proof_json(strcmp(probe_value(verify, "reachable"), "yes") == 0, unreachable);
    json_decref(unreachable);
    who.organization = row->organization;
    if (!probe_done(status)) {
        row->state = "unknown";
    } else if (open) {
        row->state =
            row->expires != CLOCK_NONE && row->expires <= clock_now() ? "expired" : "released";
        row->ended = clock_now();
    } else if (probe_done(verify) && strcmp(probe_value(verify, "proved"), "yes") == 0) {
        row->state = "contained";
        row->proved = clock_now();
        row->proof_json = proof;
    } else {
        row->state = "unproved";
        row->proof_json = proof;
    }
    int rc = ledger_put(s, &who, row, &row->id, e);
    free(proof);
    return rc;
}

int run_recheck(struct app *a, struct store *s, int64_t ledger, struct err *e)
{
    struct arena arena = ARENA_INIT;
    struct wanted w = {.id = ledger, .arena = &arena};
    struct probe_order orders[] = {
        {.runbook = "status", .step = STEP_SCRIPT}, {.runbook = "isolate", .step = STEP_VERIFY}};
    json_t *answers = NULL;
    const char *host;
    if (app_may_write(a, e) < 0)
        return -1;
    int rc = ledger_each(s, true, find_entry, &w, e) < 0 ? -1 : 0;
    if (rc == 0 && !w.host)
        rc = err_set(e, ERR_NOT_FOUND, "no open entry %lld in the ledger", (long long)ledger);
    if (rc == 0)
        rc = mission_open_entry(s, w.host, &arena, &w.row, e);
    host = w.host;
    if (rc == 0)
        rc = probe_ask(a, &host, 1, orders, 2, &answers, e);
    if (rc == 0)
        rc = write_recheck(
            a, s, &w.row, probe_answer(answers, w.host, 0), probe_answer(answers, w.host, 1), e);
    json_decref(answers);
    free(w.host);
    arena_release(&arena);
    return rc;
}
