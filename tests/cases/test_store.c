#include "cases/store.h"

#include "cases/alerts.h"
#include "cases/journal.h"
#include "cases/put.h"
#include "cases/schema.h"
#include "cases/triage.h"
#include "core/str.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    char *folder;
    struct str path;
    struct err e;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    str_release(&p->path);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static const char *in(struct place *p, const char *name)
{
    str_clear(&p->path);
    str_printf(&p->path, "%s/%s", p->folder, name);
    return p->path.p;
}

static void open_and_close(struct place *p, const char *folder)
{
    struct store *s;
    if (store_open(&s, folder, STORE_READ_WRITE, &p->e))
        fail_msg("%s", p->e.text);
    store_close(s);
}

static void nobody_else_may_read(void **state)
{
    struct place *p = *state;
    struct stat st;
    char *folder = strdup(in(p, "a/b"));
    mode_t old = umask(0);
    open_and_close(p, folder);
    umask(old);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(in(p, "a/b/record.db"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(in(p, "a/b/events.db"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    free(folder);
}

/* A second process: opens and closes the record when told. It is forked before this one has opened
 * anything: SQLite's state must not cross a fork. */
static pid_t other_process(struct place *p, int go)
{
    pid_t child = fork();
    if (child == 0) {
        char word;
        struct store *s;
        bool told = read(go, &word, 1) == 1;
        int rc = told ? store_open(&s, p->folder, STORE_READ_WRITE, &p->e) : -1;
        if (rc == 0)
            store_close(s);
        _exit(rc ? 1 : 0);
    }
    return child;
}

static void a_process_that_ends_leaves_our_log_in_its_place(void **state)
{
    struct place *p = *state;
    struct store *first, *second;
    struct stat before, after;
    int go[2], status;
    assert_int_equal(pipe(go), 0);
    pid_t child = other_process(p, go[0]);
    assert_int_equal(store_open(&first, p->folder, STORE_READ_WRITE, &p->e), 0);
    assert_int_equal(store_open(&second, p->folder, STORE_READ_WRITE, &p->e), 0);
    assert_int_equal(stat(in(p, "record.db-wal"), &before), 0);
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(stat(in(p, "record.db-wal"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    store_close(first);
    store_close(second);
    close(go[0]);
    close(go[1]);
}

static void a_folder_that_others_may_write_is_refused(void **state)
{
    struct place *p = *state;
    struct store *s;
    assert_int_equal(chmod(p->folder, 0777), 0);
    assert_int_equal(store_open(&s, p->folder, STORE_READ_WRITE, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
}

static void a_link_in_the_place_of_the_record_is_refused(void **state)
{
    struct place *p = *state;
    struct store *s;
    char *target = strdup(in(p, "elsewhere"));
    assert_int_equal(symlink(target, in(p, "record.db")), 0);
    assert_int_equal(store_open(&s, p->folder, STORE_READ_WRITE, &p->e), -1);
    assert_non_null(strstr(p->e.text, "symbolic link"));
    assert_int_equal(access(target, F_OK), -1);
    free(target);
}

static void read_only_of_an_absent_folder_is_an_error(void **state)
{
    struct place *p = *state;
    struct store *s;
    assert_int_equal(store_open(&s, in(p, "none"), STORE_READ_ONLY, &p->e), -1);
    assert_int_equal(p->e.code, ERR_NOT_FOUND);
    assert_int_equal(access(in(p, "none"), F_OK), -1);
}

static void set_version(struct place *p, const char *sql)
{
    struct db *db;
    assert_int_equal(
        db_open(&db, &(struct db_options){.path = in(p, "record.db"), .durable = true}, &p->e), 0);
    assert_int_equal(db_script(db, sql, &p->e), 0);
    db_close(db);
}

static void a_newer_format_is_refused_with_a_sentence(void **state)
{
    struct place *p = *state;
    struct store *s;
    open_and_close(p, p->folder);
    set_version(p, "PRAGMA user_version=99");
    assert_int_equal(store_open(&s, p->folder, STORE_READ_WRITE, &p->e), -1);
    assert_int_equal(p->e.code, ERR_UNSUPPORTED);
    assert_non_null(strstr(p->e.text, "format 99"));
}

static void a_write_notices_that_the_format_changed_under_it(void **state)
{
    struct place *p = *state;
    struct store *s;
    open_and_close(p, p->folder);
    assert_int_equal(store_open(&s, p->folder, STORE_READ_WRITE, &p->e), 0);
    set_version(p, "PRAGMA user_version=99");
    assert_int_equal(put_source_result(s, "siem", "elastic", 0, NULL, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
    store_close(s);
}

static void an_older_format_is_migrated_after_a_copy(void **state)
{
    struct place *p = *state;
    struct db *db;
    int64_t n = 0;
    static const char *const steps[] = {"CREATE TABLE t(a); INSERT INTO t VALUES(7)",
        "ALTER TABLE t ADD COLUMN b; UPDATE t SET b=a+1"};
    struct schema first = {"x.db", "t", steps, 1}, second = {"x.db", "t", steps, 2};
    char *path = strdup(in(p, "x.db"));
    for (int round = 0; round < 2; round++) {
        assert_int_equal(db_open(&db, &(struct db_options){.path = path}, &p->e), 0);
        if (schema_open(db, round ? &second : &first, path, false, &p->e))
            fail_msg("%s", p->e.text);
        if (round)
            assert_int_equal(db_number(db, &p->e, &n, "SELECT b FROM t", ""), 1);
        db_close(db);
    }
    assert_int_equal(n, 8);
    assert_int_equal(db_open(&db, &(struct db_options){.path = in(p, "x.db.before-2")}, &p->e), 0);
    assert_int_equal(db_number(db, &p->e, &n, "PRAGMA user_version", ""), 1);
    assert_int_equal(n, 1);
    assert_int_equal(db_number(db, &p->e, &n, "SELECT a FROM t", ""), 1);
    assert_int_equal(n, 7);
    db_close(db);
    free(path);
}

enum { ROUNDS = 12, WRITERS = 3 };

/* One process: puts and closes its own alerts, an act a round. */
static int write_much(const char *folder, int me)
{
    struct store *s;
    struct err e = ERR_INIT;
    char source[16], id[32];
    snprintf(source, sizeof source, "s%d", me);
    struct put_context c = {source, "elastic", "acme", 1, NULL};
    struct actor who = {source, NULL};
    if (store_open(&s, folder, STORE_READ_WRITE, &e))
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        struct batch b;
        struct put_counts counts = {0};
        struct act_result result;
        batch_init(&b);
        for (int k = 0; k < 20; k++) {
            snprintf(id, sizeof id, "%d-%d", i, k);
            records_alert(&b, &(struct alert_spec){.id = id, .rule = "R", .second = k});
            records_event(&b, &(struct event_spec){.id = id, .host = source, .second = k});
        }
        if (put_batch(s, &c, &b, &counts, &e) || counts.alerts_new != 20 ||
            counts.events_new != 20 || triage_note(s, &who, "alert", 1, "busy", &result, &e)) {
            fprintf(stderr, "%s\n", e.text);
            return 1;
        }
        batch_release(&b);
    }
    store_close(s);
    return 0;
}

static void keep_fault(void *owner, const struct verify_line *line)
{
    struct place *p = owner;
    if (!line->ok)
        err_set(&p->e, ERR_CORRUPT, "%s: %s", line->check, line->error);
}

static void processes_that_write_at_once_lose_nothing(void **state)
{
    struct place *p = *state;
    pid_t children[WRITERS];
    struct store *s;
    struct alert_counts counts;
    struct alert_list all = {.with_hidden = true};
    open_and_close(p, p->folder);
    for (int i = 0; i < WRITERS; i++)
        if ((children[i] = fork()) == 0)
            _exit(write_much(p->folder, i));
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(store_open(&s, p->folder, STORE_READ_ONLY, &p->e), 0);
    assert_int_equal(alerts_count(s, &all, &counts, &p->e), 0);
    assert_int_equal(counts.total, WRITERS * ROUNDS * 20);
    if (journal_verify(s, keep_fault, p, &p->e))
        fail_msg("%s", p->e.text);
    store_close(s);
}

static void a_commit_elsewhere_changes_the_version(void **state)
{
    struct place *p = *state;
    struct store *a, *b;
    assert_int_equal(store_open(&a, p->folder, STORE_READ_WRITE, &p->e), 0);
    assert_int_equal(store_open(&b, p->folder, STORE_READ_WRITE, &p->e), 0);
    uint64_t before = store_version(a), own = store_version(b);
    assert_int_equal(put_source_result(b, "siem", "elastic", 0, NULL, &p->e), 0);
    assert_true(store_version(a) != before);
    assert_true(store_version(b) != own);
    before = store_version(a);
    assert_true(store_version(a) == before);
    store_close(a);
    store_close(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_else_may_read),
        TEST(a_process_that_ends_leaves_our_log_in_its_place),
        TEST(a_folder_that_others_may_write_is_refused),
        TEST(a_link_in_the_place_of_the_record_is_refused),
        TEST(read_only_of_an_absent_folder_is_an_error),
        TEST(a_newer_format_is_refused_with_a_sentence),
        TEST(a_write_notices_that_the_format_changed_under_it),
        TEST(an_older_format_is_migrated_after_a_copy),
        TEST(processes_that_write_at_once_lose_nothing),
        TEST(a_commit_elsewhere_changes_the_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
