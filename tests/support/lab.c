#include "tests/support/lab.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct remote *fleet;
static struct runbooks *books;

struct remote *lab_fleet(void)
{
    return fleet;
}

const struct runbook *lab_runbook(const char *name)
{
    return runbooks_find(books, name);
}

const char *lab(const char *name)
{
    static char paths[4][512];
    static int turn;
    char *path = paths[turn++ & 3];
    snprintf(path, sizeof paths[0], "%s/%s", getenv("LAB"), name);
    return path;
}

void hear(void *owner, const struct remote_event *event)
{
    struct told *t = owner;
    t->connected += event->kind == REMOTE_CONNECTED;
    t->begun += event->kind == REMOTE_BEGUN;
    t->ended += event->kind == REMOTE_ENDED;
    if (event->kind == REMOTE_VALUE)
        str_printf(&t->values, "%s=%.*s\n", event->name, (int)event->text.n, event->text.p);
    if (event->kind == REMOTE_LINE)
        str_printf(&t->lines, "%.*s\n", (int)event->text.n, event->text.p);
    if (event->kind == REMOTE_DATA)
        str_slice(&t->data, event->text);
}

void forget(struct told *t)
{
    str_release(&t->values);
    str_release(&t->lines);
    str_release(&t->data);
}

struct target *target_by(const char *name, const char *config)
{
    struct err e = ERR_INIT;
    struct target *t = NULL;
    struct target_wish wish = {.name = name};
    if (target_resolve(&t, &wish, lab(config), &e))
        fail_msg("%s", e.text);
    return t;
}

int act(const struct act *a, struct told *told)
{
    size_t count = 0;
    *told = (struct told){.connected = 0};
    struct target *t = target_by(a->host, a->config ? a->config : "config");
    while (count < 6 && a->values[count].name)
        count++;
    struct remote_order order = {.target = t,
        .runbook = runbooks_find(books, a->runbook),
        .step = a->step,
        .values = a->values,
        .value_count = count,
        .transport = a->transport,
        .sink = hear,
        .owner = told};
    assert_non_null(order.runbook);
    int rc = remote_run(fleet, &order, &told->result);
    if (rc && getenv("LAB_VERBOSE"))
        fprintf(stderr, "  %s %s: %s\n%s%s", a->runbook, runbook_step_name(a->step),
            told->result.err.text, told->values.p ? told->values.p : "",
            told->lines.p ? told->lines.p : "");
    target_free(t);
    return rc;
}

void must(const struct act *a, struct told *told)
{
    if (act(a, told))
        fail_msg("%s %s on %s: %s", a->runbook, runbook_step_name(a->step), a->host,
            told->result.err.text);
}

bool has(const struct str *text, const char *words)
{
    return text->p && strstr(text->p, words);
}

void must_have(const struct told *t, const char *words)
{
    if (!has(&t->values, words))
        fail_msg("no \"%s\" in:\n%s", words, t->values.p ? t->values.p : "(nothing)");
}

bool exists(const char *name)
{
    struct stat st;
    return stat(lab(name), &st) == 0;
}

/* Waits for `holds(owner)` at most `seconds`. */
bool within(int seconds, bool (*holds)(const void *), const void *owner)
{
    int64_t until = clock_monotonic() + seconds * CLOCK_SECOND;
    while (!holds(owner)) {
        if (clock_monotonic() > until)
            return false;
        poll(NULL, 0, 50);
    }
    return true;
}

pid_t in_namespace(const char *name, const char *const *command)
{
    pid_t pid = fork();
    if (pid == 0) {
        const char *argv[12] = {"ip", "netns", "exec", name};
        for (int i = 0; i < 7 && command[i]; i++)
            argv[4 + i] = command[i];
        execvp("ip", (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int lab_set_up(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    fleet = remote_new(NULL);
    if (runbooks_load(&books, NULL, NULL, NULL, &e))
        fprintf(stderr, "%s\n", e.text);
    return books ? 0 : -1;
}

int lab_tear_down(void **state)
{
    (void)state;
    remote_free(fleet);
    runbooks_free(books);
    return 0;
}

/* Tried in a child, since it cannot be taken back. */
static bool namespaces_possible(void)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) != 0);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int enter_lab(const char *self)
{
    char path[4096];
    if (!namespaces_possible()) {
        puts("skipped: namespaces cannot be made here (the lab needs root)");
        return 77;
    }
    if (!realpath(self, path))
        return 1;
    if (access("tests/remote/lab.sh", R_OK)) {
        puts("skipped: run it from the top of the source tree");
        return 77;
    }
    execlp("unshare", "unshare", "-nmp", "--fork", "--kill-child", "--mount-proc", "sh",
        "tests/remote/lab.sh", path, (char *)NULL);
    puts("skipped: there is no unshare");
    return 77;
}

bool lab_entered(const char *self, int *status)
{
    if (getenv("HINOMI_LAB"))
        return true;
    *status = enter_lab(self);
    return false;
}
