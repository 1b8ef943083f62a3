#include "app/run_inside.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int run_socket_open(struct run_socket *s, const char *folder, struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char link[64];
    struct str path = STR_INIT;
    for (size_t i = 0; i < RUN_CLIENTS; i++)
        s->clients[i] = -1;
    str_printf(&path, "%s/sock", folder);
    s->path = str_take(&path);
    unlink(s->path);
    int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    /* by a descriptor of the folder: a socket's path holds 108 bytes only */
    snprintf(link, sizeof link, "/proc/self/fd/%d/sock", at);
    memcpy(address.sun_path, link, strlen(link) + 1);
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int rc = 0;
    if (at < 0 || s->listener < 0 ||
        bind(s->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(s->listener, RUN_CLIENTS) < 0)
        rc = err_set(e, ERR_IO, "cannot listen on %s: %s", s->path, strerror(errno));
    if (at >= 0)
        close(at);
    return rc;
}

void run_socket_close(struct run_socket *s)
{
    for (size_t i = 0; i < RUN_CLIENTS; i++)
        if (s->clients[i] >= 0)
            close(s->clients[i]);
    if (s->listener >= 0)
        close(s->listener);
    if (s->path)
        unlink(s->path);
    free(s->path);
    s->path = NULL;
    s->listener = -1;
}

size_t run_socket_watch(const struct run_socket *s, struct pollfd fds[RUN_CLIENTS + 1])
{
    size_t n = 0;
    if (s->listener >= 0)
        fds[n++] = (struct pollfd){s->listener, POLLIN, 0};
    for (size_t i = 0; i < RUN_CLIENTS; i++)
        if (s->clients[i] >= 0)
            fds[n++] = (struct pollfd){s->clients[i], POLLIN, 0};
    return n;
}

static bool is_ours(int fd)
{
    struct ucred who;
    socklen_t n = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 && who.uid == geteuid();
}

static void take_clients(struct run_socket *s)
{
    int fd;
    while (s->listener >= 0 &&
           (fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        size_t i = 0;
        while (i < RUN_CLIENTS && s->clients[i] >= 0)
            i++;
        if (i < RUN_CLIENTS && is_ours(fd))
            s->clients[i] = fd;
        else
            close(fd);
    }
}

bool run_socket_serve(struct run_socket *s)
{
    bool cancel = false;
    char line[256];
    take_clients(s);
    for (size_t i = 0; i < RUN_CLIENTS; i++) {
        ssize_t n = s->clients[i] < 0 ? -1 : recv(s->clients[i], line, sizeof line - 1, 0);
        if (n > 0) {
            line[n] = '\0';
            cancel |= strstr(line, "\"do\":\"cancel\"") != NULL;
        } else if (s->clients[i] >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) {
            close(s->clients[i]);
            s->clients[i] = -1;
        }
    }
    return cancel;
}

void run_socket_tell(struct run_socket *s, const struct run_event *event)
{
    struct str line = STR_INIT;
    struct slice text = slice_of(event->text ? event->text : "");
    /* every byte may grow to \u00xx */
    if (text.n > RUN_LINE_MAX / 8)
        text.n = RUN_LINE_MAX / 8;
    str_puts(&line, "{\"host\":");
    str_json(&line, slice_of(event->host));
    str_puts(&line, ",\"step\":");
    str_json(&line, slice_of(event->step ? event->step : ""));
    str_printf(
        &line, ",\"state\":%d,\"time\":%lld,\"text\":", (int)event->state, (long long)event->time);
    str_json(&line, text);
    str_puts(&line, "}\n");
    for (size_t i = 0; i < RUN_CLIENTS; i++) {
        if (s->clients[i] < 0)
            continue;
        ssize_t n = send(s->clients[i], line.p, line.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        /* half a line would garble all that follows */
        if (n >= 0 && (size_t)n != line.n) {
            close(s->clients[i]);
            s->clients[i] = -1;
        }
    }
    str_release(&line);
}
