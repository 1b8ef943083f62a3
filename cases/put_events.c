#include "cases/fields.h"
#include "cases/put_inside.h"
#include "cases/segment.h"
#include "cases/strings.h"
#include "cases/tally.h"
#include "core/mem.h"

#include <stdlib.h>

enum { FIXED = 9, HOUR_SECONDS = 3600 };

/* One round of storing: the statement, what is counted, room to work in. */
struct round {
    struct store *s;
    const struct put_context *context;
    struct put_counts *counts;
    struct statement *insert;
    enum field fields[FIELD_COUNT];
    size_t field_count;
    struct arena scratch;
    struct str extra, words;
    struct tally entities, hours;
    int64_t newest, stored;
};

static struct statement *prepare_insert(struct round *w, struct err *e)
{
    struct str sql = STR_INIT;
    str_puts(&sql, "INSERT OR IGNORE INTO event(id, ts, key, n, seen, block, at, size, extra");
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct column *c = &w->s->event_columns[f];
        if (c->shape == COLUMN_NONE || f == FIELD_ID || f == FIELD_TIMESTAMP)
            continue;
        w->fields[w->field_count++] = (enum field)f;
        str_printf(&sql, ", %s", c->name);
    }
    str_puts(&sql, ") VALUES(?1");
    for (size_t i = 2; i <= FIXED + w->field_count; i++)
        str_printf(&sql, ", ?%zu", i);
    str_char(&sql, ')');
    struct statement *st = db_prepare(w->s->events, sql.p, e);
    str_release(&sql);
    return st;
}

static int64_t event_key(const struct put_context *context, const struct record *r)
{
    uint64_t seed = slice_hash(slice_of(context->source), 1);
    if (r->native_id.n)
        return (int64_t)slice_hash(r->native_id, seed);
    return (int64_t)slice_hash(r->raw, seed ^ 0x5bd1e995u);
}

/* Which occurrence this one is; -1: it is there already, and was marked as seen by this reading. */
static int64_t occurrence(
    struct round *w, const struct record *r, int64_t ts, int64_t key, struct err *e)
{
    struct statement *st = db_bind(w->s->events, e,
        "SELECT n, seen, id FROM event WHERE ts=?1 AND key=?2 ORDER BY n", "ii", ts, key);
    int64_t n = 0, id = 0;
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        n = statement_int(st, 0) + 1;
        if (r->native_id.n || statement_int(st, 1) != w->context->reading) {
            id = statement_int(st, 2);
            break;
        }
    }
    statement_done(st);
    if (rc < 0)
        return -2;
    if (!id)
        return n;
    return db_run(w->s->events, e, "UPDATE event SET seen=?2 WHERE id=?1", "ii", id,
               w->context->reading) < 0
               ? -2
               : -1;
}

static int bind_record(struct round *w, const struct record *r, struct err *e)
{
    const struct store *s = w->s;
    for (size_t i = 0; i < w->field_count; i++) {
        enum field f = w->fields[i];
        struct field_binding b = {
            w->insert, FIXED + 1 + (int)i, &s->event_columns[f], f, s->strings, &w->scratch};
        if (fields_bind(&b, r, e))
            return -1;
    }
    return 0;
}

static int count_entities(struct round *w, const struct record *r, int64_t ts, struct err *e)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice value;
        char kind = r->first[f].p ? fields_entity((enum field)f) : '\0';
        if (!kind)
            continue;
        while (record_next(r, (enum field)f, &at, &value)) {
            int64_t id = strings_id(w->s->strings, value, e);
            if (id < 0)
                return -1;
            tally_add(&w->entities, (int64_t[3]){kind, id, 0}, ts);
        }
    }
    int64_t source = strings_id(w->s->strings, slice_of(w->context->source), e), host = 0;
    if (r->first[FIELD_HOST_NAME].p)
        host = strings_id(w->s->strings, r->first[FIELD_HOST_NAME], e);
    if (source < 0 || host < 0)
        return -1;
    int64_t hour = ts / (CLOCK_SECOND * HOUR_SECONDS) - (ts < 0);
    tally_add(&w->hours, (int64_t[3]){hour, source, host}, ts);
    return 0;
}

static int store_row(struct round *w, const struct record *r, int64_t ts, struct err *e)
{
    struct store *s = w->s;
    struct segment *g = s->segment;
    const int64_t fixed[FIXED] = {segment_next_row(g), ts, event_key(w->context, r), 0,
        w->context->reading, g->open_block, (int64_t)g->buffer.n, (int64_t)r->raw.n,
        (int64_t)w->extra.n};
    for (int i = 0; i < FIXED; i++)
        statement_bind_int(w->insert, i + 1, fixed[i]);
    if (bind_record(w, r, e))
        return -1;
    int64_t changed = statement_run(w->insert, e);
    if (changed != 0)
        return changed < 0 ? -1 : 1;
    int64_t n = occurrence(w, r, ts, fixed[2], e);
    if (n < 0)
        return n == -1 ? 0 : -1;
    statement_bind_int(w->insert, 4, n);
    return statement_run(w->insert, e) < 0 ? -1 : 1;
}

static int put_one(struct round *w, const struct record *given, struct err *e)
{
    struct store *s = w->s;
    struct record r = *given;
    int64_t ts = r.time == CLOCK_NONE ? 0 : r.time;
    r.first[FIELD_SOURCE] = slice_of(w->context->source);
    r.first[FIELD_ORGANIZATION_ID] = slice_of(put_organization(w->context));
    if (r.native_id.n)
        r.first[FIELD_NATIVE_ID] = r.native_id;
    str_clear(&w->extra);
    fields_pack(&r, s->event_columns, &w->extra);
    if (segment_prepare(s, e))
        return -1;
    int rc = store_row(w, &r, ts, e);
    if (rc < 0)
        return -1;
    if (rc == 0) {
        w->counts->events_duplicate++;
        return 0;
    }
    str_clear(&w->words);
    fields_entity_tokens(&r, &w->words);
    fields_words(&r, s->event_columns, &w->words);
    if (segment_add(s, str_as_slice(&w->extra), r.raw, str_as_slice(&w->words), e) ||
        count_entities(w, &r, ts, e))
        return -1;
    w->counts->events_new++;
    w->stored++;
    if (ts > w->newest)
        w->newest = ts;
    return 0;
}

static int write_tallies(struct round *w, struct err *e)
{
    struct db *db = w->s->events;
    for (size_t i = 0; i < w->entities.size; i++) {
        const struct tally_entry *x = &w->entities.slots[i];
        if (x->count && db_run(db, e,
                            "INSERT INTO entity VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
                            " SET first=min(first, ?3), last=max(last, ?4), count=count+?5",
                            "iiiii", x->a, x->b, x->first, x->last, x->count) < 0)
            return -1;
    }
    for (size_t i = 0; i < w->hours.size; i++) {
        const struct tally_entry *x = &w->hours.slots[i];
        if (x->count && db_run(db, e,
                            "INSERT INTO hourly VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
                            " SET count=count+?4",
                            "iiii", x->a, x->b, x->c, x->count) < 0)
            return -1;
    }
    return 0;
}

static int write_source(struct round *w, struct err *e)
{
    struct db *db = w->s->events;
    int64_t hour = clock_now() / (CLOCK_SECOND * HOUR_SECONDS);
    if (db_run(db, e,
            "INSERT INTO source(name, events, last_record) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE"
            " SET events=events+?2, last_record=max(coalesce(last_record, ?3), ?3)",
            "tii", w->context->source, w->stored, w->newest) < 0)
        return -1;
    return db_run(db, e,
               "INSERT INTO arrival VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET count=count+?3",
               "tii", w->context->source, hour, w->stored) < 0
               ? -1
               : 0;
}

int put_events(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e)
{
    struct round *w = mem_zalloc(1, sizeof *w);
    w->s = s;
    w->context = context;
    w->counts = counts;
    w->newest = INT64_MIN;
    w->insert = prepare_insert(w, e);
    int rc = w->insert ? segment_begin(s, e) : -1;
    for (size_t i = 0; !rc && i < batch->count; i++) {
        if (batch->records[i].kind != RECORD_EVENT)
            continue;
        rc = put_one(w, &batch->records[i], e);
        if (w->scratch.used > 1 << 20)
            arena_reset(&w->scratch);
    }
    if (!rc)
        rc = segment_end(s, e);
    if (!rc && w->stored)
        rc = write_tallies(w, e) || write_source(w, e) ? -1 : 0;
    statement_done(w->insert);
    tally_release(&w->entities);
    tally_release(&w->hours);
    str_release(&w->extra);
    str_release(&w->words);
    arena_release(&w->scratch);
    free(w);
    return rc;
}
