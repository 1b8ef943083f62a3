/* The leaves of connectors/query_dsl.c. `lower`: select nothing that the matcher might refuse; else
 * select everything that it might keep. */
#ifndef HINOMI_CONNECTORS_QUERY_DSL_LEAF_H
#define HINOMI_CONNECTORS_QUERY_DSL_LEAF_H

#include "connectors/query_dsl.h"

void dsl_put_leaf(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out);
void dsl_put_words(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out);

/* {"wildcard":…}; `stars`: * in text is one, else it is escaped; `around`: with * at both ends. */
void dsl_put_wildcard(
    struct str *out, const char *name, struct slice text, bool stars, bool around);

#endif
