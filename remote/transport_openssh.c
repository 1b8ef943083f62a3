/* The system's `ssh` as a child. Its own log goes to a file (-E), so that nothing the host writes
 * can pass for it. */
#include "core/clock.h"
#include "core/mem.h"
#include "core/str.h"
#include "remote/child.h"
#include "remote/script.h"
#include "remote/ssh_files.h"
#include "remote/transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOISE_MAX = 4096 };

struct pool {
    struct host_trust trust;
};

struct link {
    const struct target *target;
    struct slice input;
    struct link_events events;
    struct child child;
    struct err err; /* of opening */
    struct ssh_files files;
    struct str words, noise; /* its log; stderr until it is connected */
    bool connected, moved;
    struct connection connection;
};

static void *pool_new(const struct host_trust *trust)
{
    struct pool *p = mem_zalloc(1, sizeof *p);
    if (trust)
        p->trust = *trust;
    return p;
}

static struct link *link_open(void *pool, const struct target *t, bool fresh, struct slice input,
    const struct link_events *events)
{
    const struct pool *p = pool;
    struct link *l = mem_zalloc(1, sizeof *l);
    (void)fresh; /* each child has a connection of its own */
    *l = (struct link){.target = t, .input = input, .events = *events};
    l->child = (struct child){.in = -1, .out = -1, .err = -1};
    l->connection.transport = "openssh";
    struct ssh_files_wish wish = {p->trust.known_hosts, "DEBUG1"};
    const char *argv[] = {"ssh", "-T", "-F", l->files.config, "-E", l->files.log, "--",
        target_last(t)->name, SCRIPT_COMMAND, NULL};
    if (ssh_files_make(&l->files, t, &wish, &l->err) == 0)
        child_start(&l->child, argv, &l->err);
    return l;
}

static void send_input(struct link *l)
{
    while (l->child.in >= 0 && l->input.n) {
        ssize_t n = write(l->child.in, l->input.p, l->input.n);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            l->input.n = 0;
        else
            l->input = (struct slice){l->input.p + n, l->input.n - (size_t)n};
        l->moved = true;
    }
    if (l->child.in >= 0 && l->input.n == 0) {
        close(l->child.in);
        l->child.in = -1;
    }
}

static void receive(struct link *l, int *fd, enum link_stream stream)
{
    char buffer[32768];
    if (*fd < 0)
        return;
    ssize_t n = read(*fd, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    l->moved = true;
    if (n <= 0) {
        close(*fd);
        *fd = -1;
        return;
    }
    struct slice bytes = {buffer, (size_t)n};
    if (stream == LINK_ERR && !l->connected && l->noise.n < NOISE_MAX)
        str_slice(&l->noise, bytes);
    l->events.bytes(l->events.owner, stream, bytes);
}

static void read_log(struct link *l)
{
    if (l->connected)
        return;
    ssh_files_read_log(&l->files, &l->words);
    if (!l->words.p || !ssh_log_last(l->words.p, "Authenticated to "))
        return;
    const char *key = ssh_log_last(l->words.p, "debug1: Server host key: ");
    const char *banner = ssh_log_last(l->words.p, "remote software version ");
    const char *hash = key ? strstr(key, "SHA256:") : NULL;
    if (key)
        ssh_log_word(l->connection.key_type, sizeof l->connection.key_type, key);
    if (hash)
        ssh_log_word(l->connection.fingerprint, sizeof l->connection.fingerprint, hash);
    if (banner)
        ssh_log_word(l->connection.banner, sizeof l->connection.banner, banner);
    l->connected = true;
    l->events.connected(l->events.owner, &l->connection);
}

static enum link_state link_step(struct link *l, struct err *e)
{
    int status = 0;
    if (l->err.code) {
        *e = l->err;
        return LINK_BROKEN;
    }
    l->moved = false;
    send_input(l);
    read_log(l);
    receive(l, &l->child.out, LINK_OUT);
    receive(l, &l->child.err, LINK_ERR);
    if (l->moved)
        return LINK_MOVED;
    if (l->child.out >= 0 || l->child.err >= 0 || !child_reap(&l->child, &status))
        return LINK_WAITS;
    read_log(l);
    if (!l->connected) {
        ssh_log_explain(target_last(l->target)->name, l->words.p, l->noise.p, e);
        return LINK_BROKEN;
    }
    /* 255 stands for a lost connection, a killed command and a command that said 255 alike */
    if (WIFEXITED(status) && WEXITSTATUS(status) != 255)
        return LINK_FINISHED;
    err_set(e, ERR_NETWORK, "%s: the connection was lost", target_last(l->target)->name);
    return LINK_BROKEN;
}

static int link_watch(struct link *l, struct pollfd *fds, int64_t *wake)
{
    int n = 0;
    if (l->child.in >= 0 && l->input.n && l->connected)
        fds[n++] = (struct pollfd){l->child.in, POLLOUT, 0};
    if (l->child.out >= 0)
        fds[n++] = (struct pollfd){l->child.out, POLLIN, 0};
    if (l->child.err >= 0)
        fds[n++] = (struct pollfd){l->child.err, POLLIN, 0};
    /* its log and its end have no descriptor */
    *wake = clock_monotonic() + (l->connected && n ? 1000 : 20) * CLOCK_MILLISECOND;
    return n;
}

static void link_close(struct link *l)
{
    child_stop(&l->child);
    ssh_files_remove(&l->files);
    str_release(&l->words);
    str_release(&l->noise);
    free(l);
}

const struct transport_ops transport_openssh = {
    .name = "openssh",
    .open = link_open,
    .step = link_step,
    .watch = link_watch,
    .close = link_close,
    .pool_new = pool_new,
    .pool_free = free,
};
