/* An event's row as a whole record, and one walk over events that all readers share. */
#ifndef HINOMI_CASES_EVENT_RECORD_H
#define HINOMI_CASES_EVENT_RECORD_H

#include "cases/events.h"
#include "cases/query_sql.h"

enum event_parts { EVENT_EXTRA = 1, EVENT_RAW = 2 };

/* All columns, in the order of event_record_read: id, block, at, size, extra, then the fields'. */
void event_record_columns(const struct store *s, struct str *sql);

/* Strings go into the arena or live in the store until it stores again. What lies in a damaged
 * block is left out: raw stays absent. */
int event_record_read(struct store *s, struct statement *st, enum event_parts parts,
    struct arena *arena, struct record *r, struct err *e);

/* Rows that a list means, in its order, each judged by the matcher where SQL over-selects. */
struct event_walk {
    const struct event_list *list;
    struct event_place after; /* id 0: from the start */
    enum event_parts parts;
    struct arena *arena; /* NULL: each record's strings are gone after its sink */
    record_sink *sink;
    void *owner;
};
int event_walk(struct store *s, const struct event_walk *walk, struct err *e);

/* The list's condition: where on `event`, its parameters, and whether it is exact. */
int event_condition(
    struct store *s, const struct event_list *list, struct query_sql *q, struct err *e);

#endif
