#include "tests/support/cmocka.h"

#include "tui/field.h"

static enum field_result key(struct text_field *f, uint32_t code, unsigned modifiers)
{
    return field_input(
        f, &(struct input_event){.kind = INPUT_KEY, .key = code, .modifiers = modifiers});
}

static void type(struct text_field *f, const char *text)
{
    for (; *text; text++) {
        key(f, (unsigned char)*text, 0);
    }
}

static void test_readline_keys_edit_the_line(void **state)
{
    struct text_field f = {.at = 0};
    (void)state;
    type(&f, "close the door");
    key(&f, 'w', INPUT_CTRL);
    assert_string_equal(f.text.p, "close the ");
    key(&f, 'a', INPUT_CTRL);
    key(&f, 'd', INPUT_CTRL);
    key(&f, 'e', INPUT_CTRL);
    key(&f, 'y', INPUT_CTRL);
    assert_string_equal(f.text.p, "lose the door");
    key(&f, 'u', INPUT_CTRL);
    assert_string_equal(f.text.p, "");
    assert_int_equal(key(&f, INPUT_ENTER, 0), FIELD_ACCEPT);
    assert_int_equal(key(&f, INPUT_ESC, 0), FIELD_CANCEL);
    field_release(&f);
}

static void test_backspace_takes_a_whole_character(void **state)
{
    struct text_field f = {.at = 0};
    (void)state;
    key(&f, 0x7d4c, 0);
    key(&f, 'a', 0);
    key(&f, INPUT_BACKSPACE, 0);
    key(&f, INPUT_BACKSPACE, 0);
    assert_int_equal(f.text.n, 0);
    field_release(&f);
}

static void test_a_paste_of_lines_becomes_one_line(void **state)
{
    struct text_field f = {.at = 0};
    (void)state;
    field_input(
        &f, &(struct input_event){
                .kind = INPUT_PASTE, .bracketed = true, .text = SLICE("one\ntwo\x1b\x07\n")});
    assert_string_equal(f.text.p, "one two");
    field_release(&f);
}

static void test_a_confirmation_takes_no_paste_and_says_so(void **state)
{
    struct text_field f = {.no_paste = true};
    (void)state;
    assert_int_equal(
        field_input(&f, &(struct input_event){.kind = INPUT_PASTE, .text = SLICE("8 hosts")}),
        FIELD_REFUSED);
    assert_non_null(f.hint);
    assert_int_equal(f.text.n, 0);
    field_release(&f);
}

static void test_full_width_letters_become_plain_in_commands(void **state)
{
    struct text_field f = {.narrow = true};
    (void)state;
    key(&f, 0xff43, 0);
    key(&f, 0xff11, 0);
    assert_string_equal(f.text.p, "c1");
    field_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readline_keys_edit_the_line),
        cmocka_unit_test(test_backspace_takes_a_whole_character),
        cmocka_unit_test(test_a_paste_of_lines_becomes_one_line),
        cmocka_unit_test(test_a_confirmation_takes_no_paste_and_says_so),
        cmocka_unit_test(test_full_width_letters_become_plain_in_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
