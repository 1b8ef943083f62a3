/* Plans and runs on real hosts: the namespaces of tests/remote/lab.sh. This program is its own
 * runner, as hinomi is. */
#include "app/run.h"
#include "cases/journal.h"
#include "cases/ledger.h"
#include "core/mem.h"
#include "tests/support/folder.h"
#include "tests/support/lab.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    char *folder;
    struct app *app;
    struct store *store;
    struct err e;
};

static char program[4096];

static struct place *place_new(const char *ssh_config, const char *more)
{
    struct place *p = mem_zalloc(1, sizeof *p);
    char path[512];
    p->folder = folder_new();
    snprintf(path, sizeof path, "%s/hinomi.conf", p->folder);
    FILE *f = fopen(path, "w");
    fprintf(f,
        "[hinomi]\nanalyst = kato\nssh_config = %s\ndead_man = 6s\n%s\n[host t*]\nplatform = "
        "linux\n",
        lab(ssh_config), more);
    fclose(f);
    struct app_options options = {
        .config_file = path, .data_folder = p->folder, .program = program};
    if (app_open(&p->app, &options, &p->e) || app_store(p->app, &p->store, &p->e))
        fail_msg("%s", p->e.text);
    return p;
}

static void place_free(struct place *p)
{
    store_close(p->store);
    app_close(p->app);
    folder_remove(p->folder);
    free(p);
}

static struct plan *plan_of(struct place *p, const char *host, const char *runbook,
    const struct plan_parameter *parameters, size_t count)
{
    struct plan *plan = NULL;
    struct plan_request r = {.hosts = &host,
        .host_count = 1,
        .runbook = runbook,
        .parameters = parameters,
        .parameter_count = count,
        .reason = "a test; $(touch /run/pwned)"};
    if (plan_make(p->app, p->store, &r, &plan, &p->e) ||
        plan_dry_run(p->app, p->store, plan, &p->e))
        fail_msg("%s", p->e.text);
    return plan;
}

struct heard {
    const char *until; /* step whose end stops the following; NULL: the run's end */
    size_t steps, lines;
};

static int hear_run(void *owner, const struct run_event *event)
{
    struct heard *h = owner;
    h->steps += event->state == RUN_DONE;
    h->lines += event->state == RUN_RUNNING && *event->text;
    return h->until && event->state == RUN_DONE && strcmp(event->step, h->until) == 0;
}

static json_t *result_of(struct place *p, int64_t run, const char *host)
{
    struct str text = STR_INIT;
    if (run_result(p->store, run, host, &text, &p->e))
        fail_msg("%s", p->e.text);
    json_t *j = json_loads(text.p, 0, NULL);
    assert_non_null(j);
    str_release(&text);
    return j;
}

static const char *member(const json_t *j, const char *name)
{
    const char *text = json_string_value(json_object_get(j, name));
    return text ? text : "";
}

static int64_t start(struct place *p, struct plan *plan)
{
    int64_t run;
    for (size_t i = 0; i < plan->host_count; i++)
        if (plan->hosts[i].verdict != PLAN_OK)
            fail_msg("%s: %s", plan->hosts[i].name, plan->hosts[i].why);
    if (run_start(p->app, p->store, plan, &run, &p->e))
        fail_msg("%s", p->e.text);
    return run;
}

static json_t *perform(struct place *p, const char *host, const char *runbook,
    const struct plan_parameter *parameters, size_t count)
{
    struct heard h = {NULL, 0, 0};
    struct plan *plan = plan_of(p, host, runbook, parameters, count);
    int64_t run = start(p, plan);
    plan_free(plan);
    if (run_follow(p->app, p->store, run, hear_run, &h, &p->e))
        fail_msg("%s", p->e.text);
    assert_true(h.steps > 0);
    return result_of(p, run, host);
}

static const struct plan_parameter control = {"controls", "10.9.4.99:4444"};

static int count_open(void *owner, const struct ledger_row *row)
{
    assert_string_equal(row->host, "t1");
    (*(size_t *)owner)++;
    return 0;
}

static size_t open_entries(struct place *p)
{
    size_t n = 0;
    if (ledger_each(p->store, true, count_open, &n, &p->e))
        fail_msg("%s", p->e.text);
    return n;
}

static void all_is_well(void *owner, const struct verify_line *line)
{
    (void)owner;
    if (!line->ok)
        fail_msg("%s: %s", line->check, line->error);
}

static void isolation_is_proved_kept_on_the_ledger_and_lifted(void **state)
{
    (void)state;
    struct place *p = place_new("config", "");
    json_t *r = perform(p, "t1", "isolate", &control, 1);
    assert_string_equal(member(r, "state"), "contained");
    assert_string_equal(member(r, "transport"), "libssh2");
    assert_string_equal(json_string_value(json_array_get(json_object_get(r, "via"), 0)), "bastion");
    const json_t *proof = json_object_get(r, "proof");
    assert_true(json_is_true(json_object_get(proof, "reachable")));
    const json_t *one = json_array_get(json_object_get(proof, "unreachable"), 0);
    assert_string_equal(member(one, "address"), "10.9.4.99:4444");
    assert_string_equal(member(one, "before"), "open");
    assert_string_equal(member(one, "after"), "refused");
    assert_true(json_is_true(json_object_get(one, "proved")));
    assert_true(*member(r, "expires") != '\0');
    assert_int_equal(json_array_size(json_object_get(r, "steps")), 4);
    json_decref(r);
    assert_int_equal(open_entries(p), 1);
    if (run_recheck(p->app, p->store, 1, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(open_entries(p), 1);

    r = perform(p, "t1", "release", NULL, 0);
    assert_string_equal(member(r, "state"), "released");
    json_decref(r);
    assert_int_equal(open_entries(p), 0);
    assert_int_equal(journal_verify(p->store, all_is_well, NULL, &p->e), 0);
    assert_false(access("/run/pwned", F_OK) == 0);
    place_free(p);
}

static pid_t runner_of(int64_t run)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    char word[32];
    pid_t found = -1;
    snprintf(word, sizeof word, "--runner%c%lld", '\0', (long long)run);
    size_t n = strlen("--runner") + 1 + strlen(word + strlen("--runner") + 1) + 1;
    while (found < 0 && (entry = readdir(proc))) {
        char path[300], line[4096] = "";
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd >= 0 ? read(fd, line, sizeof line) : 0;
        if (got > 0 && memmem(line, (size_t)got, word, n))
            found = (pid_t)strtol(entry->d_name, NULL, 10);
        if (fd >= 0)
            close(fd);
    }
    closedir(proc);
    return found;
}

static void a_runner_killed_before_the_commit_leaves_a_host_that_frees_itself(void **state)
{
    (void)state;
    struct place *p = place_new("config", "");
    struct heard h = {"script", 0, 0};
    size_t mended = 0;
    struct plan *plan = plan_of(p, "t1", "isolate", &control, 1);
    int64_t run = start(p, plan);
    plan_free(plan);
    assert_true(run_alive(p->app, run));
    if (run_follow(p->app, p->store, run, hear_run, &h, &p->e))
        fail_msg("%s", p->e.text);
    pid_t pid = runner_of(run);
    assert_true(pid > 0);
    kill(pid, SIGKILL);
    while (run_alive(p->app, run))
        poll(NULL, 0, 20);
    assert_int_equal(open_entries(p), 1);
    int64_t until = clock_monotonic() + 40 * CLOCK_SECOND;
    while (!mended && clock_monotonic() < until) {
        if (run_recover(p->app, p->store, &mended, &p->e))
            fail_msg("%s", p->e.text);
        poll(NULL, 0, 500);
    }
    assert_int_equal(mended, 1);
    json_t *r = result_of(p, run, "t1");
    assert_string_equal(member(r, "state"), "failed");
    json_decref(r);
    assert_int_equal(open_entries(p), 0);
    assert_int_equal(journal_verify(p->store, all_is_well, NULL, &p->e), 0);
    place_free(p);
}

static void another_process_with_the_same_pid_is_left_alone(void **state)
{
    (void)state;
    struct place *p = place_new("config", "");
    pid_t pid = in_namespace("t1", (const char *[]){"sleep", "600", NULL});
    char text[24];
    snprintf(text, sizeof text, "%d", (int)pid);
    struct plan_parameter wrong[] = {{"pid", text}, {"start", "1"}};
    struct plan *plan = plan_of(p, "t1", "kill-process", wrong, 2);
    assert_int_equal(plan->hosts[0].verdict, PLAN_BLOCKED);
    assert_non_null(strstr(plan->hosts[0].why, "another time"));
    int64_t run;
    assert_int_equal(run_start(p->app, p->store, plan, &run, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
    plan_free(plan);
    assert_int_equal(kill(pid, 0), 0);
    end(pid);
    place_free(p);
}

static void evidence_is_collected_whole_over_the_ssh_child_too(void **state)
{
    (void)state;
    struct place *p = place_new("config", "");
    json_t *r = perform(p, "t2", "collect", NULL, 0);
    assert_string_equal(member(r, "state"), "done");
    assert_string_equal(member(r, "transport"), "openssh");
    json_decref(r);
    assert_int_equal(journal_verify(p->store, all_is_well, NULL, &p->e), 0);
    place_free(p);
}

static void guards_hold_before_anything_is_sent(void **state)
{
    (void)state;
    static const struct {
        const char *config, *more, *host, *runbook, *why;
    } cases[] = {
        {"config", "never_touch = 10.9.2.11", "t1", "isolate", "never_touch"},
        {"config", "[host t1]\nprotected = yes", "t1", "isolate", "protected"},
        {"config", "[host u*]\nvia = t1", "t1", "isolate", "the way to"},
        {"config", "[host t1]\nplatform = windows", "t1", "isolate", "windows"},
        {"config", "", "-oProxyCommand=x", "isolate", "no host name"},
        {"config_without", "", "t1", "isolate", "key"},
        {"config_changed", "", "t1", "isolate", "key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place *p = place_new(cases[i].config, cases[i].more);
        struct plan *plan = plan_of(p, cases[i].host, cases[i].runbook, NULL, 0);
        if (plan->hosts[0].verdict != PLAN_BLOCKED || !strstr(plan->hosts[0].why, cases[i].why))
            fail_msg("%zu: verdict %d: %s", i, (int)plan->hosts[0].verdict, plan->hosts[0].why);
        plan_free(plan);
        place_free(p);
    }
}

static void a_protected_host_may_be_read(void **state)
{
    (void)state;
    struct place *p = place_new("config", "[host t1]\nprotected = yes");
    struct plan *plan = plan_of(p, "t1", "ps", NULL, 0);
    assert_int_equal(plan->hosts[0].verdict, PLAN_OK);
    plan_free(plan);
    place_free(p);
}

static void a_plan_is_known_by_its_hash_for_a_quarter_of_an_hour(void **state)
{
    (void)state;
    struct place *p = place_new("config", "");
    struct plan *plan = plan_of(p, "t1", "isolate", &control, 1), *again = NULL;
    if (plan_load(p->app, p->store, plan->sha256, &again, &p->e))
        fail_msg("%s", p->e.text);
    assert_string_equal(again->json, plan->json);
    plan_free(again);
    again = NULL;
    clock_set_fake(clock_now() + 16 * 60 * CLOCK_SECOND);
    assert_int_equal(plan_load(p->app, p->store, plan->sha256, &again, &p->e), -1);
    assert_int_equal(p->e.code, ERR_DENIED);
    clock_set_fake(CLOCK_NONE);
    plan_free(plan);
    place_free(p);
}

static void a_look_shows_the_host_and_changes_nothing(void **state)
{
    (void)state;
    struct place *p = place_new("config", "");
    struct str text = STR_INIT;
    if (look_host(p->app, "t1", &text, &p->e))
        fail_msg("%s", p->e.text);
    json_t *j = json_loads(text.p, 0, NULL);
    assert_true(json_array_size(json_object_get(j, "processes")) > 2);
    assert_true(json_array_size(json_object_get(j, "sockets")) > 0);
    json_decref(j);
    str_release(&text);
    assert_int_equal(look_host(p->app, "nowhere.invalid", &text, &p->e), -1);
    assert_non_null(strstr(p->e.text, "nowhere.invalid"));
    str_release(&text);
    place_free(p);
}

static int serve(int argc, char **argv)
{
    struct app *app;
    struct err e = ERR_INIT;
    struct app_options options = {.program = program};
    int64_t run = -1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--runner") == 0)
            slice_int(slice_of(argv[i + 1]), &run);
        else if (strcmp(argv[i], "--data") == 0)
            options.data_folder = argv[i + 1];
        else if (strcmp(argv[i], "--config") == 0)
            options.config_file = argv[i + 1];
    }
    if (app_open(&app, &options, &e))
        return 1;
    int status = run_main(app, run);
    app_close(app);
    return status;
}

int main(int argc, char **argv)
{
    int status;
    if (!realpath("/proc/self/exe", program))
        return 1;
    if (argc > 1 && strcmp(argv[1], "--runner") == 0)
        return serve(argc, argv);
    if (!lab_entered(argv[0], &status))
        return status;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolation_is_proved_kept_on_the_ledger_and_lifted),
        cmocka_unit_test(a_runner_killed_before_the_commit_leaves_a_host_that_frees_itself),
        cmocka_unit_test(another_process_with_the_same_pid_is_left_alone),
        cmocka_unit_test(evidence_is_collected_whole_over_the_ssh_child_too),
        cmocka_unit_test(guards_hold_before_anything_is_sent),
        cmocka_unit_test(a_protected_host_may_be_read),
        cmocka_unit_test(a_plan_is_known_by_its_hash_for_a_quarter_of_an_hour),
        cmocka_unit_test(a_look_shows_the_host_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
