/* libssh2 sessions in chains. Only remote/ssh2_*.c include this.
 *
 * Three rules, each bought with a bug of libssh2 1.10 (transport.c, send_existing):
 *  A. A session keeps one half-sent packet. While it does, only the very call that began it may run
 *     on that session; anything else fails with BAD_USE and ends it. `op` and `owner` say who. A
 *     half-done read of somebody else is finished on its behalf into a stash, or chains dead-lock.
 *  B. The send callback of an upper session loops until all is written or the lower says EAGAIN: an
 *     inner packet never fits one outer chunk, and a short write would put the upper session to
 * sleep. C. Only the session that owns the socket decides what poll() waits for, and after each
 * wake-up every session above it runs until all say EAGAIN (pool->traffic counts the bytes). */
#ifndef HINOMI_REMOTE_SSH2_SESSION_H
#define HINOMI_REMOTE_SSH2_SESSION_H

#include "core/str.h"
#include "remote/agent.h"
#include "remote/transport.h"

#include <libssh2.h>

enum ssh2_state {
    SSH2_QUEUED,  /* eight others are knocking at this server */
    SSH2_CONNECT, /* TCP */
    SSH2_FORWARD, /* waits for the hop before it, then a direct-tcpip channel on it */
    SSH2_HANDSHAKE,
    SSH2_LOGIN,
    SSH2_UP,
    SSH2_REFUSED, /* err says why libssh2 cannot do it */
    SSH2_DEAD     /* err says why */
};

struct ssh2_session;

struct ssh2_channel {
    struct ssh2_session *on;
    LIBSSH2_CHANNEL *c;
    char *host; /* direct-tcpip to host:port; NULL: a session channel */
    int port;
    struct str stash[2];
    size_t taken[2];
    size_t writing;            /* length of the half-sent write */
    struct ssh2_channel *next; /* in the session's list of abandoned ones */
};

struct ssh2_login {
    struct agent *agent;
    size_t next_agent, next_file, tries;
    struct str blob;  /* what is offered now, from the agent */
    struct slice key; /* the agent's name for it */
    uint32_t flags;
    char foreign[160], encrypted[160]; /* why keys were left out; "" */
};

struct ssh2_pool {
    struct host_trust trust;
    struct ssh2_session *first;
    uint64_t traffic;
};

struct ssh2_session {
    struct ssh2_pool *pool;
    struct ssh2_session *next;
    struct arena arena;
    struct target_hop hop; /* our own copy */
    char *key;             /* whole way to here: sessions with the same one are shared */
    bool shared, is_cut;   /* cut: its callbacks fail at once */
    int refs;              /* links and sessions above */
    enum ssh2_state state;
    int64_t deadline;
    struct err err;
    int fd; /* of the root of the chain */
    struct ssh2_session *below;
    struct ssh2_channel *way; /* channel on `below`; NULL: fd is ours */
    LIBSSH2_SESSION *s;
    const void *owner;
    char op;
    const void *opening; /* libssh2 keeps the state of one channel open per session */
    struct ssh2_channel *abandoned;
    struct ssh2_login login;
    struct connection connection;
};

/* ssh2_session.c */
struct ssh2_session *ssh2_session_get(
    struct ssh2_pool *pool, const struct target *t, size_t hop, bool shared);
void ssh2_session_put(struct ssh2_session *s);
void ssh2_session_free(struct ssh2_session *s);
bool ssh2_session_step(struct ssh2_session *s); /* true: it moved */
const struct ssh2_session *ssh2_session_root(const struct ssh2_session *s);
int ssh2_session_start(struct ssh2_session *s); /* makes s->s with callbacks */
void ssh2_session_fail(struct ssh2_session *s, enum err_code code, const char *what);

/* ssh2_channel.c: rule A. All return LIBSSH2_ERROR_EAGAIN when it is not their turn. */
bool ssh2_enter(struct ssh2_session *s, const void *owner, char op);
void ssh2_leave(struct ssh2_session *s, const void *owner, char op, bool again);
ssize_t ssh2_channel_read(struct ssh2_channel *ch, int stream, void *out, size_t size);
ssize_t ssh2_channel_write(struct ssh2_channel *ch, const void *bytes, size_t n);
int ssh2_channel_open(struct ssh2_channel *ch);
int ssh2_channel_command(struct ssh2_channel *ch, const char *command);
int ssh2_channel_end_input(struct ssh2_channel *ch);
/* The session finishes, closes and frees it in its own time. */
void ssh2_channel_abandon(struct ssh2_channel *ch);
void ssh2_channel_release(struct ssh2_channel *ch); /* our part of it only */
bool ssh2_bury(struct ssh2_session *s);             /* moves the abandoned ones on */

/* ssh2_login.c */
int ssh2_prefer(struct ssh2_session *s); /* before the handshake; -1: state is set */
void ssh2_judge(struct ssh2_session *s); /* after it: the host key */
bool ssh2_login_step(struct ssh2_session *s);
void ssh2_login_release(struct ssh2_login *login);

#endif
