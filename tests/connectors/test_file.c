/* The file source: followed over growth, rotation, truncation and a process that comes back. */
#include "connectors/connector.h"
#include "core/mem.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FLOW(n)                                                                                    \
    "{\"timestamp\":\"2026-03-11T11:42:0" n "Z\",\"event_type\":\"flow\",\"src_ip\":\"192.0.2." n  \
    "\"}\n"

struct fixture {
    char *folder, *cursor;
    char path[300], old[320];
    const struct connector_ops *ops;
    struct source_settings settings;
    void *state;
};

static const char *option(const struct source_settings *s, const char *name)
{
    const struct fixture *f = s->owner;
    return strcmp(name, "path") == 0 ? f->path : NULL;
}

static void start(struct fixture *f)
{
    struct err e = ERR_INIT;
    f->state = mem_zalloc(1, f->ops->state_size);
    if (f->ops->open(f->state, &f->settings, &e))
        fail_msg("%s", e.text);
}

static void stop(struct fixture *f)
{
    f->ops->close(f->state);
    free(f->state);
    f->state = NULL;
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(1, sizeof *f);
    f->folder = folder_new();
    snprintf(f->path, sizeof f->path, "%s/eve.json", f->folder);
    snprintf(f->old, sizeof f->old, "%s.1", f->path);
    f->ops = connector_find("file");
    assert_non_null(f->ops);
    f->settings =
        (struct source_settings){.name = "eve", .kind = "file", .option = option, .owner = f};
    start(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    stop(f);
    folder_remove(f->folder);
    free(f->cursor);
    free(f);
    return 0;
}

static void add(const char *path, int flags, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* Polls until up to date, keeping the cursor as app would; last digits of the addresses seen. */
static void assert_polled(struct fixture *f, const char *expected)
{
    char seen[64] = "";
    size_t n = 0;
    int more = 1;
    for (int rounds = 0; more > 0 && rounds < 50; rounds++) {
        struct poll_context context = {.cursor = f->cursor};
        struct err e = ERR_INIT;
        int64_t retry = 0;
        struct batch b;
        batch_init(&b);
        more = f->ops->poll(f->state, &context, &b, &retry, &e);
        if (more < 0)
            fail_msg("%s", e.text);
        assert_int_equal(b.bad_count, 0);
        for (size_t i = 0; i < b.count && n + 1 < sizeof seen; i++) {
            struct slice ip = b.records[i].first[FIELD_SOURCE_IP];
            seen[n++] = ip.p[ip.n - 1];
        }
        if (b.cursor.n) {
            free(f->cursor);
            f->cursor = mem_strndup(b.cursor.p, b.cursor.n);
        }
        batch_release(&b);
    }
    assert_int_equal(more, 0);
    assert_string_equal(seen, expected);
}

static void what_is_added_is_read_once(void **state)
{
    struct fixture *f = *state;
    add(f->path, 0, FLOW("1"));
    assert_polled(f, "1");
    assert_polled(f, "");
    add(f->path, O_APPEND, FLOW("2") FLOW("3"));
    assert_polled(f, "23");
}

static void half_a_line_waits_for_its_other_half(void **state)
{
    struct fixture *f = *state;
    static const char line[] = FLOW("2");
    char half[32];
    add(f->path, 0, FLOW("1"));
    snprintf(half, sizeof half, "%.20s", line);
    add(f->path, O_APPEND, half);
    assert_polled(f, "1");
    add(f->path, O_APPEND, line + 20);
    assert_polled(f, "2");
}

static void rotation_loses_nothing_and_repeats_nothing(void **state)
{
    struct fixture *f = *state;
    add(f->path, 0, FLOW("1"));
    assert_polled(f, "1");
    add(f->path, O_APPEND, FLOW("2"));
    assert_int_equal(rename(f->path, f->old), 0);
    add(f->path, 0, FLOW("3"));
    assert_polled(f, "23");
    add(f->path, O_APPEND, FLOW("4"));
    assert_polled(f, "4");
}

static void the_last_line_of_a_rotated_file_needs_no_newline(void **state)
{
    struct fixture *f = *state;
    char line[256];
    add(f->path, 0, FLOW("1"));
    assert_polled(f, "1");
    snprintf(line, sizeof line, "%.*s", (int)strlen(FLOW("2")) - 1, FLOW("2"));
    add(f->path, O_APPEND, line);
    assert_int_equal(rename(f->path, f->old), 0);
    add(f->path, 0, FLOW("3"));
    assert_polled(f, "23");
}

static void another_process_goes_on_at_the_cursor(void **state)
{
    struct fixture *f = *state;
    add(f->path, 0, FLOW("1"));
    assert_polled(f, "1");
    stop(f);
    add(f->path, O_APPEND, FLOW("2"));
    assert_int_equal(rename(f->path, f->old), 0);
    add(f->path, 0, FLOW("3"));
    start(f);
    assert_polled(f, "23");
}

static void a_truncated_file_is_read_from_its_start(void **state)
{
    struct fixture *f = *state;
    add(f->path, 0, FLOW("1") FLOW("2"));
    assert_polled(f, "12");
    add(f->path, O_TRUNC, FLOW("3"));
    assert_polled(f, "3");
}

static void a_cursor_that_says_nothing_means_the_start(void **state)
{
    struct fixture *f = *state;
    add(f->path, 0, FLOW("1"));
    f->cursor = mem_strdup("what:is:this");
    assert_polled(f, "1");
}

static void an_absent_file_is_named(void **state)
{
    struct fixture *f = *state;
    struct poll_context context = {.cursor = NULL};
    struct err e = ERR_INIT;
    int64_t retry = 0;
    struct batch b;
    batch_init(&b);
    assert_int_equal(f->ops->poll(f->state, &context, &b, &retry, &e), -1);
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "eve.json"));
    batch_release(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_added_is_read_once),
        TEST(half_a_line_waits_for_its_other_half),
        TEST(rotation_loses_nothing_and_repeats_nothing),
        TEST(the_last_line_of_a_rotated_file_needs_no_newline),
        TEST(another_process_goes_on_at_the_cursor),
        TEST(a_truncated_file_is_read_from_its_start),
        TEST(a_cursor_that_says_nothing_means_the_start),
        TEST(an_absent_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
