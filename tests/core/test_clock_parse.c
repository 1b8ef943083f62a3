#include "core/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct example {
    const char *text, *iso; /* iso NULL: refused */
};

static int64_t iso(const char *text)
{
    int64_t ns;
    if (!clock_parse(slice_of(text), &ns))
        fail_msg("%s was refused", text);
    return ns;
}

static void check(const struct example *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char out[CLOCK_TEXT_MAX];
        int64_t ns = 7;
        bool ok = clock_parse(slice_of(table[i].text), &ns);
        if (ok != (table[i].iso != NULL))
            fail_msg("\"%s\" was %s", table[i].text, ok ? clock_format(ns, out) : "refused");
        if (ok && strcmp(clock_format(ns, out), table[i].iso) != 0)
            fail_msg("\"%s\" became %s, not %s", table[i].text, out, table[i].iso);
        if (!ok)
            assert_int_equal(ns, 7);
    }
}

#define CHECK(table) check(table, sizeof(table) / sizeof *(table))

static void every_calendar_shape_of_the_vendors_is_read(void **state)
{
    (void)state;
    static const struct example table[] = {
        {"2022-03-19T02:48:12.634Z", "2022-03-19T02:48:12.634Z"},
        {"2021-04-27T12:19:27.7211305Z", "2021-04-27T12:19:27.721130500Z"},
        {"2023-11-03T19:00:23.985020992Z", "2023-11-03T19:00:23.985020992Z"},
        {"2023-11-03T19:00:23.9850209929Z", "2023-11-03T19:00:23.985020992Z"},
        {"2026-03-11T12:39:52.044+0100", "2026-03-11T11:39:52.044Z"},
        {"2026-03-11T20:39:52.044+09:00", "2026-03-11T11:39:52.044Z"},
        {"2026-03-11T20:39:52+09", "2026-03-11T11:39:52.000Z"},
        {"2026-03-11T06:09:52-0530", "2026-03-11T11:39:52.000Z"},
        {"2026-03-11T11:39:52.044 +00:00", "2026-03-11T11:39:52.044Z"},
        {"2023-10-26T5:32:08.107Z", "2023-10-26T05:32:08.107Z"},
        {"3/24/2022 2:42:35 PM", "2022-03-24T14:42:35.000Z"},
        {"3/24/2022 12:02:35 AM", "2022-03-24T00:02:35.000Z"},
        {"3/24/2022 12:02:35 pm", "2022-03-24T12:02:35.000Z"},
        {"2019-01-02T03:50:11.315110", "2019-01-02T03:50:11.315110Z"},
        {"2025-08-13 08:42:27.161", "2025-08-13T08:42:27.161Z"},
        {"2025-08-13 08:42:27 UTC", "2025-08-13T08:42:27.000Z"},
        {"20-May-2024 09:08:10", "2024-05-20T09:08:10.000Z"},
        {"2024-05-20T12:00Z", "2024-05-20T12:00:00.000Z"},
        {"2024-05-20", "2024-05-20T00:00:00.000Z"},
        {"2024-02-29", "2024-02-29T00:00:00.000Z"},
        {"2000-02-29", "2000-02-29T00:00:00.000Z"},
        {"2024/05/20 01:02:03", "2024-05-20T01:02:03.000Z"},
        {"20/May/2024:09:08:10 +0000", "2024-05-20T09:08:10.000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"2016-12-31T24:00:00Z", "2017-01-01T00:00:00.000Z"},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"},
        {"  2024-05-20T12:00:00z\n", "2024-05-20T12:00:00.000Z"},
        {"2024-05-20T12:00:00,5Z", "2024-05-20T12:00:00.500Z"},
    };
    CHECK(table);
}

static void epochs_are_told_apart_by_magnitude(void **state)
{
    (void)state;
    static const struct example table[] = {
        {"1699034413", "2023-11-03T18:00:13.000Z"},
        {"1320435875.879278", "2011-11-04T19:44:35.879278Z"},
        {"1699034413123", "2023-11-03T18:00:13.123Z"},
        {"1699034413123456", "2023-11-03T18:00:13.123456Z"},
        {"1699034413123456789", "2023-11-03T18:00:13.123456789Z"},
        {"133355377959700000", "2023-08-03T12:03:15.970Z"},
        {"0", "1970-01-01T00:00:00.000Z"},
        {"-1", "1969-12-31T23:59:59.000Z"},
    };
    CHECK(table);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const struct example table[] = {{"", NULL}, {"-", NULL}, {"N/A", NULL},
        {"2024-13-01", NULL}, {"2024-02-30", NULL}, {"2023-02-29", NULL}, {"1900-02-29", NULL},
        {"2024-05-20T25:00:00Z", NULL}, {"2024-05-20T12:60:00Z", NULL},
        {"2024-05-20T24:00:01Z", NULL}, {"2024-05-20T12:00:00+25:00", NULL},
        {"2024-05-20T12:00:00+09:", NULL}, {"2024-05-20T12:00:00Zx", NULL},
        {"2024-05-20T12:00:00.Z", NULL}, {"2024-05-20T", NULL}, {"3/24/2022 13:42:35 PM", NULL},
        {"0000-00-00T00:00:00Z", NULL}, {"9999-12-31T23:59:59Z", NULL},
        {"99999999999999999999", NULL}, {"12.", NULL}, {"1.2.3", NULL}, {"0x10", NULL},
        {"now", NULL}, {"20-Xxx-2024 09:08:10", NULL}};
    CHECK(table);
}

static void people_type_relative_times(void **state)
{
    (void)state;
    static const struct example table[] = {
        {"now", "2026-03-11T12:34:56.789Z"},
        {"NOW", "2026-03-11T12:34:56.789Z"},
        {"now-24h", "2026-03-10T12:34:56.789Z"},
        {"now-7d/d", "2026-03-04T00:00:00.000Z"},
        {"now/d", "2026-03-11T00:00:00.000Z"},
        {"now/w", "2026-03-09T00:00:00.000Z"},
        {"now/M", "2026-03-01T00:00:00.000Z"},
        {"now/y", "2026-01-01T00:00:00.000Z"},
        {"now/h", "2026-03-11T12:00:00.000Z"},
        {"now+1M", "2026-04-11T12:34:56.789Z"},
        {"now-1y", "2025-03-11T12:34:56.789Z"},
        {"now-1d+2h", "2026-03-10T14:34:56.789Z"},
        {"-15m", "2026-03-11T12:19:56.789Z"},
        {"11:40", "2026-03-11T11:40:00.000Z"},
        {"11:40:05", "2026-03-11T11:40:05.000Z"},
        {"2026-03-10", "2026-03-10T00:00:00.000Z"},
        {"2026-03-10T22:00+09", "2026-03-10T13:00:00.000Z"},
        {"2026-01-31||+1M", "2026-02-28T00:00:00.000Z"},
        {"2026-03-31||-1M/d", "2026-02-28T00:00:00.000Z"},
        {"2024-02-29||+1y", "2025-02-28T00:00:00.000Z"},
        {"now-", NULL},
        {"now-5", NULL},
        {"now-5q", NULL},
        {"nowhere", NULL},
        {"25:00", NULL},
        {"1:2:3:4", NULL},
        {"", NULL},
        {"now-99999999999d", NULL},
    };
    int64_t now = iso("2026-03-11T12:34:56.789Z");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char out[CLOCK_TEXT_MAX];
        int64_t ns;
        bool ok = clock_parse_human(slice_of(table[i].text), now, &ns);
        if (ok != (table[i].iso != NULL))
            fail_msg("\"%s\" was %s", table[i].text, ok ? clock_format(ns, out) : "refused");
        if (ok && strcmp(clock_format(ns, out), table[i].iso) != 0)
            fail_msg("\"%s\" became %s, not %s", table[i].text, out, table[i].iso);
    }
}

static void lengths_of_time_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } table[] = {{"90s", 90}, {"15m", 900}, {"8h", 28800}, {"30d", 2592000}, {"2w", 1209600},
        {"1h30m", 5400}, {" 5m ", 300}, {"2000ms", 2}, {"", -1}, {"15", -1}, {"m", -1}, {"-5m", -1},
        {"5x", -1}, {"1M", -1}, {"99999999999999w", -1}, {"5 m", -1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ns;
        bool ok = clock_parse_duration(slice_of(table[i].text), &ns);
        if (ok != (table[i].seconds >= 0) || (ok && ns != table[i].seconds * CLOCK_SECOND))
            fail_msg("\"%s\"", table[i].text);
    }
}

static void every_day_of_four_centuries_comes_back(void **state)
{
    (void)state;
    int64_t day = 86400 * CLOCK_SECOND;
    for (int64_t ns = iso("1700-01-01"); ns < iso("2200-01-01"); ns += day) {
        char out[CLOCK_TEXT_MAX];
        int64_t back, rounded;
        assert_true(clock_parse(slice_of(clock_format(ns, out)), &back));
        assert_int_equal(back, ns);
        assert_true(clock_parse_human(SLICE("now+1M-1M/d"), ns, &rounded));
        assert_true(rounded <= ns && ns - rounded <= 3 * day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_calendar_shape_of_the_vendors_is_read),
        cmocka_unit_test(epochs_are_told_apart_by_magnitude),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(people_type_relative_times),
        cmocka_unit_test(lengths_of_time_have_units),
        cmocka_unit_test(every_day_of_four_centuries_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
