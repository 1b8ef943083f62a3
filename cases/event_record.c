#include "cases/event_record.h"

#include "cases/fields.h"
#include "cases/segment.h"
#include "cases/strings.h"

#include <inttypes.h>

enum { FIXED = 5 };

void event_record_columns(const struct store *s, struct str *sql)
{
    str_puts(sql, "id, block, at, size, extra");
    for (int f = 0; f < FIELD_COUNT; f++)
        if (s->event_columns[f].shape != COLUMN_NONE)
            str_printf(sql, ", %s", s->event_columns[f].name);
}

/* The bytes lie together: first the values without a column, then the vendor's own. */
static int read_parts(struct store *s, struct statement *st, enum event_parts parts,
    struct arena *arena, struct record *r, struct err *e)
{
    struct str bytes = STR_INIT;
    struct err why = ERR_INIT;
    int64_t extra = statement_int(st, 4), size = parts & EVENT_RAW ? statement_int(st, 3) : 0;
    struct segment_place place = {
        statement_int(st, 0), statement_int(st, 1), statement_int(st, 2), extra + size};
    if (place.n == 0)
        return 0;
    int rc = segment_read(s, &place, &bytes, &why);
    if (!rc) {
        struct slice kept = arena_copy(arena, str_as_slice(&bytes));
        fields_unpack((struct slice){kept.p, (size_t)extra}, r, arena);
        if (parts & EVENT_RAW)
            r->raw = (struct slice){kept.p + extra, (size_t)size};
    }
    str_release(&bytes);
    if (rc && why.code != ERR_CORRUPT)
        return err_set(e, why.code, "%s", why.text);
    return 0;
}

int event_record_read(struct store *s, struct statement *st, enum event_parts parts,
    struct arena *arena, struct record *r, struct err *e)
{
    int index = FIXED;
    memset(r, 0, sizeof *r);
    r->kind = RECORD_EVENT;
    r->time = r->shipped = CLOCK_NONE;
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct column *c = &s->event_columns[f];
        if (c->shape == COLUMN_NONE)
            continue;
        struct field_reading b = {st, index++, c, (enum field)f, s->strings, arena};
        fields_read(&b, r);
    }
    record_get_int(r, FIELD_TIMESTAMP, &r->time);
    r->native_id = r->first[FIELD_NATIVE_ID];
    return parts ? read_parts(s, st, parts, arena, r, e) : 0;
}

int event_condition(
    struct store *s, const struct event_list *list, struct query_sql *q, struct err *e)
{
    *q = (struct query_sql){.first = 5, .prefix = ""};
    str_char(&q->where, '(');
    if (query_sql_events(s, list->query, q, e))
        return -1;
    str_char(&q->where, ')');
    if (list->from != CLOCK_NONE)
        str_printf(&q->where, " AND ts>=%" PRId64, list->from);
    if (list->to != CLOCK_NONE)
        str_printf(&q->where, " AND ts<%" PRId64, list->to);
    if (list->host)
        str_puts(
            &q->where, " AND \"host.name\" IN (SELECT id FROM string WHERE s=?3 COLLATE NOCASE)");
    return 0;
}

static struct statement *prepare(
    struct store *s, const struct event_walk *w, const struct query_sql *q, struct err *e)
{
    struct str sql = STR_INIT;
    bool up = w->list->ascending;
    str_puts(&sql, "SELECT ");
    event_record_columns(s, &sql);
    str_printf(&sql, " FROM event WHERE %s", q->where.p);
    if (w->after.id)
        str_puts(
            &sql, up ? " AND ts>=?1 AND (ts>?1 OR id>?2)" : " AND ts<=?1 AND (ts<?1 OR id<?2)");
    str_puts(&sql, up ? " ORDER BY ts, id" : " ORDER BY ts DESC, id DESC");
    struct statement *st = db_prepare(s->events, sql.p, e);
    str_release(&sql);
    if (!st)
        return NULL;
    statement_bind_int(st, 1, w->after.time);
    statement_bind_int(st, 2, w->after.id);
    statement_bind_text(st, 3, slice_of(w->list->host));
    query_sql_bind(q, st);
    return st;
}

int event_walk(struct store *s, const struct event_walk *w, struct err *e)
{
    struct query_sql q;
    struct arena own = ARENA_INIT, *arena = w->arena ? w->arena : &own;
    struct statement *st = NULL;
    struct record r;
    enum event_parts parts = w->parts;
    int stop = 0;
    int rc = event_condition(s, w->list, &q, e);
    if (q.extra)
        parts |= EVENT_EXTRA;
    if (!rc)
        rc = (st = prepare(s, w, &q, e)) ? 0 : -1;
    while (!rc && !stop && (rc = statement_step(st, e)) > 0) {
        rc = event_record_read(s, st, parts, arena, &r, e);
        if (!rc && (q.exact || query_match(w->list->query, &r)))
            stop = w->sink(w->owner, &r);
        if (!w->arena)
            arena_reset(&own);
    }
    statement_done(st);
    arena_release(&own);
    query_sql_release(&q);
    return rc;
}
