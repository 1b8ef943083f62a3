/* A stream to host:port from behind the last hop, pumped by `ssh -W` on a socket pair. The child is
 * handed to init, so that whoever gets the socket owns all there is: closing it ends the child. */
#include "core/clock.h"
#include "core/str.h"
#include "remote/remote.h"
#include "remote/ssh_files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct dial {
    int ours, theirs; /* the pair */
    int noise[2];     /* stderr; its end also tells that the child has ended */
    struct ssh_files files;
    struct str words, said;
};

static void become(const struct dial *d, const char *const *argv)
{
    sigset_t none;
    sigemptyset(&none);
    setsid();
    if (dup2(d->theirs, 0) < 0 || dup2(d->theirs, 1) < 0 || dup2(d->noise[1], 2) < 0)
        _exit(127);
    for (int s = 1; s < 32; s++)
        signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* libcurl 7.88 prints the peer's address and takes a connection whose peer has none for one still
 * being resolved, which it never uses again: every request would be a login of its own. The name
 * need not stay. */
static void name_peer(const struct dial *d)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int n = snprintf(name.sun_path, sizeof name.sun_path, "%s.peer", d->files.config);
    if (n > 0 && (size_t)n < sizeof name.sun_path &&
        bind(d->theirs, (struct sockaddr *)&name, sizeof name) == 0)
        unlink(name.sun_path);
}

static int start(struct dial *d, const char *const *argv, struct err *e)
{
    int pair[2], status;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return err_set(e, ERR_IO, "no socket pair: %s", strerror(errno));
    d->ours = pair[0];
    d->theirs = pair[1];
    name_peer(d);
    if (pipe2(d->noise, O_CLOEXEC | O_NONBLOCK))
        return err_set(e, ERR_IO, "no pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        pid_t child = fork();
        if (child == 0)
            become(d, argv);
        _exit(child < 0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
        return err_set(e, ERR_IO, "ssh could not be started");
    close(d->theirs);
    close(d->noise[1]);
    d->theirs = d->noise[1] = -1;
    return 0;
}

/* True when its stderr has ended, with the child. */
static bool read_noise(struct dial *d)
{
    char buffer[4096];
    ssize_t n;
    while ((n = read(d->noise[0], buffer, sizeof buffer)) > 0)
        if (d->said.n < 65536)
            str_add(&d->said, buffer, (size_t)n);
    return n == 0;
}

/* The far side has accepted when the forwarded channel is confirmed (clientloop.c, channels.c). */
static int await(struct dial *d, const char *name, int64_t deadline, struct err *e)
{
    for (;;) {
        struct pollfd p = {d->noise[0], POLLIN, 0};
        bool ended = read_noise(d);
        ssh_files_read_log(&d->files, &d->words);
        if (ssh_log_last(d->words.p, "open confirm rwindow"))
            return 0;
        if (ssh_log_last(d->words.p, "open failed"))
            return err_set(e, ERR_NETWORK, "the last hop before it could not connect to %s", name);
        if (ended) {
            ssh_log_explain(name, d->words.p, d->said.p, e);
            return -1;
        }
        if (clock_monotonic() > deadline)
            return err_set(e, ERR_TIMEOUT, "%s: no connection through the jump host in time", name);
        poll(&p, 1, 20);
    }
}

int remote_dial(
    const struct target *chain, const char *host, int port, int64_t timeout_ns, struct err *e)
{
    struct dial d = {.ours = -1, .theirs = -1, .noise = {-1, -1}};
    char where[300];
    bool six = strchr(host, ':') != NULL;
    struct ssh_files_wish wish = {chain->known_hosts, "DEBUG2"};
    if (!target_host_valid(host) || !target_port_valid(port))
        return err_set(e, ERR_USAGE, "not a host and port: %.80s:%d", host, port);
    snprintf(where, sizeof where, six ? "[%s]:%d" : "%s:%d", host, port);
    int rc = ssh_files_make(&d.files, chain, &wish, e);
    const char *argv[] = {"ssh", "-T", "-F", d.files.config, "-E", d.files.log, "-W", where, "--",
        target_last(chain)->name, NULL};
    if (rc == 0)
        rc = start(&d, argv, e);
    if (rc == 0)
        rc = await(&d, where, clock_monotonic() + timeout_ns, e);
    int fds[] = {d.theirs, d.noise[0], d.noise[1], rc ? d.ours : -1};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    ssh_files_remove(&d.files);
    str_release(&d.words);
    str_release(&d.said);
    return rc ? -1 : d.ours;
}
