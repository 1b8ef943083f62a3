/* On a person's own Elasticsearch (here the range's): ten alerts closed with verdicts, one group
 * closed and undone, one host looked at, in at most 40 keys; the verdicts stand in the source. */
#include "core/clock.h"
#include "tests/support/cmocka.h"
#include "tests/support/practice.h"
#include "tests/support/pty.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_ALLOWED = 40 };

static struct practice range;
static struct pty p;
static int keys_pressed;

static void see(const char *text, int seconds)
{
    struct str screen = STR_INIT;
    if (!pty_wait(&p, text, seconds)) {
        pty_text(&p, &screen);
        fprintf(stderr, "the screen:\n%s\n", screen.p);
        str_release(&screen);
        fail_msg("not seen within %d s: %s", seconds, text);
    }
}

/* Every byte is one key here. */
static void press(const char *keys)
{
    keys_pressed += (int)strlen(keys);
    assert_true(pty_type(&p, keys));
}

/* Is the cursor on a folded row of two alerts of this host? */
static bool on_group_of(const char *host)
{
    struct str screen = STR_INIT;
    pty_text(&p, &screen);
    char *row = strstr(screen.p, "▸"), *end = row ? strchr(row, '\n') : NULL;
    if (end) {
        *end = '\0';
    }
    bool found = row && strstr(row, host) && strstr(row, " x2 ");
    str_release(&screen);
    return found;
}

/* How many alerts the source itself calls closed; -1: it does not answer. */
static int closed_in_source(void)
{
    struct str answer = STR_INIT;
    practice_ask(&range, &answer,
        (const char *const[]){"siem", "POST", "/.alerts-security.alerts-default/_search",
            "{\"size\":0,\"track_total_hits\":true,\"query\":{\"term\":"
            "{\"kibana.alert.workflow_status\":\"closed\"}}}",
            NULL});
    const char *total = answer.n ? strstr(answer.p, "\"total\":{\"value\":") : NULL;
    int count = total ? (int)strtol(total + 17, NULL, 10) : -1;
    str_release(&answer);
    return count;
}

/* Verdicts are held for half a minute, so that an undo need not reach the source. */
static bool closed_in_source_becomes(int wanted)
{
    int64_t end = clock_monotonic() + 90 * CLOCK_SECOND;
    while (closed_in_source() < wanted && clock_monotonic() < end) {
        poll(NULL, 0, 500);
    }
    return closed_in_source() >= wanted;
}

static void test_ten_closes_a_group_and_a_look_in_forty_keys(void **state)
{
    char config[128], data[128], left[16];
    char *program = pty_program();
    (void)state;
    snprintf(config, sizeof config, "%s/hinomi.conf", range.dir);
    snprintf(data, sizeof data, "%s/data", range.dir);
    const char *const run[] = {
        range.program, "exec", "operator", "--", program, "--config", config, "--data", data, NULL};
    assert_true(pty_start(&p, &(struct pty_options){.columns = 120, .rows = 36, .command = run}));
    free(program);
    see("1/64", 30);
    int before = closed_in_source();
    assert_true(before >= 0);
    press("cf");
    see("Why fp?", 5);
    press("noise\r");
    see("1/63", 10);
    for (int open = 62; open >= 54; open--) {
        press("e");
        snprintf(left, sizeof left, "/%d", open);
        see(left, 10);
    }
    press("bb");
    see("alike alerts are one row", 5);
    press("/sudo\r");
    see("10 of 64 folded", 10);
    for (int i = 0; i < 9 && !on_group_of("ws-fin-01"); i++) {
        press("j");
    }
    assert_true(on_group_of("ws-fin-01"));
    press("e");
    see("2 alerts", 10);
    assert_false(pty_shows(&p, " x2 new"));
    press("u");
    see(" x2 new", 10);
    press("kL");
    see("sshd", 30);
    print_message("%d keys\n", keys_pressed);
    assert_true(keys_pressed <= KEYS_ALLOWED);
    /* one of the ten was closed in the source already, by somebody there */
    assert_true(closed_in_source_becomes(before + 9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_closes_a_group_and_a_look_in_forty_keys)};
    if (getenv("UNIT_ONLY")) {
        puts("this one needs the practice range");
        return 77;
    }
    int rc = practice_up(&range);
    if (rc != 0) {
        return rc;
    }
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    pty_stop(&p);
    practice_down(&range);
    return rc;
}
