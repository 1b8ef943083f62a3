#include "core/compress.h"
#include "tests/support/cmocka.h"

static void a_block_comes_back_whole(void **state)
{
    struct str packed = STR_INIT, back = STR_INIT, text = STR_INIT;
    struct err e = ERR_INIT;
    (void)state;
    for (int i = 0; text.n < 256 * 1024; i++)
        str_printf(&text, "{\"n\":%d}\n", i);
    compress_block(1, str_as_slice(&text), &packed);
    assert_true(packed.n < text.n / 2);
    assert_int_equal(compress_open_block(str_as_slice(&packed), text.n, &back, &e), 0);
    assert_true(slice_equal(str_as_slice(&back), str_as_slice(&text)));
    str_release(&packed);
    str_release(&back);
    str_release(&text);
}

static void a_damaged_or_wrong_block_is_corrupt(void **state)
{
    struct str packed = STR_INIT, back = STR_INIT;
    struct err e = ERR_INIT;
    (void)state;
    compress_block(1, SLICE("one record and another record and another"), &packed);
    assert_int_equal(compress_open_block(str_as_slice(&packed), 7, &back, &e), -1);
    assert_int_equal(e.code, ERR_CORRUPT);
    struct slice cut = {packed.p, packed.n - 3};
    assert_int_equal(compress_open_block(cut, 41, &back, &e), -1);
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_int_equal(compress_open_block(SLICE("no frame"), 8, &back, &e), -1);
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_true(e.text[0] != '\0');
    str_release(&packed);
    str_release(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_comes_back_whole),
        cmocka_unit_test(a_damaged_or_wrong_block_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
