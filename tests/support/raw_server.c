#include "tests/support/raw_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* 1 when fd can be read, 0 when the server is to stop. */
static int readable(struct raw_server *s, int fd)
{
    struct pollfd p[2] = {{fd, POLLIN, 0}, {s->stop_fd[0], POLLIN, 0}};
    return poll(p, 2, 10000) > 0 && p[0].revents && !p[1].revents;
}

static int whole(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = strstr(request, "Content-Length: ");
    if (!end)
        return 0;
    return !length || strlen(end + 4) >= (size_t)strtoul(length + 16, NULL, 10);
}

static int read_request(struct raw_server *s, int fd, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    while (!whole(out)) {
        if (!readable(s, fd))
            return -1;
        ssize_t got = read(fd, out + n, size - 1 - n);
        if (got <= 0)
            return -1;
        n += (size_t)got;
        out[n] = '\0';
    }
    return 0;
}

static void answer(struct raw_server *s, int fd, const char *path)
{
    char text[4096];
    for (const struct raw_answer *a = s->answers; a->path; a++) {
        size_t n = strlen(a->path);
        if (strncmp(path, a->path, n) != 0 || path[n] != ' ')
            continue;
        const char *p = a->bytes;
        n = a->n;
        if (!n && strstr(p, "%d")) {
            const char *at = strstr(p, "%d");
            n = (size_t)snprintf(text, sizeof text, "%.*s%d%s", (int)(at - p), p, s->port, at + 2);
            p = text;
        } else if (!n) {
            n = strlen(p);
        }
        while (n) {
            ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
            if (put <= 0)
                return;
            p += put;
            n -= (size_t)put;
        }
        if (a->hold) {
            char c;
            while (readable(s, fd) && read(fd, &c, 1) > 0)
                ;
        }
    }
}

static void *serve(void *owner)
{
    struct raw_server *s = owner;
    char request[sizeof s->last];
    while (readable(s, s->listen_fd)) {
        int fd = accept(s->listen_fd, NULL, NULL);
        if (fd >= 0 && read_request(s, fd, request, sizeof request) == 0) {
            memcpy(s->last, request, sizeof request);
            s->requests++;
            const char *path = strchr(request, ' ');
            if (path)
                answer(s, fd, path + 1);
        }
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

void raw_server_start(struct raw_server *s, const struct raw_answer *answers)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    memset(s, 0, sizeof *s);
    s->answers = answers;
    s->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(s->listen_fd >= 0);
    if (bind(s->listen_fd, (struct sockaddr *)&a, sizeof a) || listen(s->listen_fd, 16) ||
        getsockname(s->listen_fd, (struct sockaddr *)&a, &n) || pipe(s->stop_fd) ||
        pthread_create(&s->thread, NULL, serve, s))
        abort();
    s->port = ntohs(a.sin_port);
}

void raw_server_stop(struct raw_server *s)
{
    close(s->stop_fd[1]);
    pthread_join(s->thread, NULL);
    close(s->stop_fd[0]);
    close(s->listen_fd);
}
