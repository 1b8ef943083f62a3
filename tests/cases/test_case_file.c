#include "cases/case_file.h"

#include "cases/alerts.h"
#include "cases/events.h"
#include "cases/ledger.h"
#include "cases/put.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct place {
    char *folder;
    struct store *s;
    struct err e;
    struct act_result result;
    int64_t id;
};

static const struct actor kato = {"kato", "acme"};
#define HOSTILE "<script>alert(1)</script> | [x](http://203.0.113.9) `x` \x1b[31m \xe2\x80\xae =cmd"

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    p->folder = folder_new();
    if (store_open(&p->s, p->folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    batch_init(&b);
    records_alert(&b, &(struct alert_spec){.id = "a1",
                          .rule = HOSTILE,
                          .host = "ws-1",
                          .severity = "high",
                          .command_line = HOSTILE});
    records_event(&b, &(struct event_spec){.id = "e1", .host = "ws-1", .command_line = HOSTILE});
    assert_int_equal(put_batch(p->s, &siem, &b, &counts, &p->e), 0);
    batch_release(&b);
    assert_int_equal(case_new(p->s, &kato, "Beacon " HOSTILE, &p->id, &p->result, &p->e), 0);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    act_result_release(&p->result);
    store_close(p->s);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static void fill(struct place *p)
{
    int64_t one = 1;
    struct case_task task = {"look at " HOSTILE, NULL, CLOCK_NONE};
    struct case_ioc ioc = {"ip", "203.0.113.9", "it's his"};
    assert_int_equal(case_add_alerts(p->s, &kato, p->id, &one, 1, &p->result, &p->e), 0);
    assert_int_equal(case_add_events(p->s, &kato, p->id, &one, 1, &p->result, &p->e), 0);
    assert_int_equal(triage_note(p->s, &kato, "case", p->id, HOSTILE, &p->result, &p->e), 0);
    assert_int_equal(case_task_add(p->s, &kato, p->id, &task, &p->result, &p->e), 0);
    assert_int_equal(case_task_done(p->s, &kato, 1, true, &p->result, &p->e), 0);
    assert_int_equal(case_ioc_add(p->s, &kato, p->id, &ioc, &p->result, &p->e), 0);
}

static void a_case_counts_what_it_holds(void **state)
{
    struct place *p = *state;
    struct case_list list;
    fill(p);
    assert_int_equal(case_get(p->s, p->id, &list, &p->e), 0);
    const struct case_row *c = &list.rows[0];
    assert_int_equal(c->alerts, 1);
    assert_int_equal(c->events, 1);
    assert_int_equal(c->notes, 1);
    assert_int_equal(c->tasks_done, 1);
    assert_int_equal(c->iocs, 1);
    assert_int_equal(c->severity, SEVERITY_HIGH);
    assert_string_equal(c->lead, "kato");
    case_list_release(&list);
}

static void a_closed_case_leaves_the_list_and_undo_opens_it(void **state)
{
    struct place *p = *state;
    struct case_list list;
    struct case_change change = CASE_CHANGE_INIT;
    change.status = CASE_CLOSED;
    change.verdict = VERDICT_TP;
    assert_int_equal(case_change(p->s, &kato, p->id, &change, &p->result, &p->e), 0);
    assert_int_equal(cases_list(p->s, false, &list, &p->e), 0);
    assert_int_equal(list.count, 0);
    case_list_release(&list);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(cases_list(p->s, false, &list, &p->e), 0);
    assert_int_equal(list.count, 1);
    assert_true(list.rows[0].closed == CLOCK_NONE);
    case_list_release(&list);
}

static void a_pinned_event_outlives_the_cache(void **state)
{
    struct place *p = *state;
    int64_t one = 1, many[] = {1, 77};
    struct str out = STR_INIT;
    assert_int_equal(case_add_events(p->s, &kato, p->id, &one, 1, &p->result, &p->e), 0);
    assert_int_equal(p->result.changed, 1);
    assert_int_equal(case_add_events(p->s, &kato, p->id, many, 2, &p->result, &p->e), 0);
    assert_int_equal(p->result.changed, 0); /* it is there */
    assert_int_equal(p->result.failures[0].id, 77);
    assert_int_equal(exporter_find("json")->write(p->s, p->id, &out, &p->e), 0);
    json_t *json = json_loadb(out.p, out.n, 0, NULL), *events = json_object_get(json, "events");
    assert_int_equal(json_array_size(events), 1);
    json_decref(json);
    str_release(&out);
}

static void another_customers_alert_stays_out(void **state)
{
    struct place *p = *state;
    struct batch b;
    struct put_counts counts = {0};
    struct put_context c = {"siem2", "elastic", "globex", 1, NULL};
    int64_t two = 2;
    batch_init(&b);
    records_alert(&b, &(struct alert_spec){.id = "x"});
    assert_int_equal(put_batch(p->s, &c, &b, &counts, &p->e), 0);
    batch_release(&b);
    assert_int_equal(case_add_alerts(p->s, &kato, p->id, &two, 1, &p->result, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
}

static void hostile_text_cannot_leave_its_place_in_any_export(void **state)
{
    struct place *p = *state;
    fill(p);
    for (const struct exporter *x = exporters; x->name; x++) {
        struct str out = STR_INIT;
        if (x->write(p->s, p->id, &out, &p->e))
            fail_msg("%s: %s", x->name, p->e.text);
        assert_non_null(strstr(out.p, "203.0.113.9"));
        assert_null(strchr(out.p, '\x1b'));
        assert_null(strstr(out.p, "\xe2\x80\xae"));
        if (strcmp(x->name, "html") == 0)
            assert_null(strstr(out.p, "<script"));
        if (strcmp(x->name, "csv") == 0)
            assert_null(strstr(out.p, ",\"="));
        if (strcmp(x->name, "json") == 0 || strcmp(x->name, "stix") == 0) {
            json_t *json = json_loadb(out.p, out.n, 0, NULL);
            if (!json)
                fail_msg("%s is no JSON: %s", x->name, out.p);
            json_decref(json);
        }
        str_release(&out);
    }
}

static void exporters_go_by_name_and_by_ending(void **state)
{
    (void)state;
    assert_ptr_equal(exporter_find("md"), exporter_find("markdown"));
    assert_non_null(exporter_find("stix"));
    assert_null(exporter_find("docx"));
}

static int keep_host(void *owner, const struct host_row *row)
{
    struct place *p = owner;
    snprintf(p->result.summary, sizeof p->result.summary, "%s %s %d %d %s", row->name,
        row->organization, (int)row->alerts, (int)row->events, host_state_name(row->state));
    return 0;
}

static void the_inventory_joins_alerts_events_and_the_ledger(void **state)
{
    struct place *p = *state;
    struct ledger_row row = {.host = "ws-1",
        .runbook = "isolate",
        .owner = "kato",
        .reason = "beacon",
        .state = "contained",
        .started = clock_now(),
        .expires = CLOCK_NONE,
        .proved = CLOCK_NONE,
        .ended = CLOCK_NONE};
    if (host_get(p->s, "WS-1", keep_host, p, &p->e))
        fail_msg("%s", p->e.text);
    assert_string_equal(p->result.summary, "ws-1 acme 1 1 free");
    assert_int_equal(ledger_put(p->s, &kato, &row, NULL, &p->e), 0);
    assert_int_equal(hosts_each(p->s, keep_host, p, &p->e), 0);
    assert_string_equal(p->result.summary, "ws-1 acme 1 1 contained");
    assert_int_equal(host_get(p->s, "nowhere", keep_host, p, &p->e), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_case_counts_what_it_holds),
        TEST(a_closed_case_leaves_the_list_and_undo_opens_it),
        TEST(a_pinned_event_outlives_the_cache),
        TEST(another_customers_alert_stays_out),
        TEST(hostile_text_cannot_leave_its_place_in_any_export),
        TEST(exporters_go_by_name_and_by_ending),
        TEST(the_inventory_joins_alerts_events_and_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
