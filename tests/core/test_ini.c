#include "core/ini.h"

#include "tests/support/cmocka.h"

#include <stdlib.h>

static void sections_and_values_are_read(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf; a comment\r\n"
                               "before = 1\r\n"
                               "\n"
                               "[hinomi]\n"
                               "  analyst = kato   ; who\n"
                               "# another\n"
                               "[source siem] ; the big one\n"
                               "url = https://es.example:9200/a;b#c\n"
                               "colour = #ff6b6b | 203\n"
                               "empty =\n"
                               "nothing = ; really\n"
                               "quoted = \" a ; \\\"b\\\" \\\\ \\n\" # end\n"
                               "equal = a = b\n"
                               "[hinomi]\n"
                               "名前 = 加藤";
    struct ini ini;
    struct err e = ERR_INIT;
    if (ini_parse(&ini, "f.conf", slice_of(text), &e) < 0)
        fail_msg("%s", e.text);
    const struct ini_section *source = ini_section(&ini, "source", "siem");
    const struct ini_section *own = ini_section(&ini, "hinomi", NULL);
    assert_null(ini.sections->title);
    assert_string_equal(ini_find(ini.sections, "before")->value, "1");
    assert_string_equal(ini_find(own, "analyst")->value, "kato");
    assert_int_equal(ini_find(own, "analyst")->line, 5);
    assert_string_equal(ini_find(own, "名前")->value, "加藤");
    assert_string_equal(ini_find(source, "url")->value, "https://es.example:9200/a;b#c");
    assert_string_equal(ini_find(source, "colour")->value, "#ff6b6b | 203");
    assert_string_equal(ini_find(source, "empty")->value, "");
    assert_string_equal(ini_find(source, "nothing")->value, "");
    assert_string_equal(ini_find(source, "quoted")->value, " a ; \"b\" \\ \n");
    assert_string_equal(ini_find(source, "equal")->value, "a = b");
    assert_string_equal(ini_find(source, "url")->section, "source siem");
    assert_int_equal(source->line, 7);
    assert_null(ini_find(source, "analyst"));
    assert_null(ini_section(&ini, "source", "other"));
    ini_release(&ini);
}

static void faults_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } table[] = {
        {"[a]\nb = 1\nc = 2\nb = 3\n", "f.conf:4: \"b\" was given in line 2 already"},
        {"[a]\nb = 1\n[c]\n[a]\nb = 2\n", "f.conf:5: \"b\" was given in line 2 already"},
        {"[a\n", "f.conf:1: the section has no closing ]"},
        {"[]\n", "f.conf:1: the section has no name"},
        {"[a] b\n", "f.conf:1: after the ] stands \"b\""},
        {"x\n", "f.conf:1: \"x\" is neither [section] nor key = value"},
        {"\n\n= 5\n", "f.conf:3: there is no key before the ="},
        {"a = \"b\n", "f.conf:1: the quote is not closed"},
        {"a = \"b\" c\n", "f.conf:1: after the closing quote stands \"c\""},
        {"a = \"\\q\"\n", "f.conf:1: inside quotes a \\ is followed by one of \" \\ n t"},
        {"a = \xff\n", "f.conf:1: byte 5 of the line is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct ini ini;
        struct err e = ERR_INIT;
        assert_int_equal(ini_parse(&ini, "f.conf", slice_of(table[i].text), &e), -1);
        assert_string_equal(e.text, table[i].message);
        assert_int_equal(e.code, ERR_CONFIG);
        ini_release(&ini);
    }
    struct ini ini;
    struct err e = ERR_INIT;
    assert_int_equal(ini_parse(&ini, "f.conf", (struct slice){"a = \0b", 6}, &e), -1);
    assert_string_equal(e.text, "f.conf:1: the line holds a NUL byte");
}

static void values_are_long_and_have_a_limit(void **state)
{
    (void)state;
    struct ini ini;
    struct err e = ERR_INIT;
    size_t n = INI_VALUE_MAX + 5;
    char *text = malloc(n);
    memset(text, 'x', n);
    memcpy(text, "a = ", 4);
    assert_int_equal(ini_parse(&ini, "f", (struct slice){text, n - 1}, &e), 0);
    assert_int_equal(strlen(ini_find(ini.sections, "a")->value), INI_VALUE_MAX);
    ini_release(&ini);
    assert_int_equal(ini_parse(&ini, "f", (struct slice){text, n}, &e), -1);
    free(text);
}

static int second_fails(void *owner, const struct ini_entry *entry, struct err *e)
{
    int *count = owner;
    assert_string_equal(entry->section, "a");
    return ++*count == 2 ? err_set(e, ERR_CONFIG, "not this one") : 0;
}

static void a_sink_ends_the_reading(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int count = 0;
    assert_int_equal(ini_read(SLICE("[a]\nx=1\ny=2\nz=3\n"), "f", second_fails, &count, &e), -1);
    assert_int_equal(count, 2);
    assert_string_equal(e.text, "not this one");
}

static void yes_and_no_have_several_words(void **state)
{
    (void)state;
    assert_int_equal(ini_bool("yes"), 1);
    assert_int_equal(ini_bool("No"), 0);
    assert_int_equal(ini_bool("TRUE"), 1);
    assert_int_equal(ini_bool("off"), 0);
    assert_int_equal(ini_bool("maybe"), -1);
    assert_int_equal(ini_bool(""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_values_are_read),
        cmocka_unit_test(faults_name_file_and_line),
        cmocka_unit_test(values_are_long_and_have_a_limit),
        cmocka_unit_test(a_sink_ends_the_reading),
        cmocka_unit_test(yes_and_no_have_several_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
