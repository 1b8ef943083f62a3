#include "core/record.h"
#include "tests/support/cmocka.h"

#include <stdlib.h>

static void assert_field(const struct record *r, enum field field, const char *value)
{
    struct slice got = r->first[field];
    if (!value ? got.p != NULL : !slice_is(got, value))
        fail_msg("%s is \"%.*s\", not \"%s\"", field_table[field].name, (int)got.n,
            got.p ? got.p : "", value ? value : "(absent)");
}

static struct record *start_of(struct batch *b, const char *host, const char *pid, int64_t time)
{
    struct record *r = batch_add(b, RECORD_EVENT);
    record_set_text(r, &b->arena, FIELD_HOST_NAME, host);
    record_set_text(r, &b->arena, FIELD_PROCESS_PID, pid);
    record_set_text(r, &b->arena, FIELD_EVENT_CATEGORY, "process");
    record_set_text(r, &b->arena, FIELD_EVENT_ACTION, "start");
    record_set_time(r, &b->arena, time);
    record_finish(r, &b->arena);
    return r;
}

static void names_come_from_paths_of_both_worlds(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    struct record *r = batch_add(&b, RECORD_EVENT);
    record_set_text(r, &b.arena, FIELD_PROCESS_EXECUTABLE, "C:\\Windows\\System32\\cmd.exe");
    record_set_text(r, &b.arena, FIELD_PARENT_EXECUTABLE, "/usr/sbin/sshd");
    record_set_text(r, &b.arena, FIELD_FILE_PATH, "C:/x\\請求書.docm");
    record_finish(r, &b.arena);
    assert_field(r, FIELD_PROCESS_NAME, "cmd.exe");
    assert_field(r, FIELD_PARENT_NAME, "sshd");
    assert_field(r, FIELD_FILE_NAME, "請求書.docm");
    r = batch_add(&b, RECORD_EVENT);
    record_set_text(r, &b.arena, FIELD_PROCESS_EXECUTABLE, "C:\\odd\\");
    record_set_text(r, &b.arena, FIELD_PARENT_NAME, "kept");
    record_set_text(r, &b.arena, FIELD_PARENT_EXECUTABLE, "/usr/bin/other");
    record_finish(r, &b.arena);
    assert_field(r, FIELD_PROCESS_NAME, NULL);
    assert_field(r, FIELD_PARENT_NAME, "kept");
    batch_release(&b);
}

static void entity_id_is_the_same_for_the_same_process_only(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    int64_t t = INT64_C(1773229192044000000);
    struct slice first = start_of(&b, "web-01", "44", t)->first[FIELD_PROCESS_ENTITY_ID];
    assert_true(slice_starts(first, SLICE("h:")));
    assert_int_equal(first.n, 18);
    assert_true(
        slice_equal(first, start_of(&b, "WEB-01", "44", t)->first[FIELD_PROCESS_ENTITY_ID]));
    assert_false(
        slice_equal(first, start_of(&b, "web-01", "45", t)->first[FIELD_PROCESS_ENTITY_ID]));
    assert_false(
        slice_equal(first, start_of(&b, "web-01", "44", t + 1)->first[FIELD_PROCESS_ENTITY_ID]));
    assert_false(
        slice_equal(first, start_of(&b, "web-02", "44", t)->first[FIELD_PROCESS_ENTITY_ID]));
    struct record *child = batch_add(&b, RECORD_EVENT);
    record_set_text(child, &b.arena, FIELD_HOST_NAME, "web-01");
    record_set_text(child, &b.arena, FIELD_PARENT_PID, "44");
    record_set_int(child, &b.arena, FIELD_PARENT_START, t);
    record_finish(child, &b.arena);
    assert_true(slice_equal(first, child->first[FIELD_PARENT_ENTITY_ID]));
    struct record *vendor = batch_add(&b, RECORD_EVENT);
    record_set_text(vendor, &b.arena, FIELD_PROCESS_ENTITY_ID, "{AB}");
    record_set_text(vendor, &b.arena, FIELD_HOST_NAME, "web-01");
    record_set_text(vendor, &b.arena, FIELD_PARENT_PID, "44");
    record_set_int(vendor, &b.arena, FIELD_PARENT_START, t);
    record_finish(vendor, &b.arena);
    assert_field(vendor, FIELD_PROCESS_ENTITY_ID, "{AB}");
    assert_field(vendor, FIELD_PARENT_ENTITY_ID, NULL);
    batch_release(&b);
}

static void a_start_and_an_end_tell_their_times(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    struct record *r = start_of(&b, "h", "4", 1000);
    assert_field(r, FIELD_PROCESS_START, "1000");
    assert_field(r, FIELD_PROCESS_END, NULL);
    r = batch_add(&b, RECORD_EVENT);
    record_set_text(r, &b.arena, FIELD_EVENT_CATEGORY, "process");
    record_set_text(r, &b.arena, FIELD_EVENT_ACTION, "end");
    record_set_time(r, &b.arena, 2000);
    record_finish(r, &b.arena);
    assert_field(r, FIELD_PROCESS_END, "2000");
    assert_field(r, FIELD_PROCESS_START, NULL);
    r = batch_add(&b, RECORD_EVENT);
    record_set_text(r, &b.arena, FIELD_EVENT_CATEGORY, "session");
    record_set_text(r, &b.arena, FIELD_EVENT_ACTION, "start");
    record_set_time(r, &b.arena, 3000);
    record_finish(r, &b.arena);
    assert_field(r, FIELD_PROCESS_START, NULL);
    batch_release(&b);
}

static void alerts_get_their_defaults_and_twice_changes_nothing(void **state)
{
    (void)state;
    struct batch b;
    batch_init(&b);
    struct record *r = batch_add(&b, RECORD_ALERT);
    record_finish(r, &b.arena);
    assert_field(r, FIELD_SEVERITY, "info");
    assert_field(r, FIELD_DISPOSITION, "unknown");
    r->first[FIELD_SEVERITY] = SLICE("high");
    struct record before = *r;
    record_finish(r, &b.arena);
    assert_memory_equal(&before, r, sizeof before);
    struct record *event = batch_add(&b, RECORD_EVENT);
    record_finish(event, &b.arena);
    assert_field(event, FIELD_SEVERITY, NULL);
    batch_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_from_paths_of_both_worlds),
        cmocka_unit_test(entity_id_is_the_same_for_the_same_process_only),
        cmocka_unit_test(a_start_and_an_end_tell_their_times),
        cmocka_unit_test(alerts_get_their_defaults_and_twice_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
