#include "app/ingest.h"
#include "app/pull.h"
#include "app/source_lock.h"
#include "cases/alerts.h"
#include "cases/events.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    char *folder;
    struct app *app;
    struct store *store;
    struct err e;
};

static char *path_in(const struct place *p, const char *name)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/%s", p->folder, name);
    return str_take(&path);
}

static void write_text(const struct place *p, const char *name, const char *text)
{
    char *path = path_in(p, name);
    FILE *f = fopen(path, "a");
    fputs(text, f);
    fclose(f);
    free(path);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct str text = STR_INIT;
    p->folder = folder_new();
    char *conf = path_in(p, "hinomi.conf"), *data = path_in(p, "data");
    str_printf(
        &text, "[source eve]\nkind = file\npath = %s/eve.json\nformat = suricata\n", p->folder);
    write_text(p, "hinomi.conf", text.p);
    struct app_options options = {
        .config_file = conf, .data_folder = data, .program = "/bin/false"};
    if (app_open(&p->app, &options, &p->e) || app_store(p->app, &p->store, &p->e))
        fail_msg("%s", p->e.text);
    str_release(&text);
    free(conf);
    free(data);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    store_close(p->store);
    app_close(p->app);
    folder_remove(p->folder);
    free(p);
    return 0;
}

/* A source of the test's own: three pages of two alerts, with the faults that the test asks for. */
static struct {
    int page, limited, polls, updates;
    bool broken, conflict;
    char cursor[32];
} script;

static int test_open(void *state, const struct source_settings *s, struct err *e)
{
    (void)state, (void)e;
    assert_string_equal(s->organization, "acme");
    return 0;
}

static int test_poll(
    void *state, const struct poll_context *c, struct batch *out, int64_t *retry_ns, struct err *e)
{
    (void)state;
    char id[16], raw[32];
    script.polls++;
    snprintf(script.cursor, sizeof script.cursor, "%s", c->cursor ? c->cursor : "");
    if (script.limited-- > 0) {
        *retry_ns = 10 * CLOCK_MILLISECOND;
        return err_set(e, ERR_LIMITED, "429 from the source");
    }
    if (script.broken)
        return err_set(e, ERR_AUTH, "401 from the source");
    int page = (int)strtol(script.cursor, NULL, 10);
    for (int i = 0; i < 2 && page < 3; i++) {
        snprintf(id, sizeof id, "a%d", page * 2 + i);
        snprintf(raw, sizeof raw, "{\"id\":\"%s\"}", id);
        struct record *r = records_alert(out, &(struct alert_spec){.id = id,
                                                  .rule = "Beacon",
                                                  .host = "ws-fin-01",
                                                  .severity = "high",
                                                  .raw = raw,
                                                  .second = page * 2 + i});
        r->native_id = arena_copy(&out->arena, slice_of(id));
        r->raw = arena_copy(&out->arena, slice_of(raw));
    }
    out->pages = 1;
    out->cursor = slice_of(arena_printf(&out->arena, "%d", page < 3 ? page + 1 : 3));
    return page < 2;
}

static const struct connector_ops test_kind = {
    .name = "test", .help = "", .state_size = 8, .open = test_open, .poll = test_poll};

static int pull(struct place *p, size_t pages, struct put_counts *counts)
{
    struct source_config config = {
        .name = "siem", .kind = "test", .organization = "acme", .interval_ns = CLOCK_SECOND};
    struct pull_request request = {&config, &test_kind, pages, NULL};
    *counts = (struct put_counts){0};
    p->e = (struct err)ERR_INIT;
    return pull_source(p->app, p->store, &request, counts, &p->e);
}

static struct source_health health(struct place *p, const char *name, struct source_list *list)
{
    if (ingest_sources(p->app, p->store, list, &p->e))
        fail_msg("%s", p->e.text);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].name, name) == 0)
            return list->rows[i];
    fail_msg("no source %s", name);
    return list->rows[0];
}

static void a_pull_goes_on_from_the_page_that_was_stored(void **state)
{
    struct place *p = *state;
    struct put_counts counts;
    memset(&script, 0, sizeof script);
    assert_int_equal(pull(p, 1, &counts), 0);
    assert_int_equal(counts.alerts_new, 2);
    assert_int_equal(pull(p, 0, &counts), 0);
    assert_int_equal(counts.alerts_new, 4);
    assert_int_equal(script.polls, 3);
    assert_int_equal(pull(p, 0, &counts), 0);
    assert_int_equal(counts.alerts_new + counts.alerts_duplicate, 0);
}

static void a_source_that_asks_for_patience_gets_it(void **state)
{
    struct place *p = *state;
    struct put_counts counts;
    memset(&script, 0, sizeof script);
    script.limited = 2;
    if (pull(p, 0, &counts))
        fail_msg("%s", p->e.text);
    assert_int_equal(counts.alerts_new, 6);
    assert_int_equal(script.polls, 5);
}

static void a_failure_is_kept_with_the_next_step(void **state)
{
    struct place *p = *state;
    struct put_counts counts;
    struct source_list list;
    memset(&script, 0, sizeof script);
    script.broken = true;
    assert_int_equal(pull(p, 0, &counts), -1);
    struct source_health h = health(p, "siem", &list);
    assert_false(h.ok);
    assert_false(h.never);
    assert_false(h.configured);
    assert_string_equal(h.error_code, "auth");
    assert_non_null(strstr(h.next_step, "secret"));
    source_list_release(&list);
    script.broken = false;
    assert_int_equal(pull(p, 0, &counts), 0);
    h = health(p, "siem", &list);
    assert_true(h.ok);
    assert_null(h.error);
    assert_int_equal(h.alerts, 6);
    source_list_release(&list);
}

static void the_other_process_is_named_while_it_reads(void **state)
{
    struct place *p = *state;
    struct put_counts counts;
    int ready[2], go[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = ERR_INIT;
        int lock = source_lock(p->app, "siem", "pull", &e);
        ssize_t n = write(ready[1], lock >= 0 ? "y" : "n", 1);
        n += read(go[0], &c, 1);
        _exit(n == 2 ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(c, 'y');
    memset(&script, 0, sizeof script);
    assert_int_equal(pull(p, 0, &counts), -1);
    assert_int_equal(p->e.code, ERR_BUSY);
    assert_non_null(strstr(p->e.text, "process"));
    assert_int_equal(script.polls, 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(pull(p, 0, &counts), 0);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(go[i]);
    }
}

static const char eve_line[] =
    "{\"timestamp\":\"2026-01-01T00:00:%02d.000000+0000\",\"flow_id\":%d,\"event_type\":\"alert\","
    "\"src_ip\":\"192.0.2.7\",\"src_port\":40000,\"dest_ip\":\"198.51.100.9\",\"dest_port\":443,"
    "\"proto\":\"TCP\",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":%d,\"rev\":1,"
    "\"signature\":\"EXAMPLE beacon\",\"category\":\"trojan\",\"severity\":1}}\n";

static void add_lines(struct place *p, const char *name, int from, int to)
{
    for (int i = from; i < to; i++) {
        char line[512];
        snprintf(line, sizeof line, eve_line, i % 60, i, 2000 + i);
        write_text(p, name, line);
    }
}

static void a_growing_file_is_a_source(void **state)
{
    struct place *p = *state;
    struct put_counts counts = {0};
    add_lines(p, "eve.json", 0, 5);
    if (ingest_pull(p->app, p->store, "eve", 0, NULL, &counts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(counts.alerts_new, 5);
    add_lines(p, "eve.json", 5, 8);
    counts = (struct put_counts){0};
    if (ingest_pull(p->app, p->store, "eve", 0, NULL, &counts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(counts.alerts_new, 3);
    assert_int_equal(ingest_pull(p->app, p->store, "eev", 0, NULL, &counts, &p->e), -1);
    assert_non_null(strstr(p->e.text, "there are: eve"));
}

static struct put_counts import(struct place *p, const char *name, enum import_as as, int expect)
{
    struct import_options options = {.as = as};
    struct put_counts counts = {0};
    char *path = path_in(p, name);
    p->e = (struct err)ERR_INIT;
    int rc = ingest_import(p->app, p->store, path, &options, NULL, &counts, &p->e);
    if (rc != expect)
        fail_msg("%s: %s", name, p->e.text);
    free(path);
    return counts;
}

static void a_file_read_twice_gives_nothing_new_and_a_bad_line_is_named(void **state)
{
    struct place *p = *state;
    add_lines(p, "a.jsonl", 0, 4);
    write_text(p, "a.jsonl", "{\"timestamp\": broken\n");
    add_lines(p, "a.jsonl", 4, 6);
    struct put_counts c = import(p, "a.jsonl", IMPORT_AUTO, 0);
    assert_int_equal(c.alerts_new, 6);
    assert_int_equal(c.quarantined, 1);
    c = import(p, "a.jsonl", IMPORT_AUTO, 0);
    assert_int_equal(c.alerts_new, 0);
    assert_int_equal(c.alerts_duplicate, 6);
    c = import(p, "a.jsonl", IMPORT_EVENTS, 0);
    assert_int_equal(c.alerts_new + c.alerts_duplicate, 0);
}

static void a_folder_is_read_whole_and_the_file_that_nobody_knows_is_named(void **state)
{
    struct place *p = *state;
    char *sub = path_in(p, "in");
    assert_int_equal(mkdir(sub, 0700), 0);
    add_lines(p, "in/b.jsonl", 0, 2);
    add_lines(p, "in/a.jsonl", 2, 5);
    struct put_counts c = import(p, "in", IMPORT_AUTO, 0);
    assert_int_equal(c.alerts_new, 5);
    write_text(p, "in/poem.txt", "the fire lookout sees the smoke first\n");
    import(p, "in", IMPORT_AUTO, -1);
    assert_int_equal(p->e.code, ERR_PARTIAL);
    assert_non_null(strstr(p->e.text, "poem.txt"));
    import(p, "nothing-there", IMPORT_AUTO, -1);
    assert_int_equal(p->e.code, ERR_NOT_FOUND);
    free(sub);
}

static bool stop_now(void *owner)
{
    return --*(int *)owner < 0;
}

/* Cut short after the first batches, by the analyst or by kill: nothing stored is stored twice. */
static void an_import_cut_short_goes_on_where_it_was(void **state)
{
    struct place *p = *state;
    struct import_options options = {.as = IMPORT_AUTO};
    struct put_counts counts = {0};
    enum { LINES = 9000 };
    int patience = 1;
    struct progress progress = {NULL, stop_now, &patience};
    char *path = path_in(p, "long.jsonl");
    FILE *f = fopen(path, "w");
    for (int i = 0; i < LINES; i++)
        fprintf(f, eve_line, i % 60, i, 2000 + i);
    fclose(f);
    assert_int_equal(
        ingest_import(p->app, p->store, path, &options, &progress, &counts, &p->e), -1);
    assert_int_equal(p->e.code, ERR_CANCELLED);
    uint64_t first = counts.alerts_new;
    assert_true(first > 0 && first < LINES);
    counts = (struct put_counts){0};
    if (ingest_import(p->app, p->store, path, &options, NULL, &counts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(first + counts.alerts_new, LINES);
    assert_int_equal(counts.alerts_duplicate, 0);
    free(path);
}

static void an_observer_pulls_and_imports_nothing(void **state)
{
    struct place *p = *state;
    struct put_counts counts;
    p->app->read_only = true;
    memset(&script, 0, sizeof script);
    assert_int_equal(pull(p, 0, &counts), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
    assert_int_equal(script.polls, 0);
    add_lines(p, "a.jsonl", 0, 1);
    import(p, "a.jsonl", IMPORT_AUTO, -1);
    assert_int_equal(p->e.code, ERR_DENIED);
}

static void back_off_doubles_with_chance_and_obeys_the_source(void **state)
{
    (void)state;
    for (unsigned tries = 1; tries < 10; tries++) {
        int64_t base = CLOCK_SECOND << (tries > 6 ? 6 : tries - 1), wait = pull_backoff(0, tries);
        if (base > 60 * CLOCK_SECOND)
            base = 60 * CLOCK_SECOND;
        assert_true(wait >= base && wait <= base + base / 4);
    }
    int64_t told = pull_backoff(7 * CLOCK_SECOND, 3);
    assert_true(told >= 7 * CLOCK_SECOND && told <= 9 * CLOCK_SECOND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_pull_goes_on_from_the_page_that_was_stored),
        TEST(a_source_that_asks_for_patience_gets_it),
        TEST(a_failure_is_kept_with_the_next_step),
        TEST(the_other_process_is_named_while_it_reads),
        TEST(a_growing_file_is_a_source),
        TEST(a_file_read_twice_gives_nothing_new_and_a_bad_line_is_named),
        TEST(a_folder_is_read_whole_and_the_file_that_nobody_knows_is_named),
        TEST(an_import_cut_short_goes_on_where_it_was),
        TEST(an_observer_pulls_and_imports_nothing),
        TEST(back_off_doubles_with_chance_and_obeys_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
