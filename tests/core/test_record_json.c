#include "core/record.h"
#include "core/str.h"
#include "tests/support/cmocka.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *printed(const struct record *r)
{
    struct str out = STR_INIT;
    json_error_t error;
    record_json(r, &out);
    json_t *object = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        fail_msg("%s: %s", out.p, error.text);
    assert_null(strchr(out.p, '\n'));
    str_release(&out);
    return object;
}

/* "process.parent.pid" → the value there. */
static json_t *at(json_t *object, const char *path)
{
    struct slice rest = slice_of(path);
    while (object && rest.n) {
        char key[64];
        size_t n = strcspn(rest.p, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, rest.p);
        object = json_object_get(object, key);
        rest = (struct slice){rest.p + n + (n < rest.n), rest.n - n - (n < rest.n)};
    }
    return object;
}

static void promised_keys_are_there_even_when_nothing_is_known(void **state)
{
    (void)state;
    static const char *const keys[] = {"@timestamp", "organization.id", "rule.id", "rule.name",
        "host.name", "host.ip", "user.name", "process.entity_id", "process.pid", "process.name",
        "process.executable", "process.command_line", "process.hash.sha256",
        "process.parent.entity_id", "process.parent.pid", "process.parent.name", "file", "source",
        "destination", "dns", "url", "threat.technique.id", "hinomi.id", "hinomi.source",
        "hinomi.native_id", "hinomi.kind", "hinomi.score", "hinomi.verdict", "hinomi.assignee",
        "hinomi.case", "hinomi.group", "hinomi.updated"};
    struct record r = {.kind = RECORD_ALERT, .time = CLOCK_NONE, .shipped = CLOCK_NONE};
    json_t *o = printed(&r);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_is_null(at(o, keys[i])))
            fail_msg("%s is not null", keys[i]);
    assert_string_equal(json_string_value(at(o, "hinomi.severity")), "info");
    assert_string_equal(json_string_value(at(o, "hinomi.status")), "new");
    assert_string_equal(json_string_value(at(o, "hinomi.disposition")), "unknown");
    assert_int_equal(json_integer_value(at(o, "hinomi.count")), 1);
    json_decref(o);
    r.kind = RECORD_EVENT;
    o = printed(&r);
    assert_true(json_is_null(at(o, "event.category")));
    assert_true(json_is_null(at(o, "event.action")));
    assert_true(json_is_null(at(o, "event.code")));
    assert_null(at(o, "hinomi.severity"));
    json_decref(o);
}

static void values_have_their_json_types(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    struct record *r = batch_add(&b, RECORD_ALERT);
    struct arena *a = &b.arena;
    record_set_time(r, a, INT64_C(1773229192044000001));
    record_set_int(r, a, FIELD_PROCESS_PID, 4120);
    record_set_text(r, a, FIELD_SCORE, "097");
    record_set_text(r, a, FIELD_PARENT_PID, "no number");
    record_set_text(r, a, FIELD_HOST_IP, "192.0.2.1");
    record_set_text(r, a, FIELD_HOST_IP, "2001:db8::1");
    record_set_text(r, a, FIELD_THREAT_TECHNIQUE, "T1003.001");
    record_set_text(r, a, FIELD_FILE_PATH, "C:\\a\\b.exe");
    record_set_text(r, a, FIELD_RULE_NAME, "\xe2\x80\xae\x1b\xff経理\"");
    r->native_id = SLICE("n-1");
    json_t *o = printed(r);
    assert_string_equal(json_string_value(at(o, "@timestamp")), "2026-03-11T11:39:52.044000001Z");
    assert_int_equal(json_integer_value(at(o, "process.pid")), 4120);
    assert_int_equal(json_integer_value(at(o, "hinomi.score")), 97);
    assert_string_equal(json_string_value(at(o, "process.parent.pid")), "no number");
    assert_int_equal(json_array_size(at(o, "host.ip")), 2);
    assert_string_equal(json_string_value(json_array_get(at(o, "host.ip"), 1)), "2001:db8::1");
    assert_int_equal(json_array_size(at(o, "threat.technique.id")), 1);
    assert_string_equal(json_string_value(at(o, "file.path")), "C:\\a\\b.exe");
    assert_string_equal(
        json_string_value(at(o, "rule.name")), "\xe2\x80\xae\x1b\xef\xbf\xbd経理\"");
    assert_string_equal(json_string_value(at(o, "hinomi.native_id")), "n-1");
    json_decref(o);
    batch_release(&b);
}

static void every_field_has_a_place_of_its_own(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    struct record *r = batch_add(&b, RECORD_ALERT);
    for (int f = 0; f < FIELD_COUNT; f++)
        record_set_text(r, &b.arena, (enum field)f, "1");
    json_t *o = printed(r);
    for (int f = 0; f < FIELD_COUNT; f++) {
        json_t *value = at(o, field_table[f].name);
        if (!value || json_is_object(value) || json_is_null(value))
            fail_msg("%s", field_table[f].name);
        assert_int_equal(json_is_array(value), field_table[f].many);
    }
    json_decref(o);
    batch_release(&b);
}

static void json_strings_hold_nothing_that_steers(void **state)
{
    (void)state;
    static const struct {
        struct slice raw;
        const char *json;
    } table[] = {
        {SLICE("a\"b\\c/"), "\"a\\\"b\\\\c/\""},
        {SLICE("\b\f\n\r\t\x01\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u007f\""},
        {SLICE("\xc2\x9b"), "\"\\u009b\""},
        {SLICE("\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf"), "\"\\u202e\\u200b\\ufeff\""},
        {SLICE("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\""},
        {SLICE("\xed\xa0\x80\xff"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {SLICE("経理🔥"), "\"経理🔥\""},
        {SLICE("\0"), "\"\\u0000\""},
        {{NULL, 0}, "\"\""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str out = STR_INIT;
        str_json(&out, table[i].raw);
        assert_string_equal(out.p, table[i].json);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promised_keys_are_there_even_when_nothing_is_known),
        cmocka_unit_test(values_have_their_json_types),
        cmocka_unit_test(every_field_has_a_place_of_its_own),
        cmocka_unit_test(json_strings_hold_nothing_that_steers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
