#include "tests/support/elastic_world.h"

#include <poll.h>

static void the_newest_come_first_and_all_come_once_enough(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 95; i++)
        add_alert(w, i, i * 60);
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 95);
    assert_string_equal(w->first_id, "alert-0094");
    assert_int_equal(sim_elastic_open_pits(w->sim), 0);
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 95);
}

static void what_comes_later_is_taken_from_the_cursor_on(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 30; i++)
        add_alert(w, i, i * 60);
    assert_int_equal(pull(w, 100), 0);
    size_t before = w->deliveries;
    for (int i = 30; i < 55; i++)
        add_alert(w, i, 7200 + i);
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 55);
    assert_true(w->deliveries - before < 55); /* the overlap alone is read again */
}

static void records_that_share_a_time_are_all_read(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 45; i++)
        add_alert(w, i, 0);
    for (int i = 1000; i < 1045; i++)
        add_alert(w, i, 0);
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 90);
}

static void every_page_size_reads_the_same(void **state)
{
    static const char *const sizes[] = {"10", "11", "37", "500"};
    struct world *w = *state;
    for (int i = 0; i < 110; i++)
        add_alert(w, i, i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        w->page_size = sizes[i];
        free(w->cursor);
        w->cursor = NULL;
        while (w->kept_count)
            free(w->kept[--w->kept_count]);
        die_and_come_back(w);
        assert_int_equal(pull(w, 100), 0);
        assert_int_equal(w->kept_count, 110);
    }
}

static void a_kill_after_any_page_loses_nothing(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 60; i++)
        add_alert(w, i, i * 120);
    for (int i = 0; i < 40; i++) {
        char time[40];
        snprintf(time, sizeof time, "2026-03-11T%02d:%02d:00.000Z", i / 6, i % 6 * 10);
        add_event(w, i, time, NULL);
    }
    for (int call = 0, rc = 1; rc; call++) {
        assert_true(call < 200);
        rc = pull(w, 4);
        assert_true(rc >= 0);
        if (rc)
            die_and_come_back(w);
        if (call == 2)
            add_alert(w, 60, 60 * 120);
    }
    assert_int_equal(w->kept_count, 101);
}

static void an_event_that_arrives_late_is_still_read(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 20; i++)
        add_event(w, i, "2026-03-11T05:00:00.000Z", "2026-03-11T05:00:10.000Z");
    assert_int_equal(pull(w, 100), 0);
    add_event(w, 20, "2026-03-11T01:00:00.000Z", "2026-03-11T05:30:00.000Z");
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 21);
}

static void a_changed_alert_is_read_again(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 12; i++)
        add_alert(w, i, i);
    assert_int_equal(pull(w, 100), 0);
    size_t before = w->deliveries;
    add_alert(w, 3, 9000);
    assert_int_equal(pull(w, 100), 0);
    assert_true(w->deliveries > before);
    assert_int_equal(w->kept_count, 12);
}

static void an_expired_point_in_time_is_begun_again(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 60; i++)
        add_alert(w, i, i * 60);
    assert_int_equal(pull(w, 2), 1);
    assert_int_equal(sim_elastic_fault(w->sim, "pit_expired*1@search", &w->e), 0);
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 60);
}

static void faults_end_the_round_and_the_next_one_goes_on(void **state)
{
    static const struct {
        const char *fault;
        enum err_code code;
    } cases[] = {{"429=2*1@search", ERR_LIMITED}, {"503*1@search", ERR_LIMITED},
        {"drop*2@search", ERR_NETWORK}, {"html*1@search", ERR_INPUT}, {"wrong*1@search", ERR_INPUT},
        {"truncated*1@search", ERR_INPUT}, {"redirect*1@search", ERR_NETWORK}, {"401*2", ERR_AUTH},
        {"403*1@search", ERR_DENIED}};
    struct world *w = *state;
    for (int i = 0; i < 40; i++)
        add_alert(w, i, i * 60);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        add_alert(w, 100 + (int)i, 50000 + (int)i * 300);
        assert_int_equal(sim_elastic_fault(w->sim, cases[i].fault, &w->e), 0);
        int rc = pull(w, 100);
        if (rc != -1 || w->e.code != cases[i].code)
            fail_msg("%s: %d, %s: %s", cases[i].fault, rc, err_code_name(w->e.code), w->e.text);
        if (cases[i].fault[0] == '4' && cases[i].fault[1] == '2')
            assert_int_equal(w->retry, 2 * CLOCK_SECOND);
        assert_null(strstr(w->e.text, SIM_ELASTIC_API_KEY));
        assert_int_equal(sim_elastic_fault(w->sim, "none", &w->e), 0);
        assert_int_equal(pull(w, 100), 0);
        assert_int_equal(w->kept_count, 41 + i);
    }
}

static void one_401_is_answered_with_the_secret_again(void **state)
{
    struct world *w = *state;
    add_alert(w, 1, 1);
    assert_int_equal(sim_elastic_fault(w->sim, "401*1", &w->e), 0);
    assert_int_equal(pull(w, 100), 0);
    assert_int_equal(w->kept_count, 1);
}

static void partial_answers_are_shown_named_and_asked_for_again(void **state)
{
    static const char *const faults[] = {"shards_failed*1@search", "timed_out*1@search"};
    struct world *w = *state;
    for (int i = 0; i < 35; i++)
        add_alert(w, i, i * 60);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sim_elastic_fault(w->sim, faults[i], &w->e), 0);
        add_alert(w, 200 + (int)i, 40000 + 400 * (int)i);
        assert_int_equal(pull(w, 100), -1);
        assert_int_equal(w->e.code, ERR_PARTIAL);
        assert_non_null(strstr(w->e.text, i ? "ran out of time" : "shards failed"));
        assert_true(w->kept_count >= 30);
        assert_int_equal(pull(w, 100), 0);
        assert_int_equal(w->kept_count, 36 + i);
    }
}

static void a_bad_hit_is_kept_aside_and_its_neighbours_go_on(void **state)
{
    static const char *const faults[] = {"bad_hit*1@search", "broken_hit*1@search"};
    struct world *w = *state;
    for (size_t i = 0; i < 2; i++) {
        for (int n = 0; n < 5; n++)
            add_alert(w, (int)i * 10 + n, (int)i * 9000 + n);
        assert_int_equal(sim_elastic_fault(w->sim, faults[i], &w->e), 0);
        w->bad = 0;
        assert_int_equal(pull(w, 100), 0);
        assert_int_equal(w->bad, 1);
        assert_true(w->last_bad && w->last_bad[0]);
        die_and_come_back(w);
        assert_int_equal(pull(w, 100), 0); /* the overlap heals it */
        assert_int_equal(w->kept_count, 5 * (i + 1));
    }
}

static void odd_values_do_not_cost_a_record(void **state)
{
    static const char *const faults[] = {"big_integer*1@search", "nul*1@search",
        "lone_surrogate*1@search", "invalid_utf8*1@search", "gzip*1@search"};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        add_alert(w, (int)i, 600 * (int)i);
        assert_int_equal(sim_elastic_fault(w->sim, faults[i], &w->e), 0);
        assert_int_equal(pull(w, 100), 0);
        assert_int_equal(w->bad, 0);
        assert_int_equal(w->kept_count, i + 1);
    }
}

static void an_alert_is_mapped(void **state)
{
    struct world *w = *state;
    struct batch b;
    struct poll_context c = {.cursor = NULL};
    int64_t ns, pid;
    add_alert(w, 7, 3661);
    batch_init(&b);
    assert_int_equal(w->ops->poll(w->state, &c, &b, &w->retry, &w->e), 1);
    assert_int_equal(b.count, 1);
    const struct record *r = b.records;
    assert_int_equal(r->kind, RECORD_ALERT);
    assert_true(slice_is(r->native_id, "alert-0007"));
    clock_parse(SLICE("2026-03-11T00:00:00.007Z"), &ns);
    assert_true(r->time == ns);
    assert_true(slice_is(record_get(r, FIELD_RULE_NAME), "Encoded launcher"));
    assert_true(slice_is(record_get(r, FIELD_SEVERITY), "high"));
    assert_true(slice_is(record_get(r, FIELD_SCORE), "73"));
    assert_true(slice_is(record_get(r, FIELD_NATIVE_STATUS), "open"));
    assert_true(slice_is(record_get(r, FIELD_DISPOSITION), "prevented"));
    assert_true(slice_is(record_get(r, FIELD_HOST_NAME), "web-00"));
    assert_true(slice_is(record_get(r, FIELD_AGENT_ID), "agent-0"));
    assert_true(slice_is(record_get(r, FIELD_THREAT_TECHNIQUE), "T1059"));
    assert_true(record_get_int(r, FIELD_PROCESS_PID, &pid) && pid == 1007);
    assert_non_null(memmem(record_get(r, FIELD_NATIVE_URL).p, record_get(r, FIELD_NATIVE_URL).n,
        "/app/security/alerts/redirect/alert-0007?index=", 47));
    assert_true(r->raw.n > 100 && r->raw.p[0] == '{');
    batch_release(&b);
}

static void check_tells_what_is_wrong(void **state)
{
    struct world *w = *state;
    struct str report = STR_INIT;
    add_alert(w, 1, 1);
    add_event(w, 1, "2026-03-11T01:00:00.000Z", NULL);
    assert_int_equal(w->ops->check(w->state, &report, &w->e), 0);
    assert_non_null(strstr(report.p, "alerts: 1 in " SIM_ALERTS));
    assert_non_null(strstr(report.p, "telemetry: 1 in "));
    w->key = "d3Jvbmc6d3Jvbmc=";
    die_and_come_back(w);
    str_clear(&report);
    assert_int_equal(w->ops->check(w->state, &report, &w->e), -1);
    assert_int_equal(w->e.code, ERR_AUTH);
    assert_null(strstr(w->e.text, "d3Jvbmc6d3Jvbmc"));
    str_release(&report);
}

static void an_empty_index_is_said_to_be_empty(void **state)
{
    struct world *w = *state;
    struct str report = STR_INIT;
    assert_int_equal(w->ops->check(w->state, &report, &w->e), 0);
    assert_non_null(strstr(report.p, SIM_ALERTS " is empty"));
    assert_int_equal(pull(w, 10), 0);
    add_alert(w, 1, 1);
    assert_int_equal(pull(w, 10), 0);
    assert_int_equal(w->kept_count, 1);
    str_release(&report);
}

static void a_verdict_stands_in_the_source(void **state)
{
    struct world *w = *state;
    add_alert(w, 5, 5);
    struct update_request u = {.native_id = SLICE("alert-0005"),
        .raw = SLICE("{\"kibana.alert.workflow_status\":\"open\"}"),
        .status = STATUS_CLOSED,
        .verdict = VERDICT_FP};
    assert_int_equal(w->ops->update(w->state, &u, &w->e), 0);
    char *document = sim_elastic_document(w->sim, SIM_ALERTS, "alert-0005");
    assert_non_null(strstr(document, "closed"));
    free(document);
    assert_int_equal(w->ops->update(w->state, &u, &w->e), 0); /* as asked already */
    u.status = STATUS_ACK;
    assert_int_equal(w->ops->update(w->state, &u, &w->e), -1); /* it was open when we read it */
    assert_int_equal(w->e.code, ERR_CONFLICT);
    u.native_id = SLICE("alert-9999");
    assert_int_equal(w->ops->update(w->state, &u, &w->e), -1);
    assert_int_equal(w->e.code, ERR_NOT_FOUND);
}

static void without_kibana_a_verdict_is_written_to_the_alert(void **state)
{
    struct world *w = *state;
    w->kibana = NULL;
    die_and_come_back(w);
    add_alert(w, 5, 5);
    add_alert(w, 6, 6);
    struct update_request u = {.native_id = SLICE("alert-0005"),
        .raw = SLICE("{\"kibana.alert.workflow_status\":\"open\"}"),
        .status = STATUS_CLOSED,
        .verdict = VERDICT_FP};
    assert_int_equal(w->ops->update(w->state, &u, &w->e), 0);
    assert_int_equal(sim_elastic_served(w->sim, "update_by_query"), 1);
    char *document = sim_elastic_document(w->sim, SIM_ALERTS, "alert-0005");
    assert_non_null(strstr(document, "closed"));
    free(document);
    document = sim_elastic_document(w->sim, SIM_ALERTS, "alert-0006");
    assert_null(strstr(document, "closed"));
    free(document);
    u.status = STATUS_ACK;
    assert_int_equal(w->ops->update(w->state, &u, &w->e), -1);
    assert_int_equal(w->e.code, ERR_CONFLICT);
    assert_int_equal(sim_elastic_served(w->sim, "update_by_query"), 1);
}

/* Every page of a search until its end; how many records came, and how many of them twice. */
static size_t search_all(struct world *w, const char *text, size_t *calls)
{
    struct query *q = NULL;
    struct batch b;
    size_t found = 0, position;
    int rc = 1;
    batch_init(&b);
    if (query_parse(&q, slice_of(text), w->settings.since, &position, &w->e))
        fail_msg("%s", w->e.text);
    for (*calls = 0; rc == 1; ++*calls) {
        struct poll_context c = {.cursor = NULL};
        batch_reset(&b);
        rc = w->ops->search(w->state, q, 0, &c, &b, &w->e);
        assert_true(*calls < 100);
        found += b.count;
    }
    if (rc)
        fail_msg("%s", w->e.text);
    batch_release(&b);
    query_free(q);
    return found;
}

static void a_search_runs_at_the_source_and_pages_to_its_end(void **state)
{
    struct world *w = *state;
    size_t calls;
    for (int i = 0; i < 45; i++)
        add_alert(w, i, i);
    for (int i = 0; i < 25; i++)
        add_event(w, i, "2026-03-11T05:00:00.000Z", NULL);
    assert_int_equal(search_all(w, "process.executable: /usr/bin/sh", &calls), 45);
    assert_true(calls >= 5);
    assert_int_equal(search_all(w, "process.executable: /usr/bin/id", &calls), 25);
    assert_int_equal(search_all(w, "process.pid: 1007", &calls), 1);
    assert_int_equal(search_all(w, "host.name: web-0*", &calls), 70);
    assert_int_equal(search_all(w, "host.name: nowhere", &calls), 0);
    assert_int_equal(sim_elastic_open_pits(w->sim), 0);
}

/* Without a point in time that outlives the process, only a larger page gets past them. */
static void restarts_get_past_many_records_of_one_time(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 250; i++)
        add_alert(w, i * 1000, 0);
    for (int i = 0; i < 30; i++)
        add_alert(w, i + 1, 7200 + i * 300);
    for (int life = 0, rc = 1; rc; life++) {
        assert_true(life < 60);
        rc = pull(w, 3);
        assert_true(rc >= 0);
        if (rc)
            die_and_come_back(w);
    }
    assert_int_equal(w->kept_count, 280);
}

static void isolation_is_ordered_and_followed(void **state)
{
    struct world *w = *state;
    struct str ticket = STR_INIT;
    enum contain_state now = CONTAIN_UNKNOWN;
    add_alert(w, 1, 1);
    assert_int_equal(w->ops->contain(w->state, "agent-1", false, "beacon", &ticket, &w->e), 0);
    assert_true(ticket.n > 0);
    int64_t deadline = clock_monotonic() + 10 * CLOCK_SECOND;
    while (now != CONTAIN_DONE && clock_monotonic() < deadline) {
        assert_int_equal(w->ops->contain_state(w->state, ticket.p, &now, &w->e), 0);
        assert_true(now == CONTAIN_PENDING || now == CONTAIN_DONE);
        poll(NULL, 0, 100);
    }
    assert_int_equal(now, CONTAIN_DONE);
    assert_int_equal(w->ops->contain(w->state, "", false, NULL, &ticket, &w->e), -1);
    str_release(&ticket);
}

#define T(name) cmocka_unit_test_setup_teardown(name, elastic_world_set_up, elastic_world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_newest_come_first_and_all_come_once_enough),
        T(what_comes_later_is_taken_from_the_cursor_on),
        T(records_that_share_a_time_are_all_read),
        T(every_page_size_reads_the_same),
        T(a_kill_after_any_page_loses_nothing),
        T(an_event_that_arrives_late_is_still_read),
        T(a_changed_alert_is_read_again),
        T(an_expired_point_in_time_is_begun_again),
        T(faults_end_the_round_and_the_next_one_goes_on),
        T(one_401_is_answered_with_the_secret_again),
        T(partial_answers_are_shown_named_and_asked_for_again),
        T(a_bad_hit_is_kept_aside_and_its_neighbours_go_on),
        T(odd_values_do_not_cost_a_record),
        T(an_alert_is_mapped),
        T(check_tells_what_is_wrong),
        T(an_empty_index_is_said_to_be_empty),
        T(a_verdict_stands_in_the_source),
        T(without_kibana_a_verdict_is_written_to_the_alert),
        T(a_search_runs_at_the_source_and_pages_to_its_end),
        T(restarts_get_past_many_records_of_one_time),
        T(isolation_is_ordered_and_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
