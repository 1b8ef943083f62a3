#include "cases/event_record.h"
#include "cases/facets.h"
#include "cases/fields.h"
#include "cases/strings.h"
#include "core/mem.h"

#include <stdlib.h>

#define HOUR_NS (INT64_C(3600) * CLOCK_SECOND)

static int add_record(void *owner, const struct record *r)
{
    struct {
        struct facets *f;
        enum field field;
    } *o = owner;
    facets_add_record(o->f, r, o->field);
    return 0;
}

/* One value of a group of rows; joined values count each. */
static void add_group(
    struct store *s, const struct column *c, struct statement *st, struct facets *found)
{
    struct facet_add add = {
        {NULL, 0}, (uint64_t)statement_int(st, 1), statement_int(st, 2), statement_int(st, 3), -1};
    struct slice rest = c->shape == COLUMN_STRING ? strings_text(s->strings, statement_int(st, 0))
                                                  : statement_text(st, 0);
    const char *end;
    while (c->many && rest.p && (end = memchr(rest.p, COLUMN_JOIN, rest.n))) {
        add.value = (struct slice){rest.p, (size_t)(end - rest.p)};
        facets_add(found, &add);
        rest = (struct slice){end + 1, rest.n - add.value.n - 1};
    }
    add.value = rest;
    if (rest.p)
        facets_add(found, &add);
}

static int by_column(struct store *s, const struct event_list *list, enum field field,
    struct facets *found, struct err *e)
{
    const struct column *c = &s->event_columns[field];
    struct query_sql q;
    struct str sql = STR_INIT;
    struct statement *st = NULL;
    int rc = event_condition(s, list, &q, e);
    if (!rc) {
        str_printf(&sql,
            "SELECT %s, count(*), min(ts), max(ts) FROM event WHERE %s IS NOT NULL AND %s"
            " GROUP BY 1",
            c->name, c->name, q.where.p);
        rc = (st = db_prepare(s->events, sql.p, e)) ? 0 : -1;
    }
    if (st) {
        statement_bind_text(st, 3, slice_of(list->host));
        query_sql_bind(&q, st);
    }
    while (!rc && (rc = statement_step(st, e)) > 0) {
        add_group(s, c, st, found);
        rc = 0;
    }
    statement_done(st);
    str_release(&sql);
    query_sql_release(&q);
    return rc;
}

int events_by_field(struct store *s, const struct event_list *list, enum field field, size_t limit,
    struct field_group **groups, size_t *count, struct err *e)
{
    struct facets found = {0};
    struct query_sql q;
    struct {
        struct facets *f;
        enum field field;
    } owner = {&found, field};
    struct event_walk walk = {
        .list = list, .parts = EVENT_EXTRA, .sink = add_record, .owner = &owner};
    int rc = event_condition(s, list, &q, e);
    bool column = q.exact && s->event_columns[field].shape != COLUMN_NONE;
    query_sql_release(&q);
    if (!rc)
        rc = column ? by_column(s, list, field, &found, e) : event_walk(s, &walk, e);
    facets_take(&found, limit, groups, count);
    if (rc) {
        field_groups_free(*groups, *count);
        *groups = NULL;
        *count = 0;
    }
    return rc;
}

/* Buckets of whole hours need no look at the events. */
static bool by_counters(const struct event_list *list, int64_t width)
{
    return (!list->query || list->query->root->op == QUERY_EVERYTHING) && !list->host &&
           width % HOUR_NS == 0 && list->from % HOUR_NS == 0;
}

static size_t source_row(struct event_histogram *h, struct slice name)
{
    for (size_t i = 0; i < h->sources; i++)
        if (slice_is(name, h->names[i]))
            return i;
    h->names = mem_grow(h->names, h->sources + 1, sizeof *h->names);
    h->counts = mem_grow(h->counts, (h->sources + 1) * h->buckets, sizeof *h->counts);
    h->names[h->sources] = mem_strndup(name.p ? name.p : "", name.n);
    memset(h->counts + h->sources * h->buckets, 0, h->buckets * sizeof *h->counts);
    return h->sources++;
}

struct bucketing {
    struct event_histogram *h;
    int64_t from, width;
};

static void add_count(struct bucketing *b, struct slice source, int64_t ts, int64_t n)
{
    int64_t bucket = (ts - b->from) / b->width;
    if (ts < b->from || bucket >= (int64_t)b->h->buckets)
        return;
    size_t row = source_row(b->h, source); /* may move counts: before it is looked at */
    b->h->counts[row * b->h->buckets + (size_t)bucket] += (uint32_t)n;
}

static int bucket_record(void *owner, const struct record *r)
{
    add_count(owner, r->first[FIELD_SOURCE], r->time, 1);
    return 0;
}

static int from_counters(
    struct store *s, const struct event_list *list, struct bucketing *b, struct err *e)
{
    struct statement *st = db_bind(s->events, e,
        "SELECT hour, source, sum(count) FROM hourly WHERE hour>=?1 AND hour<?2 GROUP BY 1, 2",
        "ii", list->from / HOUR_NS, (list->to + HOUR_NS - 1) / HOUR_NS);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0)
        add_count(b, strings_text(s->strings, statement_int(st, 1)), statement_int(st, 0) * HOUR_NS,
            statement_int(st, 2));
    statement_done(st);
    return rc;
}

static int from_rows(struct store *s, const struct event_list *list, const struct query_sql *q,
    struct bucketing *b, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql,
        "SELECT (ts-?1)/?2, \"hinomi.source\", count(*) FROM event WHERE %s GROUP BY 1, 2",
        q->where.p);
    struct statement *st = db_bind(s->events, e, sql.p, "iit", b->from, b->width, list->host);
    str_release(&sql);
    int rc = -1;
    if (st)
        query_sql_bind(q, st);
    while (st && (rc = statement_step(st, e)) > 0)
        add_count(b, strings_text(s->strings, statement_int(st, 1)),
            b->from + statement_int(st, 0) * b->width, statement_int(st, 2));
    statement_done(st);
    return rc;
}

int events_histogram(struct store *s, const struct event_list *list, size_t buckets,
    struct event_histogram *h, struct err *e)
{
    *h = (struct event_histogram){.buckets = buckets};
    if (!buckets || list->from == CLOCK_NONE || list->to == CLOCK_NONE || list->to <= list->from)
        return 0;
    struct bucketing b = {
        h, list->from, (list->to - list->from + (int64_t)buckets - 1) / (int64_t)buckets};
    struct event_walk walk = {.list = list, .sink = bucket_record, .owner = &b};
    struct query_sql q;
    int rc = event_condition(s, list, &q, e);
    if (!rc)
        rc = by_counters(list, b.width) ? from_counters(s, list, &b, e)
             : q.exact                  ? from_rows(s, list, &q, &b, e)
                                        : event_walk(s, &walk, e);
    query_sql_release(&q);
    if (rc)
        event_histogram_release(h);
    return rc;
}

void event_histogram_release(struct event_histogram *h)
{
    for (size_t i = 0; i < h->sources; i++)
        free(h->names[i]);
    free(h->names);
    free(h->counts);
    *h = (struct event_histogram){0};
}

static int alerts_about(
    struct store *s, enum field field, const char *value, uint64_t *count, struct err *e)
{
    const struct column *c = &s->alert_columns[field];
    struct str sql = STR_INIT;
    int64_t n = 0;
    if (c->shape != COLUMN_TEXT)
        return 0;
    str_printf(&sql, "SELECT count(*) FROM alert WHERE %s",
        c->many                    ? "has_value("
        : field == FIELD_HOST_NAME ? "coalesce("
                                   : "");
    str_puts(&sql, c->name);
    str_puts(&sql, c->many                    ? ", ?1)"
                   : field == FIELD_HOST_NAME ? ", '') COLLATE NOCASE=?1"
                                              : "=?1 COLLATE NOCASE");
    int rc = db_number(s->record, e, &n, sql.p, "t", value);
    str_release(&sql);
    *count = (uint64_t)n;
    return rc < 0 ? -1 : 0;
}

static int events_about(
    struct store *s, char kind, const char *value, struct entity_facts *facts, struct err *e)
{
    struct statement *st = db_bind(s->events, e,
        "SELECT min(first), max(last), sum(count) FROM entity WHERE kind=?1 AND value IN"
        " (SELECT id FROM string WHERE s=?2 COLLATE NOCASE)",
        "dt", (int)kind, value);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0 && !statement_is_null(st, 0)) {
        facts->first = statement_int(st, 0);
        facts->last = statement_int(st, 1);
        facts->events = (uint64_t)statement_int(st, 2);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

static int hosts_with(struct store *s, struct query *q, uint64_t *hosts, struct err *e)
{
    struct event_list list = {.query = q, .from = CLOCK_NONE, .to = CLOCK_NONE};
    struct field_group *groups;
    size_t count;
    if (events_by_field(s, &list, FIELD_HOST_NAME, 0, &groups, &count, e))
        return -1;
    *hosts = count;
    field_groups_free(groups, count);
    return 0;
}

int entity_facts(
    struct store *s, enum field field, const char *value, struct entity_facts *facts, struct err *e)
{
    struct query_node equal = {
        .op = QUERY_EQUAL, .field = field, .text = slice_of(value ? value : "")};
    struct query query = {.arena = ARENA_INIT, .root = &equal, .text = NULL};
    char kind = fields_entity(field);
    *facts = (struct entity_facts){.first = CLOCK_NONE, .last = CLOCK_NONE};
    if (!value || alerts_about(s, field, value, &facts->alerts, e))
        return value ? -1 : 0;
    if (kind)
        return events_about(s, kind, value, facts, e) ||
                       (facts->events && hosts_with(s, &query, &facts->hosts, e))
                   ? -1
                   : 0;
    struct event_list list = {.query = &query, .from = CLOCK_NONE, .to = CLOCK_NONE};
    return events_count(s, &list, &facts->events, e) || hosts_with(s, &query, &facts->hosts, e) ? -1
                                                                                                : 0;
}
