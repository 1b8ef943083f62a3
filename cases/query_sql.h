/* The query's second engine: AST → an SQL condition with bound parameters, for the alert table or
 * the event table. It may over-select, never under-select; `exact` says that it does neither, so
 * that the matcher need not look again. */
#ifndef HINOMI_CASES_QUERY_SQL_H
#define HINOMI_CASES_QUERY_SQL_H

#include "cases/store_inside.h"

struct query_parameter {
    enum { PARAMETER_INT, PARAMETER_TEXT, PARAMETER_BLOB } kind;
    int64_t number;
    struct slice bytes; /* in the arena of the condition */
};

struct query_sql {
    struct str where; /* never empty; "1" for everything. Names stand behind `prefix`. */
    bool exact;
    bool extra; /* the matcher needs values that have no column */
    struct arena arena;
    struct query_parameter *parameters;
    size_t count, capacity;
    int first; /* parameters are ?first, ?first+1, … so that a text may stand twice */
    const char *prefix;
};

/* Zeroed by the caller but for first (at least 1) and prefix ("" or "a."). query NULL: everything.
 */
int query_sql_alerts(
    struct store *s, const struct query *query, struct query_sql *out, struct err *e);
int query_sql_events(
    struct store *s, const struct query *query, struct query_sql *out, struct err *e);
void query_sql_bind(const struct query_sql *q, struct statement *st);
void query_sql_release(struct query_sql *q);

/* The next free parameter number. */
static inline int query_sql_next(const struct query_sql *q)
{
    return q->first + (int)q->count;
}

#endif
