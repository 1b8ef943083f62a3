#include "app/pivot.h"
#include "cases/case_file.h"
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
    struct pivot_timeline t;
    struct err e;
};

static void put(struct place *p, const char *source, struct batch *b)
{
    struct put_context context = {source, "elastic", "acme", 1, NULL};
    struct put_counts counts = {0};
    if (put_batch(p->store, &context, b, &counts, &p->e))
        fail_msg("%s", p->e.text);
    batch_release(b);
}

/* Ten events on two hosts from two sources, a minute apart, and one alert. */
static void fill(struct place *p)
{
    for (int source = 0; source < 2; source++) {
        struct batch b;
        batch_init(&b);
        for (int i = 0; i < 5; i++) {
            char id[16], raw[32];
            snprintf(id, sizeof id, "e%d-%d", source, i);
            snprintf(raw, sizeof raw, "{\"id\":\"%s\"}", id);
            records_event(&b, &(struct event_spec){.id = id,
                                  .host = source ? "ws-fin-02" : "ws-fin-01",
                                  .user = "mori",
                                  .category = "network",
                                  .address = "198.51.100.9",
                                  .raw = raw,
                                  .second = (source * 5 + i) * 60});
        }
        put(p, source ? "edr" : "siem", &b);
    }
    struct batch b;
    batch_init(&b);
    records_alert(&b, &(struct alert_spec){.id = "a1",
                          .rule = "Beacon",
                          .host = "ws-fin-01",
                          .severity = "critical",
                          .raw = "{}",
                          .second = 90});
    put(p, "siem", &b);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    setenv("XDG_CONFIG_HOME", p->folder, 1);
    struct app_options options = {.data_folder = p->folder, .program = "/bin/false"};
    if (app_open(&p->app, &options, &p->e) || app_store(p->app, &p->store, &p->e))
        fail_msg("%s", p->e.text);
    fill(p);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    pivot_timeline_release(&p->t);
    store_close(p->store);
    app_close(p->app);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static void ask(struct place *p, const struct timeline_request *r)
{
    pivot_timeline_release(&p->t);
    if (pivot_timeline(p->app, p->store, r, &p->t, &p->e))
        fail_msg("%s", p->e.text);
}

static void all_records_stand_on_one_axis_with_a_lane_a_source(void **state)
{
    struct place *p = *state;
    ask(p, &(struct timeline_request){.from = CLOCK_NONE, .to = CLOCK_NONE, .buckets = 10});
    const struct pivot_timeline *t = &p->t;
    assert_int_equal(t->count, 11);
    assert_int_equal(t->total, 11);
    assert_false(t->more);
    for (size_t i = 1; i < t->count; i++)
        assert_true(t->rows[i - 1].time <= t->rows[i].time);
    assert_string_equal(t->rows[2].kind, "alert");
    assert_string_equal(t->rows[2].what, "Beacon");
    assert_int_equal(t->rows[2].severity, SEVERITY_CRITICAL);
    assert_int_equal(t->lanes, 2);
    uint32_t sum = 0, alerts = 0;
    for (size_t i = 0; i < t->lanes * t->buckets; i++)
        sum += t->counts[i];
    for (size_t i = 0; i < t->buckets; i++) {
        alerts += t->alert_counts[i];
        assert_int_equal(t->worst[i], t->alert_counts[i] ? SEVERITY_CRITICAL : -1);
    }
    assert_int_equal(sum, 10);
    assert_int_equal(alerts, 1);
}

static void a_host_a_query_and_a_span_narrow_it(void **state)
{
    struct place *p = *state;
    struct query *q;
    size_t position;
    ask(p, &(struct timeline_request){
               .host = "ws-fin-02", .from = CLOCK_NONE, .to = CLOCK_NONE, .buckets = 4});
    assert_int_equal(p->t.count, 5);
    ask(p, &(struct timeline_request){
               .from = records_time(60), .to = records_time(121), .buckets = 1});
    assert_int_equal(p->t.count, 3);
    if (query_parse(
            &q, SLICE("host.name: ws-fin-01 and user.name: mori"), clock_now(), &position, &p->e))
        fail_msg("%s", p->e.text);
    ask(p,
        &(struct timeline_request){.query = q, .from = CLOCK_NONE, .to = CLOCK_NONE, .buckets = 4});
    assert_int_equal(p->t.count, 5);
    query_free(q);
}

static void what_is_left_out_is_counted(void **state)
{
    struct place *p = *state;
    ask(p,
        &(struct timeline_request){.from = CLOCK_NONE, .to = CLOCK_NONE, .buckets = 1, .limit = 3});
    assert_int_equal(p->t.count, 3);
    assert_int_equal(p->t.total, 11);
    assert_true(p->t.more);
    assert_int_equal(p->t.rows[2].time, records_time(9 * 60));
}

static void a_case_shows_its_alerts_notes_and_tasks(void **state)
{
    struct place *p = *state;
    struct act_result r = {0};
    struct alert_list list = {.query = NULL};
    int64_t id, *alerts;
    size_t count, notes = 0, tasks = 0, found = 0;
    struct actor kato = {"kato", "acme"};
    struct case_task task = {.text = "ask mori", .due = CLOCK_NONE};
    if (case_new(p->store, &kato, "Beacon on ws-fin-01", &id, &r, &p->e) ||
        alerts_ids(p->store, &list, &alerts, &count, &p->e))
        fail_msg("%s", p->e.text);
    act_result_release(&r);
    if (case_add_alerts(p->store, &kato, id, alerts, count, &r, &p->e))
        fail_msg("%s", p->e.text);
    act_result_release(&r);
    if (triage_note(p->store, &kato, "case", id, "called her", &r, &p->e))
        fail_msg("%s", p->e.text);
    act_result_release(&r);
    if (case_task_add(p->store, &kato, id, &task, &r, &p->e))
        fail_msg("%s", p->e.text);
    act_result_release(&r);
    free(alerts);
    ask(p, &(struct timeline_request){
               .case_id = id, .from = CLOCK_NONE, .to = CLOCK_NONE, .buckets = 4});
    for (size_t i = 0; i < p->t.count; i++) {
        notes += strcmp(p->t.rows[i].kind, "note") == 0;
        tasks += strcmp(p->t.rows[i].kind, "task") == 0;
        found += strcmp(p->t.rows[i].kind, "alert") == 0;
    }
    assert_int_equal(notes, 1);
    assert_int_equal(tasks, 1);
    assert_int_equal(found, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(all_records_stand_on_one_axis_with_a_lane_a_source),
        TEST(a_host_a_query_and_a_span_narrow_it),
        TEST(what_is_left_out_is_counted),
        TEST(a_case_shows_its_alerts_notes_and_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
