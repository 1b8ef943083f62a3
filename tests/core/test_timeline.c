#include "core/timeline.h"
#include "tests/support/cmocka.h"

#include <stdlib.h>

static int64_t at(const char *text)
{
    int64_t ns;
    assert_true(clock_parse(slice_of(text), &ns));
    return ns;
}

static void widths_are_round_and_zoom_goes_by_rungs(void **state)
{
    (void)state;
    assert_int_equal(timeline_round_up(0), CLOCK_MILLISECOND);
    assert_int_equal(timeline_round_up(3 * CLOCK_MILLISECOND), 5 * CLOCK_MILLISECOND);
    assert_int_equal(timeline_round_up(11 * CLOCK_SECOND), 15 * CLOCK_SECOND);
    assert_int_equal(timeline_round_up(16 * 60 * CLOCK_SECOND), 30 * 60 * CLOCK_SECOND);
    assert_int_equal(timeline_round_up(INT64_MAX), 604800 * CLOCK_SECOND);
    assert_int_equal(timeline_zoom(CLOCK_SECOND, 1), 2 * CLOCK_SECOND);
    assert_int_equal(timeline_zoom(CLOCK_SECOND, -1), CLOCK_SECOND / 2);
    assert_int_equal(timeline_zoom(CLOCK_MILLISECOND, -5), CLOCK_MILLISECOND);
    assert_int_equal(timeline_zoom(CLOCK_SECOND, 99), 604800 * CLOCK_SECOND);
}

static void an_axis_covers_its_span_in_few_buckets(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        uint32_t buckets;
    } table[] = {{"2026-03-11T10:00:00Z", "2026-03-11T10:00:00Z", 60},
        {"2026-03-11T10:00:00.001Z", "2026-03-11T10:00:00.090Z", 60},
        {"2026-03-11T09:59:59Z", "2026-03-11T12:00:01Z", 100}, {"2020-01-01", "2026-03-11", 50},
        {"2026-03-11T23:59Z", "2026-03-12T00:01Z", 1}, {"1960-01-01", "1980-01-01", 7},
        {"1700-01-01", "2200-01-01", 2}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t from = at(table[i].from), to = at(table[i].to);
        struct timeline_axis a = timeline_axis(from, to, table[i].buckets);
        uint32_t most = table[i].buckets < 2 ? 2 : table[i].buckets;
        if (a.buckets == 0 || a.buckets > most)
            fail_msg("%s: %u buckets", table[i].from, a.buckets);
        assert_int_equal(a.from % a.width, 0);
        if (i == 6)
            continue; /* beyond what an axis covers */
        assert_int_equal(timeline_bucket(&a, from) >= 0, 1);
        assert_int_equal(timeline_bucket(&a, to), a.buckets - 1);
        assert_int_equal(timeline_bucket(&a, a.from - 1), -1);
        assert_int_equal(timeline_bucket(&a, a.from + (int64_t)a.buckets * a.width), -1);
    }
}

static void the_ends_of_time_do_no_harm(void **state)
{
    (void)state;
    struct timeline_axis a = timeline_axis(INT64_MIN, INT64_MAX, 1000);
    assert_in_range(a.buckets, 1, 1000);
    assert_int_equal(timeline_bucket(&a, INT64_MAX), -1);
    assert_int_equal(timeline_bucket(&a, INT64_MIN), -1);
    a = timeline_axis(INT64_MAX, INT64_MIN, 0);
    assert_in_range(a.buckets, 1, 2);
}

static void counts_and_the_worst_are_kept_by_lane(void **state)
{
    (void)state;
    struct timeline_lanes t;
    struct timeline_axis a = {.from = 0, .width = CLOCK_SECOND, .buckets = 10};
    timeline_init(&t, a, 2);
    timeline_add(&t, 0, 0, 1, -1);
    timeline_add(&t, 0, CLOCK_SECOND - 1, 2, 3);
    timeline_add(&t, 0, CLOCK_SECOND / 2, 1, 1);
    timeline_add(&t, 1, 9 * CLOCK_SECOND, 1, 4);
    timeline_add(&t, 1, 10 * CLOCK_SECOND, 9, 4);
    timeline_add(&t, 2, 0, 9, 4);
    assert_int_equal(t.counts[0], 4);
    assert_int_equal(t.worst[0], 3);
    assert_int_equal(t.counts[1], 0);
    assert_int_equal(t.worst[1], -1);
    assert_int_equal(t.counts[19], 1);
    assert_int_equal(t.worst[19], 4);
    timeline_release(&t);
}

static void a_silence_longer_than_the_rhythm_is_a_gap(void **state)
{
    (void)state;
    struct timeline_lanes t;
    struct timeline_gap gap;
    struct timeline_axis a = {.from = 0, .width = CLOCK_SECOND, .buckets = 40};
    timeline_init(&t, a, 1);
    assert_false(timeline_gap(&t, 0, 0, 3, &gap));
    for (int i = 0; i < 10; i++)
        timeline_add(&t, 0, i * CLOCK_SECOND, 1, -1);
    for (int i = 30; i < 40; i += 2)
        timeline_add(&t, 0, i * CLOCK_SECOND, 1, -1);
    assert_true(timeline_gap(&t, 0, 0, 3, &gap));
    assert_int_equal(gap.first, 10);
    assert_int_equal(gap.last, 29);
    assert_false(timeline_gap(&t, 0, gap.last + 1, 3, &gap));
    assert_false(timeline_gap(&t, 0, 0, 21, &gap));
    timeline_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_round_and_zoom_goes_by_rungs),
        cmocka_unit_test(an_axis_covers_its_span_in_few_buckets),
        cmocka_unit_test(the_ends_of_time_do_no_harm),
        cmocka_unit_test(counts_and_the_worst_are_kept_by_lane),
        cmocka_unit_test(a_silence_longer_than_the_rhythm_is_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
