#include "remote/child.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

/* Between fork and exec only async-signal-safe calls: other threads may hold any lock. */
static void become(const char *const *argv, const int *ends, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    for (int i = 0; i < 3; i++)
        if (dup2(ends[i], i) < 0)
            _exit(127);
    for (int s = 1; s < 32; s++)
        signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

int child_start(struct child *c, const char *const *argv, struct err *e)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, noise[2] = {-1, -1};
    *c = (struct child){.pid = 0, .in = -1, .out = -1, .err = -1};
    pid_t parent = getpid();
    pid_t pid = -1;
    if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(noise, O_CLOEXEC) == 0)
        pid = fork();
    if (pid < 0) {
        int why = errno;
        close_pair(in);
        close_pair(out);
        close_pair(noise);
        return err_set(e, ERR_IO, "%s could not be started: %s", argv[0], strerror(why));
    }
    if (pid == 0)
        become(argv, (int[]){in[0], out[1], noise[1]}, parent);
    setpgid(pid, pid);
    close(in[0]);
    close(out[1]);
    close(noise[1]);
    *c = (struct child){.pid = pid, .in = in[1], .out = out[0], .err = noise[0]};
    fcntl(c->in, F_SETFL, O_NONBLOCK);
    fcntl(c->out, F_SETFL, O_NONBLOCK);
    fcntl(c->err, F_SETFL, O_NONBLOCK);
    return 0;
}

bool child_reap(struct child *c, int *status)
{
    if (c->pid == 0)
        return true;
    pid_t got = waitpid(c->pid, status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return false;
    c->pid = 0;
    return true;
}

void child_stop(struct child *c)
{
    int status;
    if (c->in >= 0)
        close(c->in);
    if (c->out >= 0)
        close(c->out);
    if (c->err >= 0)
        close(c->err);
    c->in = c->out = c->err = -1;
    if (c->pid == 0)
        return;
    kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
}

static int drain(int *fd, size_t limit, struct str *into)
{
    char buffer[16384];
    ssize_t n = read(*fd, buffer, sizeof buffer);
    if (n > 0) {
        str_add(into, buffer, (size_t)n);
        return into->n > limit ? -1 : 0;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(*fd);
        *fd = -1;
    }
    return 0;
}

static int pump(struct child *c, size_t limit, int64_t deadline, struct str *into[2], struct err *e)
{
    while (c->out >= 0 || c->err >= 0) {
        struct pollfd fds[2] = {{c->out, POLLIN, 0}, {c->err, POLLIN, 0}};
        int64_t left = deadline - clock_monotonic();
        if (left <= 0)
            return err_set(e, ERR_TIMEOUT, "it did not answer in time");
        poll(fds, 2, (int)(left / CLOCK_MILLISECOND) + 1);
        if ((fds[0].revents && drain(&c->out, limit, into[0])) ||
            (fds[1].revents && drain(&c->err, limit, into[1])))
            return err_set(e, ERR_INPUT, "it wrote too much");
    }
    return 0;
}

int child_collect(const char *const *argv, size_t limit, int64_t timeout_ns, struct str *out,
    struct str *noise, struct err *e)
{
    struct child c;
    int status = 0;
    int64_t deadline = clock_monotonic() + timeout_ns;
    if (child_start(&c, argv, e))
        return -1;
    close(c.in);
    c.in = -1;
    int rc = pump(&c, limit, deadline, (struct str *[]){out, noise}, e);
    while (rc == 0 && !child_reap(&c, &status)) {
        if (clock_monotonic() > deadline)
            rc = err_set(e, ERR_TIMEOUT, "it did not end in time");
        poll(NULL, 0, 1);
    }
    child_stop(&c);
    if (rc)
        return err_prefix(e, "%s: ", argv[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 127)
        return WEXITSTATUS(status);
    return err_set(e, ERR_IO, "%s could not be run to its end", argv[0]);
}
