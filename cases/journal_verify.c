#include "cases/journal_inside.h"

#include "cases/verify_inside.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void verify_fault(struct verify_line *line, const char *format, ...)
{
    if (!line->ok)
        return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(line->error, sizeof line->error, format, ap);
    va_end(ap);
    line->ok = false;
}

/* What stands in the row of an act; its texts live in the arena. */
struct link_row {
    struct act_link link;
    int64_t format;
    struct slice hash;
};

static void read_link(struct statement *st, struct arena *a, struct link_row *row)
{
    struct slice *texts[] = {&row->link.organization, &row->link.actor, &row->link.signer,
        &row->link.signature, &row->link.verb, &row->link.reason, &row->link.items_hash,
        &row->link.previous, &row->hash};
    row->link.seq = statement_int(st, 0);
    row->link.time = statement_int(st, 1);
    row->link.undoes = statement_int(st, 2);
    row->link.items = statement_int(st, 3);
    row->format = statement_int(st, 4);
    for (int i = 0; i < 9; i++)
        *texts[i] = arena_copy(a, statement_text(st, 5 + i));
}

static int check_link(struct store *s, const struct link_row *row, struct slice previous,
    struct verify_line *line, struct err *e)
{
    char items_hash[65], hash[65];
    int64_t items, seq = row->link.seq;
    if (seq != (int64_t)line->count) {
        verify_fault(line, "act %" PRIu64 " is missing", line->count);
        return 0;
    }
    if (journal_items_hash(s, seq, items_hash, &items, e))
        return -1;
    journal_link_hash(&row->link, hash);
    if (row->format != 1)
        verify_fault(line, "act %" PRId64 " has the unknown format %" PRId64, seq, row->format);
    else if (!slice_is(row->link.items_hash, items_hash) || items != row->link.items)
        verify_fault(line, "the items of act %" PRId64 " are not those that were written", seq);
    else if (!slice_is(row->hash, hash))
        verify_fault(line, "act %" PRId64 " is not as it was written", seq);
    else if (!slice_equal(row->link.previous, previous))
        verify_fault(line, "act %" PRId64 " does not follow the act before it", seq);
    return 0;
}

static int check_head(struct store *s, int64_t last, struct verify_line *line, struct err *e)
{
    int64_t seq = 0, same = 0;
    char hash[65];
    struct err why = ERR_INIT;
    int rc = journal_head_read(s, &seq, hash, &why);
    if (rc < 0) {
        verify_fault(line, "%s", why.text);
    } else if (rc == 0) {
        if (last)
            verify_fault(line, "record.head, which names the newest act, is missing");
    } else if (seq > last) {
        verify_fault(line,
            "the journal was cut: record.head names act %" PRId64 ", the journal ends at %" PRId64,
            seq, last);
    } else if (seq && db_number(s->record, e, &same, "SELECT 1 FROM act WHERE seq=?1 AND hash=?2",
                          "it", seq, hash) < 1) {
        verify_fault(line, "act %" PRId64 " is not the one that record.head names", seq);
    }
    return 0;
}

static int check_chain(struct store *s, verify_sink *sink, void *owner, struct err *e)
{
    struct verify_line line = {.check = "journal", .ok = true};
    struct arena arenas[2] = {ARENA_INIT, ARENA_INIT};
    struct slice previous = SLICE("");
    struct statement *st = db_prepare(s->record,
        "SELECT seq, time, undoes, items, format, organization, actor, signer, signature, verb,"
        " reason, items_hash, previous, hash FROM act ORDER BY seq",
        e);
    int rc = st ? 0 : -1;
    int64_t last = 0;
    while (!rc && line.ok && (rc = statement_step(st, e)) > 0) {
        struct link_row row;
        struct arena *a = &arenas[line.count++ & 1];
        arena_reset(a);
        read_link(st, a, &row);
        last = row.link.seq;
        rc = check_link(s, &row, previous, &line, e);
        previous = row.hash;
    }
    statement_done(st);
    arena_release(&arenas[0]);
    arena_release(&arenas[1]);
    if (!rc && line.ok)
        rc = check_head(s, last, &line, e);
    if (rc)
        return -1;
    sink(owner, &line);
    return !line.ok;
}

/* The object that is being replayed. */
struct replay {
    const struct journal_kind *kind;
    struct str uid;
    json_t *columns; /* NULL: absent */
};

static void compare_state(struct store *s, const struct replay *r, struct verify_line *line)
{
    struct str state = STR_INIT;
    const char *key;
    json_t *value;
    int found = journal_state(s, r->kind, str_as_slice(&r->uid), &state, NULL);
    json_t *now = found > 0 ? json_loadb(state.p, state.n, 0, NULL) : NULL;
    if (!now != !r->columns)
        verify_fault(line, "%s %s is %s, and the journal says otherwise", r->kind->name, r->uid.p,
            now ? "there" : "gone");
    json_object_foreach(r->columns, key, value)
    {
        if (now && !json_equal(value, json_object_get(now, key)))
            verify_fault(
                line, "%s of %s %s is not what the journal says", key, r->kind->name, r->uid.p);
    }
    json_decref(now);
    str_release(&state);
}

static void step_item(struct replay *r, struct statement *st, struct verify_line *line)
{
    struct slice before = statement_text(st, 2), after = statement_text(st, 3);
    json_t *old = before.p ? json_loadb(before.p, before.n, 0, NULL) : NULL;
    json_t *new = after.p ? json_loadb(after.p, after.n, 0, NULL) : NULL;
    const char *key;
    json_t *value;
    json_object_foreach(old, key, value)
    {
        if (!json_equal(value, json_object_get(r->columns, key)))
            verify_fault(line, "%s of %s %s does not follow from the act before", key,
                r->kind->name, r->uid.p);
    }
    if (!new) {
        json_decref(r->columns);
        r->columns = NULL;
    } else if (!r->columns) {
        r->columns = json_incref(new);
    } else {
        json_object_update(r->columns, new);
    }
    json_decref(old);
    json_decref(new);
}

static void begin_object(struct replay *r, struct slice kind, struct slice uid)
{
    r->kind = journal_kind_find(kind);
    str_clear(&r->uid);
    str_slice(&r->uid, uid);
    r->columns = r->kind && r->kind->fresh ? json_loads(r->kind->fresh, 0, NULL) : NULL;
}

static int replay_all(struct store *s, struct verify_line *line, struct err *e)
{
    struct replay r = {.uid = STR_INIT};
    struct statement *st = db_prepare(
        s->record, "SELECT kind, uid, before, after FROM act_item ORDER BY kind, uid, seq", e);
    int rc = -1;
    while (st && line->ok && (rc = statement_step(st, e)) > 0) {
        struct slice kind = statement_text(st, 0), uid = statement_text(st, 1);
        bool same =
            r.kind && slice_is(kind, r.kind->name) && slice_equal(uid, str_as_slice(&r.uid));
        if (!same) {
            if (r.kind)
                compare_state(s, &r, line);
            json_decref(r.columns);
            begin_object(&r, kind, uid);
            line->count++;
        }
        if (r.kind)
            step_item(&r, st, line);
    }
    if (rc == 0 && r.kind && line->ok)
        compare_state(s, &r, line);
    statement_done(st);
    json_decref(r.columns);
    str_release(&r.uid);
    return rc < 0 ? -1 : 0;
}

/* Objects that no act explains. */
static int find_strangers(struct store *s, struct verify_line *line, struct err *e)
{
    for (const struct journal_kind *k = journal_kinds; k->name && line->ok; k++) {
        struct str sql = STR_INIT;
        bool alert = strcmp(k->name, "alert") == 0, plan = strcmp(k->name, "plan") == 0;
        str_printf(&sql,
            "SELECT CAST(%s AS TEXT) FROM %s t WHERE NOT EXISTS (SELECT 1 FROM act_item WHERE"
            " kind='%s' AND uid=CAST(t.%s AS TEXT)) AND %s LIMIT 1",
            k->key, k->table, k->name, k->key,
            alert  ? "(status<>'new' OR verdict<>'' OR assignee<>'' OR reason<>'' OR tags<>'' OR"
                     " snoozed_until<>0 OR case_id<>0)"
            : plan ? "1"
                   : "removed=0");
        struct statement *st = db_prepare(s->record, sql.p, e);
        int rc = st ? statement_step(st, e) : -1;
        if (rc > 0)
            verify_fault(line, "%s %s was changed by no act of the journal", k->name,
                statement_string(st, 0));
        statement_done(st);
        str_release(&sql);
        if (rc < 0)
            return -1;
    }
    return 0;
}

int verify_database(struct db *db, struct verify_line *line, struct err *e)
{
    struct statement *st = db_prepare(db, "PRAGMA integrity_check(1)", e);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0 && !slice_is(statement_text(st, 0), "ok"))
        verify_fault(line, "%s", statement_string(st, 0));
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

static int check_record(struct store *s, verify_sink *sink, void *owner, struct err *e)
{
    struct verify_line line = {.check = "record", .ok = true};
    if (verify_database(s->record, &line, e))
        return -1;
    if (line.ok && (replay_all(s, &line, e) || find_strangers(s, &line, e)))
        return -1;
    sink(owner, &line);
    return !line.ok;
}

/* A database so damaged that it cannot be read is an answer too. */
static int answer(int rc, const char *check, verify_sink *sink, void *owner, const struct err *e)
{
    if (rc >= 0 || e->code != ERR_CORRUPT)
        return rc;
    struct verify_line line = {.check = check};
    snprintf(line.error, sizeof line.error, "%.300s", e->text);
    sink(owner, &line);
    return 1;
}

int journal_verify(struct store *s, verify_sink *sink, void *owner, struct err *e)
{
    static const struct {
        const char *name;
        int (*check)(struct store *, verify_sink *, void *, struct err *);
    } checks[] = {{"journal", check_chain}, {"record", check_record}, {"events", verify_events},
        {"evidence", verify_evidence}};
    int worst = 0;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct err why = ERR_INIT;
        int rc = answer(checks[i].check(s, sink, owner, &why), checks[i].name, sink, owner, &why);
        if (rc < 0)
            return err_set(e, why.code, "%s", why.text);
        worst |= rc;
    }
    return worst;
}
