/* One order on its way: link, script, answer, deadlines. remote.c's own. */
#ifndef HINOMI_REMOTE_ORDER_H
#define HINOMI_REMOTE_ORDER_H

#include "remote/remote.h"
#include "remote/script.h"

struct order {
    int64_t id;
    struct remote_order asked;
    struct target *own_target; /* freed with it; NULL: asked.target is the caller's */
    struct str script;
    struct script_reader reader;
    const struct transport_ops *ops;
    void *pool;
    struct link *link; /* NULL: waits for retry_at */
    struct connection connection;
    int64_t opened, retry_at, deadline, last_sign; /* monotonic */
    uint64_t lines, data;                          /* bytes delivered */
    int attempts;
    bool connected, done, cancelling, too_much;
    struct err cancel_why;
};

struct order *order_new(const struct remote_order *asked, struct err *e);
void order_free(struct order *o);

/* (Re)opens over a transport; `why` (may be NULL) is shown as the reason for it. */
void order_open(struct order *o, const struct transport_ops *ops, void *pool, const char *why);

/* Moves it as far as it goes. ORDER_SWITCH: libssh2 cannot do it, nothing was sent, o->cancel_why
 * says why. */
enum order_move { ORDER_WAITS, ORDER_MOVED, ORDER_SWITCH, ORDER_OVERDUE, ORDER_ENDED };
enum order_move order_step(struct order *o);

/* Ends it with whatever is known and tells the sink. */
void order_end(struct order *o, const struct err *why);

/* When it wants to be looked at again, monotonic ns. */
int64_t order_wake(const struct order *o);

#endif
