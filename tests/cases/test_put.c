#include "cases/put.h"

#include "cases/alerts.h"
#include "cases/events.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <stdlib.h>

struct place {
    char *folder;
    struct store *s;
    struct batch batch;
    struct put_counts counts;
    struct err e;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    if (store_open(&p->s, p->folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    batch_init(&p->batch);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    batch_release(&p->batch);
    store_close(p->s);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static const struct put_context siem = {"siem", "elastic", "acme", 1, NULL};

static void put(struct place *p, const struct put_context *context)
{
    if (put_batch(p->s, context, &p->batch, &p->counts, &p->e))
        fail_msg("%s", p->e.text);
    batch_reset(&p->batch);
}

static void an_alert_comes_back_with_all_its_fields(void **state)
{
    struct place *p = *state;
    struct batch out;
    struct record *r = records_alert(&p->batch, &(struct alert_spec){.id = "a1",
                                                    .rule = "Beacon",
                                                    .host = "ws-fin-01",
                                                    .user = "mori",
                                                    .severity = "high",
                                                    .command_line = "curl -s http://198.51.100.7/x",
                                                    .score = 73});
    record_set_text(r, &p->batch.arena, FIELD_HOST_IP, "192.0.2.7");
    record_set_text(r, &p->batch.arena, FIELD_HOST_IP, "192.0.2.8");
    record_set_text(r, &p->batch.arena, FIELD_FILE_NAME, "x"); /* has no column */
    put(p, &siem);
    batch_init(&out);
    assert_int_equal(alert_get(p->s, 1, &out, &p->e), 0);
    r = &out.records[0];
    assert_true(slice_is(r->first[FIELD_RULE_NAME], "Beacon"));
    assert_true(slice_is(r->first[FIELD_SEVERITY], "high"));
    assert_true(slice_is(r->first[FIELD_SCORE], "73"));
    assert_true(slice_is(r->first[FIELD_ORGANIZATION_ID], "acme"));
    assert_true(slice_is(r->first[FIELD_FILE_NAME], "x"));
    assert_true(slice_is(r->first[FIELD_STATUS], "new"));
    assert_null(r->first[FIELD_VERDICT].p);
    assert_true(r->time == records_time(0));
    assert_true(slice_is(r->raw, "{\"id\":\"a1\",\"second\":0,\"made\":\"by a test\"}"));
    const struct record_value *at = NULL;
    struct slice value;
    assert_true(record_next(r, FIELD_HOST_IP, &at, &value));
    assert_true(record_next(r, FIELD_HOST_IP, &at, &value));
    assert_true(slice_is(value, "192.0.2.8"));
    batch_release(&out);
}

static void the_same_alert_twice_is_one(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 2; i++) {
        records_alert(&p->batch, &(struct alert_spec){.id = "a1", .rule = "Beacon"});
        records_alert(&p->batch, &(struct alert_spec){.rule = "No id", .raw = "{\"bare\":1}"});
        put(p, &siem);
    }
    assert_int_equal(p->counts.alerts_new, 2);
    assert_int_equal(p->counts.alerts_duplicate, 2);
}

static void two_sources_may_use_one_id(void **state)
{
    struct place *p = *state;
    struct put_context other = {"edr", "elastic", "acme", 1, NULL};
    records_alert(&p->batch, &(struct alert_spec){.id = "a1"});
    put(p, &siem);
    records_alert(&p->batch, &(struct alert_spec){.id = "a1"});
    put(p, &other);
    assert_int_equal(p->counts.alerts_new, 2);
}

static void an_updated_alert_changes_in_place(void **state)
{
    struct place *p = *state;
    struct batch out;
    records_alert(&p->batch, &(struct alert_spec){.id = "a1", .rule = "Old", .severity = "low"});
    put(p, &siem);
    int64_t before = store_revision(p->s);
    records_alert(&p->batch,
        &(struct alert_spec){.id = "a1", .rule = "New", .severity = "high", .raw = "{\"v\":2}"});
    put(p, &siem);
    assert_int_equal(p->counts.alerts_updated, 1);
    assert_true(store_revision(p->s) > before);
    batch_init(&out);
    assert_int_equal(alert_get(p->s, 1, &out, &p->e), 0);
    assert_true(slice_is(out.records[0].first[FIELD_RULE_NAME], "New"));
    assert_true(slice_is(out.records[0].raw, "{\"v\":2}"));
    batch_release(&out);
}

static uint64_t count_events(struct place *p)
{
    uint64_t n = 0;
    struct event_list all = {.from = CLOCK_NONE, .to = CLOCK_NONE};
    assert_int_equal(events_count(p->s, &all, &n, &p->e), 0);
    return n;
}

/* One file that holds two identical lines and a third, read three times. */
static void twins_of_one_reading_stay_and_a_second_reading_adds_none(void **state)
{
    struct place *p = *state;
    for (int64_t reading = 1; reading <= 3; reading++) {
        struct put_context c = {"import", "file", "", reading, NULL};
        for (int i = 0; i < 2; i++)
            records_event(&p->batch, &(struct event_spec){.host = "web-1", .raw = "{\"same\":1}"});
        records_event(&p->batch, &(struct event_spec){.host = "web-1", .raw = "{\"other\":1}"});
        put(p, &c);
    }
    assert_int_equal(p->counts.events_new, 3);
    assert_int_equal(p->counts.events_duplicate, 6);
    assert_int_equal(count_events(p), 3);
}

static void an_event_with_an_id_is_never_twice(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 2; i++)
        records_event(&p->batch, &(struct event_spec){.id = "e1", .host = "web-1"});
    put(p, &siem);
    assert_int_equal(p->counts.events_new, 1);
    assert_int_equal(p->counts.events_duplicate, 1);
}

static void a_reading_from_the_start_takes_a_new_number(void **state)
{
    struct place *p = *state;
    int64_t first, resumed, second;
    assert_int_equal(put_reading(p->s, "import", false, &first, &p->e), 0);
    assert_int_equal(put_reading(p->s, "import", true, &resumed, &p->e), 0);
    assert_int_equal(put_reading(p->s, "import", false, &second, &p->e), 0);
    assert_true(resumed == first);
    assert_true(second == first + 1);
}

static void the_cursor_is_stored_with_its_page(void **state)
{
    struct place *p = *state;
    struct str cursor = STR_INIT;
    assert_int_equal(put_cursor(p->s, "siem", &cursor, &p->e), 0);
    assert_string_equal(cursor.p, "");
    records_alert(&p->batch, &(struct alert_spec){.id = "a1"});
    p->batch.cursor = SLICE("page 1");
    put(p, &siem);
    put(p, &siem); /* an empty batch leaves it */
    assert_int_equal(put_cursor(p->s, "siem", &cursor, &p->e), 0);
    assert_string_equal(cursor.p, "page 1");
    str_release(&cursor);
}

static void what_cannot_be_read_is_kept_and_counted_once(void **state)
{
    struct place *p = *state;
    struct source_state *states;
    size_t count;
    for (int i = 0; i < 2; i++) {
        batch_add_bad(&p->batch, SLICE("{broken"), SLICE("a.jsonl:3"), "no closing %s", "brace");
        put(p, &siem);
    }
    assert_int_equal(put_source_states(p->s, &states, &count, &p->e), 0);
    assert_int_equal(count, 1);
    assert_int_equal(states[0].quarantined, 1);
    put_source_states_free(states, count);
}

static void a_source_tells_how_it_fares(void **state)
{
    struct place *p = *state;
    struct source_state *states;
    size_t count;
    struct err failure = {ERR_AUTH, "the key was refused"};
    records_alert(&p->batch, &(struct alert_spec){.id = "a1", .second = 5});
    records_event(&p->batch, &(struct event_spec){.id = "e1", .second = 9});
    put(p, &siem);
    assert_int_equal(put_source_result(p->s, "siem", "elastic", records_time(50), NULL, &p->e), 0);
    assert_int_equal(
        put_source_result(p->s, "siem", "elastic", records_time(60), &failure, &p->e), 0);
    assert_int_equal(put_source_states(p->s, &states, &count, &p->e), 0);
    assert_int_equal(count, 1);
    assert_string_equal(states[0].kind, "elastic");
    assert_string_equal(states[0].last_error, "the key was refused");
    assert_string_equal(states[0].error_code, "auth");
    assert_true(states[0].last_success == records_time(50));
    assert_true(states[0].last_record == records_time(9));
    assert_int_equal(states[0].alerts, 1);
    assert_int_equal(states[0].events, 1);
    assert_int_equal(states[0].hourly[23], 2);
    put_source_states_free(states, count);
}

static void read_only_refuses_to_store(void **state)
{
    struct place *p = *state;
    struct store *s;
    assert_int_equal(store_open(&s, p->folder, STORE_READ_ONLY, &p->e), 0);
    records_alert(&p->batch, &(struct alert_spec){.id = "a1"});
    assert_int_equal(put_batch(s, &siem, &p->batch, &p->counts, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_alert_comes_back_with_all_its_fields),
        TEST(the_same_alert_twice_is_one),
        TEST(two_sources_may_use_one_id),
        TEST(an_updated_alert_changes_in_place),
        TEST(twins_of_one_reading_stay_and_a_second_reading_adds_none),
        TEST(an_event_with_an_id_is_never_twice),
        TEST(a_reading_from_the_start_takes_a_new_number),
        TEST(the_cursor_is_stored_with_its_page),
        TEST(what_cannot_be_read_is_kept_and_counted_once),
        TEST(a_source_tells_how_it_fares),
        TEST(read_only_refuses_to_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
