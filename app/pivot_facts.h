/* What a pivot gathers from the record before it draws a tree. */
#ifndef HINOMI_APP_PIVOT_FACTS_H
#define HINOMI_APP_PIVOT_FACTS_H

#include "app/pivot.h"
#include "core/tree.h"

/* What a tree node does not keep of its creation record. */
struct process_source {
    int64_t event_id;
    const char *sha256, *executable;
};

/* An alert that names a process. */
struct alert_pin {
    int64_t alert, pid, time;
    int severity;
    struct slice host, entity_id;
    size_t fact; /* what it says of the process, in facts */
};

struct pivot_facts {
    struct arena arena;
    struct tree_fact *facts;
    size_t count, capacity;
    struct process_source *sources; /* fact.record - 1 is the index */
    size_t source_count, source_capacity;
    struct alert_pin *pins;
    size_t pin_count, pin_capacity;
    size_t creations; /* of them from telemetry */
};

/* The process facts of one host within [from, to): its telemetry, then what its alerts say. */
struct facts_request {
    const char *organization, *host;
    int64_t from, to;
    int64_t alert; /* this one is taken whatever its time; 0: none */
};
int pivot_facts_read(
    struct store *s, const struct facts_request *r, struct pivot_facts *out, struct err *e);
void pivot_facts_release(struct pivot_facts *f);

/* `base` (NULL: everything) and field == "value", as one query. Caller frees with query_free. */
int pivot_narrow(const struct query *base, enum field field, const char *value, struct query **out,
    struct err *e);

#endif
