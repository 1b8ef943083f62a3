/* Counts by value, for --group and facets: a value is what counts, whatever its ASCII case. */
#ifndef HINOMI_CASES_FACETS_H
#define HINOMI_CASES_FACETS_H

#include "cases/alerts.h"

struct facets {
    struct arena arena;
    struct facet *slots;
    size_t size, used;
};

struct facet_add {
    struct slice value;
    uint64_t count;
    int64_t first, last;
    int severity; /* -1: none */
};
void facets_add(struct facets *f, const struct facet_add *add);
/* All values of a field of one record. */
void facets_add_record(struct facets *f, const struct record *r, enum field field);
/* The `limit` most frequent (0: all), most frequent first, ties by value; releases f. */
void facets_take(struct facets *f, size_t limit, struct field_group **groups, size_t *count);

#endif
