/* An alert's row as a whole record. */
#ifndef HINOMI_CASES_ALERT_RECORD_H
#define HINOMI_CASES_ALERT_RECORD_H

#include "cases/store_inside.h"

/* All columns of the alerts that `where` selects, in the order of alert_record_read. */
void alert_record_columns(const struct store *s, const char *prefix, struct str *sql);

/* The row of a statement whose columns begin with those; strings go into the arena. */
int alert_record_read(struct store *s, struct statement *st, struct arena *arena, struct record *r);

enum alert_parts { ALERT_EXTRA = 1, ALERT_RAW = 2 };
/* Values without a column, and the raw bytes. */
int alert_record_raw(struct store *s, int64_t id, enum alert_parts parts, struct arena *arena,
    struct record *r, struct err *e);

/* One alert; 1 found, 0 none, -1. `r` is cleared first. */
int alert_record_load(struct store *s, int64_t id, enum alert_parts parts, struct arena *arena,
    struct record *r, struct err *e);

#endif
