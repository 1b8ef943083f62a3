#include "cli/json.h"
#include "core/clock.h"
#include "tests/support/cmocka.h"

#include <jansson.h>

static void an_object_is_well_formed_whatever_is_in_it(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    str_char(&s, '{');
    json_text(&s, "quote", "say \"hi\"\n\x1b[2J");
    json_open(&s, "inner");
    json_id(&s, "none", 0);
    json_id(&s, "some", 7);
    json_close(&s);
    json_time(&s, "never", CLOCK_NONE);
    json_time(&s, "then", 0);
    json_bool(&s, "yes", true);
    json_raw(&s, "raw", "[1,2]");
    json_raw(&s, "no_raw", NULL);
    json_text(&s, "empty", "");
    json_close(&s);
    json_t *root = json_loadb(s.p, s.n, 0, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "quote")), "say \"hi\"\n\x1b[2J");
    assert_null(memchr(s.p, 0x1b, s.n));
    assert_true(json_is_null(json_object_get(json_object_get(root, "inner"), "none")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(root, "inner"), "some")), 7);
    assert_true(json_is_null(json_object_get(root, "never")));
    assert_string_equal(
        json_string_value(json_object_get(root, "then")), "1970-01-01T00:00:00.000Z");
    assert_true(json_is_true(json_object_get(root, "yes")));
    assert_int_equal(json_array_size(json_object_get(root, "raw")), 2);
    assert_true(json_is_null(json_object_get(root, "no_raw")));
    assert_true(json_is_null(json_object_get(root, "empty")));
    json_decref(root);
    str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_well_formed_whatever_is_in_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
