#include "cases/query_sql.h"

#include "cases/alerts.h"
#include "cases/events.h"
#include "cases/put.h"
#include "cases/triage.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/query_table.h"

#include <stdio.h>
#include <stdlib.h>

struct place {
    char *folder;
    struct store *s;
    struct batch stored; /* what the store gives back, raw and all */
    int64_t now;
    struct err e;
};

static const char *text_of(const struct record *r, enum field f, struct batch *b)
{
    return r->first[f].p ? arena_copy(&b->arena, r->first[f]).p : NULL;
}

/* The table's rows belong to several sources and carry an analyst's work: one batch each, then
 * triage for what no source can say. */
static void put_row(struct place *p, const struct record *row, int i)
{
    struct batch one;
    struct put_counts counts = {0};
    struct act_result result;
    char id[16];
    batch_init(&one);
    *batch_add(&one, row->kind) = *row;
    snprintf(id, sizeof id, "row-%d", i);
    one.records[0].native_id = slice_of(id);
    const char *source = text_of(row, FIELD_SOURCE, &one),
               *organization = text_of(row, FIELD_ORGANIZATION_ID, &one);
    struct put_context context = {
        source ? source : "none", "file", organization ? organization : "", 1, NULL};
    if (put_batch(p->s, &context, &one, &counts, &p->e))
        fail_msg("%s", p->e.text);
    if (row->kind == RECORD_ALERT) {
        struct actor who = {"kato", NULL};
        struct triage t = TRIAGE_INIT("test");
        const struct record_value *at = NULL;
        struct slice tag;
        int64_t ours = i + 1;
        t.reason = text_of(row, FIELD_REASON, &one);
        record_get_int(row, FIELD_CASE, &t.case_id);
        record_get_int(row, FIELD_SNOOZED_UNTIL, &t.snoozed_until);
        assert_int_equal(triage_apply(p->s, &who, &t, &ours, 1, &result, &p->e), 0);
        while (record_next(row, FIELD_TAGS, &at, &tag)) {
            struct triage add = TRIAGE_INIT("tag");
            add.tag_add = arena_copy(&one.arena, tag).p;
            assert_int_equal(triage_apply(p->s, &who, &add, &ours, 1, &result, &p->e), 0);
        }
    }
    batch_release(&one);
}

static struct place *fill(enum record_kind kind)
{
    struct place *p = calloc(1, sizeof *p);
    struct batch rows;
    p->folder = folder_new();
    batch_init(&rows);
    batch_init(&p->stored);
    assert_true(clock_parse(slice_of(query_table_now), &p->now));
    if (store_open(&p->s, p->folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    query_table_fill(&rows);
    for (size_t i = 0; i < rows.count; i++) {
        rows.records[i].kind = kind;
        put_row(p, &rows.records[i], (int)i);
    }
    for (size_t i = 0; i < rows.count; i++)
        assert_int_equal(kind == RECORD_ALERT ? alert_get(p->s, (int64_t)i + 1, &p->stored, &p->e)
                                              : event_get(p->s, (int64_t)i + 1, &p->stored, &p->e),
            0);
    batch_release(&rows);
    return p;
}

static void empty(struct place *p)
{
    batch_release(&p->stored);
    store_close(p->s);
    folder_remove(p->folder);
    free(p);
}

static void expect(const struct place *p, const struct query *q, char rows[32])
{
    size_t n = 0;
    for (size_t i = 0; i < p->stored.count; i++)
        if (query_match(q, &p->stored.records[i]))
            rows[n++] = (char)('A' + i);
    rows[n] = '\0';
}

static void find_alerts(struct place *p, const struct query *q, char rows[32])
{
    struct alert_list list = {
        .query = q, .sort = ALERT_BY_ID, .reversed = true, .with_hidden = true};
    struct alert_counts counts;
    int64_t *ids;
    size_t count;
    if (alerts_ids(p->s, &list, &ids, &count, &p->e))
        fail_msg("%s: %s", q->text, p->e.text);
    for (size_t i = 0; i < count; i++)
        rows[i] = (char)('A' + ids[i] - 1);
    rows[count] = '\0';
    free(ids);
    assert_int_equal(alerts_count(p->s, &list, &counts, &p->e), 0);
    assert_int_equal(counts.total, count);
}

static int take_row(void *owner, const struct record *r)
{
    int64_t id = 0;
    char *rows = owner;
    record_get_int(r, FIELD_ID, &id);
    rows[id] = 1;
    return 0;
}

static void find_events(struct place *p, const struct query *q, char rows[32])
{
    struct event_list list = {.query = q, .from = CLOCK_NONE, .to = CLOCK_NONE};
    char found[32] = {0};
    uint64_t count;
    size_t n = 0;
    if (events_each(p->s, &list, 0, take_row, found, &p->e))
        fail_msg("%s: %s", q->text, p->e.text);
    for (int i = 1; i < 32; i++)
        if (found[i])
            rows[n++] = (char)('A' + i - 1);
    rows[n] = '\0';
    assert_int_equal(events_count(p->s, &list, &count, &p->e), 0);
    assert_int_equal(count, n);
}

static void check(enum record_kind kind, void (*find)(struct place *, const struct query *, char *))
{
    struct place *p = fill(kind);
    int wrong = 0;
    for (size_t i = 0; i < query_table_count; i++) {
        char expected[32], found[32];
        struct query *q;
        size_t at;
        assert_int_equal(query_parse(&q, slice_of(query_table[i].text), p->now, &at, &p->e), 0);
        expect(p, q, expected);
        find(p, q, found);
        if (strcmp(expected, found) != 0) {
            print_error(
                "%s: found \"%s\", the matcher \"%s\"\n", query_table[i].text, found, expected);
            wrong++;
        }
        query_free(q);
    }
    assert_int_equal(wrong, 0);
    empty(p);
}

static void alerts_by_sql_are_those_that_the_matcher_takes(void **state)
{
    (void)state;
    check(RECORD_ALERT, find_alerts);
}

static void events_by_sql_are_those_that_the_matcher_takes(void **state)
{
    (void)state;
    check(RECORD_EVENT, find_events);
}

static void most_queries_need_no_second_look(void **state)
{
    struct place *p = fill(RECORD_ALERT);
    size_t exact = 0;
    (void)state;
    for (size_t i = 0; i < query_table_count; i++) {
        struct query_sql sql = {.first = 1, .prefix = ""};
        struct query *q;
        size_t at;
        query_parse(&q, slice_of(query_table[i].text), p->now, &at, &p->e);
        assert_int_equal(query_sql_alerts(p->s, q, &sql, &p->e), 0);
        exact += sql.exact;
        query_sql_release(&sql);
        query_free(q);
    }
    assert_true(exact * 10 > query_table_count * 7);
    empty(p);
}

static void a_thousand_indicators_are_one_query(void **state)
{
    struct place *p = fill(RECORD_EVENT);
    struct event_list list = {.from = CLOCK_NONE, .to = CLOCK_NONE};
    struct str text = STR_INIT;
    struct query *q;
    size_t at;
    uint64_t count = 0;
    (void)state;
    str_puts(&text, "host.name: (web-01");
    for (int i = 0; i < 3000; i++)
        str_printf(&text, " or no-%d", i);
    str_char(&text, ')');
    if (query_parse(&q, str_as_slice(&text), p->now, &at, &p->e))
        fail_msg("%s", p->e.text);
    list.query = q;
    if (events_count(p->s, &list, &count, &p->e))
        fail_msg("%s", p->e.text);
    assert_true(count > 0 && count < p->stored.count);
    query_free(q);
    str_release(&text);
    empty(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_by_sql_are_those_that_the_matcher_takes),
        cmocka_unit_test(events_by_sql_are_those_that_the_matcher_takes),
        cmocka_unit_test(most_queries_need_no_second_look),
        cmocka_unit_test(a_thousand_indicators_are_one_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
