#include "remote/agent.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/str.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { REPLY_MAX = 256 * 1024, KEYS_MAX = 64 };
enum { REQUEST_IDENTITIES = 11, IDENTITIES_ANSWER = 12, SIGN_REQUEST = 13, SIGN_RESPONSE = 14 };

struct agent {
    int fd;
    struct agent_key keys[KEYS_MAX];
    size_t count;
    struct str list; /* the keys' blobs live here */
};

static void put_number(struct str *s, uint32_t v)
{
    char bytes[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};
    str_add(s, bytes, 4);
}

static void put_bytes(struct str *s, struct slice bytes)
{
    put_number(s, (uint32_t)bytes.n);
    str_slice(s, bytes);
}

static bool get_number(struct slice *from, uint32_t *v)
{
    const unsigned char *p = (const unsigned char *)from->p;
    if (from->n < 4)
        return false;
    *v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    *from = (struct slice){from->p + 4, from->n - 4};
    return true;
}

static bool get_bytes(struct slice *from, struct slice *out)
{
    uint32_t n;
    if (!get_number(from, &n) || n > from->n)
        return false;
    *out = (struct slice){from->p, n};
    *from = (struct slice){from->p + n, from->n - n};
    return true;
}

static int ready(int fd, short events, int64_t deadline)
{
    struct pollfd p = {fd, events, 0};
    int64_t left = deadline - clock_monotonic();
    return left > 0 && poll(&p, 1, (int)(left / CLOCK_MILLISECOND) + 1) > 0 ? 0 : -1;
}

static int send_all(int fd, struct slice bytes, int64_t deadline)
{
    while (bytes.n) {
        if (ready(fd, POLLOUT, deadline))
            return -1;
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (n > 0)
            bytes = (struct slice){bytes.p + n, bytes.n - (size_t)n};
    }
    return 0;
}

static int receive(int fd, char *out, size_t size, int64_t deadline)
{
    while (size) {
        if (ready(fd, POLLIN, deadline))
            return -1;
        ssize_t n = recv(fd, out, size, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return -1;
        if (n > 0) {
            out += n;
            size -= (size_t)n;
        }
    }
    return 0;
}

/* One question, one answer of the wanted kind. `answer` gets what follows the kind. */
static int ask(struct agent *a, const struct str *request, char wanted, struct str *answer,
    int64_t timeout, struct err *e)
{
    struct str framed = STR_INIT;
    char head[5], *body = NULL;
    uint32_t n = 0;
    int64_t deadline = clock_monotonic() + timeout;
    put_bytes(&framed, str_as_slice(request));
    int rc = send_all(a->fd, str_as_slice(&framed), deadline);
    str_release(&framed);
    if (rc == 0)
        rc = receive(a->fd, head, sizeof head, deadline);
    struct slice length = {head, 4};
    if (rc || !get_number(&length, &n) || n < 1 || n > REPLY_MAX)
        return err_set(e, ERR_IO, "the ssh agent does not answer");
    if (head[4] != wanted)
        return err_set(e, ERR_AUTH, "the ssh agent refuses");
    body = mem_alloc(n);
    if (n > 1 && receive(a->fd, body, n - 1, deadline))
        rc = err_set(e, ERR_IO, "the ssh agent does not answer");
    else
        str_add(answer, body, n - 1);
    free(body);
    return rc;
}

static int list_keys(struct agent *a, struct err *e)
{
    struct str request = STR_INIT;
    uint32_t count = 0;
    str_char(&request, REQUEST_IDENTITIES);
    int rc = ask(a, &request, IDENTITIES_ANSWER, &a->list, 2 * CLOCK_SECOND, e);
    str_release(&request);
    if (rc)
        return -1;
    struct slice rest = str_as_slice(&a->list);
    if (!get_number(&rest, &count))
        return err_set(e, ERR_IO, "the ssh agent's list is malformed");
    while (count-- && a->count < KEYS_MAX) {
        struct agent_key *key = &a->keys[a->count];
        struct slice comment;
        if (!get_bytes(&rest, &key->blob) || !get_bytes(&rest, &comment))
            return err_set(e, ERR_IO, "the ssh agent's list is malformed");
        snprintf(key->comment, sizeof key->comment, "%.*s",
            (int)(comment.n < 127 ? comment.n : 127), comment.p);
        a->count++;
    }
    return 0;
}

int agent_open(struct agent **out, const char *path, struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return err_set(e, ERR_CONFIG, "the path of the ssh agent's socket is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    struct agent *a = mem_zalloc(1, sizeof *a);
    a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = 0;
    if (a->fd < 0 || connect(a->fd, (struct sockaddr *)&address, sizeof address))
        rc = err_set(e, ERR_IO, "no ssh agent at %s: %s", path, strerror(errno));
    if (rc || list_keys(a, e)) {
        agent_close(a);
        return -1;
    }
    *out = a;
    return 0;
}

void agent_close(struct agent *a)
{
    if (!a)
        return;
    if (a->fd >= 0)
        close(a->fd);
    str_release(&a->list);
    free(a);
}

size_t agent_count(const struct agent *a)
{
    return a->count;
}

const struct agent_key *agent_key_at(const struct agent *a, size_t i)
{
    return &a->keys[i];
}

int agent_sign(struct agent *a, struct slice blob, struct slice data, uint32_t flags,
    unsigned char **signature, size_t *n, struct err *e)
{
    struct str request = STR_INIT, answer = STR_INIT;
    struct slice whole, name, bare;
    str_char(&request, SIGN_REQUEST);
    put_bytes(&request, blob);
    put_bytes(&request, data);
    put_number(&request, flags);
    int rc = ask(a, &request, SIGN_RESPONSE, &answer, 20 * CLOCK_SECOND, e);
    struct slice rest = str_as_slice(&answer);
    if (rc == 0 &&
        (!get_bytes(&rest, &whole) || !get_bytes(&whole, &name) || !get_bytes(&whole, &bare)))
        rc = err_set(e, ERR_IO, "the ssh agent's signature is malformed");
    if (rc == 0) {
        *signature = mem_alloc(bare.n + 1);
        memcpy(*signature, bare.p, bare.n);
        *n = bare.n;
    }
    str_release(&request);
    str_release(&answer);
    return rc;
}
