/* From one record to what surrounds it: the process tree and the timeline, from local telemetry. */
#ifndef HINOMI_APP_PIVOT_H
#define HINOMI_APP_PIVOT_H

#include "app/app.h"
#include "cases/alerts.h"
#include "cases/events.h"

/* One process of a tree, flat, depth first, children by start time. Strings live in the tree's
 * arena. */
struct pivot_process {
    uint32_t depth, children; /* children: direct ones */
    int64_t parent;           /* index, -1: a root */
    bool recorded;            /* false: known only as someone's parent */
    bool focus;               /* the process that was asked for */
    bool last_sibling;
    int64_t pid, start, end; /* CLOCK_NONE where unknown; pid -1 */
    const char *entity_id, *parent_entity_id, *name, *executable, *command_line, *user, *host,
        *sha256;
    int64_t *alerts; /* ids of alerts pinned to it */
    size_t alert_count;
    int severity;                             /* worst of them, -1 none */
    int64_t event_id;                         /* of its creation record, 0: none */
    uint32_t files, registry, network, other; /* its activity: records by category */
};
struct pivot_tree {
    struct arena arena;
    struct pivot_process *rows;
    size_t count;
    int64_t focus; /* index or -1 */
    int64_t from, to;
    const char *host;
    char why[240]; /* why it is empty or partial; "" */
};
struct pivot_target {
    int64_t alert; /* 0: by the rest */
    const char *host, *entity_id;
    int64_t pid, time; /* -1, CLOCK_NONE */
    bool whole_host;   /* every process of the window, not just the causal tree */
};
/* The whole tree that holds the process, from its topmost known ancestor down. */
int pivot_tree(struct app *a, struct store *s, const struct pivot_target *target,
    struct pivot_tree *out, struct err *e);
void pivot_tree_release(struct pivot_tree *t);
/* Ids compare whatever their case and braces. */

/* Events, alerts and (for a case) notes, tasks, containments on one axis. */
struct timeline_row {
    int64_t time, id;
    const char *kind;                            /* event alert note task containment */
    const char *source, *host, *what, *category; /* what: one line, raw: sanitise */
    int severity;                                /* -1: none */
    const char *entity_id;
};
struct pivot_timeline {
    struct arena arena;
    struct timeline_row *rows; /* oldest first */
    size_t count;
    bool more;      /* rows were left out (newest kept first? see from) */
    uint64_t total; /* exact */
    int64_t from, to;
    size_t buckets, lanes;
    const char **lane_names; /* sources */
    uint32_t *counts;        /* lanes × buckets */
    signed char *worst;      /* per bucket: worst alert severity, -1 none */
    uint32_t *alert_counts;  /* per bucket */
};
struct timeline_request {
    const struct query *query; /* NULL: all */
    const char *host;          /* NULL: any */
    int64_t case_id;           /* 0: none */
    int64_t from, to;          /* CLOCK_NONE: from the data */
    size_t buckets, limit;
};
int pivot_timeline(struct app *a, struct store *s, const struct timeline_request *r,
    struct pivot_timeline *out, struct err *e);
void pivot_timeline_release(struct pivot_timeline *t);

/* Causal chain of an alert's process, oldest first, ends with itself: for previews. */
int pivot_lineage(
    struct app *a, struct store *s, int64_t alert, struct pivot_tree *out, struct err *e);

/* One line that says what a record is: "OUTLOOK.EXE 6604 > WINWORD.EXE 8112 invoice.docm". */
struct record;
void pivot_summary(const struct record *r, struct str *out);

/* Encoded PowerShell (-enc …) and base64 pieces of a command line, decoded for reading only; "" if
 * none. */
void pivot_decode(const char *command_line, struct str *out);

#endif
