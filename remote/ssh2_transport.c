/* The transport over libssh2: one session per command on the target, the hops before it shared. */
#include "core/clock.h"
#include "core/mem.h"
#include "remote/script.h"
#include "remote/ssh2_session.h"

#include <stdlib.h>

enum link_stage { STAGE_LOGIN, STAGE_OPEN, STAGE_COMMAND, STAGE_TALK };

struct link {
    struct ssh2_session *session;
    struct ssh2_channel *channel;
    enum link_stage stage;
    struct slice input;
    bool input_ended;
    struct link_events events;
};

static void *pool_new(const struct host_trust *trust)
{
    struct ssh2_pool *p = mem_zalloc(1, sizeof *p);
    libssh2_init(0);
    if (trust)
        p->trust = *trust;
    return p;
}

static void pool_free(void *pool)
{
    struct ssh2_pool *p = pool;
    /* the newest stand first and use those behind them, which they let go of */
    while (p->first) {
        struct ssh2_session *s = p->first;
        while (s->refs > 0 && s->next)
            s = s->next;
        ssh2_session_free(s);
    }
    free(p);
    libssh2_exit();
}

static struct link *link_open(void *pool, const struct target *t, bool fresh, struct slice input,
    const struct link_events *events)
{
    struct link *l = mem_zalloc(1, sizeof *l);
    (void)fresh; /* the session to the target is always a new one */
    l->session = ssh2_session_get(pool, t, t->hop_count - 1, false);
    l->input = input;
    l->events = *events;
    return l;
}

static enum link_state lost(struct link *l, struct err *e, const char *what)
{
    ssh2_session_fail(l->session, ERR_NETWORK, what);
    *e = l->session->err;
    return LINK_BROKEN;
}

static enum link_state step_login(struct link *l, struct err *e)
{
    struct ssh2_session *s = l->session;
    bool moved = ssh2_session_step(s);
    if (s->state == SSH2_DEAD || s->state == SSH2_REFUSED) {
        *e = s->err;
        return s->state == SSH2_DEAD ? LINK_BROKEN : LINK_REFUSED;
    }
    if (s->state != SSH2_UP)
        return moved ? LINK_MOVED : LINK_WAITS;
    l->events.connected(l->events.owner, &s->connection);
    l->channel = mem_zalloc(1, sizeof *l->channel);
    l->channel->on = s;
    l->stage = STAGE_OPEN;
    return LINK_MOVED;
}

static enum link_state step_open(struct link *l, struct err *e)
{
    int rc = l->stage == STAGE_OPEN ? ssh2_channel_open(l->channel)
                                    : ssh2_channel_command(l->channel, SCRIPT_COMMAND);
    if (rc == LIBSSH2_ERROR_EAGAIN)
        return LINK_WAITS;
    if (rc)
        return lost(l, e, "it accepted the login but ran no command");
    l->stage++;
    return LINK_MOVED;
}

/* 1: bytes came, 0: none now, -1: the connection is gone. */
static int receive(struct link *l, enum link_stream stream)
{
    char buffer[32768];
    ssize_t n = ssh2_channel_read(l->channel, stream == LINK_ERR, buffer, sizeof buffer);
    if (n > 0)
        l->events.bytes(l->events.owner, stream, (struct slice){buffer, (size_t)n});
    return n > 0 ? 1 : n == 0 || n == LIBSSH2_ERROR_EAGAIN ? 0 : -1;
}

static int give(struct link *l)
{
    if (l->input_ended)
        return 0;
    ssize_t n = l->input.n ? ssh2_channel_write(l->channel, l->input.p, l->input.n)
                           : ssh2_channel_end_input(l->channel);
    if (n == LIBSSH2_ERROR_EAGAIN)
        return 0;
    if (n < 0)
        return libssh2_channel_eof(l->channel->c) ? 0 : -1;
    if (l->input.n)
        l->input = (struct slice){l->input.p + n, l->input.n - (size_t)n};
    else
        l->input_ended = true;
    return 1;
}

static enum link_state step_talk(struct link *l, struct err *e)
{
    int out = receive(l, LINK_OUT), noise = receive(l, LINK_ERR), in = give(l);
    if (out > 0 || noise > 0 || in > 0)
        return LINK_MOVED;
    if (out < 0 || noise < 0 || in < 0)
        return lost(l, e, "the connection was lost");
    if (libssh2_channel_eof(l->channel->c) && !l->channel->stash[0].n && !l->channel->stash[1].n)
        return LINK_FINISHED;
    return LINK_WAITS;
}

static enum link_state link_step(struct link *l, struct err *e)
{
    static enum link_state (*const stages[])(struct link *, struct err *) = {
        [STAGE_LOGIN] = step_login,
        [STAGE_OPEN] = step_open,
        [STAGE_COMMAND] = step_open,
        [STAGE_TALK] = step_talk,
    };
    struct ssh2_pool *pool = l->session->pool;
    uint64_t traffic = pool->traffic;
    for (struct ssh2_session *s = l->session; s; s = s->below)
        if (s->abandoned && s->s)
            ssh2_bury(s);
    enum link_state state = stages[l->stage](l, e);
    /* bytes that came for another link lie in the shared session: all must look again (rule C) */
    return state == LINK_WAITS && pool->traffic != traffic ? LINK_MOVED : state;
}

static int link_watch(struct link *l, struct pollfd *fds, int64_t *wake)
{
    const struct ssh2_session *root = ssh2_session_root(l->session);
    for (const struct ssh2_session *s = l->session; s; s = s->below) {
        /* nothing tells when one of eight others has done knocking */
        int64_t at =
            s->state == SSH2_QUEUED ? clock_monotonic() + 20 * CLOCK_MILLISECOND : s->deadline;
        if (s->state < SSH2_UP && (!*wake || at < *wake))
            *wake = at;
    }
    if (root->fd < 0)
        return 0;
    bool out =
        root->state == SSH2_CONNECT ||
        (root->s && (libssh2_session_block_directions(root->s) & LIBSSH2_SESSION_BLOCK_OUTBOUND));
    fds[0] = (struct pollfd){root->fd, out ? POLLOUT : POLLIN, 0};
    return 1;
}

static void link_close(struct link *l)
{
    ssh2_channel_abandon(l->channel);
    ssh2_session_put(l->session);
    free(l);
}

const struct transport_ops transport_ssh2 = {
    .name = "libssh2",
    .open = link_open,
    .step = link_step,
    .watch = link_watch,
    .close = link_close,
    .pool_new = pool_new,
    .pool_free = pool_free,
};
