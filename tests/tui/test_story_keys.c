/* The whole job by keys alone, on the practice range: what a person does who follows the footer.
 * Each step is seen on the screen before the next key, and what matters is looked at from outside.
 * The steps build on each other: the first that fails ends the story. */
#include "tests/support/cmocka.h"
#include "tests/support/practice.h"
#include "tests/support/pty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct practice range;
static struct pty p;
static char config[128], data[128];

static void show_screen(const char *why)
{
    struct str screen = STR_INIT;
    pty_text(&p, &screen);
    fprintf(stderr, "%s; the screen:\n%s\n", why, screen.p); /* cmocka cuts at 1 kB */
    str_release(&screen);
}

static void see(const char *text, int seconds)
{
    if (!pty_wait(&p, text, seconds)) {
        show_screen("not seen");
        fail_msg("not seen within %d s: %s", seconds, text);
    }
}

static void press(const char *keys)
{
    if (!pty_type(&p, keys)) {
        show_screen("not taken");
        fail_msg("keys not taken: %s", keys);
    }
}

static bool beacon_is(bool alive, int seconds)
{
    return practice_until(&range, alive ? 0 : 1, seconds, (const char *const[]){"beacon", NULL});
}

static int on_range(const char *script)
{
    return practice_ask(
        &range, NULL, (const char *const[]){"exec", "operator", "--", "sh", "-c", script, NULL});
}

static int by_ssh(const char *command)
{
    char script[512];
    snprintf(script, sizeof script, "ssh -o BatchMode=yes ws-fin-01 '%s'", command);
    return on_range(script);
}

/* Its process, cut off or not. */
static const char beacon_lives[] =
    "for e in /proc/[0-9]*/exe; do case $(readlink $e) in */updated) exit 0;; esac; done; exit 1";

/* x, the runbook's letter, its values as they come from the alert, a reason, the read-only check,
 * then the name typed. */
static void reach_out(const char *letter, bool has_values, const char *reason)
{
    press("x");
    see("Reach out to ws-fin-01", 5);
    press(letter);
    if (has_values) {
        see("Parameters of", 10);
        press("\r");
    }
    see("why? (stands in journal and ledger)", 10);
    press(reason);
    press("\r");
    see("not checked yet: d looks, read only", 20);
    press("d");
    see("checked, read only: nothing was changed", 40);
    press("x");
    see("Type ws-fin-01 to start", 5);
    assert_true(pty_shows(&p, "off until the text matches"));
    press("ws-fin-01");
    see("Enter start   Esc cancel", 5);
    press("\r");
}

static void alerts_arrive_while_the_cursor_stays(void)
{
    char *program = pty_program();
    const char *const run[] = {
        range.program, "exec", "operator", "--", program, "--config", config, "--data", data, NULL};
    assert_true(pty_start(&p, &(struct pty_options){.columns = 120, .rows = 36, .command = run}));
    free(program);
    see("Network scan by an internal host", 20);
    see("1/64", 20);
    press("j"); /* until a key is pressed the queue simply shows what comes */
    see("2/64", 5);
    assert_int_equal(practice_ask(&range, NULL, (const char *const[]){"play", "--wait", NULL}), 0);
    see("+7 new (F)", 30);
    assert_true(pty_shows(&p, "▸ HIGH  73"));
    assert_false(pty_shows(&p, "▸ CRIT"));
    press("gg");
    see("▸ CRIT  99", 10);
    see("1/71", 5);
    assert_true(beacon_is(true, 10));
}

static void the_tree_goes_from_the_document_to_the_beacon_and_back(void)
{
    press("p");
    see("docview > dash > dash > updated", 20);
    see("base64 -d", 2);
    see("203.0.113.66", 2);
    press("q");
    see("▸ CRIT  99", 10);
    see("1/71", 5);
}

static void a_new_case_with_a_note(void)
{
    press("E");
    see("Into which case?", 10);
    press("n");
    see("Title of the new case", 5);
    press("\r");
    see("added 1 alert to case", 10);
    press("gc");
    see("Even beacon", 10);
    press("\r");
    see("STORY", 10);
    press("n");
    see("Note", 5);
    press("m.sato opened the invoice at noon\r");
    see("m.sato opened the invoice", 10);
    press("gq");
    see("1/71", 10);
}

static void isolation_shows_both_proofs_and_they_are_true(void)
{
    reach_out("i", false, "beacon to the internet");
    see("─ contained ─", 60);
    see("proved: we still reach it over its own way in", 10);
    see("203.0.113.66:443", 2);
    see("before open, after", 2);
    assert_false(pty_shows(&p, "NOT PROVED"));
    assert_true(beacon_is(false, 15));
    assert_int_equal(by_ssh("true"), 0);
    press("q");
    see("1/71", 10);
    see("contained", 10);
}

static void the_beacon_is_killed_by_identity(void)
{
    assert_int_equal(by_ssh(beacon_lives), 0);
    reach_out("l", true, "the intruder's program");
    see("─ done ─", 60);
    assert_int_equal(by_ssh(beacon_lives), 1);
    press("q");
}

static void the_file_is_quarantined(void)
{
    assert_int_equal(by_ssh("test -e /tmp/.cache-7f3a/updated"), 0);
    reach_out("u", true, "the intruder's program");
    see("─ done ─", 60);
    assert_int_equal(by_ssh("test -e /tmp/.cache-7f3a/updated"), 1);
    press("q");
}

static void release_opens_the_host_again(void)
{
    reach_out("r", false, "clean");
    see("─ released ─", 60);
    assert_int_equal(by_ssh("nft list tables | grep -q hinomi"), 1);
    assert_true(beacon_is(false, 5));
    press("q");
}

static void the_case_is_closed_reopened_by_undo_and_closed(void)
{
    press("gc");
    see("Even beacon", 10);
    press("\r");
    see("STORY", 10);
    press("c");
    see("The case is at", 5);
    press("8");
    see("why?", 5);
    press("contained and cleaned\r");
    see("closed case", 10);
    press("u");
    see("act      undo", 10);
    assert_true(pty_shows(&p, "▸ new"));
    press("c8");
    see("why?", 5);
    press("contained and cleaned\r");
    see("closed case", 10);
}

static void the_case_leaves_as_markdown(void)
{
    char path[160], line[4096];
    bool note = false, proof = false;
    snprintf(path, sizeof path, "%s/case.md", data);
    press("M");
    see("Write the case as Markdown to", 5);
    press("\025");
    press(path);
    press("\r");
    see("written:", 10);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        note |= strstr(line, "m.sato opened the invoice at noon") != NULL;
        proof |= strstr(line, "isolate") != NULL;
    }
    fclose(f);
    assert_true(note && proof);
}

static void an_alert_is_closed_and_the_close_undone(void)
{
    press("gq");
    see("1/71", 10);
    press("ct");
    see("Why tp?", 5);
    press("true\r");
    see("1/70", 10);
    press("u");
    see("/71", 10);
}

static void leaving_leaves_nothing_behind(void)
{
    press("q");
    see("q once more leaves hinomi", 5);
    assert_true(write(p.master, "q", 1) == 1);
    assert_int_equal(pty_end(&p, 20), 0);
    assert_int_not_equal(on_range("pgrep -x hinomi"), 0);
    practice_down(&range);
    assert_int_not_equal(access(range.dir, F_OK), 0);
}

static const struct {
    const char *name;
    void (*run)(void);
} steps[] = {
    {"alerts arrive while the cursor stays", alerts_arrive_while_the_cursor_stays},
    {"the tree goes from the document to the beacon and back",
        the_tree_goes_from_the_document_to_the_beacon_and_back},
    {"a new case with a note", a_new_case_with_a_note},
    {"isolation shows both proofs and they are true",
        isolation_shows_both_proofs_and_they_are_true},
    {"the beacon is killed by identity", the_beacon_is_killed_by_identity},
    {"the file is quarantined", the_file_is_quarantined},
    {"release opens the host again", release_opens_the_host_again},
    {"the case is closed reopened by undo and closed",
        the_case_is_closed_reopened_by_undo_and_closed},
    {"the case leaves as markdown", the_case_leaves_as_markdown},
    {"an alert is closed and the close undone", an_alert_is_closed_and_the_close_undone},
    {"leaving leaves nothing behind", leaving_leaves_nothing_behind},
};

static void test_the_whole_job_by_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        print_message("%s\n", steps[i].name);
        steps[i].run();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_whole_job_by_keys)};
    if (getenv("UNIT_ONLY")) {
        puts("this one needs the practice range");
        return 77;
    }
    int rc = practice_up(&range);
    if (rc != 0) {
        return rc;
    }
    snprintf(config, sizeof config, "%s/hinomi.conf", range.dir);
    snprintf(data, sizeof data, "%s/data", range.dir);
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    pty_stop(&p);
    practice_down(&range);
    return rc;
}
