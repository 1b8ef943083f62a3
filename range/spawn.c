#include "range/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUN_SECONDS = 30 };

static void redirect(const char *log)
{
    int in = open("/dev/null", O_RDONLY);
    int out = log ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (in >= 0)
        dup2(in, 0);
    if (out >= 0) {
        dup2(out, 1);
        dup2(out, 2);
    }
}

pid_t spawn_start(const char *const argv[], const char *log, struct err *e)
{
    pid_t pid = fork();
    if (pid < 0)
        return err_set(e, ERR_IO, "cannot start %s: %s", argv[0], strerror(errno));
    if (pid > 0)
        return pid;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    redirect(log);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* Waits on a pidfd, so that a deadline needs no signal. */
static int wait_for(pid_t pid, int *status)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int rc = fd < 0 ? 1 : poll(&p, 1, RUN_SECONDS * 1000);
    if (fd >= 0)
        close(fd);
    if (rc <= 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return rc <= 0 ? -1 : 0;
}

int spawn_run(const char *const argv[], const char *log, struct err *e)
{
    int status = 0;
    pid_t pid = spawn_start(argv, log, e);
    if (pid < 0)
        return -1;
    if (wait_for(pid, &status) < 0)
        return err_set(e, ERR_TIMEOUT, "%s did not end within %d s", argv[0], RUN_SECONDS);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(e, ERR_NOT_FOUND, "cannot run %s; `make deps` installs it", argv[0]);
    return err_set(e, ERR_IO, "%s failed%s%s", argv[0], log ? "; see " : "", log ? log : "");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)at;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

int spawn_remove_tree(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int spawn_write_file(const char *path, mode_t mode, struct err *e, const char *format, ...)
{
    char *text;
    va_list ap;
    va_start(ap, format);
    int n = vasprintf(&text, format, ap);
    va_end(ap);
    if (n < 0)
        return err_set(e, ERR_IO, "cannot format %s", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    int rc = fd < 0 || write(fd, text, (size_t)n) != n
                 ? err_set(e, ERR_IO, "cannot write %s: %s", path, strerror(errno))
                 : 0;
    if (fd >= 0)
        close(fd);
    free(text);
    return rc;
}
