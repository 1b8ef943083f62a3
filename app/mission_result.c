#include "app/run_inside.h"

#include "core/log.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define JOURNAL_PATIENCE (30 * CLOCK_SECOND)

/* "from=host before=open after=refused proved=yes" */
static json_t *word(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, " ");
        if (n > length && strncmp(at, name, length) == 0 && at[length] == '=') {
            json_t *j = json_stringn(at + length + 1, n - length - 1);
            return j ? j : json_null();
        }
        at += n + (at[n] == ' ');
    }
    return json_null();
}

void proof_add(json_t *unreachable, const char *name, const char *text)
{
    json_t *j = json_object(), *proved = word(text, "proved");
    json_t *address = json_string(name);
    json_object_set_new(j, "address", address ? address : json_null());
    json_object_set_new(j, "from", word(text, "from"));
    json_object_set_new(j, "before", word(text, "before"));
    json_object_set_new(j, "after", word(text, "after"));
    const char *yes = json_string_value(proved);
    json_object_set_new(j, "proved", json_boolean(yes && strcmp(yes, "yes") == 0));
    json_decref(proved);
    json_array_append_new(unreachable, j);
}

static json_t *proof_object(bool reachable, const json_t *unreachable)
{
    json_t *j = json_object();
    json_object_set_new(j, "reachable", json_boolean(reachable));
    json_object_set(j, "unreachable", (json_t *)unreachable);
    return j;
}

char *proof_json(bool reachable, const json_t *unreachable)
{
    json_t *j = proof_object(reachable, unreachable);
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    return text ? text : mem_strdup("{}");
}

struct entry_copy {
    struct arena *arena;
    struct ledger_row *row;
    bool found;
};

static const char *copied(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static int copy_entry(void *owner, const struct ledger_row *row)
{
    struct entry_copy *c = owner;
    struct arena *a = c->arena;
    *c->row = *row;
    c->row->host = copied(a, row->host);
    c->row->runbook = copied(a, row->runbook);
    c->row->owner = copied(a, row->owner);
    c->row->approver = copied(a, row->approver);
    c->row->reason = copied(a, row->reason);
    c->row->organization = copied(a, row->organization);
    c->row->state = copied(a, row->state);
    c->row->proof_json = copied(a, row->proof_json);
    c->row->revert = copied(a, row->revert);
    c->found = true;
    return 0;
}

int mission_open_entry(
    struct store *s, const char *host, struct arena *arena, struct ledger_row *row, struct err *e)
{
    struct entry_copy c = {arena, row, false};
    int rc = ledger_of_host(s, host, copy_entry, &c, e);
    if (rc == 0 && !c.found)
        rc = err_set(e, ERR_NOT_FOUND, "nothing is in force on %s", host);
    return rc;
}

struct origin {
    struct arena *arena;
    const char *organization;
};

static int take_origin(void *owner, const struct host_row *row)
{
    struct origin *o = owner;
    o->organization = copied(o->arena, row->organization);
    return 0;
}

/* A second isolation of a host that is cut off already goes on with the entry that is open. */
static void new_entry(struct mission *m)
{
    struct runner *r = m->runner;
    struct plan *p = r->plan;
    struct origin origin = {&p->arena, NULL};
    struct err ignored = ERR_INIT;
    struct ledger_row open = {0};
    if (mission_open_entry(r->store, m->host->name, &p->arena, &open, &ignored) == 0)
        m->ledger.id = open.id;
    host_get(r->store, m->host->name, take_origin, &origin, &ignored);
    m->ledger = (struct ledger_row){.id = m->ledger.id,
        .run = r->run,
        .case_id = p->case_id,
        .started = clock_now(),
        .expires = clock_now() + p->lease_ns,
        .proved = CLOCK_NONE,
        .ended = CLOCK_NONE,
        .host = m->host->name,
        .runbook = p->runbook,
        .owner = p->requester,
        .reason = p->reason,
        .organization = origin.organization,
        .revert = p->revert};
}

int mission_ledger(struct mission *m, const char *state, struct err *e)
{
    struct runner *r = m->runner;
    struct actor who = r->actor;
    if (!m->ledger.host)
        new_entry(m);
    m->ledger.state = state;
    m->ledger.proof_json = m->proof.n ? m->proof.p : NULL;
    who.organization = m->ledger.organization;
    int64_t id = m->ledger.id;
    int rc = ledger_put(r->store, &who, &m->ledger, &id, e);
    if (rc == 0)
        m->ledger.id = id;
    return rc;
}

static void keep_proof(struct mission *m)
{
    char *text = proof_json(m->reachable, m->unreachable);
    str_clear(&m->proof);
    str_puts(&m->proof, text);
    free(text);
}

static int close_isolation(struct mission *m, struct err *e)
{
    if (!m->wrote_ledger)
        return 0;
    keep_proof(m);
    if (strcmp(m->state, "contained") == 0) {
        m->ledger.expires =
            m->runner->plan->lease_ns > 0 ? clock_now() + m->runner->plan->lease_ns : CLOCK_NONE;
        m->ledger.proved = m->proved ? clock_now() : CLOCK_NONE;
        if (!m->proved && m->err.code == ERR_NONE)
            err_set(&m->err, ERR_NONE,
                "it is cut off, but unproved: no control address was open before");
        return mission_ledger(m, m->proved ? "contained" : "unproved", e);
    }
    if (strcmp(m->state, "failed") == 0) {
        m->ledger.ended = clock_now();
        return mission_ledger(m, "failed", e);
    }
    return mission_ledger(m, "unknown", e);
}

static int close_release(struct mission *m, struct err *e)
{
    struct err none = ERR_INIT;
    if (strcmp(m->state, "released") != 0)
        return 0;
    keep_proof(m);
    if (!m->ledger.host && mission_open_entry(m->runner->store, m->host->name,
                               &m->runner->plan->arena, &m->ledger, &none) < 0) {
        m->ledger = (struct ledger_row){0};
        return none.code == ERR_NOT_FOUND ? 0 : (*e = none, -1);
    }
    m->ledger.ended = clock_now();
    return mission_ledger(m, "released", e);
}

static int keep_file(struct mission *m, const char *path, const char *what, struct err *e)
{
    struct runner *r = m->runner;
    struct str name = STR_INIT, origin = STR_INIT;
    struct act_result result = {0};
    str_printf(&name, "R-%lld %s %s %s", (long long)r->run, m->host->name, r->plan->runbook, what);
    str_printf(&origin, "run %lld %s %s", (long long)r->run, m->host->name, r->plan->runbook);
    struct case_evidence evidence = {.path = path, .name = name.p, .origin = origin.p};
    int rc = case_evidence_add(r->store, &r->actor, r->plan->case_id, &evidence, &result, e);
    act_result_release(&result);
    str_release(&name);
    str_release(&origin);
    return rc;
}

static int keep_evidence(struct mission *m, struct err *e)
{
    struct transcript *t = &m->transcript;
    if (m->kept_evidence || !t->path)
        return 0;
    transcript_text(t, "#", slice_of(m->state));
    bool tar = *t->tar_sha256 != '\0';
    transcript_close(t);
    if (t->broken && m->err.code == ERR_NONE)
        err_set(&m->err, ERR_IO, "the transcript could not be written whole: is the disk full?");
    if (keep_file(m, t->path, "transcript.txt", e) < 0)
        return -1;
    if (tar && keep_file(m, t->tar_path, "evidence.tar", e) < 0)
        return -1;
    m->kept_evidence = true;
    return 0;
}

static json_t *via(const struct mission *m)
{
    json_t *list = json_array();
    for (size_t i = 0; m->target && i + 1 < m->target->hop_count; i++)
        json_array_append_new(list, json_string(m->target->hops[i].name));
    return list;
}

static json_t *text_or_null(const char *text)
{
    json_t *j = text && *text ? json_string(text) : json_null();
    return j ? j : json_null();
}

static char *result_json(const struct mission *m)
{
    const struct runner *r = m->runner;
    char when[CLOCK_TEXT_MAX];
    bool entry = m->ledger.id > 0, contained = strcmp(m->state, "contained") == 0;
    bool proof = r->isolates || r->releases;
    bool lease = contained && m->ledger.expires != CLOCK_NONE;
    json_t *j = json_object();
    json_object_set_new(j, "host", json_string(m->host->name));
    json_object_set_new(j, "run", json_integer(r->run));
    json_object_set_new(j, "runbook", json_string(r->plan->runbook));
    json_object_set_new(j, "platform", text_or_null(m->host->platform));
    json_object_set_new(j, "transport", text_or_null(m->transport));
    json_object_set_new(j, "via", via(m));
    json_object_set_new(j, "state", json_string(m->state));
    json_object_set(j, "steps", m->steps);
    json_object_set_new(
        j, "proof", proof ? proof_object(m->reachable, m->unreachable) : json_null());
    json_object_set_new(j, "ledger", entry ? json_integer(m->ledger.id) : json_null());
    json_object_set_new(
        j, "expires", lease ? json_string(clock_format(m->ledger.expires, when)) : json_null());
    json_object_set_new(j, "error", text_or_null(m->err.text));
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    return text ? text : mem_strdup("{}");
}

static int write_end(struct mission *m, struct err *e)
{
    struct runner *r = m->runner;
    if (keep_evidence(m, e) < 0)
        return -1;
    if (!m->kept_ledger && r->isolates && close_isolation(m, e) < 0)
        return -1;
    if (!m->kept_ledger && r->releases && close_release(m, e) < 0)
        return -1;
    m->kept_ledger = true;
    char *json = result_json(m);
    int rc = run_host_end(r->store, &r->actor, r->run, m->host->name, json, e);
    free(json);
    return rc;
}

bool mission_write_result(struct mission *m)
{
    struct err e = ERR_INIT;
    int64_t now = clock_monotonic();
    if (write_end(m, &e) == 0) {
        mission_tell(m, "end", m->run_state, m->err.text);
        return true;
    }
    if (!m->stuck_since)
        m->stuck_since = now;
    if (now - m->stuck_since < JOURNAL_PATIENCE)
        return false;
    log_write(LOG_ERROR, "run %lld, %s: its end could not be written: %s",
        (long long)m->runner->run, m->host->name, e.text);
    return true;
}
