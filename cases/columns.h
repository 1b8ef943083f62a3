/* How core/field.h's fields lie in our two tables. Names are quoted and ready for SQL. */
#ifndef HINOMI_CASES_COLUMNS_H
#define HINOMI_CASES_COLUMNS_H

#include "core/field.h"

enum column_shape {
    COLUMN_NONE, /* not in this table: kept beside the raw record */
    COLUMN_INT,  /* int64; a value that is no number is kept as text */
    COLUMN_TEXT,
    COLUMN_STRING, /* id in table `string` */
};

struct column {
    const char *name;
    const char *absent; /* SQL literal that stands for "no value"; NULL: NULL does */
    enum column_shape shape;
    bool many;    /* values joined by COLUMN_JOIN */
    bool analyst; /* written only through the journal */
};

#define COLUMN_JOIN '\x1f'

void columns_of_alerts(struct column table[FIELD_COUNT]);
void columns_of_events(struct column table[FIELD_COUNT]);

#endif
