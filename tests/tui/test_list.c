#include "tests/support/cmocka.h"

#include "tui/list.h"

static int64_t rows[64];
static size_t row_count;

static size_t count(void *owner)
{
    (void)owner;
    return row_count;
}

static int64_t id(void *owner, size_t row)
{
    (void)owner;
    return rows[row];
}

static void cells(void *owner, size_t row, struct canvas *c, struct area line)
{
    (void)owner;
    canvas_format(c, line.x, line.y, ROLE_TEXT, "%lld", (long long)rows[row]);
}

static void fill(struct list *l, size_t n)
{
    row_count = n;
    for (size_t i = 0; i < n; i++) {
        rows[i] = (int64_t)i * 10 + 10;
    }
    list_init(l, &(struct row_source){count, id, cells, NULL});
    l->height = 5;
    list_sync(l);
}

static void test_rows_that_arrive_above_never_move_the_cursor_off_its_row(void **state)
{
    struct list l;
    (void)state;
    fill(&l, 20);
    list_move(&l, LIST_NEXT, 7);
    size_t line = l.position - l.top;
    assert_int_equal(l.current, 80);
    memmove(rows + 3, rows, 20 * sizeof *rows);
    rows[0] = 1, rows[1] = 2, rows[2] = 3;
    row_count = 23;
    list_sync(&l);
    assert_int_equal(l.current, 80);
    assert_int_equal(l.position, 10);
    assert_int_equal(l.position - l.top, line);
    list_release(&l);
}

static void test_when_its_row_goes_the_next_one_is_current(void **state)
{
    struct list l;
    (void)state;
    fill(&l, 5);
    list_move(&l, LIST_NEXT, 2);
    memmove(rows + 2, rows + 3, 2 * sizeof *rows);
    row_count = 4;
    list_sync(&l);
    assert_int_equal(l.current, 40);
    row_count = 0;
    list_sync(&l);
    assert_int_equal(l.current, 0);
    list_release(&l);
}

static void test_marks_are_ids_and_ranges_follow_the_cursor(void **state)
{
    struct list l;
    (void)state;
    fill(&l, 10);
    list_mark_toggle(&l, 50);
    list_mark_toggle(&l, 20);
    assert_true(list_marked(&l, 50) && list_marked(&l, 20) && !list_marked(&l, 30));
    list_mark_toggle(&l, 50);
    assert_false(list_marked(&l, 50));
    list_marks_clear(&l);
    l.anchor = l.current;
    list_move(&l, LIST_NEXT, 3);
    list_mark_range(&l);
    assert_int_equal(l.mark_count, 4);
    list_release(&l);
}

static void test_counts_and_ends(void **state)
{
    struct list l;
    (void)state;
    fill(&l, 30);
    list_move(&l, LIST_LAST, 0);
    assert_int_equal(l.current, 300);
    list_move(&l, LIST_LAST, 12);
    assert_int_equal(l.current, 120);
    list_move(&l, LIST_PREVIOUS, 1000);
    assert_int_equal(l.current, 10);
    list_move(&l, LIST_PAGE_DOWN, 0);
    assert_int_equal(l.position, 4);
    list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_that_arrive_above_never_move_the_cursor_off_its_row),
        cmocka_unit_test(test_when_its_row_goes_the_next_one_is_current),
        cmocka_unit_test(test_marks_are_ids_and_ranges_follow_the_cursor),
        cmocka_unit_test(test_counts_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
