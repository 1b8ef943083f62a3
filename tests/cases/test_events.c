#include "cases/events.h"

#include "cases/journal.h"
#include "cases/put.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 100, SEGMENT = 20, BLOCK = 300 };

struct place {
    char *folder;
    struct store *s;
    struct err e;
};

static void put(struct place *p, int first, int n)
{
    struct batch b;
    struct put_counts counts = {0};
    struct put_context siem = {"siem", "elastic", "acme", 1, NULL};
    char id[16], host[16], entity[16], parent[16];
    batch_init(&b);
    for (int i = first; i < first + n; i++) {
        snprintf(id, sizeof id, "e%d", i);
        snprintf(host, sizeof host, "ws-%d", i % 4);
        snprintf(entity, sizeof entity, "{P%d}", i);
        snprintf(parent, sizeof parent, "{P%d}", i / 10);
        struct record *r =
            records_event(&b, &(struct event_spec){.id = id,
                                  .host = host,
                                  .user = i % 2 ? "Mori" : "kato",
                                  .category = i % 3 ? "process" : "network",
                                  .entity = entity,
                                  .parent = parent,
                                  .command_line = i % 5 ? "curl -s x" : "不審なPowerShell実行",
                                  .address = i % 3 ? NULL : "198.51.100.7",
                                  .second = i * 360});
        record_set_text(r, &b.arena, FIELD_FILE_NAME, i == 50 ? "payload.bin" : "x");
    }
    if (put_batch(p->s, &siem, &b, &counts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(counts.events_new, n);
    batch_release(&b);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    if (store_open(&p->s, p->folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    store_set_segments(p->s, SEGMENT, 1 << 30, BLOCK);
    for (int i = 0; i < MANY; i += 7)
        put(p, i, MANY - i < 7 ? MANY - i : 7);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    store_close(p->s);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static uint64_t count(struct place *p, const char *text)
{
    struct event_list list = {.from = CLOCK_NONE, .to = CLOCK_NONE};
    struct query *q;
    size_t at;
    uint64_t n;
    if (query_parse(&q, slice_of(text), clock_now(), &at, &p->e))
        fail_msg("%s", p->e.text);
    list.query = q;
    if (events_count(p->s, &list, &n, &p->e))
        fail_msg("%s", p->e.text);
    query_free(q);
    return n;
}

static void pages_give_every_event_once_newest_first(void **state)
{
    struct place *p = *state;
    for (int ascending = 0; ascending < 2; ascending++) {
        struct event_list list = {.from = CLOCK_NONE, .to = CLOCK_NONE, .ascending = ascending};
        struct event_place after = {0, 0};
        bool more = true;
        int n = 0;
        while (more) {
            struct batch b;
            batch_init(&b);
            assert_int_equal(events_page(p->s, &list, after, 9, &b, &more, &p->e), 0);
            for (size_t i = 0; i < b.count; i++, n++) {
                const struct record *r = &b.records[i];
                assert_true(r->time == records_time((ascending ? n : MANY - 1 - n) * 360));
                after.time = r->time;
                record_get_int(r, FIELD_ID, &after.id);
            }
            batch_release(&b);
        }
        assert_int_equal(n, MANY);
    }
}

static void every_raw_record_is_read_back_from_its_block(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < MANY; i++) {
        struct str raw = STR_INIT;
        char expected[80];
        snprintf(expected, sizeof expected, "{\"id\":\"e%d\",\"second\":%d,\"made\":\"by a test\"}",
            i, i * 360);
        if (event_raw(p->s, i + 1, &raw, &p->e))
            fail_msg("%s", p->e.text);
        assert_string_equal(raw.p, expected);
        str_release(&raw);
    }
}

static void full_text_and_entities_reach_over_segments(void **state)
{
    struct place *p = *state;
    assert_int_equal(count(p, "不審"), 20);
    assert_int_equal(count(p, "curl"), 80);
    assert_int_equal(count(p, "\"不審なPowerShell\""), 20);
    assert_int_equal(count(p, "user.name: MORI"), 50);
    assert_int_equal(count(p, "user.name: mori and host.name: ws-1 and powershell"), 5);
    assert_int_equal(count(p, "destination.ip: 198.51.100.0/24"), 34);
    assert_int_equal(count(p, "destination.ip: 198.51.100.7"), 34);
    assert_int_equal(count(p, "not user.name: mori"), 50);
    assert_int_equal(count(p, "*"), MANY);
}

static void a_field_without_a_column_is_found_in_the_raw_blocks(void **state)
{
    struct place *p = *state;
    assert_int_equal(count(p, "file.name: payload.bin"), 1);
    assert_int_equal(count(p, "not file.name: payload.bin"), MANY - 1);
}

static int count_record(void *owner, const struct record *r)
{
    (void)r;
    ++*(int *)owner;
    return 0;
}

static void processes_of_a_host_and_records_of_an_entity(void **state)
{
    struct place *p = *state;
    struct process_span span = {"acme", "WS-1", records_time(0), records_time(MANY * 360)};
    struct batch b;
    int n = 0;
    assert_int_equal(events_processes(p->s, &span, count_record, &n, &p->e), 0);
    assert_int_equal(n, 17);
    batch_init(&b);
    assert_int_equal(events_of_entity(p->s, "{p5}", 0, &b, &p->e), 0);
    assert_int_equal(b.count, 11); /* itself and its ten children */
    batch_release(&b);
}

static void what_is_known_of_a_value(void **state)
{
    struct place *p = *state;
    struct entity_facts facts;
    if (entity_facts(p->s, FIELD_DESTINATION_IP, "198.51.100.7", &facts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(facts.events, 34);
    assert_int_equal(facts.hosts, 4);
    assert_true(facts.first == records_time(0));
    assert_true(facts.last == records_time(99 * 360));
}

static void a_histogram_by_counters_equals_one_by_rows(void **state)
{
    struct place *p = *state;
    struct event_list whole = {.from = records_time(0), .to = records_time(10 * 3600)},
                      counted = whole;
    struct event_histogram a, b;
    struct query *q;
    size_t at;
    assert_int_equal(query_parse(&q, SLICE("host.name: *"), 0, &at, &p->e), 0);
    counted.query = q;
    assert_int_equal(events_histogram(p->s, &whole, 10, &a, &p->e), 0);
    assert_int_equal(events_histogram(p->s, &counted, 10, &b, &p->e), 0);
    assert_int_equal(a.sources, 1);
    assert_string_equal(a.names[0], "siem");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(a.counts[i], 10);
        assert_int_equal(b.counts[i], 10);
    }
    event_histogram_release(&a);
    event_histogram_release(&b);
    query_free(q);
}

static void a_damaged_block_says_raw_lost_and_its_neighbours_go_on(void **state)
{
    struct place *p = *state;
    struct str path = STR_INIT, raw = STR_INIT;
    struct batch b;
    str_printf(&path, "%s/events-000001.raw", p->folder);
    int fd = open(path.p, O_WRONLY);
    assert_int_equal(pwrite(fd, "!", 1, 12), 1);
    close(fd);
    assert_int_equal(event_raw(p->s, 1, &raw, &p->e), -1);
    assert_int_equal(p->e.code, ERR_CORRUPT);
    assert_string_equal(p->e.text, "raw lost, pull again");
    assert_int_equal(event_raw(p->s, 30, &raw, &p->e), 0);
    batch_init(&b);
    assert_int_equal(event_get(p->s, 1, &b, &p->e), 0); /* its columns are there */
    assert_true(slice_is(b.records[0].first[FIELD_HOST_NAME], "ws-0"));
    assert_null(b.records[0].raw.p);
    batch_release(&b);
    str_release(&path);
    str_release(&raw);
}

static void retention_drops_the_oldest_segment_whole(void **state)
{
    struct place *p = *state;
    struct str path = STR_INIT, raw = STR_INIT;
    struct stat st;
    struct event_list whole = {.from = records_time(0), .to = records_time(10 * 3600)};
    struct event_histogram h;
    if (events_retain(p->s, clock_now() + CLOCK_SECOND, 0, &p->e))
        fail_msg("%s", p->e.text);
    uint64_t left = count(p, "*");
    assert_int_equal(left, 20); /* the segment that is being written stays */
    assert_int_equal(count(p, "host.name: ws-*"), left);
    assert_int_equal(count(p, "curl"), 16);
    str_printf(&path, "%s/events-000001.raw", p->folder);
    assert_int_equal(stat(path.p, &st), -1);
    assert_int_equal(event_raw(p->s, 1, &raw, &p->e), -1);
    assert_int_equal(event_raw(p->s, 100, &raw, &p->e), 0);
    assert_int_equal(events_histogram(p->s, &whole, 10, &h, &p->e), 0);
    assert_int_equal(h.counts[0], 0);
    assert_int_equal(h.counts[9], 10);
    event_histogram_release(&h);
    put(p, MANY, 30);
    assert_int_equal(count(p, "*"), left + 30);
    str_release(&path);
    str_release(&raw);
}

static void a_second_process_takes_up_the_segment_where_it_stands(void **state)
{
    struct place *p = *state, other = {0};
    other.folder = p->folder;
    assert_int_equal(store_open(&other.s, p->folder, STORE_READ_WRITE, &other.e), 0);
    store_set_segments(other.s, SEGMENT, 1 << 30, BLOCK);
    put(&other, MANY, 13);
    put(p, MANY + 13, 13);
    put(&other, MANY + 26, 13);
    for (int i = MANY; i < MANY + 39; i++) {
        struct str raw = STR_INIT;
        char expected[32];
        snprintf(expected, sizeof expected, "{\"id\":\"e%d\"", i);
        if (event_raw(i % 2 ? p->s : other.s, i + 1, &raw, &p->e))
            fail_msg("%d: %s", i, p->e.text);
        assert_int_equal(strncmp(raw.p, expected, strlen(expected)), 0);
        str_release(&raw);
    }
    assert_int_equal(count(p, "*"), MANY + 39);
    store_close(other.s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_give_every_event_once_newest_first),
        TEST(every_raw_record_is_read_back_from_its_block),
        TEST(full_text_and_entities_reach_over_segments),
        TEST(a_field_without_a_column_is_found_in_the_raw_blocks),
        TEST(processes_of_a_host_and_records_of_an_entity),
        TEST(what_is_known_of_a_value),
        TEST(a_histogram_by_counters_equals_one_by_rows),
        TEST(a_damaged_block_says_raw_lost_and_its_neighbours_go_on),
        TEST(retention_drops_the_oldest_segment_whole),
        TEST(a_second_process_takes_up_the_segment_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
