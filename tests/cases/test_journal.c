#include "cases/journal.h"

#include "cases/case_file.h"
#include "cases/db.h"
#include "cases/ledger.h"
#include "cases/plans.h"
#include "cases/put.h"
#include "core/str.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char *folder;
    struct store *s;
    struct err e;
    struct act_result result;
    char fault[400];
};

static const struct actor kato = {"kato", "acme"};

static void work(struct place *p)
{
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    struct triage close = TRIAGE_INIT("close");
    int64_t ids[] = {1, 2}, case_id;
    batch_init(&b);
    for (int i = 1; i <= 3; i++)
        records_alert(&b, &(struct alert_spec){.id = i == 1   ? "a1"
                                                     : i == 2 ? "a2"
                                                              : "a3",
                              .rule = "Beacon",
                              .second = i});
    records_event(&b, &(struct event_spec){.id = "e1", .host = "ws-1", .command_line = "curl"});
    assert_int_equal(put_batch(p->s, &siem, &b, &counts, &p->e), 0);
    batch_release(&b);
    close.status = STATUS_CLOSED;
    close.verdict = VERDICT_TP;
    assert_int_equal(triage_apply(p->s, &kato, &close, ids, 2, &p->result, &p->e), 0);
    assert_int_equal(case_new(p->s, &kato, "A beacon", &case_id, &p->result, &p->e), 0);
    assert_int_equal(triage_note(p->s, &kato, "case", case_id, "seen", &p->result, &p->e), 0);
    assert_int_equal(case_add_events(p->s, &kato, case_id, ids, 1, &p->result, &p->e), 0);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    if (store_open(&p->s, p->folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    work(p);
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

static void keep_fault(void *owner, const struct verify_line *line)
{
    struct place *p = owner;
    if (!line->ok && !p->fault[0])
        snprintf(p->fault, sizeof p->fault, "%s: %s", line->check, line->error);
}

static int verify(struct place *p)
{
    p->fault[0] = '\0';
    return journal_verify(p->s, keep_fault, p, &p->e);
}

static void meddle(struct place *p, const char *sql)
{
    struct str path = STR_INIT;
    struct db *db;
    str_printf(&path, "%s/record.db", p->folder);
    if (db_open(&db, &(struct db_options){.path = path.p, .durable = true}, &p->e) ||
        db_script(db, sql, &p->e))
        fail_msg("%s", p->e.text);
    db_close(db);
    str_release(&path);
}

static void is_named(struct place *p, const char *part)
{
    assert_int_equal(verify(p), 1);
    if (!strstr(p->fault, part))
        fail_msg("\"%s\" does not say \"%s\"", p->fault, part);
}

static void honest_work_is_sound(void **state)
{
    struct place *p = *state;
    if (verify(p))
        fail_msg("%s", p->fault);
}

/* Each column of the chain, changed by one character. */
static void any_changed_column_of_an_act_is_named(void **state)
{
    struct place *p = *state;
    static const char *const columns[] = {"time", "organization", "actor", "signer", "signature",
        "verb", "reason", "undoes", "items", "items_hash", "previous", "hash"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char sql[200];
        snprintf(sql, sizeof sql,
            "CREATE TABLE kept AS SELECT * FROM act WHERE seq=2; UPDATE act SET %s=%s||'1' WHERE"
            " seq=2",
            columns[i], columns[i]);
        meddle(p, sql);
        is_named(p, "act ");
        meddle(
            p, "DELETE FROM act WHERE seq=2; INSERT INTO act SELECT * FROM kept; DROP TABLE kept");
        assert_int_equal(verify(p), 0);
    }
}

static void a_changed_item_is_named(void **state)
{
    struct place *p = *state;
    meddle(p, "UPDATE act_item SET after=replace(after, 'closed', 'ack') WHERE seq=1");
    is_named(p, "the items of act 1");
}

static void an_item_that_went_missing_is_named(void **state)
{
    struct place *p = *state;
    meddle(p, "DELETE FROM act_item WHERE seq=1 AND uid='2'");
    is_named(p, "the items of act 1");
}

static void an_act_taken_out_of_the_middle_is_named(void **state)
{
    struct place *p = *state;
    meddle(p, "DELETE FROM act_item WHERE seq=2; DELETE FROM act WHERE seq=2");
    is_named(p, "act 2 is missing");
}

static void a_cut_tail_is_named(void **state)
{
    struct place *p = *state;
    meddle(p, "DELETE FROM act_item WHERE seq>=3; DELETE FROM act WHERE seq>=3;"
              "UPDATE note SET removed=1; UPDATE pin SET removed=1");
    is_named(p, "the journal was cut: record.head names act 4, the journal ends at 2");
}

static void a_missing_head_is_named(void **state)
{
    struct place *p = *state;
    struct str path = STR_INIT;
    str_printf(&path, "%s/record.head", p->folder);
    assert_int_equal(unlink(path.p), 0);
    str_release(&path);
    is_named(p, "record.head");
}

static void a_state_that_no_act_explains_is_named(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *sql, *back, *part;
    } cases[] = {
        {"UPDATE alert SET verdict='fp' WHERE id=1", "UPDATE alert SET verdict='tp' WHERE id=1",
            "verdict of alert 1"},
        {"UPDATE alert SET assignee='x' WHERE id=3", "UPDATE alert SET assignee='' WHERE id=3",
            "alert 3"},
        {"UPDATE note SET text='no'", "UPDATE note SET text='seen'", "text of note"},
        {"UPDATE case_file SET title='B'", "UPDATE case_file SET title='A beacon'",
            "title of case"},
        {"UPDATE note SET removed=1", "UPDATE note SET removed=0", "is gone"},
        {"INSERT INTO ioc VALUES(1,'u',1,0,'x','ip','192.0.2.1','',0)", "DELETE FROM ioc", "ioc u"},
        {"CREATE TABLE kept AS SELECT record r FROM pin; UPDATE pin SET record=zeroblob(9)",
            "UPDATE pin SET record=(SELECT r FROM kept); DROP TABLE kept", "pinned event"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        meddle(p, cases[i].sql);
        is_named(p, cases[i].part);
        meddle(p, cases[i].back);
        assert_int_equal(verify(p), 0);
    }
}

static void evidence_that_changed_is_named(void **state)
{
    struct place *p = *state;
    struct str path = STR_INIT;
    struct case_evidence x = {.name = "memory.txt", .origin = "run 7 ws-1 collect"};
    str_printf(&path, "%s/source.txt", p->folder);
    int fd = open(path.p, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "strings", 7), 7);
    close(fd);
    x.path = path.p;
    if (case_evidence_add(p->s, &kato, 1, &x, &p->result, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(x.size, 7);
    assert_int_equal(verify(p), 0);
    str_clear(&path);
    str_printf(&path, "%s/evidence/1/%s", p->folder, x.sha256);
    assert_int_equal(chmod(path.p, 0600), 0);
    fd = open(path.p, O_WRONLY);
    assert_int_equal(write(fd, "S", 1), 1);
    close(fd);
    is_named(p, "evidence: evidence memory.txt is not the file that was taken in");
    assert_int_equal(unlink(path.p), 0);
    is_named(p, "memory.txt");
    str_release(&path);
}

static int keep_ledger(void *owner, const struct ledger_row *row)
{
    struct place *p = owner;
    snprintf(p->fault, sizeof p->fault, "%s %s %s", row->host, row->state, row->reason);
    return 0;
}

static void plans_runs_and_containments_are_in_the_journal(void **state)
{
    struct place *p = *state;
    char sha256[65];
    int64_t run, id, now = clock_now();
    struct str json = STR_INIT;
    struct run_step step = {.host = "ws-1", .step = "isolate", .state = RUN_RUNNING};
    struct ledger_row row = {.host = "ws-1",
        .runbook = "isolate",
        .owner = "kato",
        .reason = "beacon",
        .state = "contained",
        .started = now,
        .expires = now + CLOCK_SECOND,
        .proved = CLOCK_NONE,
        .ended = CLOCK_NONE};
    assert_int_equal(plan_put(p->s, &kato, "{\"hosts\":[\"ws-1\"]}", sha256, &p->e), 0);
    assert_int_equal(plan_get(p->s, sha256, &json, NULL, &p->e), 0);
    assert_string_equal(json.p, "{\"hosts\":[\"ws-1\"]}");
    assert_int_equal(run_new(p->s, &kato, sha256, 1, &run, &p->e), 0);
    assert_int_equal(run_step_begin(p->s, run, &step, &p->e), 0);
    step.state = RUN_DONE;
    step.detail = "the link is cut";
    assert_int_equal(run_step_end(p->s, run, &step, &p->e), 0);
    assert_int_equal(run_host_end(p->s, &kato, run, "ws-1", "{\"state\":\"contained\"}", &p->e), 0);
    assert_int_equal(run_end(p->s, &kato, run, RUN_DONE, &p->e), 0);
    str_clear(&json);
    assert_int_equal(run_result(p->s, run, "ws-1", &json, &p->e), 0);
    assert_string_equal(json.p, "{\"state\":\"contained\"}");
    str_release(&json);
    assert_int_equal(ledger_put(p->s, &kato, &row, &id, &p->e), 0);
    assert_int_equal(ledger_of_host(p->s, "WS-1", keep_ledger, p, &p->e), 0);
    assert_string_equal(p->fault, "ws-1 contained beacon");
    clock_set_fake(now + 2 * CLOCK_SECOND);
    assert_int_equal(ledger_each(p->s, true, keep_ledger, p, &p->e), 0);
    assert_string_equal(p->fault, "ws-1 expired beacon");
    clock_set_fake(CLOCK_NONE);
    struct ledger_row done = {.id = id,
        .state = "released",
        .started = CLOCK_NONE,
        .expires = CLOCK_NONE,
        .proved = CLOCK_NONE,
        .ended = now + CLOCK_SECOND};
    assert_int_equal(ledger_put(p->s, &kato, &done, NULL, &p->e), 0);
    assert_int_equal(ledger_of_host(p->s, "ws-1", keep_ledger, p, &p->e), -1);
    assert_int_equal(p->e.code, ERR_NOT_FOUND);
    if (verify(p))
        fail_msg("%s", p->fault);
    /* what reaches hosts has a way back of its own: undo passes it by */
    assert_int_equal(triage_undo(p->s, &kato, 0, &p->result, &p->e), 0);
    assert_non_null(strstr(p->result.summary, "pin"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(honest_work_is_sound),
        TEST(any_changed_column_of_an_act_is_named),
        TEST(a_changed_item_is_named),
        TEST(an_item_that_went_missing_is_named),
        TEST(an_act_taken_out_of_the_middle_is_named),
        TEST(a_cut_tail_is_named),
        TEST(a_missing_head_is_named),
        TEST(a_state_that_no_act_explains_is_named),
        TEST(evidence_that_changed_is_named),
        TEST(plans_runs_and_containments_are_in_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
