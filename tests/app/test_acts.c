#include "app/acts.h"
#include "app/ingest.h"
#include "cases/alerts.h"
#include "cases/journal.h"
#include "cases/outbox.h"
#include "cases/put.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <stdio.h>
#include <stdlib.h>

struct place {
    char *folder;
    struct app *app;
    struct store *store;
    struct act_result result;
    int64_t ids[4];
    struct err e;
};

static void put_alerts(struct place *p)
{
    struct put_context context = {"siem", "elastic", "acme", 1, NULL};
    struct put_counts counts = {0};
    struct batch b;
    batch_init(&b);
    for (int i = 0; i < 4; i++) {
        char id[16], raw[32];
        snprintf(id, sizeof id, "a%d", i);
        snprintf(raw, sizeof raw, "{\"id\":%d}", i);
        struct record *r = records_alert(&b, &(struct alert_spec){.id = id,
                                                 .rule = i < 3 ? "Beacon" : "Login",
                                                 .host = "ws-fin-01",
                                                 .severity = "high",
                                                 .raw = raw,
                                                 .second = i});
        r->native_id = arena_copy(&b.arena, slice_of(id));
        r->raw = arena_copy(&b.arena, slice_of(raw));
    }
    if (put_batch(p->store, &context, &b, &counts, &p->e))
        fail_msg("%s", p->e.text);
    batch_release(&b);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct alert_list list = {.sort = ALERT_BY_ID, .reversed = true};
    int64_t *ids;
    size_t count;
    p->folder = folder_new();
    setenv("XDG_CONFIG_HOME", p->folder, 1);
    setenv("HINOMI_ANALYST", "kato", 1);
    struct app_options options = {.data_folder = p->folder, .program = "/bin/false"};
    if (app_open(&p->app, &options, &p->e) || app_store(p->app, &p->store, &p->e))
        fail_msg("%s", p->e.text);
    put_alerts(p);
    if (alerts_ids(p->store, &list, &ids, &count, &p->e) || count != 4)
        fail_msg("%s", p->e.text);
    memcpy(p->ids, ids, sizeof p->ids);
    free(ids);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    act_result_release(&p->result);
    store_close(p->store);
    app_close(p->app);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static int run(struct place *p, enum act act, size_t count, const struct act_arguments *arguments)
{
    struct selection on = {.ids = p->ids, .count = count};
    act_result_release(&p->result);
    p->e = (struct err)ERR_INIT;
    return act_run(p->app, p->store, act, &on, arguments, &p->result, &p->e);
}

static struct alert_row row_of(struct place *p, int64_t id, struct alert_page *page)
{
    *page = (struct alert_page){0};
    if (alert_row_get(p->store, id, page, &p->e))
        fail_msg("%s", p->e.text);
    return page->rows[0];
}

static void claim_close_and_undo_leave_the_alert_as_it_was(void **state)
{
    struct place *p = *state;
    struct alert_page page;
    assert_int_equal(run(p, ACT_CLAIM, 1, NULL), 0);
    struct alert_row r = row_of(p, p->ids[0], &page);
    assert_int_equal(r.status, STATUS_ACK);
    assert_string_equal(r.assignee, "kato");
    alert_page_release(&page);
    struct act_arguments close = {.verdict = "fp", .reason = "known scanner"};
    assert_int_equal(run(p, ACT_CLOSE, 1, &close), 0);
    r = row_of(p, p->ids[0], &page);
    assert_int_equal(r.status, STATUS_CLOSED);
    assert_int_equal(r.verdict, VERDICT_FP);
    alert_page_release(&page);
    struct act_arguments twice = {.text = "2"};
    assert_int_equal(run(p, ACT_UNDO, 0, &twice), 0);
    r = row_of(p, p->ids[0], &page);
    assert_int_equal(r.status, STATUS_NEW);
    assert_int_equal(r.verdict, VERDICT_NONE);
    assert_string_equal(r.assignee, "");
    alert_page_release(&page);
    assert_int_equal(run(p, ACT_REDO, 0, NULL), 0);
}

static void a_query_acts_on_all_that_match_and_leaves_what_changed_since(void **state)
{
    struct place *p = *state;
    struct query *q;
    size_t position;
    struct act_arguments tag = {.tag = "seen"};
    int64_t revision = store_revision(p->store);
    assert_int_equal(run(p, ACT_TAG, 1, &tag), 0);
    if (query_parse(&q, SLICE("rule.name: Beacon"), clock_now(), &position, &p->e))
        fail_msg("%s", p->e.text);
    struct selection on = {.query = q, .revision = revision};
    struct act_arguments close = {.verdict = "benign", .reason = "drill"};
    act_result_release(&p->result);
    if (act_run(p->app, p->store, ACT_CLOSE, &on, &close, &p->result, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(p->result.changed, 2);
    assert_int_equal(p->result.failed, 1);
    assert_int_equal(p->result.failures[0].id, p->ids[0]);
    query_free(q);
}

static void snooze_takes_lengths_and_times(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *until;
        bool good;
    } cases[] = {{"4h", true}, {"2030-12-01T08:00Z", true}, {"now+2h", true}, {"17:30", true},
        {"2001-01-01", false}, {"sometime", false}, {"", false}, {NULL, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct act_arguments a = {.until = cases[i].until, .reason = "later"};
        int rc = run(p, ACT_SNOOZE, 1, &a);
        if ((rc == 0) != cases[i].good)
            fail_msg("%s: %s", cases[i].until ? cases[i].until : "(none)", p->e.text);
        if (rc)
            assert_int_equal(p->e.code, ERR_USAGE);
    }
    struct alert_page page;
    struct act_arguments a = {.until = "4h", .reason = "later"};
    assert_int_equal(run(p, ACT_SNOOZE, 1, &a), 0);
    int64_t until = row_of(p, p->ids[0], &page).snoozed_until, now = clock_now();
    alert_page_release(&page);
    assert_true(until > now + 3 * 3600 * CLOCK_SECOND && until <= now + 4 * 3600 * CLOCK_SECOND);
}

static void words_that_are_missing_are_asked_for(void **state)
{
    struct place *p = *state;
    static const struct {
        enum act act;
        struct act_arguments arguments;
        const char *word;
    } cases[] = {
        {ACT_CLOSE, {.reason = "x"}, "verdict"},
        {ACT_CLOSE, {.verdict = "maybe", .reason = "x"}, "maybe"},
        {ACT_CLOSE, {.verdict = "fp", .reason = "  "}, "reason"},
        {ACT_ASSIGN, {0}, "whom"},
        {ACT_TAG, {.tag = "-"}, "tag"},
        {ACT_NOTE, {.text = " "}, "empty"},
        {ACT_UNDO, {.text = "none"}, "number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(p, cases[i].act, 1, &cases[i].arguments), -1);
        assert_int_equal(p->e.code, ERR_USAGE);
        if (!strstr(p->e.text, cases[i].word))
            fail_msg("%zu: %s", i, p->e.text);
    }
    assert_int_equal(run(p, ACT_CLAIM, 0, NULL), -1);
    assert_int_equal(p->e.code, ERR_NOT_FOUND);
}

static void a_note_on_three_alerts_is_three_acts(void **state)
{
    struct place *p = *state;
    struct act_arguments note = {.text = "seen on the proxy too"};
    assert_int_equal(run(p, ACT_NOTE, 3, &note), 0);
    assert_int_equal(p->result.changed, 3);
}

static void an_observer_changes_nothing(void **state)
{
    struct place *p = *state;
    p->app->read_only = true;
    assert_int_equal(run(p, ACT_CLAIM, 1, NULL), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
}

static int count_state(void *owner, const struct outbox_row *row)
{
    size_t *n = owner;
    n[0]++;
    n[1] += strcmp(row->state, "held") == 0;
    return 0;
}

static void a_verdict_waits_for_its_source_and_an_undo_sends_nothing(void **state)
{
    struct place *p = *state;
    struct push_counts counts;
    size_t n[2] = {0, 0};
    struct act_arguments close = {.verdict = "fp", .reason = "drill"};
    assert_int_equal(run(p, ACT_CLOSE, 1, &close), 0);
    if (ingest_push(p->app, p->store, NULL, false, &counts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.sent, 0);
    assert_int_equal(run(p, ACT_UNDO, 0, NULL), 0);
    assert_int_equal(outbox_each(p->store, true, count_state, n, &p->e), 0);
    assert_int_equal(n[0], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(claim_close_and_undo_leave_the_alert_as_it_was),
        TEST(a_query_acts_on_all_that_match_and_leaves_what_changed_since),
        TEST(snooze_takes_lengths_and_times),
        TEST(words_that_are_missing_are_asked_for),
        TEST(a_note_on_three_alerts_is_three_acts),
        TEST(an_observer_changes_nothing),
        TEST(a_verdict_waits_for_its_source_and_an_undo_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
