/* The supervisor is the first process of the range's pid namespace: whatever ends it ends all. */
#include "range/room.h"
#include "range/space.h"
#include "range/spawn.h"

#include "core/clock.h"
#include "core/str.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_SECONDS = 20 };

static int hear(int line, const char *expected, struct err *e)
{
    char text[600];
    struct pollfd p = {.fd = line, .events = POLLIN};
    if (poll(&p, 1, START_SECONDS * 1000) <= 0)
        return err_set(e, ERR_TIMEOUT, "a host did not come up within %d s", START_SECONDS);
    ssize_t n = read(line, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, expected) == 0)
        return 0;
    return err_set(e, ERR_IO, "%s", *text ? text : "a host ended while it came up");
}

static int start_host(struct room *r, enum range_host host, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(e, ERR_IO, "cannot make a socket: %s", strerror(errno));
    pid_t pid = space_fork();
    if (pid < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot make a host's namespaces: %s", strerror(errno));
    if (pid == 0) {
        for (int h = 0; h < (int)host; h++)
            close(r->lines[h]);
        close(pair[0]);
        host_live(r, host, pair[1]);
    }
    close(pair[1]);
    r->hosts[host] = pid;
    r->lines[host] = pair[0];
    return hear(pair[0], "settled", e);
}

/* veth(4): both ends are born in their namespaces. */
static int make_links(struct room *r, struct err *e)
{
    struct str batch = STR_INIT;
    char path[ROOM_PATH_MAX + 16], log[ROOM_PATH_MAX + 16];
    for (size_t i = 0; i < range_link_count; i++) {
        const struct link_row *l = &range_links[i];
        str_printf(&batch, "link add name %s netns %d type veth peer name %s netns %d\n",
            l->a_device, (int)r->hosts[l->a], l->b_device, (int)r->hosts[l->b]);
    }
    snprintf(path, sizeof(path), "%s/links", r->dir);
    snprintf(log, sizeof(log), "%s/log", r->dir);
    const char *argv[] = {"ip", "-batch", path, NULL};
    int rc = spawn_write_file(path, 0600, e, "%s", batch.p);
    str_release(&batch);
    return rc == 0 ? spawn_run(argv, log, e) : -1;
}

static int wait_for_siem(const struct room *r, struct err *e)
{
    int64_t deadline = clock_monotonic() + START_SECONDS * CLOCK_SECOND;
    while (!r->state->siem_ready) {
        if (clock_monotonic() > deadline)
            return err_set(e, ERR_TIMEOUT, "the simulated Elasticsearch did not come up");
        poll(NULL, 0, 20);
    }
    return 0;
}

static int bring_up(struct room *r, struct err *e)
{
    if (space_settle(e) < 0 || room_furnish(r, e) < 0)
        return -1;
    for (int h = 0; h < HOST_COUNT; h++)
        if (start_host(r, (enum range_host)h, e) < 0)
            return -1;
    if (make_links(r, e) < 0)
        return -1;
    for (int h = 0; h < HOST_COUNT; h++)
        if (write(r->lines[h], "g", 1) != 1 || hear(r->lines[h], "up", e) < 0)
            return e->code ? -1 : err_set(e, ERR_IO, "a host ended while it came up");
    return wait_for_siem(r, e);
}

static const char *const stages[] = {"not yet", "running", "done", "failed"};

static void write_beacon(const struct room *r, struct str *out)
{
    const struct room_state *s = r->state;
    char last[CLOCK_TEXT_MAX];
    int64_t age = clock_now() - s->beacon_last;
    bool alive = s->beacon_connected && age < 5 * CLOCK_SECOND;
    str_printf(out, "{\"alive\":%s,\"count\":%lld,\"last\":", alive ? "true" : "false",
        (long long)s->beacon_count);
    if (s->beacon_last)
        str_printf(out, "\"%s\",\"age_seconds\":%.1f", clock_format(s->beacon_last, last),
            (double)age / 1e9);
    else
        str_puts(out, "null,\"age_seconds\":null");
    str_printf(out, ",\"peer\":\"%s\",\"pid\":%d,\"host\":\"%s\"}\n", s->beacon_peer, s->play_pid,
        range_hosts[RANGE_VICTIM].name);
}

static void write_status(const struct room *r, struct str *out)
{
    const struct room_state *s = r->state;
    str_puts(out, "{\"dir\":");
    str_json(out, slice_of(r->dir));
    str_printf(out, ",\"play\":\"%s\",\"step\":", stages[s->play]);
    str_json(out, slice_of(s->play_step));
    str_printf(out, ",\"documents\":%d,\"hosts\":[", s->siem_documents);
    for (int h = 0; h < HOST_COUNT; h++) {
        const struct host_row *row = &range_hosts[h];
        str_printf(out,
            "%s{\"name\":\"%s\",\"role\":\"%s\",\"address\":\"%s\",\"address6\":\"%s\",\"pid\":%d}",
            h ? "," : "", row->name, row->role, row->address, row->address6 ? row->address6 : "",
            (int)r->hosts[h]);
    }
    str_puts(out, "]}\n");
}

static void send_answer(int client, const struct str *text, const int *fds)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SPACE_COUNT)];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = text->p, .iov_len = text->n};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds) {
        m.msg_control = control.bytes;
        m.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * SPACE_COUNT);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * SPACE_COUNT);
    }
    sendmsg(client, &m, MSG_NOSIGNAL);
}

static void enter(struct room *r, int client, const char *name)
{
    struct err e = ERR_INIT;
    struct str out = STR_INIT;
    int fds[SPACE_COUNT];
    enum range_host host = range_host_find(name);
    bool ok = host != HOST_COUNT && space_open(r->hosts[host], fds, &e) == 0;
    str_puts(&out, ok ? "{\"ok\":true}\n" : "{\"error\":\"the range has no such host\"}\n");
    send_answer(client, &out, ok ? fds : NULL);
    for (size_t i = 0; ok && i < SPACE_COUNT; i++)
        close(fds[i]);
    str_release(&out);
}

static void play(struct room *r)
{
    if (r->state->play != PLAY_NOT_YET)
        return;
    r->state->play = PLAY_RUNNING;
    if (write(r->lines[RANGE_VICTIM], "p", 1) != 1)
        r->state->play = PLAY_FAILED;
}

/* True: end. */
static bool answer(struct room *r, int client)
{
    char request[128];
    struct str out = STR_INIT;
    struct pollfd p = {.fd = client, .events = POLLIN};
    ssize_t n = poll(&p, 1, 1000) > 0 ? read(client, request, sizeof(request) - 1) : 0;
    request[n > 0 ? n : 0] = '\0';
    request[strcspn(request, "\n")] = '\0';
    bool down = strcmp(request, "down") == 0;
    if (strncmp(request, "enter ", 6) == 0) {
        enter(r, client, request + 6);
    } else {
        if (strcmp(request, "play") == 0)
            play(r);
        if (strcmp(request, "beacon") == 0)
            write_beacon(r, &out);
        else
            write_status(r, &out);
        send_answer(client, &out, NULL);
    }
    str_release(&out);
    return down;
}

static int listen_control(const struct room *r, struct err *e)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (snprintf(a.sun_path, sizeof(a.sun_path), "%s/control", r->dir) >= (int)sizeof(a.sun_path))
        return err_set(e, ERR_USAGE, "the range's folder has too long a name: %s", r->dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 16) < 0)
        return err_set(e, ERR_IO, "cannot listen on %s: %s", a.sun_path, strerror(errno));
    return fd;
}

static int loop(struct room *r, int control, int keeper, int signals)
{
    for (;;) {
        struct signalfd_siginfo info;
        struct pollfd p[3] = {{.fd = control, .events = POLLIN}, {.fd = keeper, .events = POLLIN},
            {.fd = signals, .events = POLLIN}};
        if (poll(p, 3, -1) < 0 && errno != EINTR)
            return 1;
        if (p[1].revents)
            return 0;
        while (read(signals, &info, sizeof(info)) == sizeof(info))
            if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT || info.ssi_signo == SIGHUP)
                return 0;
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (!p[0].revents)
            continue;
        int client = accept4(control, NULL, NULL, SOCK_CLOEXEC);
        bool end = client >= 0 && answer(r, client);
        if (client >= 0)
            close(client);
        if (end)
            return 0;
    }
}

int supervise(struct room *r, int keeper, int ready, bool play_now)
{
    struct err e = ERR_INIT;
    sigset_t set, before;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int control = bring_up(r, &e) == 0 ? listen_control(r, &e) : -1;
    if (control < 0) {
        dprintf(ready, "%d %s\n", (int)e.code, e.text);
        return 1;
    }
    dprintf(ready, "up\n");
    close(ready);
    if (play_now)
        play(r);
    int rc = loop(r, control, keeper, signals);
    kill(-1, SIGKILL);         /* all of this pid namespace but us */
    spawn_remove_tree(r->dir); /* the keeper may be gone */
    return rc;
}
