#include "tests/support/cmocka.h"

#include "core/clock.h"
#include "tui/input.h"

static struct input_event next(struct input *in)
{
    struct input_event event = {.key = 0};
    assert_true(input_next(in, &event));
    return event;
}

static void feed(struct input *in, const char *bytes)
{
    input_feed(in, bytes, strlen(bytes), 0);
}

static void test_a_character_split_over_three_reads_arrives_whole(void **state)
{
    struct input *in = input_new(50);
    (void)state;
    feed(in, "\xe3");
    feed(in, "\x81");
    feed(in, "\x82");
    assert_int_equal(next(in).key, 0x3042);
    input_free(in);
}

static void test_a_lone_escape_is_a_key_only_when_its_time_is_over(void **state)
{
    struct input *in = input_new(50);
    struct input_event event;
    (void)state;
    input_feed(in, "\033", 1, 1000);
    assert_false(input_next(in, &event));
    assert_int_equal(input_deadline(in), 1000 + 50 * CLOCK_MILLISECOND);
    input_expire(in, input_deadline(in) - 1);
    assert_false(input_next(in, &event));
    input_expire(in, input_deadline(in));
    assert_int_equal(next(in).key, INPUT_ESC);
    input_free(in);
}

static void test_a_slow_arrow_is_still_an_arrow(void **state)
{
    struct input *in = input_new(50);
    (void)state;
    input_feed(in, "\033[", 2, 0);
    input_feed(in, "A", 1, 900 * CLOCK_MILLISECOND);
    assert_int_equal(next(in).key, INPUT_UP);
    feed(in, "\033OB");
    assert_int_equal(next(in).key, INPUT_DOWN);
    input_free(in);
}

static void test_unknown_sequences_are_dropped_whole_and_counted(void **state)
{
    struct input *in = input_new(50);
    struct input_event event;
    (void)state;
    feed(in, "\033[?1;2c\033]11;rgb:0/0/0\007\033P1$r\033\\\033[12;40R");
    assert_false(input_next(in, &event));
    assert_int_equal(input_unknown(in), 4);
    feed(in, "x");
    assert_int_equal(next(in).key, 'x');
    input_free(in);
}

static void test_modifiers_and_kitty_keys(void **state)
{
    struct input *in = input_new(50);
    (void)state;
    feed(in, "\033[1;5A");
    struct input_event event = next(in);
    assert_int_equal(event.key, INPUT_UP);
    assert_int_equal(event.modifiers, INPUT_CTRL);
    feed(in, "\033[99;5u");
    event = next(in);
    assert_int_equal(event.key, 'c');
    assert_int_equal(event.modifiers, INPUT_CTRL);
    feed(in, "\004");
    event = next(in);
    assert_int_equal(event.key, 'd');
    assert_int_equal(event.modifiers, INPUT_CTRL);
    feed(in, "\033[Z");
    event = next(in);
    assert_int_equal(event.key, INPUT_TAB);
    assert_int_equal(event.modifiers, INPUT_SHIFT);
    input_free(in);
}

static void test_a_paste_is_one_event_whatever_is_in_it(void **state)
{
    struct input *in = input_new(50);
    struct input_event event;
    (void)state;
    feed(in, "\033[200~e\rx\033[2");
    assert_false(input_next(in, &event));
    feed(in, "01x\033[201~j");
    event = next(in);
    assert_int_equal(event.kind, INPUT_PASTE);
    assert_true(event.bracketed);
    assert_true(slice_is(event.text, "e\rx\033[201x"));
    assert_int_equal(next(in).key, 'j');
    input_free(in);
}

static void test_a_burst_is_a_paste_but_a_held_key_is_not(void **state)
{
    struct input *in = input_new(50);
    struct input_event event;
    (void)state;
    feed(in, "rm -rf all");
    event = next(in);
    assert_int_equal(event.kind, INPUT_PASTE);
    assert_false(event.bracketed);
    feed(in, "jjjjjjjjjjjjjjjj");
    for (int i = 0; i < 16; i++) {
        assert_int_equal(next(in).key, 'j');
    }
    input_free(in);
}

static void test_mouse_reports_beyond_column_223(void **state)
{
    struct input *in = input_new(50);
    (void)state;
    feed(in, "\033[<0;240;7M");
    struct input_event event = next(in);
    assert_int_equal(event.kind, INPUT_MOUSE);
    assert_int_equal(event.x, 239);
    assert_int_equal(event.y, 6);
    feed(in, "\033[<65;1;1M");
    assert_int_equal(next(in).key, INPUT_WHEEL_DOWN);
    input_free(in);
}

static void test_bad_utf8_is_no_key(void **state)
{
    struct input *in = input_new(50);
    struct input_event event;
    (void)state;
    feed(in, "\xff\xfe\xc0\xaf\xed\xa0\x80");
    assert_false(input_next(in, &event));
    assert_true(input_unknown(in) > 0);
    input_free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_character_split_over_three_reads_arrives_whole),
        cmocka_unit_test(test_a_lone_escape_is_a_key_only_when_its_time_is_over),
        cmocka_unit_test(test_a_slow_arrow_is_still_an_arrow),
        cmocka_unit_test(test_unknown_sequences_are_dropped_whole_and_counted),
        cmocka_unit_test(test_modifiers_and_kitty_keys),
        cmocka_unit_test(test_a_paste_is_one_event_whatever_is_in_it),
        cmocka_unit_test(test_a_burst_is_a_paste_but_a_held_key_is_not),
        cmocka_unit_test(test_mouse_reports_beyond_column_223),
        cmocka_unit_test(test_bad_utf8_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
