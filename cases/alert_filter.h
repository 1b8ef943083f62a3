/* Which alerts a list means, as one SQL condition that is exact: what SQL cannot decide is decided
 * by the matcher first, and its ids stand in temp.matched. */
#ifndef HINOMI_CASES_ALERT_FILTER_H
#define HINOMI_CASES_ALERT_FILTER_H

#include "cases/alerts.h"
#include "cases/query_sql.h"

struct alert_filter {
    struct query_sql sql; /* its parameters start at ?1 */
    struct str where;     /* for alerts without an alias */
};

int alert_filter_init(
    struct store *s, const struct alert_list *list, struct alert_filter *f, struct err *e);
void alert_filter_release(struct alert_filter *f);

/* A statement over the filter: its parameters are bound, further ones begin at filter_next(). */
struct statement *alert_filter_prepare(
    struct store *s, const struct alert_filter *f, const char *sql, struct err *e);
static inline int alert_filter_next(const struct alert_filter *f)
{
    return query_sql_next(&f->sql);
}

/* Keys of a sort, most significant first; the last is the id, so that no two rows are equal. */
struct alert_key {
    const char *expression; /* with % where the alias stands */
    bool descending;
};
enum { ALERT_KEYS_MAX = 4 };
size_t alert_keys(
    const struct alert_list *list, bool backwards, struct alert_key out[ALERT_KEYS_MAX]);
void alert_order(const struct alert_key *keys, size_t count, struct str *out);
/* "row stands behind (or before) the row whose keys are `other`": `other` is "?" for parameters
 * from `number` on, or an alias for another row. */
struct alert_place {
    const struct alert_key *keys;
    size_t count;
    const char *row, *other;
    int number;
    bool before;
};
void alert_compare(const struct alert_place *place, struct str *out);
/* Binds the keys of alert `id` from `number` on: 1, 0 no such alert, -1. */
int alert_bind_place(struct store *s, struct statement *st, const struct alert_place *place,
    int64_t id, struct err *e);

#endif
