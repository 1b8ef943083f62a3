#include "cases/alert_filter.h"
#include "cases/alert_record.h"
#include "cases/tally.h"
#include "core/mem.h"

#include <stdlib.h>

/* Columns of a row, in the order of read_row. */
static const char row_columns[] =
    "id, grp, revision, ts, updated, severity, score, status, verdict, disposition, occurrences,"
    " case_id, snoozed_until, coalesce(\"rule.name\", message, ''), coalesce(\"host.name\", ''),"
    " coalesce(\"user.name\", ''), source, coalesce(\"threat.technique.id\", ''), assignee,"
    " coalesce(\"rule.id\", ''), organization,"
    " (SELECT state FROM outbox o WHERE o.alert=alert.id ORDER BY o.id DESC LIMIT 1)";

static const char *text(struct arena *a, struct statement *st, int column)
{
    return arena_copy(a, statement_text(st, column)).p;
}

static int word(int value)
{
    return value < 0 ? 0 : value;
}

static void read_row(struct statement *st, struct arena *a, struct alert_row *row)
{
    *row = (struct alert_row){.id = statement_int(st, 0),
        .group = statement_int(st, 1),
        .revision = statement_int(st, 2),
        .time = statement_int(st, 3),
        .updated = statement_int(st, 4),
        .last_seen = statement_int(st, 3),
        .severity = (enum severity)statement_int(st, 5),
        .score = (int)statement_int(st, 6),
        .status = (enum status)word(status_find(statement_text(st, 7))),
        .verdict = (enum verdict)word(verdict_find(statement_text(st, 8))),
        .disposition = (enum disposition)word(disposition_find(statement_text(st, 9))),
        .count = (uint64_t)statement_int(st, 10),
        .group_size = 1,
        .case_id = statement_int(st, 11),
        .snoozed_until = statement_int(st, 12) ? statement_int(st, 12) : CLOCK_NONE,
        .title = text(a, st, 13),
        .host = text(a, st, 14),
        .user = text(a, st, 15),
        .source = text(a, st, 16),
        .technique = text(a, st, 17),
        .assignee = text(a, st, 18),
        .rule_id = text(a, st, 19),
        .organization = text(a, st, 20)};
    struct slice pushing = statement_text(st, 21);
    row->pushing = slice_is(pushing, "held");
    row->push_failed = slice_is(pushing, "failed") || slice_is(pushing, "conflict");
    char *joint = strchr(row->technique, COLUMN_JOIN);
    if (joint)
        *joint = '\0';
}

/* Who leads each group that a page met: the member that matches and stands first in the list. Asked
 * once a group, so that a large group costs its size and not its square. */
struct leaders {
    struct statement *st;
    int number; /* of the parameter that takes the group */
    struct tally known;
};

static int leaders_init(struct store *s, const struct alert_filter *f,
    const struct alert_list *list, struct leaders *l, struct err *e)
{
    struct alert_key keys[ALERT_KEYS_MAX];
    struct str sql = STR_INIT;
    *l = (struct leaders){.number = alert_filter_next(f)};
    str_printf(&sql, "SELECT id FROM alert INDEXED BY alert_by_group WHERE grp=?%d AND %s",
        l->number, f->where.p);
    alert_order(keys, alert_keys(list, false, keys), &sql);
    str_puts(&sql, " LIMIT 1");
    l->st = alert_filter_prepare(s, f, sql.p, e);
    str_release(&sql);
    return l->st ? 0 : -1;
}

static void leaders_release(struct leaders *l)
{
    statement_done(l->st);
    tally_release(&l->known);
}

/* 1: the alert leads its group, 0: another does, -1. */
static int leads(struct leaders *l, int64_t id, int64_t group, struct err *e)
{
    struct tally_entry *x = tally_find(&l->known, (int64_t[3]){group, 0, 0});
    if (!x->count) {
        statement_bind_int(l->st, l->number, group);
        int rc = statement_step(l->st, e);
        x->count = 1;
        x->first = rc > 0 ? statement_int(l->st, 0) : 0;
        statement_rewind(l->st);
        if (rc < 0)
            return -1;
    }
    return x->first == id;
}

static int add_group_sums(
    struct store *s, const struct alert_filter *f, struct alert_row *row, struct err *e)
{
    struct str sql = STR_INIT;
    int number = alert_filter_next(f);
    str_printf(&sql,
        "SELECT count(*), sum(occurrences), max(ts) FROM alert INDEXED BY alert_by_group"
        " WHERE grp=?%d AND %s",
        number, f->where.p);
    struct statement *st = alert_filter_prepare(s, f, sql.p, e);
    str_release(&sql);
    if (!st)
        return -1;
    statement_bind_int(st, number, row->group);
    int rc = statement_step(st, e);
    if (rc > 0) {
        row->group_size = (uint32_t)statement_int(st, 0);
        row->count = (uint64_t)statement_int(st, 1);
        row->last_seen = statement_int(st, 2);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

static void turn_around(struct alert_page *page)
{
    for (size_t i = 0, j = page->count; i + 1 < j; i++) {
        struct alert_row kept = page->rows[--j];
        page->rows[j] = page->rows[i];
        page->rows[i] = kept;
    }
}

static struct statement *prepare_page(struct store *s, const struct alert_filter *f, int64_t after,
    struct alert_place *place, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "SELECT %s FROM alert WHERE %s", row_columns, f->where.p);
    if (after) {
        str_puts(&sql, " AND ");
        alert_compare(place, &sql);
    }
    alert_order(place->keys, place->count, &sql);
    struct statement *st = alert_filter_prepare(s, f, sql.p, e);
    str_release(&sql);
    if (!st || !after)
        return st;
    int rc = alert_bind_place(s, st, place, after, e);
    if (rc > 0)
        return st;
    if (rc == 0)
        err_set(e, ERR_NOT_FOUND, "there is no alert %lld", (long long)after);
    statement_done(st);
    return NULL;
}

int alerts_page(struct store *s, const struct alert_list *list, int64_t after, bool backwards,
    size_t limit, struct alert_page *page, struct err *e)
{
    struct alert_filter f;
    struct alert_key keys[ALERT_KEYS_MAX];
    struct statement *st = NULL;
    struct leaders leaders = {0};
    arena_reset(&page->arena);
    page->rows = NULL;
    page->count = 0;
    page->more = false;
    int rc = alert_filter_init(s, list, &f, e);
    struct alert_place place = {
        keys, alert_keys(list, backwards, keys), "", "?", alert_filter_next(&f), false};
    if (!rc)
        rc = (st = prepare_page(s, &f, after, &place, e)) ? 0 : -1;
    if (!rc && list->folded)
        rc = leaders_init(s, &f, list, &leaders, e);
    if (!rc)
        page->rows = arena_alloc(&page->arena, (limit ? limit : 1) * sizeof *page->rows);
    while (!rc && (rc = statement_step(st, e)) > 0) {
        rc = list->folded ? leads(&leaders, statement_int(st, 0), statement_int(st, 1), e) : 1;
        if (rc <= 0)
            continue;
        rc = 0;
        if (page->count == limit) {
            page->more = true;
            break;
        }
        read_row(st, &page->arena, &page->rows[page->count++]);
    }
    statement_done(st);
    leaders_release(&leaders);
    for (size_t i = 0; !rc && list->folded && i < page->count; i++)
        rc = add_group_sums(s, &f, &page->rows[i], e);
    if (backwards)
        turn_around(page);
    alert_filter_release(&f);
    return rc;
}

void alert_page_release(struct alert_page *page)
{
    arena_release(&page->arena);
    page->rows = NULL;
    page->count = 0;
}

int alert_row_get(struct store *s, int64_t id, struct alert_page *page, struct err *e)
{
    struct str sql = STR_INIT;
    arena_reset(&page->arena);
    page->count = 0;
    page->more = false;
    str_printf(&sql, "SELECT %s FROM alert WHERE id=?1", row_columns);
    struct statement *st = db_bind(s->record, e, sql.p, "i", id);
    str_release(&sql);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0) {
        page->rows = arena_alloc(&page->arena, sizeof *page->rows);
        read_row(st, &page->arena, &page->rows[page->count++]);
    }
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no alert %lld", (long long)id);
    return rc < 0 ? -1 : 0;
}

int alerts_count(
    struct store *s, const struct alert_list *list, struct alert_counts *counts, struct err *e)
{
    struct alert_filter f;
    struct str sql = STR_INIT;
    *counts = (struct alert_counts){0};
    struct statement *st = NULL;
    int rc = alert_filter_init(s, list, &f, e);
    str_puts(&sql, "SELECT count(*), count(DISTINCT grp)");
    for (int i = 0; i < 5; i++)
        str_printf(&sql, ", total(severity=%d AND status<>'closed')", i);
    str_printf(&sql, " FROM alert WHERE %s", f.where.p ? f.where.p : "0");
    if (!rc)
        rc = (st = alert_filter_prepare(s, &f, sql.p, e)) ? statement_step(st, e) : -1;
    if (rc > 0) {
        counts->total = (uint64_t)statement_int(st, 0);
        counts->groups = (uint64_t)statement_int(st, 1);
        for (int i = 0; i < 5; i++)
            counts->open[i] = (uint64_t)statement_int(st, 2 + i);
    }
    statement_done(st);
    str_release(&sql);
    alert_filter_release(&f);
    return rc < 0 ? -1 : 0;
}

/* Folded: groups that have a member before the given row's own leader; a group's leader stands
 * where its first member does. */
static int64_t leader_of(struct store *s, const struct alert_list *list,
    const struct alert_filter *f, int64_t id, struct err *e)
{
    struct alert_key keys[ALERT_KEYS_MAX];
    struct str sql = STR_INIT;
    int number = alert_filter_next(f);
    size_t count = alert_keys(list, false, keys);
    str_printf(&sql, "SELECT id FROM alert WHERE grp=(SELECT grp FROM alert WHERE id=?%d) AND %s",
        number, f->where.p);
    alert_order(keys, count, &sql);
    str_puts(&sql, " LIMIT 1");
    struct statement *st = alert_filter_prepare(s, f, sql.p, e);
    str_release(&sql);
    if (!st)
        return -1;
    statement_bind_int(st, number, id);
    int rc = statement_step(st, e);
    int64_t leader = rc > 0 ? statement_int(st, 0) : 0;
    statement_done(st);
    return rc < 0 ? -1 : leader;
}

int alerts_position(
    struct store *s, const struct alert_list *list, int64_t id, uint64_t *position, struct err *e)
{
    struct alert_filter f;
    struct alert_key keys[ALERT_KEYS_MAX];
    struct str sql = STR_INIT;
    struct statement *st = NULL;
    int rc = alert_filter_init(s, list, &f, e);
    struct alert_place place = {
        keys, alert_keys(list, false, keys), "", "?", alert_filter_next(&f), true};
    if (!rc && list->folded && (id = leader_of(s, list, &f, id, e)) < 0)
        rc = -1;
    if (!rc) {
        str_printf(&sql, "SELECT count(%s) FROM alert WHERE %s AND ",
            list->folded ? "DISTINCT grp" : "*", f.where.p);
        alert_compare(&place, &sql);
        rc = (st = alert_filter_prepare(s, &f, sql.p, e)) ? 0 : -1;
    }
    if (!rc && (rc = alert_bind_place(s, st, &place, id, e)) == 0)
        rc = err_set(e, ERR_NOT_FOUND, "that alert is not in the list");
    if (rc > 0)
        rc = statement_step(st, e);
    if (rc > 0)
        *position = (uint64_t)statement_int(st, 0);
    statement_done(st);
    str_release(&sql);
    alert_filter_release(&f);
    return rc < 0 ? -1 : 0;
}

static int take_ids(struct statement *st, int64_t **ids, size_t *count, struct err *e)
{
    size_t capacity = 0;
    int rc = -1;
    *ids = NULL;
    *count = 0;
    while (st && (rc = statement_step(st, e)) > 0) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            *ids = mem_grow(*ids, capacity, sizeof **ids);
        }
        (*ids)[(*count)++] = statement_int(st, 0);
    }
    statement_done(st);
    if (rc == 0)
        return 0;
    free(*ids);
    *ids = NULL;
    *count = 0;
    return -1;
}

int alerts_ids(
    struct store *s, const struct alert_list *list, int64_t **ids, size_t *count, struct err *e)
{
    struct alert_filter f;
    struct alert_key keys[ALERT_KEYS_MAX];
    struct str sql = STR_INIT;
    struct statement *st = NULL;
    int rc = alert_filter_init(s, list, &f, e);
    if (!rc) {
        str_printf(&sql, "SELECT id FROM alert WHERE %s", f.where.p);
        alert_order(keys, alert_keys(list, false, keys), &sql);
        st = alert_filter_prepare(s, &f, sql.p, e);
    }
    rc = take_ids(st, ids, count, e);
    str_release(&sql);
    alert_filter_release(&f);
    return rc;
}

int alerts_group_ids(struct store *s, int64_t group, int64_t **ids, size_t *count, struct err *e)
{
    return take_ids(
        db_bind(s->record, e, "SELECT id FROM alert WHERE grp=?1 ORDER BY ts, id", "i", group), ids,
        count, e);
}
