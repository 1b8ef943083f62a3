#include "cases/triage_inside.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHAIN_MAX = 64 };

/* An act counts unless an act that counts takes it back. */
static int counts(struct store *s, int64_t seq, int depth, struct err *e)
{
    struct statement *st =
        db_bind(s->record, e, "SELECT seq FROM act WHERE undoes=?1 ORDER BY seq", "i", seq);
    int rc = st ? 0 : -1, result = 1;
    while (!rc && result == 1 && depth < CHAIN_MAX && (rc = statement_step(st, e)) > 0) {
        int other = counts(s, statement_int(st, 0), depth + 1, e);
        rc = other < 0 ? -1 : 0;
        result = !other;
    }
    statement_done(st);
    return rc < 0 ? -1 : result;
}

/* Plans, runs and containments are not undone here: they have a way back of their own. */
static const char undoable[] =
    " AND NOT EXISTS (SELECT 1 FROM act_item i WHERE i.seq=a.seq AND i.kind IN"
    " ('plan', 'run', 'step', 'result', 'ledger', 'outbox')) AND a.items>0";

/* The actor's newest act that counts: an undo when `undone`, else any other. 0: there is none. */
static int64_t newest(struct store *s, const struct actor *who, bool undone, struct err *e)
{
    struct str sql = STR_INIT;
    int64_t found = 0;
    str_printf(
        &sql, "SELECT a.seq, a.verb FROM act a WHERE a.actor=?1%s ORDER BY a.seq DESC", undoable);
    struct statement *st = db_bind(s->record, e, sql.p, "t", who->analyst);
    str_release(&sql);
    int rc = st ? 0 : -1;
    while (!rc && !found && (rc = statement_step(st, e)) > 0) {
        bool is_undo = strcmp(statement_string(st, 1), "undo") == 0;
        bool is_redo = strcmp(statement_string(st, 1), "redo") == 0;
        rc = 0;
        if (undone && !is_undo && !is_redo)
            break; /* a new act since: nothing to redo */
        if (is_undo != undone)
            continue;
        int counted = counts(s, statement_int(st, 0), 0, e);
        rc = counted < 0 ? -1 : 0;
        if (counted == 1)
            found = statement_int(st, 0);
    }
    statement_done(st);
    return rc < 0 ? -1 : found;
}

struct inverse {
    struct store *s;
    int64_t act, seq, revision;
    struct act_result *result;
};

static int64_t object_id(struct store *s, const struct journal_kind *kind, const char *uid)
{
    struct str sql = STR_INIT;
    int64_t id = 0;
    str_printf(&sql, "SELECT id FROM %s WHERE %s=?1", kind->table, kind->key);
    db_number(s->record, NULL, &id, sql.p, "t", uid);
    str_release(&sql);
    return id;
}

/* Do the columns that the act left still stand? */
static bool stands(const struct str *state, struct slice after)
{
    if (!after.p || !state->n)
        return !after.p && !state->n;
    json_t *now = json_loadb(state->p, state->n, 0, NULL),
           *then = json_loadb(after.p, after.n, 0, NULL);
    bool same = now && then;
    const char *key;
    json_t *value;
    json_object_foreach(then, key, value) same =
        same && json_equal(value, json_object_get(now, key));
    json_decref(now);
    json_decref(then);
    return same;
}

static int set_removed(
    struct store *s, const struct journal_kind *kind, const char *uid, bool removed, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "UPDATE %s SET removed=?2 WHERE %s=?1", kind->table, kind->key);
    int64_t done = db_run(s->record, e, sql.p, "td", uid, (int)removed);
    str_release(&sql);
    return done < 0 ? -1 : 0;
}

static int set_columns(struct inverse *v, const struct journal_kind *kind, const char *uid,
    struct slice columns, struct err *e)
{
    struct str sql = STR_INIT;
    json_t *object = json_loadb(columns.p, columns.n, 0, NULL);
    const char *between = "";
    str_printf(&sql, "UPDATE %s SET ", kind->table);
    if (strcmp(kind->name, "alert") == 0) {
        str_printf(&sql, "revision=%" PRId64, v->revision);
        between = ", ";
    }
    for (const char *const *c = kind->columns; *c; c++)
        if (json_object_get(object, *c)) {
            str_printf(&sql, "%s\"%s\"=json_extract(?2, '$.%s')", between, *c, *c);
            between = ", ";
        }
    str_printf(&sql, " WHERE %s=?1", kind->key);
    int64_t done = *between ? db_run(v->s->record, e, sql.p, "ts", uid, columns) : 0;
    json_decref(object);
    str_release(&sql);
    return done < 0 ? -1 : 0;
}

static int invert(struct inverse *v, struct statement *item, struct err *e)
{
    const char *uid = statement_string(item, 1);
    const struct journal_kind *kind = journal_kind_find(statement_text(item, 0));
    struct slice before = statement_text(item, 2), after = statement_text(item, 3);
    struct str state = STR_INIT;
    if (!kind)
        return 0;
    int rc = journal_state(v->s, kind, slice_of(uid), &state, e);
    bool same = rc >= 0 && stands(&state, after);
    str_release(&state);
    if (rc < 0)
        return -1;
    if (!same) {
        act_fail(v->result, object_id(v->s, kind, uid), "%s %s changed since: left as it is",
            kind->name, uid);
        return 0;
    }
    rc = before.p && after.p ? set_columns(v, kind, uid, before, e)
                             : set_removed(v->s, kind, uid, !before.p, e);
    struct journal_item inverse = {kind->name, uid, after.p, before.p};
    if (!rc)
        rc = journal_item(v->s, v->seq, &inverse, e);
    v->result->changed += rc == 0;
    return rc;
}

static int invert_all(struct inverse *v, struct err *e)
{
    struct statement *st = db_bind(v->s->record, e,
        "SELECT kind, uid, before, after FROM act_item WHERE seq=?1 ORDER BY kind, uid", "i",
        v->act);
    int rc = st ? 0 : -1;
    while (!rc && (rc = statement_step(st, e)) > 0)
        rc = invert(v, st, e);
    statement_done(st);
    return rc;
}

/* The sentence that names an act: "close, 3 alerts". */
static int describe(
    struct store *s, int64_t seq, char out[200], struct str *organization, struct err *e)
{
    struct statement *st = db_bind(s->record, e,
        "SELECT a.verb, a.items, (SELECT kind FROM act_item WHERE seq=a.seq LIMIT 1),"
        " a.organization FROM act a WHERE a.seq=?1",
        "i", seq);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0) {
        long long n = statement_int(st, 1);
        snprintf(out, 200, "%s, %lld %s%s", statement_string(st, 0), n, statement_string(st, 2),
            n == 1 ? "" : "s");
        if (organization)
            str_slice(organization, statement_text(st, 3));
    }
    statement_done(st);
    return rc;
}

static int take_back(struct store *s, const struct actor *who, int64_t act, const char *verb,
    struct act_result *result, struct err *e)
{
    char sentence[200];
    struct str organization = STR_INIT;
    struct inverse v = {.s = s, .act = act, .result = result};
    int rc = describe(s, act, sentence, &organization, e);
    if (rc == 0)
        rc = err_set(e, ERR_NOT_FOUND, "the journal has no act %" PRId64, act);
    rc = rc < 0 ? -1 : 0;
    if (!rc && ((v.seq = journal_next(s, e)) < 0 || (v.revision = store_next_revision(s, e)) < 0))
        rc = -1;
    if (!rc)
        rc = invert_all(&v, e);
    if (!rc && result->changed) {
        struct actor sealed = {who->analyst, organization.p};
        struct journal_act undo = {.verb = verb, .undoes = act};
        rc = outbox_add(s, v.seq, (int64_t)result->changed, e) ||
                     journal_seal(s, &sealed, &undo, v.seq, e) < 0
                 ? -1
                 : 0;
        result->seq = v.seq;
    }
    if (!rc)
        snprintf(result->summary, sizeof result->summary, "%s: %s", verb, sentence);
    str_release(&organization);
    return rc;
}

static int finish(struct store *s, int rc, struct act_result *result, struct err *e)
{
    if (!rc)
        rc = store_commit(s, e);
    if (!rc)
        return 0;
    store_rollback(s);
    act_result_release(result);
    *result = (struct act_result){0};
    return -1;
}

int triage_undo(
    struct store *s, const struct actor *who, int64_t seq, struct act_result *result, struct err *e)
{
    *result = (struct act_result){0};
    if (store_begin(s, e))
        return -1;
    int rc = 0, counted = 1;
    if (!seq)
        seq = newest(s, who, false, e);
    else
        counted = counts(s, seq, 0, e);
    if (seq < 0 || counted < 0)
        rc = -1;
    else if (!seq)
        rc = err_set(e, ERR_NOT_FOUND, "there is nothing to undo");
    else if (!counted)
        rc = err_set(e, ERR_CONFLICT, "act %" PRId64 " was taken back already", seq);
    if (!rc)
        rc = take_back(s, who, seq, "undo", result, e);
    return finish(s, rc, result, e);
}

int triage_redo(struct store *s, const struct actor *who, struct act_result *result, struct err *e)
{
    *result = (struct act_result){0};
    if (store_begin(s, e))
        return -1;
    int64_t seq = newest(s, who, true, e);
    int rc = seq < 0 ? -1 : 0;
    if (seq == 0)
        rc = err_set(e, ERR_NOT_FOUND, "there is nothing to redo");
    if (!rc)
        rc = take_back(s, who, seq, "redo", result, e);
    return finish(s, rc, result, e);
}

int triage_undo_preview(struct store *s, const struct actor *who, char sentence[240], struct err *e)
{
    char text[200];
    sentence[0] = '\0';
    int64_t seq = newest(s, who, false, e);
    if (seq < 0 || (seq > 0 && describe(s, seq, text, NULL, e) < 0))
        return -1;
    if (seq > 0)
        snprintf(sentence, 240, "%s", text);
    return 0;
}
