#include "cases/alerts.h"

#include "cases/put.h"
#include "cases/triage.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct place {
    char *folder;
    struct store *s;
    struct err e;
    int next; /* of the alerts' native ids */
};

static const char *const severities[] = {"critical", "low", "high", "medium", "info"};
static const char *const hosts[] = {"ws-b", "WS-a", "ws-c", NULL, "ws-B"};
static const char *const rules[] = {"Zeta", "alpha", NULL, "Beta"};

static void put(struct place *p, int n)
{
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    char id[16];
    batch_init(&b);
    for (int i = 0; i < n; i++, p->next++) {
        int k = p->next;
        snprintf(id, sizeof id, "a%d", k);
        records_alert(&b, &(struct alert_spec){.id = id,
                              .rule = rules[k % 4],
                              .host = hosts[k % 5],
                              .severity = severities[k * 7 % 5],
                              .score = k * 37 % 90,
                              .command_line = k % 3 ? "curl -s x" : "不審なPowerShell実行",
                              .second = k * 7919 % 500});
    }
    if (put_batch(p->s, &siem, &b, &counts, &p->e))
        fail_msg("%s", p->e.text);
    batch_release(&b);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    if (store_open(&p->s, p->folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    put(p, 83);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    clock_set_fake(CLOCK_NONE);
    store_close(p->s);
    folder_remove(p->folder);
    free(p);
    return 0;
}

/* All pages of a list, one after the other; ids in the order met. */
static size_t walk(
    struct place *p, const struct alert_list *list, bool backwards, int64_t *ids, size_t limit)
{
    struct alert_page page = {0};
    int64_t after = 0;
    size_t n = 0;
    do {
        if (alerts_page(p->s, list, after, backwards, limit, &page, &p->e))
            fail_msg("%s", p->e.text);
        for (size_t i = 0; i < page.count; i++)
            ids[n + i] = page.rows[backwards ? page.count - 1 - i : i].id;
        n += page.count;
        if (page.count)
            after = ids[n - 1];
    } while (page.more);
    alert_page_release(&page);
    return n;
}

static void pages_give_every_row_once_in_every_sort_both_ways(void **state)
{
    struct place *p = *state;
    for (int sort = ALERT_BY_PRIORITY; sort <= ALERT_BY_ID; sort++)
        for (int variant = 0; variant < 4; variant++) {
            struct alert_list list = {.sort = (enum alert_sort)sort,
                .reversed = variant & 1,
                .folded = variant & 2,
                .with_hidden = true};
            struct alert_counts counts;
            int64_t down[128], up[128];
            size_t n = walk(p, &list, false, down, 7), m = walk(p, &list, true, up, 5);
            assert_int_equal(alerts_count(p->s, &list, &counts, &p->e), 0);
            assert_int_equal(n, list.folded ? counts.groups : counts.total);
            assert_int_equal(m, n);
            for (size_t i = 0; i < n; i++) {
                uint64_t position;
                assert_true(down[i] == up[n - 1 - i]);
                assert_int_equal(alerts_position(p->s, &list, down[i], &position, &p->e), 0);
                assert_int_equal(position, i);
            }
        }
}

static void sorts_are_what_they_say(void **state)
{
    struct place *p = *state;
    struct alert_page page = {0};
    struct alert_list list = {.sort = ALERT_BY_PRIORITY, .with_hidden = true};
    assert_int_equal(alerts_page(p->s, &list, 0, false, 83, &page, &p->e), 0);
    for (size_t i = 1; i < page.count; i++) {
        const struct alert_row *a = &page.rows[i - 1], *b = &page.rows[i];
        assert_true(a->severity > b->severity ||
                    (a->severity == b->severity &&
                        (a->score > b->score || (a->score == b->score && a->time >= b->time))));
    }
    list.sort = ALERT_BY_HOST;
    assert_int_equal(alerts_page(p->s, &list, 0, false, 83, &page, &p->e), 0);
    for (size_t i = 1; i < page.count; i++)
        assert_true(strcasecmp(page.rows[i - 1].host, page.rows[i].host) <= 0);
    alert_page_release(&page);
}

static void what_arrives_between_two_pages_moves_no_row(void **state)
{
    struct place *p = *state;
    for (int sort = ALERT_BY_PRIORITY; sort <= ALERT_BY_ID; sort++) {
        struct alert_list list = {.sort = (enum alert_sort)sort, .with_hidden = true};
        struct alert_page first = {0}, second = {0};
        int64_t before[256];
        size_t n = walk(p, &list, false, before, 50);
        assert_int_equal(alerts_page(p->s, &list, 0, false, 10, &first, &p->e), 0);
        put(p, 11);
        assert_int_equal(alerts_page(p->s, &list, first.rows[9].id, false, 200, &second, &p->e), 0);
        size_t found = 0;
        for (size_t i = 0; i < second.count; i++)
            if (found + 10 < n && second.rows[i].id == before[10 + found])
                found++;
        assert_int_equal(found, n - 10); /* all that were behind still are, in their order */
        alert_page_release(&first);
        alert_page_release(&second);
    }
}

static void alerts_fold_by_rule_host_and_customer_within_an_hour(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *id, *host, *organization;
        int64_t second;
    } made[] = {{"f1", "h1", "acme", 10000}, {"f2", "h1", "acme", 13000},
        {"f3", "h1", "acme", 16600}, {"f4", "h1", "acme", 20201}, {"f5", "h2", "acme", 10000},
        {"f6", "h1", "globex", 10000}, {"f7", "h1", "acme", 7000}};
    int64_t groups[7];
    for (size_t i = 0; i < 7; i++) {
        struct batch b;
        struct put_counts counts = {0};
        struct put_context c = {"fold", "elastic", made[i].organization, 1, NULL};
        struct alert_page page = {0};
        batch_init(&b);
        records_alert(&b, &(struct alert_spec){.id = made[i].id,
                              .rule = "Fold",
                              .host = made[i].host,
                              .second = made[i].second,
                              .severity = "critical"});
        assert_int_equal(put_batch(p->s, &c, &b, &counts, &p->e), 0);
        assert_int_equal(alert_row_get(p->s, 84 + (int64_t)i, &page, &p->e), 0);
        groups[i] = page.rows[0].group;
        alert_page_release(&page);
        batch_release(&b);
    }
    assert_true(groups[0] == groups[1] && groups[1] == groups[2] && groups[6] == groups[0]);
    assert_true(groups[3] != groups[0] && groups[4] != groups[0] && groups[5] != groups[0]);
    struct alert_list list = {.sort = ALERT_BY_TIME, .folded = true, .with_hidden = true};
    struct alert_page page = {0};
    assert_int_equal(alerts_page(p->s, &list, 0, false, 200, &page, &p->e), 0);
    for (size_t i = 0; i < page.count; i++)
        if (page.rows[i].group == groups[0]) {
            assert_int_equal(page.rows[i].id, 86); /* its newest stands for it */
            assert_int_equal(page.rows[i].group_size, 4);
            assert_int_equal(page.rows[i].count, 4);
            assert_true(page.rows[i].last_seen == records_time(16600));
        }
    alert_page_release(&page);
    int64_t *ids;
    size_t n;
    assert_int_equal(alerts_group_ids(p->s, groups[0], &ids, &n, &p->e), 0);
    assert_int_equal(n, 4);
    free(ids);
}

static uint64_t count(struct place *p, const char *text, bool with_hidden)
{
    struct alert_list list = {.with_hidden = with_hidden};
    struct alert_counts counts;
    struct query *q;
    size_t at;
    if (query_parse(&q, slice_of(text), clock_now(), &at, &p->e))
        fail_msg("%s", p->e.text);
    list.query = q;
    if (alerts_count(p->s, &list, &counts, &p->e))
        fail_msg("%s", p->e.text);
    query_free(q);
    return counts.total;
}

static void japanese_inside_a_run_is_found(void **state)
{
    struct place *p = *state;
    assert_int_equal(count(p, "不審", true), 28);
    assert_int_equal(count(p, "powershell", true), 28);
    assert_int_equal(count(p, "\"不審なPowerShell\"", true), 28);
    assert_int_equal(count(p, "審不", true), 0);
    assert_int_equal(count(p, "実行 and host.name: ws-c", true), 5);
}

static void full_text_follows_an_update_and_a_reason(void **state)
{
    struct place *p = *state;
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    struct actor kato = {"kato", NULL};
    struct triage t = TRIAGE_INIT("close");
    struct act_result result;
    int64_t id = 2;
    batch_init(&b);
    records_alert(&b, &(struct alert_spec){.id = "a1", .rule = "Quux", .raw = "{\"v\":2}"});
    assert_int_equal(put_batch(p->s, &siem, &b, &counts, &p->e), 0);
    assert_int_equal(counts.alerts_updated, 1);
    batch_release(&b);
    assert_int_equal(count(p, "quux", true), 1);
    assert_int_equal(count(p, "curl", true), 54); /* one fewer */
    t.reason = "xyzzy said so";
    assert_int_equal(triage_apply(p->s, &kato, &t, &id, 1, &result, &p->e), 0);
    assert_int_equal(count(p, "xyzzy", true), 1);
    assert_int_equal(count(p, "not xyzzy", true), 82);
}

static void the_snoozed_are_hidden_until_their_time(void **state)
{
    struct place *p = *state;
    struct actor kato = {"kato", NULL};
    struct triage t = TRIAGE_INIT("snooze");
    struct act_result result;
    int64_t id = 3, now = records_time(5000);
    clock_set_fake(now);
    t.snoozed_until = now + CLOCK_SECOND;
    assert_int_equal(triage_apply(p->s, &kato, &t, &id, 1, &result, &p->e), 0);
    assert_int_equal(count(p, "*", false), 82);
    assert_int_equal(count(p, "*", true), 83);
    clock_set_fake(now + CLOCK_SECOND);
    assert_int_equal(count(p, "*", false), 83);
}

static void values_are_counted_without_ascii_case(void **state)
{
    struct place *p = *state;
    struct field_group *groups;
    size_t n;
    assert_int_equal(alerts_by_field(p->s, NULL, FIELD_HOST_NAME, 0, &groups, &n, &p->e), 0);
    assert_int_equal(n, 3);
    assert_int_equal(groups[0].count, 33); /* ws-b and ws-B */
    field_groups_free(groups, n);
    assert_int_equal(alerts_by_field(p->s, NULL, FIELD_SEVERITY, 2, &groups, &n, &p->e), 0);
    assert_int_equal(n, 2);
    field_groups_free(groups, n);
}

static void a_histogram_counts_each_alert_once(void **state)
{
    struct place *p = *state;
    uint32_t counts[5 * 10], sum = 0;
    assert_int_equal(
        alerts_histogram(p->s, NULL, records_time(0), records_time(500), 10, counts, &p->e), 0);
    for (int i = 0; i < 50; i++)
        sum += counts[i];
    assert_int_equal(sum, 83);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_give_every_row_once_in_every_sort_both_ways),
        TEST(sorts_are_what_they_say),
        TEST(what_arrives_between_two_pages_moves_no_row),
        TEST(alerts_fold_by_rule_host_and_customer_within_an_hour),
        TEST(japanese_inside_a_run_is_found),
        TEST(full_text_follows_an_update_and_a_reason),
        TEST(the_snoozed_are_hidden_until_their_time),
        TEST(values_are_counted_without_ascii_case),
        TEST(a_histogram_counts_each_alert_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
