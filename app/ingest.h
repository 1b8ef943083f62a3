/* Sources and files → the record. */
#ifndef HINOMI_APP_INGEST_H
#define HINOMI_APP_INGEST_H

#include "app/app.h"
#include "cases/put.h"

struct progress {
    void (*report)(void *owner, const struct put_counts *counts, uint64_t done,
        uint64_t total); /* bytes; total 0: unknown */
    bool (*cancelled)(void *owner);
    void *owner;
};

/* Polls one source until it is up to date (or `max_pages` are stored; 0: no limit), under its
 * flock: ERR_BUSY names who has it. Each page is durable before the next is asked for. Source state
 * is kept whatever happens. */
int ingest_pull(struct app *a, struct store *s, const char *source, size_t max_pages,
    const struct progress *progress, struct put_counts *counts, struct err *e);

enum import_as { IMPORT_AUTO, IMPORT_ALERTS, IMPORT_EVENTS };
struct import_options {
    const char *source; /* NULL: "import" */
    const char *format; /* NULL: sniffed */
    enum import_as as;
};
/* A file, a .gz or .zst, a folder (walked, sorted) or "-". Resumes a file cut short earlier. */
int ingest_import(struct app *a, struct store *s, const char *path,
    const struct import_options *options, const struct progress *progress,
    struct put_counts *counts, struct err *e);

/* Tries a source now: a line a fact into `report`. */
int ingest_check(struct app *a, const char *source, struct str *report, struct err *e);

/* Sends what is due in the outbox of one source (all: NULL), under the same flock. `now` true: ends
 * the hold first. */
struct push_counts {
    uint64_t sent, failed, waiting, conflicts;
};
int ingest_push(struct app *a, struct store *s, const char *source, bool now,
    struct push_counts *counts, struct err *e);

/* Local configuration joined with the stored state: one a configured source (and `import` if used).
 */
struct source_health {
    const char *name, *kind;
    bool configured, ok, never; /* never: no attempt yet */
    int64_t lag_ns;             /* since the newest record; CLOCK_NONE: unknown */
    int64_t last_success, last_attempt, interval_ns;
    uint64_t alerts, events, quarantined;
    uint32_t hourly[24];
    const char *cursor, *error, *error_code, *next_step,
        *via; /* NULL where none; next_step: N_() sentence */
};
struct source_list {
    struct arena arena;
    struct source_health *rows;
    size_t count;
};
int ingest_sources(struct app *a, struct store *s, struct source_list *out, struct err *e);
void source_list_release(struct source_list *l);

#endif
