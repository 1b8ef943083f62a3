#include "app/probe.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE (150 * CLOCK_SECOND)
enum { ANSWERS_MAX = 64 * 1024 * 1024 };

extern char **environ;

static json_t *orders_json(const struct probe_order *orders, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *j = json_object(), *parameters = json_object();
        for (size_t k = 0; k < orders[i].parameter_count; k++)
            json_object_set_new(parameters, orders[i].parameters[k].name,
                json_string(orders[i].parameters[k].value));
        json_object_set_new(j, "runbook", json_string(orders[i].runbook));
        json_object_set_new(j, "step", json_string(runbook_step_name(orders[i].step)));
        json_object_set_new(j, "parameters", parameters);
        json_array_append_new(list, j);
    }
    return list;
}

static pid_t spawn_child(struct app *a, int in, int out, struct err *e)
{
    char *argv[] = {a->program, (char *)"--runner", (char *)"0", (char *)"--data", a->data_folder,
        a->config->file ? (char *)"--config" : NULL, (char *)a->config->file, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid = -1;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    int rc = posix_spawn(&pid, a->program, &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (rc)
        return err_set(e, ERR_IO, "cannot run %s: %s", a->program, strerror(rc));
    return pid;
}

static void write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        bytes += done;
        n -= (size_t)done;
    }
}

static int read_all(int fd, struct str *out, struct err *e)
{
    int64_t deadline = clock_monotonic() + PATIENCE;
    char buffer[65536];
    for (;;) {
        int64_t left = deadline - clock_monotonic();
        struct pollfd p = {fd, POLLIN, 0};
        if (left <= 0)
            return err_set(e, ERR_TIMEOUT, "the hosts gave no full answer within %d s",
                (int)(PATIENCE / CLOCK_SECOND));
        if (poll(&p, 1, (int)(left / CLOCK_MILLISECOND) + 1) <= 0)
            continue;
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        if (out->n + (size_t)n > ANSWERS_MAX)
            return err_set(e, ERR_INPUT, "the hosts' answer is larger than 64 MiB");
        str_add(out, buffer, (size_t)n);
    }
}

/* Asks with the signal for a broken pipe held back: the child may die before it reads. */
static int converse(struct app *a, const char *question, struct str *text, struct err *e)
{
    int to[2], from[2], status = 0;
    sigset_t pipe_signal, before;
    if (pipe2(to, O_CLOEXEC) < 0)
        return err_set(e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    if (pipe2(from, O_CLOEXEC) < 0) {
        close(to[0]);
        close(to[1]);
        return err_set(e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    }
    pid_t pid = spawn_child(a, to[0], from[1], e);
    close(to[0]);
    close(from[1]);
    if (pid > 0) {
        sigemptyset(&pipe_signal);
        sigaddset(&pipe_signal, SIGPIPE);
        sigprocmask(SIG_BLOCK, &pipe_signal, &before);
        write_all(to[1], question, strlen(question));
        sigtimedwait(&pipe_signal, NULL, &(struct timespec){0, 0});
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    close(to[1]);
    int rc = pid > 0 ? read_all(from[0], text, e) : -1;
    close(from[0]);
    if (pid > 0) {
        if (rc < 0)
            kill(-pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        rc = err_set(e, ERR_IO, "the process that asks the hosts broke off%s",
            WIFSIGNALED(status) ? " (a signal ended it)" : "");
    return rc;
}

int probe_ask(struct app *a, const char *const *hosts, size_t host_count,
    const struct probe_order *orders, size_t order_count, json_t **answers, struct err *e)
{
    json_t *request = json_object(), *names = json_array();
    struct str text = STR_INIT;
    for (size_t i = 0; i < host_count; i++)
        json_array_append_new(names, json_string(hosts[i]));
    json_object_set_new(request, "hosts", names);
    json_object_set_new(request, "orders", orders_json(orders, order_count));
    char *question = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    if (!question)
        return err_set(e, ERR_USAGE, "a host's name or a parameter is no UTF-8 text");
    int rc = converse(a, question, &text, e);
    free(question);
    json_t *list = json_array();
    for (char *line = text.p; rc == 0 && line && *line;) {
        char *end = strchr(line, '\n');
        size_t n = end ? (size_t)(end - line) : strlen(line);
        json_t *answer = json_loadb(line, n, 0, NULL);
        if (!json_is_object(answer)) {
            json_decref(answer);
            rc = err_set(e, ERR_INPUT, "the answer about the hosts cannot be read");
        } else {
            json_array_append_new(list, answer);
        }
        line += n + (end != NULL);
    }
    str_release(&text);
    if (rc < 0)
        json_decref(list);
    else
        *answers = list;
    return rc;
}

const json_t *probe_answer(const json_t *answers, const char *host, size_t order)
{
    size_t i;
    const json_t *answer;
    json_array_foreach(answers, i, answer)
    {
        const char *name = json_string_value(json_object_get(answer, "host"));
        if (name && strcmp(name, host) == 0 &&
            json_integer_value(json_object_get(answer, "order")) == (json_int_t)order)
            return answer;
    }
    return NULL;
}

const char *probe_value(const json_t *answer, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(answer, "values"), name));
    return text ? text : "";
}

bool probe_done(const json_t *answer)
{
    const char *state = json_string_value(json_object_get(answer, "state"));
    return state && strcmp(state, "done") == 0;
}

int probe_error(const json_t *answer, struct err *e)
{
    const char *word = json_string_value(json_object_get(answer, "code"));
    const char *text = json_string_value(json_object_get(answer, "error"));
    enum err_code code = ERR_NETWORK;
    for (int c = ERR_NONE + 1; word && c <= ERR_UNSUPPORTED; c++)
        if (strcmp(err_code_name((enum err_code)c), word) == 0)
            code = (enum err_code)c;
    return err_set(e, code, "%s", text && *text ? text : "the host gave no answer");
}
