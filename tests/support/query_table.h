/* Records and queries with the rows that must match, written by hand: what every engine that
 * answers a query is held to. */
#ifndef HINOMI_TESTS_SUPPORT_QUERY_TABLE_H
#define HINOMI_TESTS_SUPPORT_QUERY_TABLE_H

#include "core/query.h"

enum { QUERY_TABLE_ROWS = 10 }; /* rows are called A, B, C, … */

/* The clock of all queries. */
extern const char query_table_now[]; /* ISO 8601 */

struct query_case {
    const char *text;
    const char *rows; /* "ACF": letters in order, "" for none */
};
extern const struct query_case query_table[];
extern const size_t query_table_count;

/* Appends all rows, in order; the batch owns what they need. */
void query_table_fill(struct batch *b);

#endif
