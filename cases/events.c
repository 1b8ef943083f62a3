#include "cases/events.h"

#include "cases/event_record.h"
#include "cases/segment.h"
#include "cases/strings.h"

#include <stdlib.h>

struct page {
    struct batch *out;
    size_t limit, taken;
    bool more;
};

static int take(void *owner, const struct record *r)
{
    struct page *p = owner;
    if (p->taken == p->limit) {
        p->more = true;
        return 1;
    }
    *batch_add(p->out, RECORD_EVENT) = *r;
    p->taken++;
    return 0;
}

/* Interned strings live only until the store stores again; a batch may live longer. */
static void own_strings(struct batch *out, size_t from)
{
    for (size_t i = from; i < out->count; i++)
        for (int f = 0; f < FIELD_COUNT; f++)
            if (out->records[i].first[f].p)
                out->records[i].first[f] = arena_copy(&out->arena, out->records[i].first[f]);
}

int events_page(struct store *s, const struct event_list *list, struct event_place after,
    size_t limit, struct batch *out, bool *more, struct err *e)
{
    struct page page = {out, limit, 0, false};
    size_t from = out->count;
    struct event_walk walk = {list, after, EVENT_EXTRA, &out->arena, take, &page};
    int rc = event_walk(s, &walk, e);
    own_strings(out, from);
    if (more)
        *more = page.more;
    return rc;
}

struct limited {
    record_sink *sink;
    void *owner;
    size_t limit, given;
};

static int give(void *owner, const struct record *r)
{
    struct limited *l = owner;
    int stop = l->sink(l->owner, r);
    return stop || ++l->given == l->limit;
}

int events_each(struct store *s, const struct event_list *list, size_t limit, record_sink *sink,
    void *owner, struct err *e)
{
    struct limited l = {sink, owner, limit, 0};
    struct event_walk walk = {
        .list = list, .parts = EVENT_EXTRA | EVENT_RAW, .sink = give, .owner = &l};
    return event_walk(s, &walk, e);
}

static int count_one(void *owner, const struct record *r)
{
    (void)r;
    ++*(uint64_t *)owner;
    return 0;
}

static bool unfiltered(const struct event_list *list)
{
    return (!list->query || list->query->root->op == QUERY_EVERYTHING) && !list->host &&
           list->from == CLOCK_NONE && list->to == CLOCK_NONE;
}

int events_count(struct store *s, const struct event_list *list, uint64_t *count, struct err *e)
{
    struct query_sql q;
    struct str sql = STR_INIT;
    int64_t n = 0;
    *count = 0;
    if (unfiltered(list)) {
        if (db_number(s->events, e, &n, "SELECT sum(rows) FROM segment", "") < 0)
            return -1;
        *count = (uint64_t)n;
        return 0;
    }
    int rc = event_condition(s, list, &q, e);
    if (!rc && !q.exact) {
        struct event_walk walk = {.list = list, .sink = count_one, .owner = count};
        query_sql_release(&q);
        return event_walk(s, &walk, e);
    }
    str_printf(&sql, "SELECT count(*) FROM event WHERE %s", q.where.p ? q.where.p : "0");
    struct statement *st = rc ? NULL : db_prepare(s->events, sql.p, e);
    rc = st ? 0 : -1;
    if (st) {
        statement_bind_text(st, 3, slice_of(list->host));
        query_sql_bind(&q, st);
        rc = statement_step(st, e);
        *count = rc > 0 ? (uint64_t)statement_int(st, 0) : 0;
    }
    statement_done(st);
    str_release(&sql);
    query_sql_release(&q);
    return rc < 0 ? -1 : 0;
}

static struct statement *select_by_id(struct store *s, int64_t id, struct err *e)
{
    struct str sql = STR_INIT;
    str_puts(&sql, "SELECT ");
    event_record_columns(s, &sql);
    str_puts(&sql, " FROM event WHERE id=?1");
    struct statement *st = db_bind(s->events, e, sql.p, "i", id);
    str_release(&sql);
    return st;
}

int event_get(struct store *s, int64_t id, struct batch *out, struct err *e)
{
    struct record r;
    size_t from = out->count;
    struct statement *st = select_by_id(s, id, e);
    int rc = st ? statement_step(st, e) : -1;
    if (rc == 0)
        rc = err_set(e, ERR_NOT_FOUND, "there is no event %lld", (long long)id);
    else if (rc > 0)
        rc = event_record_read(s, st, EVENT_EXTRA | EVENT_RAW, &out->arena, &r, e);
    statement_done(st);
    if (rc)
        return -1;
    *batch_add(out, RECORD_EVENT) = r;
    own_strings(out, from);
    return 0;
}

int event_raw(struct store *s, int64_t id, struct str *raw, struct err *e)
{
    struct statement *st =
        db_bind(s->events, e, "SELECT block, at, extra, size FROM event WHERE id=?1", "i", id);
    int rc = st ? statement_step(st, e) : -1;
    struct segment_place place = {.row = id};
    if (rc > 0) {
        place.block = statement_int(st, 0);
        place.at = statement_int(st, 1) + statement_int(st, 2);
        place.n = statement_int(st, 3);
    }
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no event %lld", (long long)id);
    return rc < 0 ? -1 : segment_read(s, &place, raw, e);
}

/* The values of a source's own making may hold any byte; they are bound, never spliced. */
static int walk_where(struct store *s, const char *where, const char *letters, const void *const *p,
    struct event_walk *w, struct err *e)
{
    struct str sql = STR_INIT;
    struct record r;
    struct arena own = ARENA_INIT, *arena = w->arena ? w->arena : &own;
    str_puts(&sql, "SELECT ");
    event_record_columns(s, &sql);
    str_printf(&sql, " FROM event WHERE %s", where);
    struct statement *st = db_prepare(s->events, sql.p, e);
    str_release(&sql);
    int rc = st ? 0 : -1, stop = 0;
    for (int i = 0; st && letters[i]; i++) {
        if (letters[i] == 'i')
            statement_bind_int(st, i + 1, *(const int64_t *)p[i]);
        else
            statement_bind_text(st, i + 1, slice_of(p[i]));
    }
    while (!rc && !stop && (rc = statement_step(st, e)) > 0) {
        rc = event_record_read(s, st, w->parts, arena, &r, e);
        if (!rc)
            stop = w->sink(w->owner, &r);
        if (!w->arena)
            arena_reset(&own);
    }
    statement_done(st);
    arena_release(&own);
    return rc;
}

int events_processes(
    struct store *s, const struct process_span *span, record_sink *sink, void *owner, struct err *e)
{
    int64_t from = span->from == CLOCK_NONE ? INT64_MIN : span->from,
            to = span->to == CLOCK_NONE ? INT64_MAX : span->to;
    const void *p[] = {span->host, &from, &to, span->organization};
    struct event_walk w = {.parts = EVENT_EXTRA, .sink = sink, .owner = owner};
    return walk_where(s,
        "\"host.name\" IN (SELECT id FROM string WHERE s=?1 COLLATE NOCASE) AND ts>=?2 AND ts<?3"
        " AND \"event.category\" IN (SELECT id FROM string WHERE has_value(s, 'process'))"
        " AND (?4 IS NULL OR \"organization.id\" IN (SELECT id FROM string WHERE s=?4 COLLATE"
        " NOCASE)) ORDER BY ts, id",
        "tiit", p, &w, e);
}

int events_of_entity(
    struct store *s, const char *entity_id, size_t limit, struct batch *out, struct err *e)
{
    struct page page = {out, limit ? limit : SIZE_MAX, 0, false};
    size_t from = out->count;
    const void *p[] = {entity_id};
    struct event_walk w = {
        .parts = EVENT_EXTRA, .arena = &out->arena, .sink = take, .owner = &page};
    int rc = walk_where(s,
        "id IN (SELECT id FROM event WHERE \"process.entity_id\"=?1 COLLATE NOCASE UNION SELECT id"
        " FROM event WHERE \"process.parent.entity_id\"=?1 COLLATE NOCASE) ORDER BY ts, id",
        "t", p, &w, e);
    own_strings(out, from);
    return rc;
}
