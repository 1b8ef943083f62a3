#include "core/map.h"
#include "tests/support/cmocka.h"

static struct slice set(struct batch *b, enum field field, enum map_how how, const char *value)
{
    struct record *r = batch_add(b, RECORD_EVENT);
    map_set(r, &b->arena, field, how, slice_of(value));
    return r->first[field];
}

static void ids_of_guids_lose_case_and_braces_others_keep_theirs(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    enum field id = FIELD_PROCESS_ENTITY_ID;
    assert_true(slice_is(set(&b, id, MAP_GUID, "{AB12-CD}"), "ab12-cd"));
    assert_true(slice_is(set(&b, id, MAP_GUID, "M2YxYzlh+Q=="), "M2YxYzlh+Q=="));
    assert_null(set(&b, id, MAP_GUID, "{00000000-0000-0000-0000-000000000000}").p);
    batch_release(&b);
}

static void numbers_are_decimal_or_hexadecimal(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    assert_true(slice_is(set(&b, FIELD_PROCESS_PID, MAP_NUMBER, "0x5d8"), "1496"));
    assert_true(slice_is(set(&b, FIELD_PROCESS_PID, MAP_NUMBER, " 42 "), "42"));
    assert_true(slice_is(set(&b, FIELD_PROCESS_PID, MAP_NUMBER, "42.0"), "42"));
    assert_null(set(&b, FIELD_PROCESS_PID, MAP_NUMBER, "forty").p);
    assert_null(set(&b, FIELD_PROCESS_PID, MAP_NUMBER, "99999999999999999999").p);
    batch_release(&b);
}

static void techniques_are_found_inside_a_rule_name(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    enum field t = FIELD_THREAT_TECHNIQUE;
    assert_true(
        slice_is(set(&b, t, MAP_TECHNIQUE, "technique_id=T1059.001,technique_name=PowerShell"),
            "T1059.001"));
    assert_true(slice_is(set(&b, t, MAP_TECHNIQUE, "T1031,T1050"), "T1031"));
    assert_null(set(&b, t, MAP_TECHNIQUE, "XT1059 T12345 T105").p);
    batch_release(&b);
}

static void an_account_is_parted_from_its_domain(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    struct record *r = batch_add(&b, RECORD_EVENT);
    map_set(r, &b.arena, FIELD_USER_NAME, MAP_ACCOUNT, SLICE("CORP\\m.tanaka"));
    assert_true(slice_is(r->first[FIELD_USER_NAME], "m.tanaka"));
    assert_true(slice_is(r->first[FIELD_USER_DOMAIN], "CORP"));
    r = batch_add(&b, RECORD_EVENT);
    map_set(r, &b.arena, FIELD_USER_NAME, MAP_ACCOUNT, SLICE("y.sato@example.com"));
    assert_true(slice_is(r->first[FIELD_USER_NAME], "y.sato"));
    assert_true(slice_is(r->first[FIELD_USER_DOMAIN], "example.com"));
    batch_release(&b);
}

static void severities_of_other_vendors_are_translated(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    assert_true(slice_is(set(&b, FIELD_SEVERITY, MAP_SEVERITY, "Informational"), "info"));
    assert_true(slice_is(set(&b, FIELD_SEVERITY, MAP_SEVERITY, "HIGH"), "high"));
    assert_true(slice_is(set(&b, FIELD_SEVERITY, MAP_SEVERITY, "Fatal"), "critical"));
    assert_null(set(&b, FIELD_SEVERITY, MAP_SEVERITY, "banana").p);
    batch_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_of_guids_lose_case_and_braces_others_keep_theirs),
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal),
        cmocka_unit_test(techniques_are_found_inside_a_rule_name),
        cmocka_unit_test(an_account_is_parted_from_its_domain),
        cmocka_unit_test(severities_of_other_vendors_are_translated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
