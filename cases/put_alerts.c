#include "cases/alert_record.h"
#include "cases/fields.h"
#include "cases/journal_inside.h"
#include "cases/pack.h"
#include "cases/put_inside.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIXED = 6, HOUR_SECONDS = 3600 };
#define FOLD_NS (INT64_C(3600) * CLOCK_SECOND)

struct round {
    struct store *s;
    const struct put_context *context;
    struct put_counts *counts;
    struct statement *insert, *update;
    enum field fields[FIELD_COUNT];
    size_t field_count;
    struct arena scratch;
    struct str packed, words;
    int64_t revision, newest, stored;
    int64_t act; /* seq of the act that says what the source itself judged; 0: nothing yet */
};

static bool is_vendor_column(const struct column *c, int f)
{
    return c->shape != COLUMN_NONE && !c->analyst && f != FIELD_ID && f != FIELD_GROUP;
}

/* ?1 id, ?2 identity, ?3 raw_hash, ?4 revision, ?5 arrived, ?6 grp, then the vendor's columns. */
static int prepare(struct round *w, struct err *e)
{
    struct str insert = STR_INIT, update = STR_INIT;
    str_puts(&insert, "INSERT INTO alert(id, identity, raw_hash, revision, arrived, grp");
    str_puts(&update, "UPDATE alert SET raw_hash=?3, revision=?4");
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct column *c = &w->s->alert_columns[f];
        if (!is_vendor_column(c, f))
            continue;
        w->fields[w->field_count++] = (enum field)f;
        str_printf(&insert, ", %s", c->name);
        str_printf(&update, ", %s=?%zu", c->name, FIXED + w->field_count);
    }
    str_puts(&insert, ") VALUES(?1");
    for (size_t i = 2; i <= FIXED + w->field_count; i++)
        str_printf(&insert, ", ?%zu", i);
    str_char(&insert, ')');
    str_puts(&update, " WHERE id=?1");
    w->insert = db_prepare(w->s->record, insert.p, e);
    w->update = w->insert ? db_prepare(w->s->record, update.p, e) : NULL;
    str_release(&insert);
    str_release(&update);
    return w->update ? 0 : -1;
}

static int64_t content_hash(struct round *w, const struct record *r)
{
    if (r->raw.n)
        return (int64_t)slice_hash(r->raw, 0);
    uint64_t h = 0;
    for (int f = 0; f < FIELD_COUNT; f++)
        if (r->first[f].p)
            h = slice_hash(r->first[f], h + (uint64_t)f);
    (void)w;
    return (int64_t)h;
}

/* What every alert has, whatever its source left out. */
static void complete(struct round *w, struct record *r)
{
    const struct put_context *c = w->context;
    if (r->time == CLOCK_NONE)
        r->time = clock_now();
    record_set_time(r, &w->scratch, r->time);
    r->first[FIELD_SOURCE] = slice_of(c->source);
    r->first[FIELD_KIND] = slice_of(c->kind ? c->kind : "");
    r->first[FIELD_ORGANIZATION_ID] = slice_of(put_organization(c));
    if (r->native_id.n)
        r->first[FIELD_NATIVE_ID] = r->native_id;
    const struct {
        enum field field;
        struct slice value;
    } defaults[] = {{FIELD_UPDATED, r->first[FIELD_TIMESTAMP]}, {FIELD_SEVERITY, SLICE("info")},
        {FIELD_SCORE, SLICE("-1")}, {FIELD_DISPOSITION, SLICE("unknown")},
        {FIELD_OCCURRENCES, SLICE("1")}};
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!r->first[defaults[i].field].p)
            r->first[defaults[i].field] = defaults[i].value;
}

/* The group whose span, widened by an hour at both ends, holds the alert's time; 0: a new one.
 * Both ends, because a first pull brings the newest first. */
static int64_t fold(struct round *w, const struct record *r, int64_t id, struct err *e)
{
    struct slice rule =
        r->first[FIELD_RULE_ID].p ? r->first[FIELD_RULE_ID] : r->first[FIELD_RULE_NAME];
    struct slice host = r->first[FIELD_HOST_NAME];
    struct db *db = w->s->record;
    int64_t group = 0;
    if (!rule.p)
        rule = SLICE("");
    if (!host.p)
        host = SLICE("");
    int rc = db_number(db, e, &group,
        "SELECT id FROM alert_group WHERE organization=?1 AND rule=?2 AND host=?3 AND last>=?4"
        " AND first<=?5 ORDER BY last DESC LIMIT 1",
        "tssii", put_organization(w->context), rule, host, r->time - FOLD_NS, r->time + FOLD_NS);
    if (rc < 0)
        return -1;
    if (rc > 0)
        return db_run(db, e,
                   "UPDATE alert_group SET first=min(first, ?2), last=max(last, ?2) WHERE id=?1",
                   "ii", group, r->time) < 0
                   ? -1
                   : group;
    return db_run(db, e, "INSERT INTO alert_group VALUES(?1, ?2, ?3, ?4, ?5, ?5)", "itssi", id,
               put_organization(w->context), rule, host, r->time) < 0
               ? -1
               : id;
}

static int bind_vendor(struct round *w, struct statement *st, const struct record *r, struct err *e)
{
    for (size_t i = 0; i < w->field_count; i++) {
        enum field f = w->fields[i];
        struct field_binding b = {
            st, FIXED + 1 + (int)i, &w->s->alert_columns[f], f, NULL, &w->scratch};
        if (fields_bind(&b, r, e))
            return -1;
    }
    return 0;
}

static int write_raw(struct round *w, int64_t id, const struct record *r, struct err *e)
{
    struct str extra = STR_INIT, packed_raw = STR_INIT;
    str_clear(&w->packed);
    fields_pack(r, w->s->alert_columns, &w->packed);
    pack(str_as_slice(&w->packed), &extra);
    pack(r->raw, &packed_raw);
    int64_t done = db_run(w->s->record, e, "INSERT OR REPLACE INTO alert_raw VALUES(?1, ?2, ?3)",
        "ibb", id, str_as_slice(&extra), str_as_slice(&packed_raw));
    str_release(&extra);
    str_release(&packed_raw);
    return done < 0 ? -1 : 0;
}

static int write_words(
    struct round *w, int64_t id, const struct record *r, const char *sql, struct err *e)
{
    str_clear(&w->words);
    fields_words(r, w->s->alert_columns, &w->words);
    return db_run(w->s->record, e, sql, "is", id, str_as_slice(&w->words)) < 0 ? -1 : 0;
}

static const char add_words[] = "INSERT INTO alert_text(rowid, t) VALUES(?1, ?2)";
static const char drop_words[] =
    "INSERT INTO alert_text(alert_text, rowid, t) VALUES('delete', ?1, ?2)";

/* What the source itself says of status, verdict and owner is journaled as its act, so that the
 * journal alone explains every analyst's column. It follows the source until an analyst acts. */
static int follow_source(struct round *w, int64_t id, const struct record *r, struct err *e)
{
    struct store *s = w->s;
    char uid[24];
    struct slice status = r->first[FIELD_STATUS], verdict = r->first[FIELD_VERDICT],
                 owner = r->first[FIELD_ASSIGNEE];
    snprintf(uid, sizeof uid, "%" PRId64, id);
    if (!w->act && (w->act = journal_next(s, e)) < 0)
        return -1;
    if (db_run(s->record, e,
            "INSERT INTO act_item SELECT ?1, 'alert', ?2,"
            " json_patch('{}', json_object('status', CASE WHEN status<>n.s THEN status END,"
            " 'verdict', CASE WHEN verdict<>n.v THEN verdict END, 'assignee',"
            " CASE WHEN assignee<>n.a THEN assignee END, 'snoozed_until',"
            " CASE WHEN snoozed_until=9223372036854775807 THEN snoozed_until END)),"
            " json_patch('{}', json_object('status', CASE WHEN status<>n.s THEN n.s END,"
            " 'verdict', CASE WHEN verdict<>n.v THEN n.v END, 'assignee',"
            " CASE WHEN assignee<>n.a THEN n.a END, 'snoozed_until',"
            " CASE WHEN snoozed_until=9223372036854775807 THEN 0 END))"
            " FROM alert, (SELECT coalesce(?3, status) s, coalesce(?4, verdict) v,"
            " coalesce(?5, assignee) a FROM alert WHERE id=?6) n WHERE id=?6 AND (status<>n.s OR"
            " verdict<>n.v OR assignee<>n.a OR snoozed_until=9223372036854775807)",
            "itsssi", w->act, uid, status, verdict, owner, id) < 0)
        return -1;
    return db_run(s->record, e,
               "UPDATE alert SET status=coalesce(?2, status), verdict=coalesce(?3, verdict),"
               " assignee=coalesce(?4, assignee), snoozed_until=CASE snoozed_until"
               " WHEN 9223372036854775807 THEN 0 ELSE snoozed_until END WHERE id=?1",
               "isss", id, status, verdict, owner) < 0
               ? -1
               : 0;
}

static bool valid_words(const struct record *r)
{
    struct slice status = r->first[FIELD_STATUS], verdict = r->first[FIELD_VERDICT];
    return (!status.p || slice_is(status, "new") || slice_is(status, "ack") ||
               slice_is(status, "closed")) &&
           (!verdict.p || verdict.n <= 16);
}

static int judged(struct round *w, int64_t id, const struct record *r, bool fresh, struct err *e)
{
    struct record theirs = {0};
    int64_t mine = 0;
    if (!fresh && db_number(w->s->record, e, &mine,
                      "SELECT 1 FROM act_item i JOIN act a USING(seq) WHERE i.kind='alert' AND"
                      " i.uid=CAST(?1 AS TEXT) AND a.actor NOT LIKE 'source:%' LIMIT 1",
                      "i", id) < 0)
        return -1;
    if (!mine && valid_words(r)) {
        theirs.first[FIELD_STATUS] = r->first[FIELD_STATUS];
        theirs.first[FIELD_VERDICT] = r->first[FIELD_VERDICT];
        theirs.first[FIELD_ASSIGNEE] = r->first[FIELD_ASSIGNEE];
    }
    return follow_source(w, id, &theirs, e);
}

static int put_new(
    struct round *w, const struct record *r, struct slice identity, int64_t hash, struct err *e)
{
    int64_t id = 0;
    if (db_number(w->s->record, e, &id, "SELECT max(id) FROM alert", "") < 0)
        return -1;
    id++;
    int64_t group = fold(w, r, id, e);
    if (group < 0 || bind_vendor(w, w->insert, r, e))
        return -1;
    statement_bind_int(w->insert, 1, id);
    statement_bind_text(w->insert, 2, identity);
    statement_bind_int(w->insert, 3, hash);
    statement_bind_int(w->insert, 4, w->revision);
    statement_bind_int(w->insert, 5, clock_now());
    statement_bind_int(w->insert, 6, group);
    if (statement_run(w->insert, e) < 0 || write_raw(w, id, r, e) ||
        write_words(w, id, r, add_words, e))
        return -1;
    w->counts->alerts_new++;
    w->stored++;
    bool judges =
        r->first[FIELD_STATUS].p || r->first[FIELD_VERDICT].p || r->first[FIELD_ASSIGNEE].p;
    return judges ? judged(w, id, r, true, e) : 0;
}

static int put_changed(
    struct round *w, const struct record *r, int64_t id, int64_t hash, struct err *e)
{
    struct record old;
    if (alert_record_load(w->s, id, ALERT_EXTRA, &w->scratch, &old, e) < 0 ||
        write_words(w, id, &old, drop_words, e) || bind_vendor(w, w->update, r, e))
        return -1;
    statement_bind_int(w->update, 1, id);
    statement_bind_int(w->update, 3, hash);
    statement_bind_int(w->update, 4, w->revision);
    if (statement_run(w->update, e) < 0 || write_raw(w, id, r, e) ||
        write_words(w, id, r, add_words, e))
        return -1;
    w->counts->alerts_updated++;
    return judged(w, id, r, false, e);
}

static int put_one(struct round *w, const struct record *given, struct err *e)
{
    struct record r = *given;
    char by_raw[32];
    int64_t id = 0, hash = content_hash(w, given), old_hash = 0, old_updated = 0, updated = 0;
    struct slice identity = given->native_id;
    snprintf(by_raw, sizeof by_raw, "raw:%016" PRIx64, (uint64_t)hash);
    if (!identity.n)
        identity = slice_of(by_raw);
    complete(w, &r);
    if (r.time > w->newest)
        w->newest = r.time;
    struct statement *st = db_bind(w->s->record, e,
        "SELECT id, raw_hash, updated FROM alert WHERE source=?1 AND identity=?2", "ts",
        w->context->source, identity);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0) {
        id = statement_int(st, 0);
        old_hash = statement_int(st, 1);
        old_updated = statement_int(st, 2);
    }
    statement_done(st);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return put_new(w, &r, identity, hash, e);
    /* An overlap may bring an older version again; only the source's own stamp tells. */
    bool older = record_get_int(given, FIELD_UPDATED, &updated) && updated < old_updated;
    if (old_hash == hash || older) {
        w->counts->alerts_duplicate++;
        return 0;
    }
    return put_changed(w, &r, id, hash, e);
}

static int finish(struct round *w, struct err *e)
{
    struct store *s = w->s;
    int64_t hour = clock_now() / (CLOCK_SECOND * HOUR_SECONDS), items = 0;
    if (w->act && db_number(s->record, e, &items, "SELECT count(*) FROM act_item WHERE seq=?1", "i",
                      w->act) < 0)
        return -1;
    if (items) {
        struct str actor = STR_INIT;
        str_printf(&actor, "source:%s", w->context->source);
        struct actor who = {actor.p, put_organization(w->context)};
        struct journal_act act = {.verb = "source", .reason = "as the source says"};
        int64_t seq = journal_seal(s, &who, &act, w->act, e);
        str_release(&actor);
        if (seq < 0)
            return -1;
    }
    if (w->newest == INT64_MIN)
        return 0;
    if (db_run(s->record, e,
            "INSERT INTO source(name, kind, alerts, last_record) VALUES(?1, ?4, ?2, ?3)"
            " ON CONFLICT DO UPDATE SET kind=?4, alerts=alerts+?2,"
            " last_record=max(coalesce(last_record, ?3), ?3)",
            "tiit", w->context->source, w->stored, w->newest, w->context->kind) < 0)
        return -1;
    return db_run(s->record, e,
               "INSERT INTO arrival VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET count=count+?3",
               "tii", w->context->source, hour, w->stored) < 0
               ? -1
               : 0;
}

int put_alerts(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e)
{
    struct round *w = mem_zalloc(1, sizeof *w);
    w->s = s;
    w->context = context;
    w->counts = counts;
    w->newest = INT64_MIN;
    w->revision = store_next_revision(s, e);
    int rc = w->revision < 0 ? -1 : prepare(w, e);
    for (size_t i = 0; !rc && i < batch->count; i++) {
        if (batch->records[i].kind != RECORD_ALERT)
            continue;
        rc = put_one(w, &batch->records[i], e);
        if (w->scratch.used > 1 << 20)
            arena_reset(&w->scratch);
    }
    if (!rc)
        rc = finish(w, e);
    statement_done(w->insert);
    statement_done(w->update);
    str_release(&w->packed);
    str_release(&w->words);
    arena_release(&w->scratch);
    free(w);
    return rc;
}
