#include "remote/ssh2_session.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

enum { STASH_SIZE = 65536 };

static bool half_sent(const struct ssh2_session *s)
{
    return libssh2_session_block_directions(s->s) & LIBSSH2_SESSION_BLOCK_OUTBOUND;
}

static ssize_t raw_read(struct ssh2_channel *ch, int stream, void *out, size_t size)
{
    char op = stream ? 'r' : 'R';
    ssize_t n = libssh2_channel_read_ex(ch->c, stream ? SSH_EXTENDED_DATA_STDERR : 0, out, size);
    ssh2_leave(ch->on, ch, op, n == LIBSSH2_ERROR_EAGAIN);
    return n;
}

/* A read may have half sent its window adjustment. Whoever comes next finishes it and keeps the
 * bytes for its owner. */
static void finish_read(struct ssh2_session *s)
{
    char buffer[STASH_SIZE];
    if (s->op != 'R' && s->op != 'r')
        return;
    struct ssh2_channel *ch = (struct ssh2_channel *)(uintptr_t)s->owner;
    int stream = s->op == 'r';
    if (ch->stash[stream].n >= STASH_SIZE)
        return;
    ssize_t n = raw_read(ch, stream, buffer, sizeof buffer);
    if (n > 0)
        str_add(&ch->stash[stream], buffer, (size_t)n);
}

bool ssh2_enter(struct ssh2_session *s, const void *owner, char op)
{
    if (s->op && !(s->owner == owner && s->op == op))
        finish_read(s);
    return !s->op || (s->owner == owner && s->op == op);
}

void ssh2_leave(struct ssh2_session *s, const void *owner, char op, bool again)
{
    bool held = again && half_sent(s);
    s->owner = held ? owner : NULL;
    s->op = held ? op : 0;
}

static ssize_t take_stash(struct ssh2_channel *ch, int stream, void *out, size_t size)
{
    struct str *stash = &ch->stash[stream];
    size_t n = stash->n - ch->taken[stream];
    n = n < size ? n : size;
    memcpy(out, stash->p + ch->taken[stream], n);
    ch->taken[stream] += n;
    if (ch->taken[stream] == stash->n) {
        str_clear(stash);
        ch->taken[stream] = 0;
    }
    return (ssize_t)n;
}

ssize_t ssh2_channel_read(struct ssh2_channel *ch, int stream, void *out, size_t size)
{
    if (ch->stash[stream].n)
        return take_stash(ch, stream, out, size);
    bool entered = ssh2_enter(ch->on, ch, stream ? 'r' : 'R');
    if (ch->stash[stream].n)
        return take_stash(ch, stream, out, size);
    return entered ? raw_read(ch, stream, out, size) : LIBSSH2_ERROR_EAGAIN;
}

ssize_t ssh2_channel_write(struct ssh2_channel *ch, const void *bytes, size_t n)
{
    if (!ssh2_enter(ch->on, ch, 'W'))
        return LIBSSH2_ERROR_EAGAIN;
    ssize_t done = libssh2_channel_write(ch->c, bytes, n);
    ssh2_leave(ch->on, ch, 'W', done == LIBSSH2_ERROR_EAGAIN);
    ch->writing = ch->on->op == 'W' ? n : 0;
    return done;
}

int ssh2_channel_open(struct ssh2_channel *ch)
{
    struct ssh2_session *s = ch->on;
    if ((s->opening && s->opening != ch) || !ssh2_enter(s, ch, 'O'))
        return LIBSSH2_ERROR_EAGAIN;
    ch->c = ch->host ? libssh2_channel_direct_tcpip_ex(s->s, ch->host, ch->port, "127.0.0.1", 22)
                     : libssh2_channel_open_session(s->s);
    int why = ch->c ? 0 : libssh2_session_last_errno(s->s);
    bool again = !ch->c && why == LIBSSH2_ERROR_EAGAIN;
    ssh2_leave(s, ch, 'O', again);
    s->opening = again ? ch : NULL;
    return ch->c ? 0 : why ? why : LIBSSH2_ERROR_CHANNEL_FAILURE;
}

int ssh2_channel_command(struct ssh2_channel *ch, const char *command)
{
    if (!ssh2_enter(ch->on, ch, 'X'))
        return LIBSSH2_ERROR_EAGAIN;
    int rc = libssh2_channel_exec(ch->c, command);
    ssh2_leave(ch->on, ch, 'X', rc == LIBSSH2_ERROR_EAGAIN);
    return rc;
}

int ssh2_channel_end_input(struct ssh2_channel *ch)
{
    if (!ssh2_enter(ch->on, ch, 'E'))
        return LIBSSH2_ERROR_EAGAIN;
    int rc = libssh2_channel_send_eof(ch->c);
    ssh2_leave(ch->on, ch, 'E', rc == LIBSSH2_ERROR_EAGAIN);
    return rc;
}

void ssh2_channel_release(struct ssh2_channel *ch)
{
    str_release(&ch->stash[0]);
    str_release(&ch->stash[1]);
    free(ch->host);
    free(ch);
}

void ssh2_channel_abandon(struct ssh2_channel *ch)
{
    if (!ch)
        return;
    ch->next = ch->on->abandoned;
    ch->on->abandoned = ch;
}

/* Repeats the call that left a packet half sent. The bytes of a write were encrypted when it began:
 * the buffer is not looked at again. */
static bool finish_own(struct ssh2_channel *ch)
{
    static const char nothing[STASH_SIZE];
    char buffer[4096];
    struct ssh2_session *s = ch->on;
    switch (s->owner == ch ? s->op : 0) {
    case 'O':
        ssh2_channel_open(ch);
        break;
    case 'W':
        ssh2_channel_write(
            ch, nothing, ch->writing < sizeof nothing ? ch->writing : sizeof nothing);
        break;
    case 'X':
        ssh2_channel_command(ch, "");
        break;
    case 'E':
        ssh2_channel_end_input(ch);
        break;
    case 'R':
    case 'r':
        raw_read(ch, s->op == 'r', buffer, sizeof buffer);
        break;
    }
    if (s->opening == ch && s->owner != ch)
        ssh2_channel_open(ch);
    return s->opening != ch && (s->owner != ch || s->op == 'F');
}

static bool bury_one(struct ssh2_channel *ch)
{
    struct ssh2_session *s = ch->on;
    if (!finish_own(ch))
        return false;
    if (ch->c) {
        if (!ssh2_enter(s, ch, 'F'))
            return false;
        int rc = libssh2_channel_free(ch->c);
        ssh2_leave(s, ch, 'F', rc == LIBSSH2_ERROR_EAGAIN);
        if (rc == LIBSSH2_ERROR_EAGAIN)
            return false;
    }
    ssh2_channel_release(ch);
    return true;
}

bool ssh2_bury(struct ssh2_session *s)
{
    bool moved = false;
    for (struct ssh2_channel **at = &s->abandoned; *at;) {
        struct ssh2_channel *ch = *at, *next = ch->next;
        if (bury_one(ch)) {
            *at = next;
            moved = true;
        } else {
            at = &ch->next;
        }
    }
    return moved;
}
