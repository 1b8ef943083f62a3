#include "remote/ssh2_session.h"

#include "core/clock.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KNOCKING_MAX = 8 }; /* below sshd's default MaxStartups 10:30:100 */

static const int limits_seconds[] = {
    [SSH2_QUEUED] = 60,
    [SSH2_CONNECT] = 10,
    [SSH2_FORWARD] = 40,
    [SSH2_HANDSHAKE] = 15,
    [SSH2_LOGIN] = 30,
};

static void enter_state(struct ssh2_session *s, enum ssh2_state state)
{
    s->state = state;
    if (state < SSH2_UP)
        s->deadline = clock_monotonic() + limits_seconds[state] * CLOCK_SECOND;
}

void ssh2_session_fail(struct ssh2_session *s, enum err_code code, const char *what)
{
    if (s->state == SSH2_DEAD || s->state == SSH2_REFUSED)
        return;
    err_set(&s->err, code, "%s: %s", s->hop.name, what);
    s->state = SSH2_DEAD;
}

const struct ssh2_session *ssh2_session_root(const struct ssh2_session *s)
{
    while (s->below)
        s = s->below;
    return s;
}

/* Rule B. */
static ssize_t send_below(struct ssh2_session *s, const char *bytes, size_t n)
{
    size_t sent = 0;
    ssize_t done = 0;
    while (sent < n) {
        done = ssh2_channel_write(s->way, bytes + sent, n - sent);
        if (done <= 0)
            break;
        sent += (size_t)done;
    }
    if (sent)
        return (ssize_t)sent;
    return done == 0 || done == LIBSSH2_ERROR_EAGAIN ? -EAGAIN : -EPIPE;
}

static ssize_t on_send(libssh2_socket_t fd, const void *bytes, size_t n, int flags, void **abstract)
{
    struct ssh2_session *s = *abstract;
    (void)flags;
    if (s->is_cut)
        return -EPIPE;
    if (s->way)
        return send_below(s, bytes, n);
    ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);
    s->pool->traffic += done > 0;
    return done < 0 ? -errno : done;
}

static ssize_t on_receive(libssh2_socket_t fd, void *out, size_t n, int flags, void **abstract)
{
    struct ssh2_session *s = *abstract;
    (void)flags;
    if (s->is_cut)
        return 0;
    if (!s->way) {
        ssize_t done = recv(fd, out, n, 0);
        s->pool->traffic += done >= 0;
        return done < 0 ? -errno : done;
    }
    ssize_t done = ssh2_channel_read(s->way, 0, out, n);
    if (done > 0)
        return done;
    if (done == 0)
        return libssh2_channel_eof(s->way->c) ? 0 : -EAGAIN;
    return done == LIBSSH2_ERROR_EAGAIN ? -EAGAIN : -ECONNRESET;
}

/* libssh2_session_callback_set() takes void *; ISO C has no cast to it from a function. */
static void set_callbacks(LIBSSH2_SESSION *session)
{
    LIBSSH2_SEND_FUNC((*sender)) = on_send;
    LIBSSH2_RECV_FUNC((*receiver)) = on_receive;
    void *p;
    memcpy(&p, &sender, sizeof p);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, p);
    memcpy(&p, &receiver, sizeof p);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, p);
}

int ssh2_session_start(struct ssh2_session *s)
{
    s->s = libssh2_session_init_ex(NULL, NULL, NULL, s);
    if (!s->s) {
        ssh2_session_fail(s, ERR_IO, "libssh2 has no memory");
        return -1;
    }
    libssh2_session_set_blocking(s->s, 0);
    set_callbacks(s->s);
    enter_state(s, SSH2_HANDSHAKE);
    return ssh2_prefer(s);
}

/* libssh2's keepalive never notices a dead peer; the kernel does. */
static void set_options(int fd)
{
    static const int on = 1, idle = 5, interval = 5, count = 3, unanswered_ms = 20000;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
}

static void connect_first(struct ssh2_session *s)
{
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
    snprintf(port, sizeof port, "%d", s->hop.port);
    int rc = getaddrinfo(s->hop.address, port, &hints, &list);
    if (rc) {
        ssh2_session_fail(s, ERR_NETWORK, "its name cannot be resolved");
        return;
    }
    s->fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd >= 0)
        set_options(s->fd);
    if (s->fd < 0 || (connect(s->fd, list->ai_addr, list->ai_addrlen) && errno != EINPROGRESS))
        ssh2_session_fail(s, ERR_NETWORK, strerror(errno));
    freeaddrinfo(list);
}

static bool step_connect(struct ssh2_session *s)
{
    struct pollfd p = {s->fd, POLLOUT, 0};
    int why = 0;
    socklen_t size = sizeof why;
    if (poll(&p, 1, 0) <= 0)
        return false;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &why, &size);
    if (why)
        ssh2_session_fail(s, ERR_NETWORK, strerror(why));
    else
        ssh2_session_start(s);
    return true;
}

static bool step_forward(struct ssh2_session *s)
{
    struct ssh2_session *below = s->below;
    bool moved = ssh2_session_step(below);
    if (below->state == SSH2_DEAD || below->state == SSH2_REFUSED) {
        s->err = below->err;
        s->state = below->state;
        return true;
    }
    if (below->state != SSH2_UP)
        return moved;
    if (!s->way) {
        s->way = mem_zalloc(1, sizeof *s->way);
        *s->way = (struct ssh2_channel){
            .on = below, .host = mem_strdup(s->hop.address), .port = s->hop.port};
        s->deadline = clock_monotonic() + limits_seconds[SSH2_CONNECT] * CLOCK_SECOND;
    }
    int rc = ssh2_channel_open(s->way);
    if (rc == LIBSSH2_ERROR_EAGAIN)
        return moved;
    s->fd = ssh2_session_root(s)->fd;
    if (rc == 0)
        ssh2_session_start(s);
    else if (rc == LIBSSH2_ERROR_CHANNEL_FAILURE)
        ssh2_session_fail(s, ERR_NETWORK, "the jump host could not connect to it");
    else {
        /* a kept session whose server has gone: a new one may do */
        below->state = SSH2_DEAD;
        ssh2_session_fail(s, ERR_LIMITED, "the connection to the jump host was lost");
    }
    return true;
}

static bool step_handshake(struct ssh2_session *s)
{
    if (!ssh2_enter(s, s, 'H'))
        return false;
    int rc = libssh2_session_handshake(s->s, s->fd);
    ssh2_leave(s, s, 'H', rc == LIBSSH2_ERROR_EAGAIN);
    if (rc == LIBSSH2_ERROR_EAGAIN)
        return false;
    if (rc == LIBSSH2_ERROR_KEX_FAILURE || rc == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE ||
        rc == LIBSSH2_ERROR_METHOD_NONE) {
        err_set(&s->err, ERR_UNSUPPORTED, "libssh2 and %s share no algorithm", s->hop.name);
        s->state = SSH2_REFUSED;
    } else if (rc) {
        /* past MaxStartups a server closes before its banner: worth another try */
        ssh2_session_fail(s, ERR_LIMITED, "the connection was closed before the keys were agreed");
    } else {
        const char *banner = libssh2_session_banner_get(s->s);
        snprintf(s->connection.banner, sizeof s->connection.banner, "%s", banner ? banner : "");
        ssh2_judge(s);
        if (s->state == SSH2_HANDSHAKE)
            enter_state(s, SSH2_LOGIN);
    }
    return true;
}

static int knocking(const struct ssh2_session *s)
{
    int n = 0;
    for (const struct ssh2_session *o = s->pool->first; o; o = o->next)
        n += o != s && o->state > SSH2_QUEUED && o->state < SSH2_UP && o->hop.port == s->hop.port &&
             strcmp(o->hop.address, s->hop.address) == 0;
    return n;
}

static bool step_queued(struct ssh2_session *s)
{
    if (knocking(s) >= KNOCKING_MAX)
        return false;
    enter_state(s, s->below ? SSH2_FORWARD : SSH2_CONNECT);
    if (!s->below)
        connect_first(s);
    return true;
}

bool ssh2_session_step(struct ssh2_session *s)
{
    static bool (*const steps[])(struct ssh2_session *) = {
        [SSH2_QUEUED] = step_queued,
        [SSH2_CONNECT] = step_connect,
        [SSH2_FORWARD] = step_forward,
        [SSH2_HANDSHAKE] = step_handshake,
        [SSH2_LOGIN] = ssh2_login_step,
    };
    static const char *const late[] = {
        [SSH2_QUEUED] = "too many connections to it are being made",
        [SSH2_CONNECT] = "no answer to the connection within 10 s",
        [SSH2_FORWARD] = "no way through the jump host in time",
        [SSH2_HANDSHAKE] = "no agreement on keys within 15 s",
        [SSH2_LOGIN] = "the login was not done within 30 s",
    };
    bool moved = s->abandoned && s->s ? ssh2_bury(s) : false;
    if (s->below && s->state > SSH2_FORWARD && s->below->abandoned)
        moved |= ssh2_bury(s->below);
    if (s->state >= SSH2_UP)
        return moved;
    enum ssh2_state was = s->state;
    moved |= steps[was](s);
    if (s->state == was && clock_monotonic() > s->deadline)
        ssh2_session_fail(s, ERR_TIMEOUT, late[was]);
    return moved || s->state != was;
}

static char *chain_key(const struct target *t, size_t hop)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i <= hop; i++) {
        const struct target_hop *h = &t->hops[i];
        str_printf(&s, "%s@%s:%d %s %s>", h->user, h->address, h->port, h->alias,
            h->identities[0] ? h->identities[0] : "");
    }
    return str_take(&s);
}

struct ssh2_session *ssh2_session_get(
    struct ssh2_pool *pool, const struct target *t, size_t hop, bool shared)
{
    char *key = chain_key(t, hop);
    struct ssh2_session *s = shared ? pool->first : NULL;
    while (s && !(s->shared && s->state < SSH2_REFUSED && strcmp(s->key, key) == 0))
        s = s->next;
    if (s) {
        free(key);
        s->refs++;
        return s;
    }
    s = mem_zalloc(1, sizeof *s);
    s->pool = pool;
    s->key = key;
    s->shared = shared;
    s->refs = 1;
    s->fd = -1;
    s->connection.transport = "libssh2";
    target_hop_copy(&s->arena, &s->hop, &t->hops[hop]);
    enter_state(s, SSH2_QUEUED);
    s->next = pool->first;
    pool->first = s;
    if (hop)
        s->below = ssh2_session_get(pool, t, hop - 1, true);
    return s;
}

void ssh2_session_free(struct ssh2_session *s)
{
    struct ssh2_session **at = &s->pool->first;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    s->is_cut = true;
    for (struct ssh2_channel *ch = s->abandoned, *next; ch; ch = next) {
        next = ch->next;
        ssh2_channel_release(ch); /* libssh2_session_free() takes the channel itself along */
    }
    if (s->s)
        libssh2_session_free(s->s);
    if (s->way) {
        ssh2_channel_abandon(s->way);
        ssh2_bury(s->below); /* so that the far side sees it now */
    }
    if (s->below)
        ssh2_session_put(s->below);
    else if (s->fd >= 0)
        close(s->fd);
    ssh2_login_release(&s->login);
    arena_release(&s->arena);
    free(s->key);
    free(s);
}

/* Shared sessions are kept while they are good; the others end with their last user. */
void ssh2_session_put(struct ssh2_session *s)
{
    if (--s->refs > 0)
        return;
    if (!s->shared || s->state != SSH2_UP)
        ssh2_session_free(s);
}
