/* The shape of the two databases and how older ones become newer. */
#ifndef HINOMI_CASES_SCHEMA_H
#define HINOMI_CASES_SCHEMA_H

#include "cases/columns.h"
#include "cases/db.h"

/* Step i brings user_version from i to i + 1. */
struct schema {
    const char *file;  /* for messages */
    const char *table; /* the one whose columns come from FIELD_LIST */
    const char *const *steps;
    int version; /* how many steps */
};

extern const struct schema schema_record, schema_events;

/* Creates, migrates (after a copy beside it, FILE.before-N) or refuses; then sets the version that
 * every write transaction of db expects. A read-only db is only checked. */
int schema_open(
    struct db *db, const struct schema *schema, const char *path, bool read_only, struct err *e);

/* Adds columns that newer fields brought. */
int schema_columns(struct db *db, const struct schema *schema,
    const struct column columns[FIELD_COUNT], struct err *e);

#endif
