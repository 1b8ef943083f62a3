#include "app/run_inside.h"

#include "app/source_lock.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char *run_folder(const struct app *a, int64_t run, struct err *e)
{
    char *runs = app_subfolder(a, "runs", e);
    struct str path = STR_INIT;
    if (!runs)
        return NULL;
    str_printf(&path, "%s/%lld", runs, (long long)run);
    free(runs);
    if (mkdir(path.p, 0700) < 0 && errno != EEXIST) {
        err_set(e, ERR_IO, "cannot make the folder %s: %s", path.p, strerror(errno));
        str_release(&path);
        return NULL;
    }
    return str_take(&path);
}

int run_lock(const struct app *a, int64_t run, struct err *e)
{
    struct str path = STR_INIT;
    char *folder = run_folder(a, run, e);
    if (!folder)
        return -1;
    str_printf(&path, "%s/lock", folder);
    free(folder);
    int fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_set(e, ERR_IO, "cannot open %s: %s", path.p, strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        fd = err_set(e, ERR_BUSY, "run %lld is under way", (long long)run);
    }
    str_release(&path);
    return fd;
}

/* Opened for reading only, and locked shared for a moment: an observer makes nothing. */
bool run_alive(const struct app *a, int64_t run)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/runs/%lld/lock", a->data_folder, (long long)run);
    int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool alive = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    str_release(&path);
    return alive;
}

static int spawn_runner(struct app *a, int64_t run, struct err *e)
{
    char id[24];
    char *argv[] = {a->program, (char *)"--runner", id, (char *)"--data", a->data_folder,
        a->config->file ? (char *)"--config" : NULL, (char *)a->config->file, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    int status = 0;
    snprintf(id, sizeof id, "%lld", (long long)run);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    int rc = posix_spawn(&pid, a->program, &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (rc)
        return err_set(e, ERR_IO, "cannot run %s: %s", a->program, strerror(rc));
    /* what we started forks once more and ends when its child holds the lock */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(e, ERR_IO, "the runner of run %lld did not start", (long long)run);
    return 0;
}

int run_start(struct app *a, struct store *s, const struct plan *p, int64_t *run, struct err *e)
{
    char sha256[65];
    struct err failure = ERR_INIT;
    if (app_may_write(a, e) < 0)
        return -1;
    for (size_t i = 0; i < p->host_count; i++)
        if (p->hosts[i].verdict == PLAN_BLOCKED)
            return err_set(e, ERR_DENIED, "%s: %s", p->hosts[i].name, p->hosts[i].why);
    if (plan_put(s, &a->actor, p->json, sha256, e) < 0)
        return -1;
    if (run_new(s, &a->actor, sha256, p->case_id, run, e) < 0)
        return -1;
    if (spawn_runner(a, *run, e) == 0)
        return 0;
    run_end(s, &a->actor, *run, RUN_FAILED, &failure);
    return -1;
}

int run_cancel(struct app *a, int64_t run, struct err *e)
{
    static const char word[] = "{\"do\":\"cancel\"}\n";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char link[64];
    struct str path = STR_INIT;
    if (app_may_write(a, e) < 0)
        return -1;
    if (!run_alive(a, run))
        return err_set(e, ERR_NOT_FOUND, "run %lld is not under way", (long long)run);
    /* by a descriptor of the folder: a socket's path holds 108 bytes only */
    str_printf(&path, "%s/runs/%lld", a->data_folder, (long long)run);
    int folder = open(path.p, O_PATH | O_DIRECTORY | O_CLOEXEC);
    str_release(&path);
    snprintf(link, sizeof link, "/proc/self/fd/%d/sock", folder);
    memcpy(address.sun_path, link, strlen(link) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc = 0;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        send(fd, word, sizeof word - 1, MSG_NOSIGNAL) != (ssize_t)sizeof word - 1)
        rc = err_set(
            e, ERR_IO, "cannot reach the runner of run %lld: %s", (long long)run, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
    return rc;
}
