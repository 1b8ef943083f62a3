#include "cases/alert_filter.h"
#include "cases/alert_record.h"

#include <stdlib.h>

int alert_get(struct store *s, int64_t id, struct batch *out, struct err *e)
{
    struct record *r = batch_add(out, RECORD_ALERT);
    int rc = alert_record_load(s, id, ALERT_EXTRA | ALERT_RAW, &out->arena, r, e);
    if (rc > 0)
        return 0;
    batch_drop_last(out);
    return rc ? -1 : err_set(e, ERR_NOT_FOUND, "there is no alert %lld", (long long)id);
}

int alerts_each(struct store *s, const struct alert_list *list, size_t limit, record_sink *sink,
    void *owner, struct err *e)
{
    int64_t *ids;
    size_t count;
    struct arena arena = ARENA_INIT;
    struct record r;
    if (alerts_ids(s, list, &ids, &count, e))
        return -1;
    int rc = 0, stop = 0;
    for (size_t i = 0; rc >= 0 && !stop && i < count && (!limit || i < limit); i++) {
        rc = alert_record_load(s, ids[i], ALERT_EXTRA | ALERT_RAW, &arena, &r, e);
        if (rc > 0)
            stop = sink(owner, &r);
        arena_reset(&arena);
    }
    arena_release(&arena);
    free(ids);
    return rc < 0 ? -1 : 0;
}

int alerts_histogram(struct store *s, const struct query *query, int64_t from, int64_t to,
    size_t buckets, uint32_t *counts, struct err *e)
{
    struct alert_list list = {.query = query, .with_hidden = true};
    struct alert_filter f;
    struct str sql = STR_INIT;
    struct statement *st = NULL;
    memset(counts, 0, 5 * buckets * sizeof *counts);
    if (to <= from || !buckets)
        return 0;
    int64_t width = (to - from + (int64_t)buckets - 1) / (int64_t)buckets;
    int rc = alert_filter_init(s, &list, &f, e);
    int number = alert_filter_next(&f);
    if (!rc) {
        str_printf(&sql,
            "SELECT severity, (ts-?%d)/?%d, count(*) FROM alert WHERE ts>=?%d AND ts<?%d AND (%s)"
            " GROUP BY 1, 2",
            number, number + 2, number, number + 1, f.where.p);
        rc = (st = alert_filter_prepare(s, &f, sql.p, e)) ? 0 : -1;
    }
    if (!rc) {
        statement_bind_int(st, number, from);
        statement_bind_int(st, number + 1, to);
        statement_bind_int(st, number + 2, width);
    }
    while (!rc && (rc = statement_step(st, e)) > 0) {
        int64_t severity = statement_int(st, 0), bucket = statement_int(st, 1);
        if (severity >= 0 && severity < 5 && bucket >= 0 && bucket < (int64_t)buckets)
            counts[(size_t)severity * buckets + (size_t)bucket] += (uint32_t)statement_int(st, 2);
        rc = 0;
    }
    statement_done(st);
    str_release(&sql);
    alert_filter_release(&f);
    return rc;
}

int alert_rule_record(struct store *s, const char *rule_id, const char *rule_name, uint64_t *right,
    uint64_t *judged, struct err *e)
{
    bool by_id = rule_id && *rule_id;
    struct statement *st = db_bind(s->record, e,
        by_id
            ? "SELECT total(verdict='tp'), count(*) FROM alert WHERE \"rule.id\"=?1 AND"
              " status='closed' AND verdict<>''"
            : "SELECT total(verdict='tp'), count(*) FROM alert WHERE"
              " coalesce(\"rule.name\", '') COLLATE NOCASE=?1 AND status='closed' AND verdict<>''",
        "t",
        by_id       ? rule_id
        : rule_name ? rule_name
                    : "");
    int rc = st ? statement_step(st, e) : -1;
    *right = rc > 0 ? (uint64_t)statement_int(st, 0) : 0;
    *judged = rc > 0 ? (uint64_t)statement_int(st, 1) : 0;
    statement_done(st);
    return rc < 0 ? -1 : 0;
}
