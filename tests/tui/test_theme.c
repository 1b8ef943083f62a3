#include "tests/support/cmocka.h"

#include "tui/theme.h"

#include <locale.h>

static int lines[32], line_count;

static void take(void *owner, int line, const char *text)
{
    (void)owner;
    (void)text;
    if (line_count < 32) {
        lines[line_count++] = line;
    }
}

static struct theme *parse(const char *text)
{
    line_count = 0;
    return theme_parse(slice_of(text), take, NULL);
}

static void test_shipped_themes_are_understood_whole(void **state)
{
    static const char *const names[] = {
        "default", "midnight", "midnight-light", "cvd", "high-contrast", "mono"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err e = ERR_INIT;
        line_count = 0;
        struct theme *t = theme_load(names[i], NULL, take, NULL, &e);
        assert_non_null(t);
        if (line_count) {
            fail_msg("%s: line %d", names[i], lines[0]);
        }
        theme_free(t);
    }
}

static void test_unknown_words_are_told_with_their_line_and_the_rest_holds(void **state)
{
    (void)state;
    struct theme *t = parse("[roles]\nno.such = red\ntext.muted = nocolour\nlink = green bold\n");
    assert_int_equal(line_count, 2);
    assert_int_equal(lines[0], 2);
    assert_int_equal(lines[1], 3);
    struct look look = theme_look(t, ROLE_LINK, ROLE_NONE, DEPTH_16);
    assert_int_equal(look.fg, 2);
    assert_int_equal(look.attributes, ATTRIBUTE_BOLD);
    theme_free(t);
}

static void test_colours_by_depth(void **state)
{
    (void)state;
    struct theme *t =
        parse("[palette]\nhot = #ff6b6b | 203 | red\n[roles]\nlink = hot\nkey = #ff0000\n");
    assert_int_equal(line_count, 0);
    assert_int_equal(theme_look(t, ROLE_LINK, ROLE_NONE, DEPTH_DIRECT).fg, COLOUR_RGB | 0xff6b6b);
    assert_int_equal(theme_look(t, ROLE_LINK, ROLE_NONE, DEPTH_256).fg, 203);
    assert_int_equal(theme_look(t, ROLE_LINK, ROLE_NONE, DEPTH_8).fg, 1);
    assert_int_equal(theme_look(t, ROLE_LINK, ROLE_NONE, DEPTH_MONO).fg, COLOUR_DEFAULT);
    assert_int_equal(theme_look(t, ROLE_KEY, ROLE_NONE, DEPTH_256).fg, 196);
    theme_free(t);
}

static void test_severities_differ_without_colour(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct theme *t = theme_load("default", NULL, NULL, NULL, &e);
    unsigned critical = theme_look(t, ROLE_SEVERITY_CRITICAL, ROLE_NONE, DEPTH_MONO).attributes;
    unsigned medium = theme_look(t, ROLE_SEVERITY_MEDIUM, ROLE_NONE, DEPTH_MONO).attributes;
    assert_true(critical & ATTRIBUTE_REVERSE);
    assert_int_not_equal(critical, medium);
    assert_true(
        theme_look(t, ROLE_TEXT, ROLE_SELECTION, DEPTH_MONO).attributes & ATTRIBUTE_REVERSE);
    theme_free(t);
}

static void test_high_contrast_badges_reach_seven_to_one(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct theme *t = theme_load("high-contrast", NULL, NULL, NULL, &e);
    assert_true(theme_contrast(t, ROLE_SEVERITY_CRITICAL) >= 7);
    assert_true(theme_contrast(t, ROLE_SELECTION) >= 7);
    assert_true(theme_contrast(t, ROLE_BAR) >= 7);
    theme_free(t);
}

static void test_a_glyph_of_two_cells_is_refused(void **state)
{
    (void)state;
    setlocale(LC_ALL, "C.UTF-8");
    struct theme *t =
        parse("[glyphs]\nok = \"経\" \"+\"\nbad = \"✗\" \"xx\"\nmark = \"•\" \"o\"\n");
    assert_int_equal(line_count, 2);
    assert_string_equal(theme_glyph(t, GLYPH_OK, false), "✓");
    assert_string_equal(theme_glyph(t, GLYPH_MARK, true), "o");
    theme_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_themes_are_understood_whole),
        cmocka_unit_test(test_unknown_words_are_told_with_their_line_and_the_rest_holds),
        cmocka_unit_test(test_colours_by_depth),
        cmocka_unit_test(test_severities_differ_without_colour),
        cmocka_unit_test(test_high_contrast_badges_reach_seven_to_one),
        cmocka_unit_test(test_a_glyph_of_two_cells_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
