#include "connectors/framer.h"
#include "core/str.h"
#include "tests/support/cmocka.h"

/* The text in chunks of `size` bytes, as a reader gives it; pieces joined by |. */
static void frame_by(size_t size, enum frame frame, struct slice text, struct str *out)
{
    struct framer f = {.frame = frame};
    size_t begin = 0, have = 0;
    struct slice piece;
    size_t used;
    str_clear(out);
    while (begin < text.n) {
        have = have + size < text.n ? have + size : text.n;
        bool last = have == text.n;
        while (framer_next(&f, (struct slice){text.p + begin, have - begin}, last, &piece, &used)) {
            assert_true(used > 0 && begin + used <= have);
            if (piece.n) {
                str_slice(out, piece);
                str_char(out, '|');
            }
            begin += used;
        }
        if (last)
            break;
    }
    str_puts(out, "");
}

static void assert_pieces(enum frame frame, const char *text, const char *expected)
{
    struct str out = STR_INIT;
    for (size_t size = 1; size <= strlen(text) + 1; size++) {
        frame_by(size, frame, slice_of(text), &out);
        if (strcmp(out.p, expected) != 0)
            fail_msg("in chunks of %zu: %s", size, out.p);
    }
    str_release(&out);
}

static void lines_are_the_same_wherever_the_chunks_are_cut(void **state)
{
    (void)state;
    assert_pieces(FRAME_LINES, "{\"a\":1}\r\n\n  {\"b\":\"\\\"}\"}\n{\"c\":3}",
        "{\"a\":1}|{\"b\":\"\\\"}\"}|{\"c\":3}|");
    assert_pieces(FRAME_LINES, "\n\n\n", "");
    assert_pieces(FRAME_LINES, "x", "x|");
}

static void elements_of_an_array_are_cut_by_brackets_and_strings(void **state)
{
    (void)state;
    assert_pieces(FRAME_JSON_ARRAY,
        "\xef\xbb\xbf[ {\"a\":[1,{\"x\":\"]}\"}]} ,\n{\"b\":\"\\\\\"}]\n",
        "{\"a\":[1,{\"x\":\"]}\"}]}|{\"b\":\"\\\\\"}|");
    assert_pieces(FRAME_JSON_ARRAY, "[]", "");
}

static void an_element_that_is_no_json_leaves_its_neighbours(void **state)
{
    (void)state;
    assert_pieces(
        FRAME_JSON_ARRAY, "[{\"a\":1}, nonsense, {\"b\":2}]", "{\"a\":1}|nonsense|{\"b\":2}|");
}

static void objects_one_after_another_need_nothing_between(void **state)
{
    (void)state;
    assert_pieces(FRAME_MULTI_LINE, "{\n \"a\": 1\n}\n{\n \"b\": {\"c\": \"{\"}\n}{\"d\":4}",
        "{\n \"a\": 1\n}|{\n \"b\": {\"c\": \"{\"}\n}|{\"d\":4}|");
}

static void the_head_tells_the_frame(void **state)
{
    (void)state;
    assert_int_equal(framer_guess(SLICE("{\"a\":1}\n{\"b\":2}\n")), FRAME_LINES);
    assert_int_equal(framer_guess(SLICE("  \n[\n{\"a\":1}")), FRAME_JSON_ARRAY);
    assert_int_equal(framer_guess(SLICE("\xef\xbb\xbf[{")), FRAME_JSON_ARRAY);
    assert_int_equal(framer_guess(SLICE("{\n  \"a\": 1\n}\n")), FRAME_MULTI_LINE);
    assert_int_equal(framer_guess(SLICE("{\"a\":1}")), FRAME_LINES);
    assert_int_equal(framer_guess(SLICE("")), FRAME_LINES);
}

static void a_first_line_cut_short_does_not_swallow_its_neighbours(void **state)
{
    (void)state;
    assert_int_equal(framer_guess(SLICE("{\"a\":{\"b\":1\n{\"a\":2}\n{\"a\":3}\n")), FRAME_LINES);
    assert_int_equal(framer_guess(SLICE("{\n  \"a\": {\"b\": 1},\n  \"c\":\n  {\"d\": 2}\n}\n")),
        FRAME_MULTI_LINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_line_cut_short_does_not_swallow_its_neighbours),
        cmocka_unit_test(lines_are_the_same_wherever_the_chunks_are_cut),
        cmocka_unit_test(elements_of_an_array_are_cut_by_brackets_and_strings),
        cmocka_unit_test(an_element_that_is_no_json_leaves_its_neighbours),
        cmocka_unit_test(objects_one_after_another_need_nothing_between),
        cmocka_unit_test(the_head_tells_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
