#include "tests/support/cmocka.h"

#include "core/str.h"
#include "tui/canvas.h"

static void assert_row(const struct canvas *c, int y, const char *want)
{
    struct str row = STR_INIT;
    str_puts(&row, "");
    canvas_row_text(c, y, &row);
    assert_string_equal(row.p, want);
    str_release(&row);
}

static void test_what_is_overdrawn_never_leaves_half_a_wide_character(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 10, 1);
    canvas_text(&c, 0, 0, ROLE_TEXT, "経理部");
    canvas_text(&c, 1, 0, ROLE_TEXT, "x");
    assert_row(&c, 0, " x理部");
    canvas_text(&c, 2, 0, ROLE_TEXT, "y");
    assert_row(&c, 0, " xy 部");
    canvas_release(&c);
}

static void test_a_wide_character_that_does_not_fit_becomes_a_blank_before_the_ellipsis(
    void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 10, 1);
    int n = canvas_put(&c, &(struct put){.width = 4, .role = ROLE_TEXT}, slice_of("経理部"));
    assert_int_equal(n, 4);
    assert_row(&c, 0, "経 …");
    canvas_release(&c);
}

static void test_the_middle_goes_first_where_the_tail_tells_more(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 20, 1);
    canvas_put(&c, &(struct put){.width = 11, .role = ROLE_TEXT, .fit = FIT_MIDDLE},
        slice_of("C:/Users/somebody/secret.bin"));
    assert_row(&c, 0, "C:/U…et.bin");
    canvas_release(&c);
}

static void test_nothing_is_drawn_outside_the_clip(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 10, 2);
    struct area former = canvas_clip(&c, (struct area){2, 0, 3, 1});
    canvas_text(&c, 0, 0, ROLE_TEXT, "abcdefgh");
    canvas_text(&c, 2, 1, ROLE_TEXT, "below");
    canvas_unclip(&c, former);
    assert_row(&c, 1, "");
    canvas_release(&c);
}

static void test_hostile_characters_are_spelled_and_marked(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 40, 1);
    canvas_text(&c, 0, 0, ROLE_TEXT,
        "a\xe2\x80\xae"
        "b\x1b[31mc");
    struct str row = STR_INIT;
    canvas_row_text(&c, 0, &row);
    assert_non_null(strstr(row.p, "a<U+202E>b"));
    assert_null(strchr(row.p, 0x1b));
    assert_int_equal(c.cells[1].role, ROLE_SANITISED);
    str_release(&row);
    canvas_release(&c);
}

static void test_long_text_wraps_at_the_cell(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 5, 3);
    int lines = canvas_wrap(&c, (struct area){0, 0, 5, 3}, ROLE_TEXT, slice_of("abcd経理xyz"));
    assert_int_equal(lines, 3);
    assert_row(&c, 0, "abcd");
    assert_row(&c, 1, "経理x");
    assert_row(&c, 2, "yz");
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_overdrawn_never_leaves_half_a_wide_character),
        cmocka_unit_test(
            test_a_wide_character_that_does_not_fit_becomes_a_blank_before_the_ellipsis),
        cmocka_unit_test(test_the_middle_goes_first_where_the_tail_tells_more),
        cmocka_unit_test(test_nothing_is_drawn_outside_the_clip),
        cmocka_unit_test(test_hostile_characters_are_spelled_and_marked),
        cmocka_unit_test(test_long_text_wraps_at_the_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
