#include "core/scan.h"
#include "core/str.h"
#include "tests/support/cmocka.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct seen {
    struct arena arena;
    struct str text; /* "type value|" for each leaf */
    uint64_t want;   /* only leaves of this path; 0: all */
};

static int note(void *owner, const struct scan_leaf *leaf)
{
    struct seen *s = owner;
    struct slice v = scan_text(leaf, &s->arena);
    if (s->want && leaf->path != s->want)
        return 0;
    str_printf(&s->text, "%d ", (int)leaf->type);
    str_slice(&s->text, v);
    str_char(&s->text, '|');
    return 0;
}

static void assert_leaves(const char *json, const char *path, const char *expected)
{
    struct seen s = {.want = path ? scan_path(path) : 0};
    struct scan_fault fault;
    str_clear(&s.text);
    assert_int_equal(scan_each(slice_of(json), note, &s, &fault), 0);
    assert_string_equal(s.text.p, expected);
    str_release(&s.text);
    arena_release(&s.arena);
}

static void dotted_keys_and_nesting_are_one_path(void **state)
{
    (void)state;
    assert_leaves("{\"a\":{\"b\":{\"c\":1}}}", "a.b.c", "3 1|");
    assert_leaves("{\"a.b\":{\"c\":1}}", "a.b.c", "3 1|");
    assert_leaves("{\"a\":{\"b.c\":1}}", "a.b.c", "3 1|");
    assert_leaves("{\"a.b.c\":1,\"a\":{\"b\":2}}", "a.b.c", "3 1|");
}

static void elements_share_the_path_of_their_array(void **state)
{
    (void)state;
    assert_leaves("{\"ip\":[\"192.0.2.1\",\"192.0.2.2\"]}", "ip", "4 192.0.2.1|4 192.0.2.2|");
    assert_leaves("{\"t\":[{\"id\":\"x\"},{\"id\":\"y\"}]}", "t.id", "4 x|4 y|");
}

static void what_sources_send_is_tolerated(void **state)
{
    (void)state;
    assert_leaves("\xef\xbb\xbf{\"n\":18446744073709551616}", "n", "3 18446744073709551616|");
    assert_leaves("{\"s\":\"a\\ud800b\"}", "s",
        "4 a\xef\xbf\xbd"
        "b|");
    assert_leaves("{\"s\":\"\\ud83d\\ude00\"}", "s", "4 \xf0\x9f\x98\x80|");
    assert_leaves("{\"s\":\"a\xff\"}", "s", "4 a\xef\xbf\xbd|");
    assert_leaves("{\"s\":1,\"s\":2}", "s", "3 1|3 2|");
    assert_leaves("{\"e\":{},\"f\":[]}", NULL, "5 }|5 ]|");
}

static void assert_fault(const char *json, const char *what, size_t position)
{
    struct scan_fault fault = {0, NULL};
    assert_int_equal(scan_each(slice_of(json), NULL, NULL, &fault), -1);
    assert_string_equal(fault.what, what);
    assert_int_equal(fault.position, position);
}

static void faults_name_the_byte(void **state)
{
    (void)state;
    assert_fault("", "the text ends where a value is expected", 0);
    assert_fault("{\"a\":1", "the text ends inside an object or array", 6);
    assert_fault("{\"a\" 1}", "expected a colon", 5);
    assert_fault("{\"a\":1 \"b\":2}", "expected a comma", 7);
    assert_fault("{a:1}", "expected a key in quotes", 1);
    assert_fault("{\"a\":\"\x01\"}", "a control character inside a string", 6);
    assert_fault("{\"a\":\"\\x\"}", "no such escape", 6);
    assert_fault("{\"a\":01}", "expected a value", 5);
    assert_fault("{} x", "something follows the value", 3);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    struct str deep = STR_INIT;
    struct scan_fault fault;
    for (int i = 0; i < 100000; i++)
        str_char(&deep, '[');
    assert_int_equal(scan_each(str_as_slice(&deep), NULL, NULL, &fault), -1);
    assert_string_equal(fault.what, "nested too deep");
    str_release(&deep);
}

/* Random documents and random damage: we accept what Jansson accepts. */
static void agrees_with_jansson(void **state)
{
    static const char *const pieces[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "1",
        "-2.5e3", "true", "null", " ", "\"\\u00e9\"", "\"\xc3\xa9\"", "0"};
    (void)state;
    srand(7);
    for (int i = 0; i < 200000; i++) {
        char text[128] = "";
        size_t n = 0;
        for (int k = rand() % 12; k >= 0; k--)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", pieces[rand() % 16]);
        json_error_t why;
        json_t *judge = json_loadb(text, n, JSON_DECODE_ANY, &why);
        if (!judge && (strstr(why.text, "overflow") || strstr(why.text, "too big")))
            continue; /* numbers of any size are tolerated */
        bool accepted = scan_each((struct slice){text, n}, NULL, NULL, NULL) == 0;
        if ((judge != NULL) != accepted)
            fail_msg("%s: Jansson %s it", text, judge ? "accepts" : "refuses");
        json_decref(judge);
    }
}

static void elements_are_split_round_a_broken_one(void **state)
{
    (void)state;
    struct slice array = SLICE(" [ {\"a\":[1,\"]\"]} , {bad} ,\"x\\\"y\", 7 ] ");
    const char *expected[] = {"{\"a\":[1,\"]\"]}", "{bad}", "x\\\"y", "7"};
    struct scan_value v;
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(scan_element(array, &at, &v), 1);
        assert_true(slice_is(v.raw, expected[i]));
    }
    assert_int_equal(scan_element(array, &at, &v), 0);
    at = 0;
    assert_int_equal(scan_element(SLICE("{}"), &at, &v), -1);
    assert_int_equal(scan_element(SLICE("[{\"a\":1"), &at, &v), -1);
}

static void a_member_is_found_by_its_path(void **state)
{
    (void)state;
    struct slice doc = SLICE(
        "{\"x\":[1,{\"hits\":0}],\"hits\":{\"total\":{\"value\":3},\"hits\":[{\"_id\":\"q\"}]}}");
    struct scan_value v;
    assert_true(scan_find(doc, "hits.hits", &v));
    assert_int_equal(v.type, SCAN_ARRAY);
    assert_true(scan_find(doc, "hits.total.value", &v));
    assert_true(slice_is(v.raw, "3"));
    assert_false(scan_find(doc, "hits.none", &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dotted_keys_and_nesting_are_one_path),
        cmocka_unit_test(elements_share_the_path_of_their_array),
        cmocka_unit_test(what_sources_send_is_tolerated),
        cmocka_unit_test(faults_name_the_byte),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(agrees_with_jansson),
        cmocka_unit_test(elements_are_split_round_a_broken_one),
        cmocka_unit_test(a_member_is_found_by_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
