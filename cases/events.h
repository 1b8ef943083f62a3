/* Reading the telemetry cache (events.db). */
#ifndef HINOMI_CASES_EVENTS_H
#define HINOMI_CASES_EVENTS_H

#include "cases/alerts.h"

struct event_list {
    const struct query *query; /* NULL: all */
    int64_t from, to;          /* [from, to); CLOCK_NONE: open */
    const char *host;          /* NULL: any; uses the (host, time) index */
    bool ascending;            /* default newest first */
};

/* Keyset pages by (time, id); after_id 0: start. Whole normalised records into `out` (FIELD_ID
 * set); raw only when with_raw. The matcher has had the last word. */
struct event_place {
    int64_t time, id;
};
int events_page(struct store *s, const struct event_list *list, struct event_place after,
    size_t limit, struct batch *out, bool *more, struct err *e);

/* Exact; may scan: interruptible. */
int events_count(struct store *s, const struct event_list *list, uint64_t *count, struct err *e);
int events_by_field(struct store *s, const struct event_list *list, enum field field, size_t limit,
    struct field_group **groups, size_t *count, struct err *e);
int events_each(struct store *s, const struct event_list *list, size_t limit, record_sink *sink,
    void *owner, struct err *e);

/* Per bucket and source; unfiltered ones come from the hourly counters when buckets are whole
 * hours. */
struct event_histogram {
    size_t buckets, sources;
    char **names;     /* of sources */
    uint32_t *counts; /* sources × buckets */
};
int events_histogram(struct store *s, const struct event_list *list, size_t buckets,
    struct event_histogram *h, struct err *e);
void event_histogram_release(struct event_histogram *h);

int event_get(struct store *s, int64_t id, struct batch *out, struct err *e); /* raw included */
int event_raw(struct store *s, int64_t id, struct str *raw, struct err *e);

/* All process records (category process) of a host in [from, to), oldest first: a tree's material.
 */
struct process_span {
    const char *organization, *host;
    int64_t from, to;
};
int events_processes(struct store *s, const struct process_span *span, record_sink *sink,
    void *owner, struct err *e);
/* Records that name this entity as process or as parent. */
int events_of_entity(
    struct store *s, const char *entity_id, size_t limit, struct batch *out, struct err *e);

/* What is known of a value: first and last seen, how many records, on how many hosts. */
struct entity_facts {
    int64_t first, last;
    uint64_t events, alerts, hosts;
};
int entity_facts(struct store *s, enum field field, const char *value, struct entity_facts *facts,
    struct err *e);

/* Retention: drops the oldest-arrived segments until both limits hold (0: no limit). */
int events_retain(struct store *s, int64_t oldest_arrival, uint64_t max_bytes, struct err *e);

#endif
