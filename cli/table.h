/* A readable table on stdout: cells are sanitised, columns as wide as they must be; on a terminal
 * long cells are cut with … so that a row is a line, elsewhere nothing is cut. */
#ifndef HINOMI_CLI_TABLE_H
#define HINOMI_CLI_TABLE_H

#include "cli/cli.h"

enum { TABLE_COLUMNS = 12 };

struct table {
    const char *heads[TABLE_COLUMNS]; /* N_() literals */
    size_t columns, rows;
    char **cells; /* rows × columns, sanitised, owned */
    size_t capacity;
};

void table_init(struct table *t, const char *const *heads, size_t columns);
/* `cells` has t->columns texts; NULL is an empty cell. */
void table_row(struct table *t, const char *const *cells);
void table_print(struct table *t, const struct cli *c); /* and releases */

#endif
