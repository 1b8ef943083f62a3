/* KQL's tree → Elasticsearch's query DSL. What is selected is never less than what query_match()
 * would keep; where the index cannot say exactly (a text field, a value that we derive,
 * milliseconds), more is selected and the matcher has the last word. Under a `not` the bounds
 * change sides. One written limit: free text compares what is stored; compatibility forms
 * (half-width kana, full-width Latin) that our tokens fold are found in local data only.
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/query-dsl.html */
#ifndef HINOMI_CONNECTORS_QUERY_DSL_H
#define HINOMI_CONNECTORS_QUERY_DSL_H

#include "core/query.h"
#include "core/str.h"

enum { DSL_NAMES_MAX = 6 };

/* How a field is indexed, as _field_caps tells it. */
enum dsl_type {
    DSL_ABSENT,
    DSL_KEYWORD, /* keyword, constant_keyword, wildcard, flattened */
    DSL_TEXT,    /* text, match_only_text */
    DSL_NUMBER,
    DSL_DATE,
    DSL_IP,
    DSL_OTHER /* another type, or not the same in all indices: only its presence can be asked for */
};

struct dsl_types {
    enum dsl_type (*type)(const struct dsl_types *, const char *name);
    const void *owner;
};

/* Where a field of ours stands in the source's documents, in the order in which the mapper takes
 * them. */
struct dsl_map {
    enum field field;
    bool derived; /* the mapper may find a value where none of the names has one */
    const char *names[DSL_NAMES_MAX + 1];
};
extern const struct dsl_map
    dsl_maps[]; /* ends with FIELD_NONE; a field not listed has its ECS name */

/* The names of a field, NULL-terminated; *derived as in the map. */
const char *const *dsl_names(enum field field, bool *derived);

/* Appends one query clause. */
void query_dsl(const struct query *q, const struct dsl_types *types, struct str *out);

/* Calls `each` for every name that the query asks about: what _field_caps must be asked for. */
void query_dsl_names(
    const struct query *q, void (*each)(void *owner, const char *name), void *owner);

#endif
