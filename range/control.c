/* The client's side of the range's control socket. */
#include "range/room.h"
#include "range/space.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_SECONDS = 10 };

static int reach(const char *dir, struct err *e)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (snprintf(a.sun_path, sizeof(a.sun_path), "%s/control", dir) < (int)sizeof(a.sun_path) &&
        fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return err_set(e, ERR_NOT_FOUND, "no range is up in %s; `hinomi-range up` starts one", dir);
}

int control_ask_peer(const char *dir, pid_t *supervisor, struct err *e)
{
    struct ucred peer;
    socklen_t n = sizeof(peer);
    int fd = reach(dir, e);
    if (fd < 0)
        return -1;
    int rc = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
    close(fd);
    *supervisor = peer.pid;
    return rc;
}

static ssize_t receive(int fd, char *out, size_t size, int *fds)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SPACE_COUNT)];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = out, .iov_len = size};
    struct msghdr m = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes)};
    ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    const struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (fds && n > 0 && c && c->cmsg_type == SCM_RIGHTS)
        memcpy(fds, CMSG_DATA(c), sizeof(int) * SPACE_COUNT);
    return n;
}

int control_ask(
    const char *dir, const char *request, char *out, size_t size, int *fds, struct err *e)
{
    size_t have = 0;
    int fd = reach(dir, e);
    if (fd < 0)
        return -1;
    if (write(fd, request, strlen(request)) < 0 || shutdown(fd, SHUT_WR) < 0) {
        close(fd);
        return err_set(e, ERR_IO, "the range does not listen: %s", strerror(errno));
    }
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (have + 1 < size && poll(&p, 1, ANSWER_SECONDS * 1000) > 0) {
        ssize_t n = receive(fd, out + have, size - have - 1, have == 0 ? fds : NULL);
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    out[have] = '\0';
    close(fd);
    return have ? 0 : err_set(e, ERR_TIMEOUT, "the range did not answer");
}
