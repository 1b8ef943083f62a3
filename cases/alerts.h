/* Reading alerts: keyset pages, counts, groups, one whole record. Times ns UTC; absent text "". */
#ifndef HINOMI_CASES_ALERTS_H
#define HINOMI_CASES_ALERTS_H

#include "cases/store.h"
#include "core/query.h"
#include "core/str.h"
#include "core/vocabulary.h"

struct alert_row {
    int64_t id, group, revision;
    int64_t time, updated, last_seen; /* last_seen: newest in its group when folded, else time */
    enum severity severity;
    int score; /* -1: the vendor gives none */
    enum status status;
    enum verdict verdict;
    enum disposition disposition;
    uint64_t count;            /* vendor's occurrences; folded: their sum */
    uint32_t group_size;       /* rows in the group that match; 1 when not folded */
    int64_t case_id;           /* 0: none */
    int64_t snoozed_until;     /* CLOCK_NONE: not snoozed */
    bool pushing, push_failed; /* its outbox act waits, or failed */
    const char *title, *host, *user, *source, *technique, *assignee, *rule_id, *organization;
};

struct alert_page {
    struct arena arena; /* the rows' strings live here */
    struct alert_row *rows;
    size_t count;
    bool more;
};

enum alert_sort {
    ALERT_BY_PRIORITY, /* severity, score, newest */
    ALERT_BY_TIME,
    ALERT_BY_HOST,
    ALERT_BY_RULE,
    ALERT_BY_UPDATED,
    ALERT_BY_ID
};

struct alert_list {
    const struct query *query; /* NULL: all */
    enum alert_sort sort;      /* most pressing or newest first; names A to Z */
    bool reversed;
    bool folded;      /* one row a group */
    bool with_hidden; /* also snoozed and suppressed ones */
};

/* The page behind the row `after` (an alert id, 0: from the start; its own key is looked up, so a
 * changed row does not lose the place), or before it when backwards (rows still in list order).
 * Initialise page with {0}; alert_page_release when done. */
int alerts_page(struct store *s, const struct alert_list *list, int64_t after, bool backwards,
    size_t limit, struct alert_page *page, struct err *e);
void alert_page_release(struct alert_page *page);

struct alert_counts {
    uint64_t total;   /* exact */
    uint64_t groups;  /* rows when folded */
    uint64_t open[5]; /* not closed, by severity */
};
int alerts_count(
    struct store *s, const struct alert_list *list, struct alert_counts *counts, struct err *e);

/* Where a row stands in the list: 0-based, exact. */
int alerts_position(
    struct store *s, const struct alert_list *list, int64_t id, uint64_t *position, struct err *e);

/* Ids that match now, for a bulk act; *ids is malloced. `folded` is ignored: every member counts.
 */
int alerts_ids(
    struct store *s, const struct alert_list *list, int64_t **ids, size_t *count, struct err *e);
int alerts_group_ids(struct store *s, int64_t group, int64_t **ids, size_t *count, struct err *e);

struct field_group {
    char *value; /* owned by the list */
    uint64_t count;
    int64_t first, last;
    int severity; /* worst; -1 for events */
};
int alerts_by_field(struct store *s, const struct query *query, enum field field, size_t limit,
    struct field_group **groups, size_t *count, struct err *e);
void field_groups_free(struct field_group *groups, size_t count);

/* One alert with all its fields (vendor's and ours), raw included, appended to `out`. */
int alert_get(struct store *s, int64_t id, struct batch *out, struct err *e);
int alert_row_get(struct store *s, int64_t id, struct alert_page *page, struct err *e);

/* Streams full records that match, in list order; limit 0: all. Sink returns non-zero to stop. */
typedef int record_sink(void *owner, const struct record *r);
int alerts_each(struct store *s, const struct alert_list *list, size_t limit, record_sink *sink,
    void *owner, struct err *e);

/* counts[severity * buckets + bucket] over [from, to), for sparklines and timelines. */
int alerts_histogram(struct store *s, const struct query *query, int64_t from, int64_t to,
    size_t buckets, uint32_t *counts, struct err *e);

/* How often this rule was right here: tp among closed with a verdict. */
int alert_rule_record(struct store *s, const char *rule_id, const char *rule_name, uint64_t *right,
    uint64_t *judged, struct err *e);

#endif
