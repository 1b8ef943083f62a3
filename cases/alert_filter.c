#include "cases/alert_filter.h"

#include "cases/alert_record.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>

static int match_all(
    struct store *s, const struct query *query, const struct query_sql *q, struct err *e)
{
    struct str sql = STR_INIT;
    struct arena arena = ARENA_INIT;
    struct record r;
    str_puts(&sql, "SELECT ");
    alert_record_columns(s, "", &sql);
    str_printf(&sql, ", id FROM alert WHERE %s", q->where.p);
    struct statement *st = db_prepare(s->record, sql.p, e);
    str_release(&sql);
    if (!st)
        return -1;
    query_sql_bind(q, st);
    int rc;
    while ((rc = statement_step(st, e)) > 0) {
        int after = alert_record_read(s, st, &arena, &r);
        int64_t id = statement_int(st, after);
        if (q->extra && alert_record_raw(s, id, ALERT_EXTRA, &arena, &r, e))
            break;
        if (query_match(query, &r) &&
            db_run(s->record, e, "INSERT INTO temp.matched VALUES(?1)", "i", id) < 0)
            break;
        arena_reset(&arena);
    }
    statement_done(st);
    arena_release(&arena);
    return rc ? -1 : 0;
}

/* The answer is kept until somebody commits: pages, counts and positions of one list ask it many
 * times. */
static int fill_matched(
    struct store *s, const struct query *query, const struct query_sql *q, struct err *e)
{
    struct str key = STR_INIT;
    str_printf(&key, "%" PRIu64 " ", store_version(s));
    query_print(query, &key); /* not as typed: now-24h moves */
    if (s->matched_key && strcmp(s->matched_key, key.p) == 0) {
        str_release(&key);
        return 0;
    }
    free(s->matched_key);
    s->matched_key = NULL;
    int rc = db_script(s->record,
        "CREATE TEMP TABLE IF NOT EXISTS matched(id INTEGER PRIMARY KEY); DELETE FROM temp.matched",
        e);
    if (!rc)
        rc = match_all(s, query, q, e);
    if (!rc)
        s->matched_key = str_take(&key);
    str_release(&key);
    return rc;
}

int alert_filter_init(
    struct store *s, const struct alert_list *list, struct alert_filter *f, struct err *e)
{
    *f = (struct alert_filter){.sql = {.first = 1, .prefix = ""}};
    if (query_sql_alerts(s, list->query, &f->sql, e))
        return -1;
    int rc = f->sql.exact ? 0 : fill_matched(s, list->query, &f->sql, e);
    if (f->sql.exact) {
        str_slice(&f->where, str_as_slice(&f->sql.where));
    } else {
        f->sql.count = 0;
        str_puts(&f->where, "id IN (SELECT id FROM temp.matched)");
    }
    if (!list->with_hidden) {
        long long now = clock_now();
        str_printf(&f->where, " AND snoozed_until<=%lld", now);
    }
    return rc;
}

void alert_filter_release(struct alert_filter *f)
{
    query_sql_release(&f->sql);
    str_release(&f->where);
}

struct statement *alert_filter_prepare(
    struct store *s, const struct alert_filter *f, const char *sql, struct err *e)
{
    struct statement *st = db_prepare(s->record, sql, e);
    if (st)
        query_sql_bind(&f->sql, st);
    return st;
}

#define HOST_KEY "coalesce(%\"host.name\", '') COLLATE NOCASE"
#define RULE_KEY "coalesce(%\"rule.name\", '') COLLATE NOCASE"

static const struct {
    struct alert_key keys[ALERT_KEYS_MAX];
} sorts[] = {
    [ALERT_BY_PRIORITY] = {{{"%severity", true}, {"%score", true}, {"%ts", true}, {"%id", true}}},
    [ALERT_BY_TIME] = {{{"%ts", true}, {"%id", true}}},
    [ALERT_BY_HOST] = {{{HOST_KEY, false}, {"%ts", true}, {"%id", true}}},
    [ALERT_BY_RULE] = {{{RULE_KEY, false}, {"%ts", true}, {"%id", true}}},
    [ALERT_BY_UPDATED] = {{{"%updated", true}, {"%id", true}}},
    [ALERT_BY_ID] = {{{"%id", true}}},
};

size_t alert_keys(
    const struct alert_list *list, bool backwards, struct alert_key out[ALERT_KEYS_MAX])
{
    size_t count = 0;
    bool flip = list->reversed != backwards;
    for (; count < ALERT_KEYS_MAX && sorts[list->sort].keys[count].expression; count++) {
        out[count] = sorts[list->sort].keys[count];
        out[count].descending ^= flip;
    }
    return count;
}

static void expression(struct str *out, const char *text, const char *alias)
{
    for (; *text; text++) {
        if (*text == '%')
            str_puts(out, alias);
        else
            str_char(out, *text);
    }
}

void alert_order(const struct alert_key *keys, size_t count, struct str *out)
{
    for (size_t i = 0; i < count; i++) {
        str_puts(out, i ? ", " : " ORDER BY ");
        expression(out, keys[i].expression, "");
        str_puts(out, keys[i].descending ? " DESC" : " ASC");
    }
}

static void side(const struct alert_place *p, size_t i, const char *sign, struct str *out)
{
    expression(out, p->keys[i].expression, p->row);
    str_puts(out, sign);
    if (p->other[0] == '?')
        str_printf(out, "?%d", p->number + (int)i);
    else
        expression(out, p->keys[i].expression, p->other);
}

/* k1 past v1, or k1 = v1 and (k2 past v2, or …); the bare bound in front lets an index be used. */
void alert_compare(const struct alert_place *p, struct str *out)
{
    bool down = p->keys[0].descending != p->before;
    str_char(out, '(');
    side(p, 0, down ? "<=" : ">=", out);
    str_puts(out, " AND (");
    for (size_t i = 0; i < p->count; i++) {
        down = p->keys[i].descending != p->before;
        side(p, i, down ? "<" : ">", out);
        if (i + 1 < p->count) {
            str_puts(out, " OR (");
            side(p, i, "=", out);
            str_puts(out, " AND (");
        }
    }
    for (size_t i = 1; i < p->count; i++)
        str_puts(out, "))");
    str_puts(out, "))");
}

int alert_bind_place(struct store *s, struct statement *st, const struct alert_place *place,
    int64_t id, struct err *e)
{
    struct str sql = STR_INIT;
    for (size_t i = 0; i < place->count; i++) {
        str_puts(&sql, i ? ", " : "SELECT ");
        expression(&sql, place->keys[i].expression, "");
    }
    str_puts(&sql, " FROM alert WHERE id=?1");
    struct statement *row = db_bind(s->record, e, sql.p, "i", id);
    str_release(&sql);
    int rc = row ? statement_step(row, e) : -1;
    for (size_t i = 0; rc > 0 && i < place->count; i++) {
        int number = place->number + (int)i;
        if (statement_is_int(row, (int)i))
            statement_bind_int(st, number, statement_int(row, (int)i));
        else
            statement_bind_text_copy(st, number, statement_text(row, (int)i));
    }
    statement_done(row);
    return rc;
}
