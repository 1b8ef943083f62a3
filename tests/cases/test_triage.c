#include "cases/triage.h"

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
    struct store *s;
    struct err e;
    struct act_result result;
};

static const struct actor kato = {"kato", NULL}, sato = {"sato", NULL};

static void put_alerts(struct place *p, int first, int n, const char *organization)
{
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", organization, 1, NULL};
    char id[16], host[16];
    batch_init(&b);
    for (int i = first; i < first + n; i++) {
        snprintf(id, sizeof id, "a%d", i);
        snprintf(host, sizeof host, "ws-%03d", i % 100);
        records_alert(
            &b, &(struct alert_spec){
                    .id = id, .rule = "Beacon", .host = host, .severity = "high", .second = i});
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
    put_alerts(p, 1, 5, "acme");
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    act_result_release(&p->result);
    clock_set_fake(CLOCK_NONE);
    store_close(p->s);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static void apply(
    struct place *p, const struct actor *who, const struct triage *t, int64_t *ids, size_t n)
{
    act_result_release(&p->result);
    if (triage_apply(p->s, who, t, ids, n, &p->result, &p->e))
        fail_msg("%s", p->e.text);
}

static void close_as_fp(struct place *p, const struct actor *who, int64_t *ids, size_t n)
{
    struct triage t = TRIAGE_INIT("close");
    t.status = STATUS_CLOSED;
    t.verdict = VERDICT_FP;
    t.reason = "the backup does this";
    apply(p, who, &t, ids, n);
}

static struct alert_row row(struct place *p, int64_t id)
{
    struct alert_page page = {0};
    if (alert_row_get(p->s, id, &page, &p->e))
        fail_msg("%s", p->e.text);
    struct alert_row r = page.rows[0];
    r.assignee = r.assignee[0] ? "somebody" : "";
    alert_page_release(&page);
    return r;
}

static void keep_line(void *owner, const struct verify_line *line)
{
    struct place *p = owner;
    if (!line->ok)
        err_set(&p->e, ERR_CORRUPT, "%s: %s", line->check, line->error);
}

static void is_sound(struct place *p)
{
    if (journal_verify(p->s, keep_line, p, &p->e))
        fail_msg("%s", p->e.text);
}

static void a_close_sets_all_columns_and_one_act(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1, 2, 3}, before = store_revision(p->s);
    close_as_fp(p, &kato, ids, 3);
    assert_int_equal(p->result.changed, 3);
    assert_true(p->result.seq > 0);
    assert_int_equal(row(p, 2).status, STATUS_CLOSED);
    assert_int_equal(row(p, 2).verdict, VERDICT_FP);
    assert_true(row(p, 2).revision > before);
    assert_int_equal(row(p, 4).status, STATUS_NEW);
    is_sound(p);
}

static void what_changes_nothing_leaves_no_act(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1};
    close_as_fp(p, &kato, ids, 1);
    close_as_fp(p, &kato, ids, 1);
    assert_int_equal(p->result.changed, 0);
    assert_int_equal(p->result.seq, 0);
}

static void an_absent_alert_is_named_and_the_rest_is_done(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1, 99};
    close_as_fp(p, &kato, ids, 2);
    assert_int_equal(p->result.changed, 1);
    assert_int_equal(p->result.failed, 1);
    assert_int_equal(p->result.failures[0].id, 99);
}

static void what_changed_since_it_was_shown_is_left(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1, 2}, one[] = {1}, shown = store_revision(p->s);
    struct triage claim = TRIAGE_INIT("claim"), late = TRIAGE_INIT("close");
    claim.assignee = "sato";
    apply(p, &sato, &claim, one, 1);
    late.status = STATUS_CLOSED;
    late.revision_limit = shown;
    apply(p, &kato, &late, ids, 2);
    assert_int_equal(p->result.changed, 1);
    assert_int_equal(p->result.failures[0].id, 1);
    assert_int_equal(row(p, 1).status, STATUS_NEW);
}

static void an_act_never_spans_two_customers(void **state)
{
    struct place *p = *state;
    struct triage t = TRIAGE_INIT("close");
    int64_t ids[] = {1, 6};
    put_alerts(p, 6, 1, "globex");
    t.status = STATUS_CLOSED;
    assert_int_equal(triage_apply(p->s, &kato, &t, ids, 2, &p->result, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
    assert_int_equal(row(p, 1).status, STATUS_NEW);
}

static void tags_are_added_once_and_removed_whole(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1};
    struct batch b;
    static const char *const steps[][2] = {
        {"vip", NULL}, {"vip2", NULL}, {"vip", NULL}, {NULL, "vip"}};
    for (size_t i = 0; i < 4; i++) {
        struct triage t = TRIAGE_INIT("tag");
        t.tag_add = steps[i][0];
        t.tag_remove = steps[i][1];
        apply(p, &kato, &t, ids, 1);
    }
    batch_init(&b);
    assert_int_equal(alert_get(p->s, 1, &b, &p->e), 0);
    assert_true(slice_is(b.records[0].first[FIELD_TAGS], "vip2"));
    assert_null(b.records[0].more);
    batch_release(&b);
    is_sound(p);
}

static void undo_brings_back_what_was(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1, 2};
    close_as_fp(p, &kato, ids, 2);
    char sentence[240];
    assert_int_equal(triage_undo_preview(p->s, &kato, sentence, &p->e), 0);
    assert_string_equal(sentence, "close, 2 alerts");
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(p->result.changed, 2);
    assert_int_equal(row(p, 1).status, STATUS_NEW);
    assert_int_equal(row(p, 1).verdict, VERDICT_NONE);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), -1);
    assert_int_equal(p->e.code, ERR_NOT_FOUND);
    assert_int_equal(triage_redo(p->s, &kato, &p->result, &p->e), 0);
    assert_int_equal(row(p, 1).status, STATUS_CLOSED);
    assert_int_equal(triage_redo(p->s, &kato, &p->result, &p->e), -1);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(row(p, 1).status, STATUS_NEW);
    is_sound(p);
}

static void undo_takes_only_ones_own_acts_newest_first(void **state)
{
    struct place *p = *state;
    int64_t one[] = {1}, two[] = {2}, three[] = {3};
    close_as_fp(p, &kato, one, 1);
    close_as_fp(p, &sato, two, 1);
    close_as_fp(p, &kato, three, 1);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(row(p, 3).status, STATUS_NEW);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(row(p, 1).status, STATUS_NEW);
    assert_int_equal(row(p, 2).status, STATUS_CLOSED);
}

static void undo_leaves_and_names_what_somebody_changed_since(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1, 2}, one[] = {1};
    struct triage again = TRIAGE_INIT("close");
    close_as_fp(p, &kato, ids, 2);
    again.verdict = VERDICT_TP;
    apply(p, &sato, &again, one, 1);
    act_result_release(&p->result);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(p->result.changed, 1);
    assert_int_equal(p->result.failed, 1);
    assert_int_equal(p->result.failures[0].id, 1);
    assert_int_equal(row(p, 1).verdict, VERDICT_TP);
    assert_int_equal(row(p, 2).status, STATUS_NEW);
    is_sound(p);
}

static void a_note_is_undone_and_redone(void **state)
{
    struct place *p = *state;
    if (triage_note(p->s, &kato, "alert", 1, "called the owner", &p->result, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    is_sound(p);
    assert_int_equal(triage_redo(p->s, &kato, &p->result, &p->e), 0);
    is_sound(p);
}

static int count_row(void *owner, const struct outbox_row *o)
{
    int *n = owner;
    (void)o;
    ++*n;
    return 0;
}

static int due(struct place *p, int64_t now)
{
    int n = 0;
    assert_int_equal(outbox_due(p->s, "siem", now, count_row, &n, &p->e), 0);
    return n;
}

static void a_close_waits_in_the_outbox_and_undo_inside_the_hold_drops_it(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1}, now = records_time(1000);
    clock_set_fake(now);
    close_as_fp(p, &kato, ids, 1);
    assert_int_equal(due(p, now + 29 * CLOCK_SECOND), 0);
    assert_int_equal(due(p, now + 30 * CLOCK_SECOND), 1);
    assert_true(row(p, 1).pushing);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(due(p, now + 3600 * CLOCK_SECOND), 0);
    assert_false(row(p, 1).pushing);
}

static void bulk_is_held_for_five_minutes(void **state)
{
    struct place *p = *state;
    int64_t ids[60], now = records_time(1000);
    clock_set_fake(now);
    put_alerts(p, 6, 60, "acme");
    for (int i = 0; i < 60; i++)
        ids[i] = i + 1;
    close_as_fp(p, &kato, ids, 60);
    assert_int_equal(due(p, now + 299 * CLOCK_SECOND), 0);
    assert_int_equal(due(p, now + 300 * CLOCK_SECOND), 60);
}

static void what_was_sent_is_told_again_when_it_is_undone(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1}, now = records_time(1000);
    struct err refused = {ERR_NETWORK, "no route"};
    clock_set_fake(now);
    close_as_fp(p, &kato, ids, 1);
    assert_int_equal(outbox_release(p->s, "siem", &p->e), 0);
    assert_int_equal(due(p, now), 1);
    assert_int_equal(outbox_result(p->s, 1, &refused, &p->e), 0);
    assert_true(row(p, 1).push_failed);
    assert_int_equal(due(p, now + 29 * CLOCK_SECOND), 0); /* backs off */
    assert_int_equal(due(p, now + 60 * CLOCK_SECOND), 1);
    assert_int_equal(outbox_result(p->s, 1, NULL, &p->e), 0);
    assert_false(row(p, 1).push_failed);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_int_equal(due(p, now + 60 * CLOCK_SECOND), 1);
}

static void an_update_keeps_the_analysts_work(void **state)
{
    struct place *p = *state;
    int64_t ids[] = {1};
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    close_as_fp(p, &kato, ids, 1);
    batch_init(&b);
    struct record *r = records_alert(
        &b, &(struct alert_spec){.id = "a1", .rule = "Beacon 2", .raw = "{\"v\":2}", .second = 1});
    record_set_text(r, &b.arena, FIELD_STATUS, "ack");
    assert_int_equal(put_batch(p->s, &siem, &b, &counts, &p->e), 0);
    assert_int_equal(counts.alerts_updated, 1);
    assert_int_equal(row(p, 1).status, STATUS_CLOSED);
    batch_release(&b);
    is_sound(p);
}

static void the_source_leads_until_an_analyst_acts(void **state)
{
    struct place *p = *state;
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    batch_init(&b);
    struct record *r =
        records_alert(&b, &(struct alert_spec){.id = "a2", .raw = "{\"v\":2}", .second = 2});
    record_set_text(r, &b.arena, FIELD_STATUS, "closed");
    assert_int_equal(put_batch(p->s, &siem, &b, &counts, &p->e), 0);
    assert_int_equal(row(p, 2).status, STATUS_CLOSED);
    batch_release(&b);
    is_sound(p);
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), -1);
}

static void a_hundred_thousand_alerts_are_closed_and_reopened_as_one_act(void **state)
{
    struct place *p = *state;
    enum { MANY = 100000 };
    struct alert_counts counts;
    struct alert_list all = {.with_hidden = true};
    int64_t *ids;
    size_t n;
    for (int i = 6; i < MANY; i += 10000)
        put_alerts(p, i, MANY + 1 - i < 10000 ? MANY + 1 - i : 10000, "acme");
    assert_int_equal(alerts_ids(p->s, &all, &ids, &n, &p->e), 0);
    assert_int_equal(n, MANY);
    int64_t start = clock_monotonic();
    close_as_fp(p, &kato, ids, n);
    print_message("bulk close: %.2f s\n", (double)(clock_monotonic() - start) / 1e9);
    assert_int_equal(p->result.changed, MANY);
    free(ids);
    start = clock_monotonic();
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    print_message("bulk undo: %.2f s\n", (double)(clock_monotonic() - start) / 1e9);
    assert_int_equal(p->result.changed, MANY);
    assert_int_equal(alerts_count(p->s, &all, &counts, &p->e), 0);
    assert_int_equal(counts.open[SEVERITY_HIGH], MANY);
    start = clock_monotonic();
    is_sound(p);
    print_message("verify: %.2f s\n", (double)(clock_monotonic() - start) / 1e9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_close_sets_all_columns_and_one_act),
        TEST(what_changes_nothing_leaves_no_act),
        TEST(an_absent_alert_is_named_and_the_rest_is_done),
        TEST(what_changed_since_it_was_shown_is_left),
        TEST(an_act_never_spans_two_customers),
        TEST(tags_are_added_once_and_removed_whole),
        TEST(undo_brings_back_what_was),
        TEST(undo_takes_only_ones_own_acts_newest_first),
        TEST(undo_leaves_and_names_what_somebody_changed_since),
        TEST(a_note_is_undone_and_redone),
        TEST(a_close_waits_in_the_outbox_and_undo_inside_the_hold_drops_it),
        TEST(bulk_is_held_for_five_minutes),
        TEST(what_was_sent_is_told_again_when_it_is_undone),
        TEST(an_update_keeps_the_analysts_work),
        TEST(the_source_leads_until_an_analyst_acts),
        TEST(a_hundred_thousand_alerts_are_closed_and_reopened_as_one_act),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
