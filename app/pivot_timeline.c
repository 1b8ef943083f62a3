#include "app/pivot.h"

#include "app/pivot_facts.h"
#include "cases/case_file.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* What one request gathers from: events, alerts, and a case's own entries. */
struct gathering {
    struct store *store;
    const struct timeline_request *request;
    struct query *events, *alerts; /* narrowed; NULL: everything */
    bool no_events;                /* a case without a query: its own entries name its events */
    struct pivot_timeline *out;
    size_t capacity;
};

static void add_row(struct gathering *g, const struct timeline_row *row)
{
    if (g->out->count == g->capacity) {
        g->capacity = g->capacity ? g->capacity * 2 : 256;
        g->out->rows = mem_grow(g->out->rows, g->capacity, sizeof *g->out->rows);
    }
    g->out->rows[g->out->count++] = *row;
}

static const char *kept(struct gathering *g, struct slice v)
{
    return v.n ? arena_copy(&g->out->arena, v).p : "";
}

static int take_record(void *owner, const struct record *r)
{
    struct gathering *g = owner;
    struct str what = STR_INIT;
    int64_t id = 0;
    bool alert = r->kind == RECORD_ALERT;
    str_add(&what, "", 0);
    if (alert && record_get(r, FIELD_RULE_NAME).n)
        str_slice(&what, record_get(r, FIELD_RULE_NAME));
    else
        pivot_summary(r, &what);
    record_get_int(r, FIELD_ID, &id);
    struct timeline_row row = {.time = r->time,
        .id = id,
        .kind = alert ? "alert" : "event",
        .source = kept(g, record_get(r, FIELD_SOURCE)),
        .host = kept(g, record_get(r, FIELD_HOST_NAME)),
        .what = kept(g, str_as_slice(&what)),
        .category = kept(g, record_get(r, FIELD_EVENT_CATEGORY)),
        .severity = alert ? severity_find(record_get(r, FIELD_SEVERITY)) : -1,
        .entity_id = kept(g, record_get(r, FIELD_PROCESS_ENTITY_ID))};
    add_row(g, &row);
    str_release(&what);
    return 0;
}

static bool within(const struct gathering *g, int64_t time)
{
    const struct pivot_timeline *t = g->out;
    return (t->from == CLOCK_NONE || time >= t->from) && (t->to == CLOCK_NONE || time < t->to);
}

static const char *entry_kind(const char *kind)
{
    static const char *const kinds[] = {"event", "alert", "note", "task", "containment"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return kinds[i];
    return NULL;
}

static int take_entry(void *owner, const struct case_entry *entry)
{
    struct gathering *g = owner;
    const char *kind = entry_kind(entry->kind);
    /* alerts come by the query, with their whole record */
    if (!kind || strcmp(kind, "alert") == 0 || !within(g, entry->time))
        return 0;
    struct timeline_row row = {.time = entry->time,
        .id = entry->id,
        .kind = kind,
        .source = kept(g, slice_of(entry->who)),
        .host = "",
        .what = kept(g, slice_of(entry->text)),
        .category = "",
        .severity = -1,
        .entity_id = ""};
    add_row(g, &row);
    g->out->total++;
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct timeline_row *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    int kind = strcmp(x->kind, y->kind);
    return kind ? kind : x->id < y->id ? -1 : x->id > y->id;
}

static struct event_list events_of(const struct gathering *g)
{
    return (struct event_list){
        .query = g->events, .from = g->out->from, .to = g->out->to, .host = g->request->host};
}

static int narrow(struct gathering *g, struct err *e)
{
    const struct timeline_request *r = g->request;
    char id[24];
    struct query *by_host = NULL;
    int rc = 0;
    snprintf(id, sizeof id, "%lld", (long long)r->case_id);
    g->no_events = r->case_id && !r->query;
    if (r->query)
        rc = query_parse(&g->events, slice_of(r->query->text), clock_now(), &(size_t){0}, e);
    if (rc == 0 && r->host)
        rc = pivot_narrow(r->query, FIELD_HOST_NAME, r->host, &by_host, e);
    if (rc == 0 && r->case_id)
        rc = pivot_narrow(by_host ? by_host : r->query, FIELD_CASE, id, &g->alerts, e);
    else if (rc == 0 && by_host) {
        g->alerts = by_host;
        by_host = NULL;
    } else if (rc == 0 && r->query)
        rc = query_parse(&g->alerts, slice_of(r->query->text), clock_now(), &(size_t){0}, e);
    query_free(by_host);
    return rc;
}

static void widen(struct pivot_timeline *t, int64_t time)
{
    if (time == CLOCK_NONE)
        return;
    if (t->from == CLOCK_NONE || time < t->from)
        t->from = time;
    if (t->to == CLOCK_NONE || time >= t->to)
        t->to = time + 1;
}

static int edge_of_events(struct gathering *g, bool first, int64_t *time, struct err *e)
{
    struct batch batch;
    bool more;
    struct event_list list = events_of(g);
    list.from = list.to = CLOCK_NONE;
    list.ascending = first;
    batch_init(&batch);
    int rc = events_page(g->store, &list, (struct event_place){CLOCK_NONE, 0}, 1, &batch, &more, e);
    *time = rc == 0 && batch.count ? batch.records[0].time : CLOCK_NONE;
    batch_release(&batch);
    return rc;
}

static int edge_of_alerts(struct gathering *g, bool first, int64_t *time, struct err *e)
{
    struct alert_page page = {0};
    struct alert_list list = {
        .query = g->alerts, .sort = ALERT_BY_TIME, .reversed = first, .with_hidden = true};
    int rc = alerts_page(g->store, &list, 0, false, 1, &page, e);
    *time = rc == 0 && page.count ? page.rows[0].time : CLOCK_NONE;
    alert_page_release(&page);
    return rc;
}

static int edge_of_case(void *owner, const struct case_entry *entry)
{
    struct pivot_timeline *t = owner;
    if (entry_kind(entry->kind))
        widen(t, entry->time);
    return 0;
}

/* [from, to) from the data, where nobody gave them. */
static int find_span(struct gathering *g, struct err *e)
{
    const struct timeline_request *r = g->request;
    struct pivot_timeline found = {.from = CLOCK_NONE, .to = CLOCK_NONE};
    int64_t time;
    for (int first = 0; first < 2; first++) {
        if (!g->no_events) {
            if (edge_of_events(g, first, &time, e) < 0)
                return -1;
            widen(&found, time);
        }
        if (edge_of_alerts(g, first, &time, e) < 0)
            return -1;
        widen(&found, time);
    }
    if (r->case_id && case_each(g->store, r->case_id, edge_of_case, &found, e) < 0)
        return -1;
    if (g->out->from == CLOCK_NONE)
        g->out->from = found.from;
    if (g->out->to == CLOCK_NONE)
        g->out->to = found.to;
    return 0;
}

static int count_alerts(struct gathering *g, struct err *e)
{
    struct pivot_timeline *t = g->out;
    uint32_t *counts = mem_zalloc(5 * t->buckets, sizeof *counts);
    int rc = alerts_histogram(g->store, g->alerts, t->from, t->to, t->buckets, counts, e);
    for (size_t severity = 0; rc == 0 && severity < 5; severity++)
        for (size_t i = 0; i < t->buckets; i++) {
            uint32_t n = counts[severity * t->buckets + i];
            t->alert_counts[i] += n;
            t->total += n;
            if (n)
                t->worst[i] = (signed char)severity;
        }
    free(counts);
    return rc;
}

static int count_events(struct gathering *g, struct err *e)
{
    struct pivot_timeline *t = g->out;
    struct event_histogram h = {0};
    struct event_list list = events_of(g);
    if (g->no_events)
        return 0;
    if (events_histogram(g->store, &list, t->buckets, &h, e) < 0)
        return -1;
    t->lanes = h.sources;
    t->lane_names = arena_zalloc(&t->arena, (h.sources + 1) * sizeof *t->lane_names);
    t->counts = arena_zalloc(&t->arena, (h.sources * h.buckets + 1) * sizeof *t->counts);
    for (size_t i = 0; i < h.sources; i++)
        t->lane_names[i] = arena_strdup(&t->arena, h.names[i]);
    for (size_t i = 0; i < h.sources * h.buckets; i++) {
        t->counts[i] = h.counts[i];
        t->total += h.counts[i];
    }
    event_histogram_release(&h);
    return 0;
}

static int count_buckets(struct gathering *g, struct err *e)
{
    struct pivot_timeline *t = g->out;
    t->buckets = g->request->buckets ? g->request->buckets : 1;
    t->worst = arena_alloc(&t->arena, t->buckets);
    memset(t->worst, -1, t->buckets);
    t->alert_counts = arena_zalloc(&t->arena, t->buckets * sizeof *t->alert_counts);
    if (t->from == CLOCK_NONE || t->to <= t->from)
        return 0;
    return count_alerts(g, e) < 0 ? -1 : count_events(g, e);
}

static int take_alert(void *owner, const struct record *r)
{
    return within(owner, r->time) ? take_record(owner, r) : 0;
}

static int gather_rows(struct gathering *g, struct err *e)
{
    const struct timeline_request *r = g->request;
    struct event_list events = events_of(g);
    struct alert_list alerts = {.query = g->alerts, .sort = ALERT_BY_TIME, .with_hidden = true};
    size_t limit = r->limit;
    if (g->out->from == CLOCK_NONE)
        return 0;
    if (!g->no_events && events_each(g->store, &events, limit, take_record, g, e) < 0)
        return -1;
    if (alerts_each(g->store, &alerts, r->from == CLOCK_NONE && r->to == CLOCK_NONE ? limit : 0,
            take_alert, g, e) < 0)
        return -1;
    if (r->case_id && case_each(g->store, r->case_id, take_entry, g, e) < 0)
        return -1;
    return 0;
}

/* The newest `limit` rows stay. */
static void trim(struct pivot_timeline *t, size_t limit)
{
    if (t->count)
        qsort(t->rows, t->count, sizeof *t->rows, compare_rows);
    if (limit && t->count > limit) {
        memmove(t->rows, t->rows + (t->count - limit), limit * sizeof *t->rows);
        t->count = limit;
    }
    t->more = t->total > t->count;
}

int pivot_timeline(struct app *a, struct store *s, const struct timeline_request *r,
    struct pivot_timeline *out, struct err *e)
{
    struct gathering g = {.store = s, .request = r, .out = out};
    (void)a;
    *out = (struct pivot_timeline){.arena = ARENA_INIT, .from = r->from, .to = r->to};
    int rc = narrow(&g, e);
    if (rc == 0 && (out->from == CLOCK_NONE || out->to == CLOCK_NONE))
        rc = find_span(&g, e);
    if (rc == 0)
        rc = count_buckets(&g, e);
    if (rc == 0)
        rc = gather_rows(&g, e);
    query_free(g.events);
    query_free(g.alerts);
    if (rc < 0) {
        pivot_timeline_release(out);
        return -1;
    }
    trim(out, r->limit);
    return 0;
}

void pivot_timeline_release(struct pivot_timeline *t)
{
    arena_release(&t->arena);
    free(t->rows);
    *t = (struct pivot_timeline){.arena = ARENA_INIT};
}
