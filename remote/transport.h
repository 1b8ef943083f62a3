/* One contract for the two ways to run a command on a target: libssh2 in this process, and the
 * system's `ssh` as a child. A link carries one command: `exec /bin/sh -s` with a script on its
 * stdin. All calls come from the one thread that runs remote_poll(); none blocks. */
#ifndef HINOMI_REMOTE_TRANSPORT_H
#define HINOMI_REMOTE_TRANSPORT_H

#include "core/err.h"
#include "remote/known_hosts.h"
#include "remote/target.h"

#include <poll.h>

enum { LINK_FDS_MAX = 4 };

enum transport_kind { TRANSPORT_ANY, TRANSPORT_SSH2, TRANSPORT_OPENSSH };

/* What a link found out while it connected. */
struct connection {
    const char *transport;                     /* "libssh2" or "openssh"; static */
    char fingerprint[HOSTKEY_FINGERPRINT_MAX]; /* of the target's own key; "" if not told */
    char key_type[32];
    char banner[96];
    char reason[96]; /* why not libssh2; "" */
};

/* How a host key of any hop is judged. Asked only about keys that known_hosts does not know (a
 * changed or revoked one is refused without asking); true: go on. NULL: refuse. */
struct host_trust {
    const char *known_hosts; /* one more file, after those of ssh -G; NULL: none */
    bool (*accept)(void *owner, const struct target_hop *hop, const char *type,
        const char *fingerprint, struct slice blob);
    void *owner;
};

enum link_stream { LINK_OUT, LINK_ERR };

/* Where a link delivers. Bytes are hostile and good only during the call. */
struct link_events {
    void (*connected)(void *owner, const struct connection *c);
    void (*bytes)(void *owner, enum link_stream stream, struct slice bytes);
    void *owner;
};

enum link_state {
    LINK_WAITS,    /* watch() says for what */
    LINK_MOVED,    /* call step() again soon */
    LINK_FINISHED, /* the remote side closed both streams */
    LINK_BROKEN,   /* err says why; whether the command ran is not known if it had connected */
    LINK_REFUSED   /* this transport cannot do it (no common algorithm, key type): try the other */
};

struct link;
struct transport_ops {
    const char *name;
    /* `fresh`: a connection of its own to the target, not a kept one. `input` is borrowed until
     * close. */
    struct link *(*open)(void *pool, const struct target *t, bool fresh, struct slice input,
        const struct link_events *events);
    enum link_state (*step)(struct link *l, struct err *e);
    int (*watch)(struct link *l, struct pollfd *fds, int64_t *wake); /* wake: monotonic ns or 0 */
    void (*close)(struct link *l);
    void *(*pool_new)(const struct host_trust *trust);
    void (*pool_free)(void *pool);
};

extern const struct transport_ops transport_ssh2, transport_openssh;

#endif
