#include "core/mem.h"
#include "core/str.h"
#include "core/tree.h"
#include "tests/support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECONDS(n) ((n)*CLOCK_SECOND)

static struct tree_fact fact(const char *host, const char *id, int64_t pid, int64_t start)
{
    return (struct tree_fact){.host = slice_of(host),
        .entity_id = slice_of(id),
        .pid = pid,
        .parent_pid = -1,
        .start = start,
        .end = CLOCK_NONE,
        .parent_start = CLOCK_NONE,
        .is_start = true};
}

static struct tree_fact child_of(struct tree_fact f, const char *id, int64_t pid, const char *image)
{
    f.parent_entity_id = slice_of(id);
    f.parent_pid = pid;
    f.parent_image = slice_of(image);
    return f;
}

static const struct tree_node *find(const struct tree *t, const char *id)
{
    int64_t i = tree_find_entity(t, slice_of(""), slice_of(id));
    assert_true(i >= 0);
    return &t->nodes[i];
}

static void assert_parent(const struct tree *t, const char *child, const char *parent)
{
    const struct tree_node *n = find(t, child);
    assert_true(n->parent >= 0);
    assert_true(slice_is(t->nodes[n->parent].entity_id, parent));
}

static void parent_is_found_by_id_whatever_case_and_braces(void **state)
{
    (void)state;
    struct tree_fact f[] = {child_of(fact("H", "{AB}", 2, SECONDS(2)), "cd", 1, ""),
        fact("h.example.com", "{CD}", 1, SECONDS(1))};
    struct tree t;
    tree_build(&t, f, 2);
    assert_parent(&t, "ab", "{CD}");
    assert_int_equal(find(&t, "ab")->link, TREE_ID);
    assert_int_equal(t.count, 2);
    tree_release(&t);
}

static void pid_reuse_takes_the_latest_start_before_the_child(void **state)
{
    (void)state;
    struct tree_fact f[] = {fact("h", "old", 7, SECONDS(10)), fact("h", "new", 7, SECONDS(100)),
        fact("h", "later", 7, SECONDS(300)),
        child_of(fact("h", "kid", 9, SECONDS(200)), "unknown", 7, "")};
    struct tree t;
    tree_build(&t, f, 4);
    assert_parent(&t, "kid", "new");
    assert_int_equal(find(&t, "kid")->link, TREE_NEAR);
    tree_release(&t);
}

static void pid_with_another_image_is_not_the_parent(void **state)
{
    (void)state;
    struct tree_fact parent = fact("h", "p", 7, SECONDS(10));
    parent.image = SLICE("C:\\a\\one.exe");
    struct tree_fact f[] = {
        parent, child_of(fact("h", "kid", 9, SECONDS(20)), "", 7, "C:\\a\\two.exe")};
    struct tree t;
    tree_build(&t, f, 2);
    const struct tree_node *kid = find(&t, "kid");
    assert_int_equal(kid->link, TREE_GHOST);
    assert_false(t.nodes[kid->parent].recorded);
    assert_true(slice_is(t.nodes[kid->parent].image, "C:\\a\\two.exe"));
    tree_release(&t);
}

static void siblings_meet_under_one_ghost(void **state)
{
    (void)state;
    struct tree_fact f[] = {child_of(fact("h", "a", 2, SECONDS(2)), "gone", 1, "x"),
        child_of(fact("h", "b", 3, SECONDS(1)), "{GONE}", 1, "x")};
    struct tree t;
    tree_build(&t, f, 2);
    assert_int_equal(t.count, 3);
    assert_int_equal(find(&t, "a")->parent, find(&t, "b")->parent);
    const struct tree_node *ghost = &t.nodes[find(&t, "a")->parent];
    assert_int_equal(ghost->children, 2);
    assert_true(slice_is(t.nodes[ghost->first_child].entity_id, "b"));
    tree_release(&t);
}

static void two_hosts_with_the_same_pid_and_time_stay_apart(void **state)
{
    (void)state;
    struct tree_fact f[] = {fact("one", "", 5, SECONDS(1)), fact("two", "", 5, SECONDS(1)),
        child_of(fact("two", "kid", 6, SECONDS(2)), "", 5, "")};
    struct tree t;
    tree_build(&t, f, 3);
    assert_int_equal(t.count, 3);
    assert_true(slice_is(t.nodes[find(&t, "kid")->parent].host, "two"));
    tree_release(&t);
}

static void a_cycle_of_corrupt_data_is_cut_and_said(void **state)
{
    (void)state;
    struct tree_fact f[] = {child_of(fact("h", "a", 1, SECONDS(1)), "c", 3, ""),
        child_of(fact("h", "b", 2, SECONDS(2)), "a", 1, ""),
        child_of(fact("h", "c", 3, SECONDS(3)), "b", 2, ""),
        child_of(fact("h", "self", 4, SECONDS(4)), "self", 4, "")};
    struct tree t;
    tree_build(&t, f, 4);
    assert_int_equal(t.cycles, 1);
    assert_true(find(&t, "c")->cut);
    assert_int_equal(find(&t, "c")->parent, -1);
    assert_int_equal(find(&t, "self")->parent, -1);
    assert_int_equal(tree_top(&t, tree_find_entity(&t, SLICE("h"), SLICE("b"))),
        tree_find_entity(&t, SLICE("h"), SLICE("c")));
    tree_release(&t);
}

static void start_and_end_and_duplicates_are_one_process(void **state)
{
    (void)state;
    struct tree_fact end = fact("h", "{X}", 1, CLOCK_NONE);
    end.is_start = false;
    end.end = SECONDS(9);
    struct tree_fact f[] = {end, fact("h", "x", 1, SECONDS(1)), fact("h", "x", 1, SECONDS(1))};
    struct tree t;
    tree_build(&t, f, 3);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.nodes[0].start, SECONDS(1));
    assert_int_equal(t.nodes[0].end, SECONDS(9));
    tree_release(&t);
}

static void second_recorder_a_second_off_is_the_same_process(void **state)
{
    (void)state;
    struct tree_fact a = fact("h", "", 42, SECONDS(10)), b = fact("h", "guid", 42, SECONDS(11));
    a.image = SLICE("C:\\w\\cmd.exe");
    b.image = SLICE("c:\\w\\CMD.EXE");
    struct tree_fact f[] = {b, a};
    struct tree t;
    tree_build(&t, f, 2);
    assert_int_equal(t.count, 1);
    assert_true(slice_is(t.nodes[0].entity_id, "guid"));
    tree_release(&t);
}

static void fork_and_exec_of_one_start_take_what_was_told_last(void **state)
{
    (void)state;
    struct tree_fact fork = fact("h", "e", 42, SECONDS(10)), exec = fork;
    fork.image = exec.image = SLICE("/usr/bin/dash");
    fork.command_line = SLICE("sh -c 'echo | sh'");
    exec.command_line = SLICE("sh");
    fork.seen = SECONDS(10);
    exec.seen = SECONDS(11);
    fork.record = 1;
    exec.record = 2;
    for (int turn = 0; turn < 2; turn++) {
        struct tree_fact f[] = {turn ? exec : fork, turn ? fork : exec};
        struct tree t;
        tree_build(&t, f, 2);
        assert_int_equal(t.count, 1);
        assert_true(slice_is(t.nodes[0].command_line, "sh"));
        assert_int_equal(t.nodes[0].record, 2);
        tree_release(&t);
    }
}

static void fork_and_exec_with_one_id_take_the_image_of_the_exec(void **state)
{
    (void)state;
    struct tree_fact fork = fact("h", "e", 42, SECONDS(10)), exec = fact("h", "e", 42, SECONDS(15));
    fork.image = SLICE("/bin/dash");
    exec.image = SLICE("/usr/bin/curl");
    struct tree_fact f[] = {exec, fork};
    struct tree t;
    tree_build(&t, f, 2);
    assert_int_equal(t.count, 1);
    assert_true(slice_is(t.nodes[0].image, "/usr/bin/curl"));
    assert_int_equal(t.nodes[0].start, SECONDS(10));
    tree_release(&t);
}

static void effective_parent_wins(void **state)
{
    (void)state;
    struct tree_fact kid = child_of(fact("h", "kid", 3, SECONDS(3)), "svc", 1, "");
    kid.effective_parent_id = SLICE("asker");
    struct tree_fact f[] = {
        fact("h", "svc", 1, SECONDS(1)), fact("h", "asker", 2, SECONDS(2)), kid};
    struct tree t;
    tree_build(&t, f, 3);
    assert_parent(&t, "kid", "asker");
    tree_release(&t);
}

static size_t walk(const struct tree *t, int64_t top, uint32_t *deepest)
{
    uint32_t depth = 0;
    size_t n = 0;
    *deepest = 0;
    for (int64_t at = top; at >= 0; at = tree_next(t, top, at, false, &depth)) {
        n++;
        *deepest = depth > *deepest ? depth : *deepest;
    }
    return n;
}

#define NOBODY "{00000000-0000-0000-0000-000000000000}"

static void ids_of_nothing_but_zeros_are_no_ids(void **state)
{
    (void)state;
    struct tree_fact f[] = {fact("h", NOBODY, 10, SECONDS(1)), fact("h", NOBODY, 11, SECONDS(1)),
        child_of(fact("h", "a", 20, SECONDS(5)), NOBODY, 10, ""),
        child_of(fact("h", "b", 21, SECONDS(5)), NOBODY, 11, ""),
        child_of(fact("h", "c", 22, SECONDS(5)), NOBODY, 98, "x.exe"),
        child_of(fact("h", "d", 23, SECONDS(5)), NOBODY, 99, "x.exe")};
    struct tree t;
    tree_build(&t, f, 6);
    assert_int_equal(t.count, 8);
    assert_int_equal(t.nodes[find(&t, "a")->parent].pid, 10);
    assert_int_equal(t.nodes[find(&t, "b")->parent].pid, 11);
    assert_int_equal(find(&t, "a")->link, TREE_NEAR);
    assert_int_equal(find(&t, "c")->link, TREE_GHOST);
    assert_true(find(&t, "c")->parent != find(&t, "d")->parent);
    tree_release(&t);
}

static void pid_reused_right_after_the_child_is_not_its_parent(void **state)
{
    (void)state;
    struct tree_fact f[] = {fact("h", "old", 1, SECONDS(1)),
        child_of(fact("h", "child", 2, SECONDS(10)), "", 1, ""),
        fact("h", "new", 1, SECONDS(10) + CLOCK_SECOND / 2),
        child_of(fact("h", "early", 4, SECONDS(20)), "", 3, ""),
        fact("h", "skewed", 3, SECONDS(20) + CLOCK_SECOND / 2)};
    struct tree t;
    tree_build(&t, f, 5);
    assert_parent(&t, "child", "old");
    assert_parent(&t, "early", "skewed");
    tree_release(&t);
}

static void the_ends_of_time_and_one_pid_for_all_do_no_harm(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct tree_fact *f = mem_zalloc(MANY, sizeof *f);
    struct tree t;
    for (int i = 0; i < MANY; i++) {
        f[i] = fact("h", "", 7, i % 2 ? INT64_MAX - i : INT64_MIN + 1 + i);
        f[i].image = slice_of(i % 3 ? "a.exe" : "b.exe");
        f[i] = child_of(f[i], "", 7, "c.exe");
    }
    tree_build(&t, f, MANY);
    assert_true(t.count > 1);
    tree_release(&t);
    free(f);
}

static void many_children_and_deep_chains_are_walked(void **state)
{
    (void)state;
    enum { WIDE = 100000, DEEP = 500 };
    struct tree_fact *f = mem_zalloc(WIDE + DEEP, sizeof *f);
    char(*ids)[16] = mem_zalloc(WIDE + DEEP, sizeof *ids);
    uint32_t deepest;
    struct tree t;
    for (int i = 0; i < WIDE + DEEP; i++) {
        snprintf(ids[i], sizeof ids[i], "p%d", i);
        f[i] = fact("h", ids[i], i + 1, SECONDS(i));
        int parent = i < DEEP ? i - 1 : DEEP - 1;
        if (parent >= 0)
            f[i] = child_of(f[i], ids[parent], parent + 1, "");
    }
    tree_build(&t, f, WIDE + DEEP);
    assert_int_equal(
        walk(&t, tree_find_entity(&t, SLICE("h"), SLICE("p0")), &deepest), WIDE + DEEP);
    assert_int_equal(deepest, DEEP);
    assert_int_equal(find(&t, "p499")->children, WIDE);
    tree_release(&t);
    free(ids);
    free(f);
}

/* ../shared/data/oracle: edges computed by a program that shares no code with this one. */
enum { COLUMNS = 11 };
enum column {
    HOST,
    UTC,
    CHILD_GUID,
    CHILD_PID,
    IMAGE,
    USER,
    LINK,
    PARENT_GUID,
    PARENT_PID,
    PARENT_IMAGE
};

static size_t split(char *line, char *cells[COLUMNS])
{
    size_t n = 0;
    for (char *at = line; at && n < COLUMNS; n++) {
        cells[n] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    return n;
}

static int64_t number(const char *text)
{
    int64_t n;
    return slice_int(slice_of(text), &n) ? n : -1;
}

static void check_oracle(const char *name)
{
    char path[256], *line = NULL, *cells[COLUMNS];
    size_t size = 0, count = 0;
    struct arena a = ARENA_INIT;
    struct tree_fact f[256];
    const char *links[256], *parents[256];
    snprintf(path, sizeof path, "../shared/data/oracle/%s.edges.tsv", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (getline(&line, &size, file) > 0) {
        char *copy = arena_strdup(&a, line);
        if (split(copy, cells) < 10 || strcmp(cells[HOST], "host") == 0)
            continue;
        int64_t start;
        assert_true(clock_parse(slice_of(cells[UTC]), &start));
        assert_true(count < 256);
        links[count] = cells[LINK];
        parents[count] = cells[PARENT_GUID];
        f[count] = child_of(fact(cells[HOST], cells[CHILD_GUID], number(cells[CHILD_PID]), start),
            strcmp(cells[LINK], "pid+time") == 0 ? "{not-its-own}" : cells[PARENT_GUID],
            number(cells[PARENT_PID]), cells[PARENT_IMAGE]);
        f[count++].image = slice_of(cells[IMAGE]);
    }
    fclose(file);
    free(line);
    struct tree t;
    tree_build(&t, f, count);
    for (size_t i = 0; i < count; i++) {
        const struct tree_node *n = &t.nodes[tree_find_entity(&t, f[i].host, f[i].entity_id)];
        enum tree_link want = strcmp(links[i], "guid") == 0    ? TREE_ID
                              : strcmp(links[i], "ghost") == 0 ? TREE_GHOST
                                                               : TREE_NEAR;
        assert_int_equal(n->link, want);
        assert_string_equal(t.nodes[n->parent].entity_id.p, parents[i]);
    }
    tree_release(&t);
    arena_release(&a);
}

static void edges_equal_the_oracle(void **state)
{
    static const char *const sets[] = {"empire_launcher_vbs", "lsass03_comsvcs", "mshta_hta",
        "proxylogon", "schtask_create", "uac_fodhelper"};
    (void)state;
    if (access("../shared/data/oracle", R_OK) != 0) {
        print_message("skipped: no ../shared/data here\n");
        skip();
    }
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        check_oracle(sets[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parent_is_found_by_id_whatever_case_and_braces),
        cmocka_unit_test(pid_reuse_takes_the_latest_start_before_the_child),
        cmocka_unit_test(pid_with_another_image_is_not_the_parent),
        cmocka_unit_test(siblings_meet_under_one_ghost),
        cmocka_unit_test(two_hosts_with_the_same_pid_and_time_stay_apart),
        cmocka_unit_test(a_cycle_of_corrupt_data_is_cut_and_said),
        cmocka_unit_test(start_and_end_and_duplicates_are_one_process),
        cmocka_unit_test(second_recorder_a_second_off_is_the_same_process),
        cmocka_unit_test(fork_and_exec_of_one_start_take_what_was_told_last),
        cmocka_unit_test(fork_and_exec_with_one_id_take_the_image_of_the_exec),
        cmocka_unit_test(effective_parent_wins),
        cmocka_unit_test(ids_of_nothing_but_zeros_are_no_ids),
        cmocka_unit_test(pid_reused_right_after_the_child_is_not_its_parent),
        cmocka_unit_test(the_ends_of_time_and_one_pid_for_all_do_no_harm),
        cmocka_unit_test(many_children_and_deep_chains_are_walked),
        cmocka_unit_test(edges_equal_the_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
