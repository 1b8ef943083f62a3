/* The real program in a pseudo-terminal: golden screens, and what must hold whatever is typed. */
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/pty.h"

#include <stdio.h>
#include <stdlib.h>

static char *data;
static struct pty p;

static int import_fixture(void **state)
{
    (void)state;
    data = folder_new();
    const char *alerts[] = {"--data", data, "import", "tests/fixtures/tui/alerts.jsonl", NULL};
    const char *events[] = {"--data", data, "import", "tests/fixtures/tui/events.jsonl", NULL};
    return pty_run(alerts) == 0 && pty_run(events) == 0 ? 0 : -1;
}

static int remove_fixture(void **state)
{
    (void)state;
    pty_stop(&p);
    folder_remove(data);
    data = NULL;
    return 0;
}

static bool start(int columns, int rows)
{
    return pty_start(&p, &(struct pty_options){.columns = columns, .rows = rows, .data = data});
}

/* The status bar says how long ago the import was, by the real clock: not part of a golden. */
static void test_the_queue_looks_as_drawn(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    assert_true(pty_golden(&p, "queue-120x36"));
    assert_true(pty_resize(&p, 80, 24));
    assert_true(pty_golden(&p, "queue-80x24"));
}

static void test_nine_facts_stand_without_a_key_at_80x24(void **state)
{
    (void)state;
    assert_true(start(80, 24));
    static const char *const facts[] = {"CRIT", "LSASS memory read", "fin-ws-014  tier not set",
        "CORP\\m.tanaka", "detected: it ran and was seen", "new  nobody's", "x1  11:39:52Z, 2m ago",
        "Contain  not contained", "never judged here"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (!pty_shows(&p, facts[i])) {
            fail_msg("missing: %s", facts[i]);
        }
    }
}

static void test_pivots_look_as_drawn_and_come_back_to_the_same_row(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    assert_true(pty_type(&p, "p"));
    assert_true(pty_golden(&p, "tree-120x36"));
    assert_true(pty_type(&p, "q"
                             "t"));
    assert_true(pty_golden(&p, "timeline-120x36"));
    assert_true(pty_type(&p, "q"));
    assert_true(pty_resize(&p, 80, 24));
    assert_true(pty_type(&p, "p"));
    assert_true(pty_golden(&p, "tree-80x24"));
    assert_true(pty_type(&p, "qt"));
    assert_true(pty_golden(&p, "timeline-80x24"));
    assert_true(pty_type(&p, "qjjj"));
    assert_true(pty_shows(&p, "4/11"));
    assert_true(pty_type(&p, "pq"));
    assert_true(pty_shows(&p, "4/11"));
}

static void test_a_close_takes_three_keys_the_first_time_then_one_and_undo_one(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    assert_true(pty_type(&p, "cf"));
    assert_true(pty_type(&p, "noise\r"));
    assert_true(pty_shows(&p, "closed 1 alert") || pty_shows(&p, "close: 1 alert"));
    assert_true(pty_shows(&p, "1/10"));
    assert_false(pty_shows(&p, "▸ CRIT  97"));
    assert_true(pty_type(&p, "e"));
    assert_true(pty_shows(&p, "1/9"));
    assert_true(pty_type(&p, "u"));
    assert_true(pty_shows(&p, "/10"));
}

static void test_hidden_characters_of_a_name_are_spelled_out(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    assert_true(pty_shows(&p, "invoice<U+202E>"));
}

static void test_read_only_refuses_with_a_reason(void **state)
{
    (void)state;
    const char *const more[] = {"--read-only", NULL};
    assert_true(pty_start(
        &p, &(struct pty_options){.columns = 120, .rows = 36, .data = data, .more = more}));
    assert_true(pty_shows(&p, "READ-ONLY"));
    assert_true(pty_type(&p, "e"));
    assert_true(pty_shows(&p, "close-again:"));
    assert_true(pty_type(&p, "p"));
    assert_true(pty_shows(&p, "rundll32.exe"));
}

static void test_a_burst_of_text_is_not_taken_as_commands(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    const char *burst = "ecanxq close everything now\r";
    assert_true(pty_send(&p, burst, strlen(burst)));
    assert_true(pty_shows(&p, "pasted bytes were not taken as keys"));
    assert_true(pty_shows(&p, "1/11"));
}

static void test_every_size_keeps_the_bar_and_the_selection(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    assert_true(pty_type(&p, "jj"));
    for (int columns = 1; columns <= 200; columns += 23) {
        for (int rows = 1; rows <= 60; rows += 9) {
            assert_true(pty_resize(&p, columns, rows));
            assert_true(pty_alive(&p));
            if (columns >= 40 && rows >= 10) {
                assert_true(pty_shows(&p, "hinomi"));
            }
        }
    }
    assert_true(pty_resize(&p, 120, 36));
    assert_true(pty_shows(&p, "3/11"));
}

/* On a 9.6 kB/s link a move must not be felt. The preview changes with the row, so it counts too.
 */
static void test_a_cursor_move_fits_a_thin_link(void **state)
{
    (void)state;
    assert_true(start(120, 36));
    assert_true(pty_type(&p, "j"));
    unsigned long long before = p.received;
    assert_true(pty_type(&p, "j"));
    assert_in_range(p.received - before, 1, 3000);
    before = p.received;
    assert_true(pty_type(&p, ",p"));
    before = p.received;
    assert_true(pty_type(&p, "j"));
    assert_in_range(p.received - before, 1, 700);
}

static void test_a_plan_shows_its_script_and_what_blocks_it_before_anything_runs(void **state)
{
    (void)state;
    assert_true(start(80, 24));
    assert_true(pty_type(&p, "x"));
    assert_true(pty_shows(&p, "Reach out to fin-ws-014"));
    assert_true(pty_type(&p, "i"));
    assert_true(pty_shows(&p, "isolate on fin-ws-014: why?"));
    assert_true(pty_type(&p, "seen\r"));
    assert_true(pty_shows(&p, "plan: isolate"));
    assert_true(pty_shows(&p, "BLOCKED"));
    assert_true(pty_shows(&p, "this host is windows"));
    assert_true(pty_type(&p, "x"));
    assert_true(pty_shows(&p, "a guard rail blocks"));
    assert_true(pty_type(&p, "w"));
    assert_true(pty_shows(&p, "the exact bytes"));
}

static unsigned long seed = 20260311;
static unsigned next_random(unsigned below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(seed >> 33) % below;
}

/* What the difference drew must be what a full redraw draws; no key may end or hang it. */
static void test_random_keys_draw_what_a_full_redraw_draws(void **state)
{
    static const char *const keys[] = {"j", "k", "G", "gg", "p", "t", "q", "\033[B", "\033[A", "z",
        "h", "l", "]", "[", "\r", "bb", "o", "O", "v", "*", " ", "\t", "Z", "w", "?", "gs", "gc",
        "gl", "gr", "gq", "+", "_", "3", "\033[6~", "\033[5~", "f", "x", "s", ":", ",p",
        "\033[99;5u", "\xe3\x81\x82"};
    (void)state;
    assert_true(start(100, 30));
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 12; i++) {
            const char *key = keys[next_random(sizeof keys / sizeof *keys)];
            assert_true(pty_send(&p, key, strlen(key)));
            assert_true(pty_alive(&p));
        }
        struct str drawn = STR_INIT, whole = STR_INIT;
        assert_true(pty_send(&p, "\033", 1));
        assert_true(pty_send(&p, "\033", 1));
        pty_text(&p, &drawn);
        assert_true(pty_send(&p, "\014", 1));
        pty_text(&p, &whole);
        assert_string_equal(drawn.p, whole.p);
        str_release(&drawn);
        str_release(&whole);
    }
}

int main(void)
{
#define SCREEN(test) cmocka_unit_test_setup_teardown(test, import_fixture, remove_fixture)
    const struct CMUnitTest tests[] = {
        SCREEN(test_the_queue_looks_as_drawn),
        SCREEN(test_nine_facts_stand_without_a_key_at_80x24),
        SCREEN(test_pivots_look_as_drawn_and_come_back_to_the_same_row),
        SCREEN(test_a_close_takes_three_keys_the_first_time_then_one_and_undo_one),
        SCREEN(test_hidden_characters_of_a_name_are_spelled_out),
        SCREEN(test_read_only_refuses_with_a_reason),
        SCREEN(test_a_burst_of_text_is_not_taken_as_commands),
        SCREEN(test_every_size_keeps_the_bar_and_the_selection),
        SCREEN(test_a_cursor_move_fits_a_thin_link),
        SCREEN(test_a_plan_shows_its_script_and_what_blocks_it_before_anything_runs),
        SCREEN(test_random_keys_draw_what_a_full_redraw_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
