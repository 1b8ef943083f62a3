#include "core/str.h"
#include "tests/support/query_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int64_t now(void)
{
    int64_t ns = 0;
    assert_true(clock_parse(slice_of(query_table_now), &ns));
    return ns;
}

static struct query *parsed(const char *text)
{
    struct query *q;
    struct err e = ERR_INIT;
    size_t position = 0;
    if (query_parse(&q, slice_of(text), now(), &position, &e) < 0)
        fail_msg("%s\n%*s^ %s", text, (int)position, "", e.text);
    return q;
}

static void matching_rows(const struct query *q, const struct batch *b, char *rows)
{
    for (size_t i = 0; i < b->count; i++)
        if (query_match(q, &b->records[i]))
            *rows++ = (char)('A' + i);
    *rows = '\0';
}

static int rows_of_the_table(void **state)
{
    static struct batch b;
    batch_init(&b);
    query_table_fill(&b);
    assert_int_equal(b.count, QUERY_TABLE_ROWS);
    *state = &b;
    return 0;
}

static int release_rows(void **state)
{
    batch_release(*state);
    return 0;
}

static void every_query_of_the_table_finds_its_rows(void **state)
{
    size_t wrong = 0;
    for (size_t i = 0; i < query_table_count; i++) {
        char rows[QUERY_TABLE_ROWS + 1];
        struct query *q = parsed(query_table[i].text);
        matching_rows(q, *state, rows);
        if (strcmp(rows, query_table[i].rows) != 0) {
            print_error(
                "%s: found \"%s\", not \"%s\"\n", query_table[i].text, rows, query_table[i].rows);
            wrong++;
        }
        query_free(q);
    }
    assert_int_equal(wrong, 0);
    assert_true(query_table_count >= 150);
}

static void printed_queries_mean_the_same(void **state)
{
    for (size_t i = 0; i < query_table_count; i++) {
        char rows[QUERY_TABLE_ROWS + 1];
        struct str first = STR_INIT, second = STR_INIT;
        struct query *q = parsed(query_table[i].text);
        query_print(q, &first);
        struct query *again = parsed(first.p);
        query_print(again, &second);
        assert_string_equal(first.p, second.p);
        matching_rows(again, *state, rows);
        if (strcmp(rows, query_table[i].rows) != 0)
            fail_msg("%s printed as %s: found %s", query_table[i].text, first.p, rows);
        query_free(q);
        query_free(again);
        str_release(&first);
        str_release(&second);
    }
}

static void faults_point_at_the_byte_and_say_what_helps(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t position;
        const char *words; /* must be in the message */
    } table[] = {
        {"hostname: web", 0, "host.name"},
        {"host: x and sevrity: high", 12, "hinomi.severity"},
        {"proces.pid: 1", 0, "process.pid"},
        {"http://evil.example", 0, "quotes"},
        {"severity: hihg", 10, "info, low, medium, high, critical"},
        {"severity >= 3", 12, "critical"},
        {"status: open", 8, "new, ack, closed"},
        {"verdict: good", 9, "duplicate"},
        {"pid: abc", 5, "number"},
        {"pid >= abc", 7, "number"},
        {"pid: 5 powershell", 5, "number"},
        {"@timestamp >= yesterday", 14, "now-24h"},
        {"src: 300.1.2.3", 5, "10.0.0.0/8"},
        {"src: 10.0.0.0/33", 5, "10.0.0.0/8"},
        {"src: ::1/129", 5, "address"},
        {"src > 10.0.0.1", 6, "order"},
        {"(host: a", 0, "not closed"},
        {"host: a)", 7, "no ("},
        {"host: (a or b", 6, "not closed"},
        {"host: \"a", 6, "not closed"},
        {"host:", 5, "expected a value"},
        {"host: and", 6, "expected a value"},
        {"host: a and", 11, "expected a value"},
        {"and host: a", 0, "expected a value"},
        {"not", 3, "expected a value"},
        {"()", 1, "expected a value"},
        {": a", 0, "name of a field"},
        {"host: a severity: high", 8, "expected and, or"},
        {"powershell severity: high", 11, "expected and, or"},
        {"host: \"a\" \"b\"", 10, "expected and, or"},
        {"severity = high", 9, "colon"},
        {"severity=high", 8, "colon"},
        {"severity == high", 9, "colon"},
        {"host != web-01", 5, "not FIELD"},
        {"a && b", 2, "in words"},
        {"a || b", 2, "in words"},
        {"power*", 0, "needs a field"},
        {"---", 0, "no letter"},
        {"host >= w*", 8, "no order"},
        {"@timestamp: 2026-*", 12, "range"},
        {"severity > (low or high)", 11, "behind : only"},
        {"host: *a\\*", 6, "wildcard"},
        {"host: \xff", 6, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct query *q;
        struct err e = ERR_INIT;
        size_t position = 999;
        int rc = query_parse(&q, slice_of(table[i].text), now(), &position, &e);
        if (rc == 0)
            fail_msg("%s was taken", table[i].text);
        assert_null(q);
        assert_int_equal(e.code, ERR_USAGE);
        if (position != table[i].position || !strstr(e.text, table[i].words))
            fail_msg("%s\n%*s^ %s", table[i].text, (int)position, "", e.text);
    }
}

static void depth_and_length_are_bounded(void **state)
{
    (void)state;
    struct query *q;
    struct err e = ERR_INIT;
    size_t position;
    struct str text = STR_INIT;
    for (int i = 0; i < 5000; i++)
        str_puts(&text, i % 2 ? "not " : "(");
    assert_int_equal(query_parse(&q, str_as_slice(&text), 0, &position, &e), -1);
    assert_non_null(strstr(e.text, "nested"));
    str_clear(&text);
    for (int i = 0; i < 4000; i++)
        str_puts(&text, i ? " or web" : "web");
    assert_int_equal(query_parse(&q, str_as_slice(&text), 0, &position, &e), 0);
    query_free(q);
    while (text.n <= QUERY_TEXT_MAX)
        str_puts(&text, " or web");
    assert_int_equal(query_parse(&q, str_as_slice(&text), 0, &position, &e), -1);
    assert_non_null(strstr(e.text, "longer"));
    str_release(&text);
    assert_int_equal(query_parse(&q, (struct slice){"a\0b", 3}, 0, &position, &e), -1);
    assert_int_equal(position, 1);
    assert_int_equal(query_parse(&q, (struct slice){NULL, 0}, 0, &position, &e), 0);
    query_free(q);
}

static void raw_is_needed_for_what_is_not_stored(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool alert, event;
    } table[] = {{"host: a", false, false}, {"severity: high", false, true},
        {"pipe: a and host: b", true, false}, {"not user_agent.original: *", true, true},
        {"whoami", false, false}, {"", false, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct query *q = parsed(table[i].text);
        assert_int_equal(query_needs_raw(q, STORE_ALERT), table[i].alert);
        assert_int_equal(query_needs_raw(q, STORE_EVENT), table[i].event);
        query_free(q);
    }
}

static void many_stars_do_not_stop_the_clock(void **state)
{
    (void)state;
    struct batch b;
    struct str value = STR_INIT;
    batch_init(&b);
    for (int i = 0; i < 20000; i++)
        str_char(&value, 'a');
    struct record *r = batch_add(&b, RECORD_EVENT);
    record_set_text(r, &b.arena, FIELD_PROCESS_COMMAND_LINE, value.p);
    struct query *q = parsed("cmdline: *a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
    assert_false(query_match(q, r));
    query_free(q);
    str_release(&value);
    batch_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_of_the_table_finds_its_rows),
        cmocka_unit_test(printed_queries_mean_the_same),
        cmocka_unit_test(faults_point_at_the_byte_and_say_what_helps),
        cmocka_unit_test(depth_and_length_are_bounded),
        cmocka_unit_test(raw_is_needed_for_what_is_not_stored),
        cmocka_unit_test(many_stars_do_not_stop_the_clock),
    };
    return cmocka_run_group_tests(tests, rows_of_the_table, release_rows);
}
