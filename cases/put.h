/* Storing what a source brought. Each database keeps the cursor up to which *it* has stored, in the
 * same transaction as the rows; events.db first. A crash between the two is mended by the next
 * poll: it resumes from the older cursor and each side skips what it holds. */
#ifndef HINOMI_CASES_PUT_H
#define HINOMI_CASES_PUT_H

#include "cases/store.h"
#include "core/str.h"

struct put_context {
    const char *source, *kind, *organization; /* "" organization: "default" */
    int64_t reading;  /* number of this reading (put_reading): dedupe of raw twins needs it */
    const char *file; /* identity of the file being imported, or NULL */
};

struct put_counts {
    uint64_t read, pages;
    uint64_t alerts_new, alerts_updated, alerts_duplicate;
    uint64_t events_new, events_duplicate;
    uint64_t quarantined;
};

/* A reading from the start takes a new number; a resumed one keeps its own. */
int put_reading(struct store *s, const char *source, bool resumed, int64_t *reading, struct err *e);

/* Stores a batch: events → events.db, alerts → record.db (new, or updated in place: vendor columns
 * only, the analyst's work is kept), bad → quarantine, then the cursor. Durable when it returns.
 * Adds to *counts. */
int put_batch(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e);

/* The older of the two cursors, "" when nothing is stored. Caller's str. */
int put_cursor(struct store *s, const char *source, struct str *cursor, struct err *e);

/* How a source fares, for the sources screen; every pull ends with put_source_result. */
struct source_state {
    char *source, *kind;                             /* owned by the list */
    char *cursor, *last_error;                       /* NULL: none */
    char *error_code;                                /* err_code_name, NULL: none */
    int64_t last_success, last_attempt, last_record; /* CLOCK_NONE: never; newest record's time */
    uint64_t alerts, events, quarantined;
    uint32_t hourly[24]; /* records stored in each of the last 24 hours, oldest first */
};
int put_source_result(struct store *s, const char *source, const char *kind, int64_t when,
    const struct err *failure_or_null, struct err *e);
int put_source_states(struct store *s, struct source_state **list, size_t *count, struct err *e);
void put_source_states_free(struct source_state *list, size_t count);

/* Quarantine, newest first. */
struct bad_row {
    int64_t id, time;
    const char *source;
    struct slice place, reason, raw;
};
typedef int put_bad_sink(void *owner, const struct bad_row *row);
int put_quarantine(struct store *s, const char *source_or_null, size_t limit, put_bad_sink *sink,
    void *owner, struct err *e);

#endif
