#include "cli/options.h"
#include "tests/support/cmocka.h"

#include <string.h>

static const struct option_spec specs[] = {
    {"json", 0, NULL, "flag"},
    {"limit", 0, "N", "number"},
    {"message", 'm', "TEXT", "text"},
    {NULL, 0, NULL, NULL},
};

static int parse(struct options *o, struct err *e, int argc, const char *const *argv)
{
    *e = (struct err)ERR_INIT;
    return options_parse(o, specs, argc, (char **)argv, e);
}

static void options_stand_anywhere_and_two_dashes_end_them(void **state)
{
    (void)state;
    const char *argv[] = {"one", "--json", "two", "--limit=5", "-m", "hello", "--", "--json"};
    struct options o;
    struct err e;
    int64_t limit;
    assert_int_equal(parse(&o, &e, 8, argv), 0);
    assert_int_equal(o.count, 3);
    assert_string_equal(o.operands[2], "--json");
    assert_true(options_has(&o, "json"));
    assert_string_equal(options_value(&o, "message"), "hello");
    assert_int_equal(options_number(&o, "limit", 0, &limit, &e), 0);
    assert_int_equal(limit, 5);
    assert_false(options_offers(&o, "csv"));
    options_release(&o);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *argv[2];
        int argc;
        const char *says;
    } rows[] = {
        {{"--nope", NULL}, 1, "--nope"},
        {{"--limit", NULL}, 1, "--limit needs N"},
        {{"--json=yes", NULL}, 1, "--json takes no value"},
        {{"-x", NULL}, 1, "-x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct options o;
        struct err e;
        assert_int_equal(parse(&o, &e, rows[i].argc, rows[i].argv), -1);
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.text, rows[i].says));
        options_release(&o);
    }
}

static void numbers_are_numbers(void **state)
{
    (void)state;
    const char *argv[] = {"--limit", "many", "-mx"};
    struct options o;
    struct err e;
    int64_t limit;
    assert_int_equal(parse(&o, &e, 3, argv), 0);
    assert_string_equal(options_value(&o, "message"), "x");
    assert_int_equal(options_number(&o, "limit", 7, &limit, &e), -1);
    assert_int_equal(e.code, ERR_USAGE);
    options_release(&o);
    assert_int_equal(parse(&o, &e, 0, argv), 0);
    assert_int_equal(options_number(&o, "limit", 7, &limit, &e), 0);
    assert_int_equal(limit, 7);
    options_release(&o);
}

static void a_lone_dash_is_an_operand(void **state)
{
    (void)state;
    const char *argv[] = {"-"};
    struct options o;
    struct err e;
    assert_int_equal(parse(&o, &e, 1, argv), 0);
    assert_int_equal(o.count, 1);
    options_release(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere_and_two_dashes_end_them),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(numbers_are_numbers),
        cmocka_unit_test(a_lone_dash_is_an_operand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
