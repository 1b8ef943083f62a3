#include "remote/remote.h"

#include "core/clock.h"
#include "core/embedded.h"
#include "core/log.h"
#include "core/mem.h"
#include "remote/order.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANCEL_GRACE_SECONDS = 15 };

/* Hosts that libssh2 could not do, so that it is tried once only. */
struct preference {
    char *way, *reason;
};

struct remote {
    struct host_trust trust;
    void *pools[2]; /* in the order of `transports` */
    struct order **orders;
    size_t order_count;
    struct pollfd *fds;
    size_t fd_count;
    struct preference *preferences;
    size_t preference_count;
    struct runbook *cancel;
    int64_t last_id;
};

static const struct transport_ops *const transports[2] = {&transport_ssh2, &transport_openssh};

const char *remote_state_name(enum remote_state state)
{
    static const char *const names[] = {"done", "failed", "unknown"};
    return names[state];
}

struct remote *remote_new(const struct host_trust *trust)
{
    struct remote *r = mem_zalloc(1, sizeof *r);
    signal(SIGPIPE, SIG_IGN); /* a child that ended early must not end us */
    if (trust)
        r->trust = *trust;
    for (int i = 0; i < 2; i++)
        r->pools[i] = transports[i]->pool_new(&r->trust);
    return r;
}

void remote_free(struct remote *r)
{
    struct err why = ERR_INIT;
    if (!r)
        return;
    err_set(&why, ERR_CANCELLED, "hinomi ended before the answer came");
    for (size_t i = 0; i < r->order_count; i++) {
        order_end(r->orders[i], &why);
        order_free(r->orders[i]);
    }
    for (int i = 0; i < 2; i++)
        transports[i]->pool_free(r->pools[i]);
    for (size_t i = 0; i < r->preference_count; i++) {
        free(r->preferences[i].way);
        free(r->preferences[i].reason);
    }
    free(r->preferences);
    free(r->orders);
    free(r->fds);
    runbook_free(r->cancel);
    free(r);
}

/* Another user or key may fare better: they belong to the name. */
static char *way_to(const struct target_hop *hop)
{
    struct str s = STR_INIT;
    str_printf(&s, "%s@%s:%d %s", hop->user, hop->address, hop->port,
        hop->identities[0] ? hop->identities[0] : "");
    return str_take(&s);
}

static const struct preference *preferred(const struct remote *r, const struct target_hop *hop)
{
    const struct preference *found = NULL;
    char *way = way_to(hop);
    for (size_t i = 0; i < r->preference_count && !found; i++)
        if (strcmp(r->preferences[i].way, way) == 0)
            found = &r->preferences[i];
    free(way);
    return found;
}

static void remember(struct remote *r, const struct target_hop *hop, const char *reason)
{
    if (preferred(r, hop))
        return;
    r->preferences = mem_grow(r->preferences, r->preference_count + 1, sizeof *r->preferences);
    r->preferences[r->preference_count++] = (struct preference){way_to(hop), mem_strdup(reason)};
}

/* Why a target cannot go over libssh2, or NULL. */
static const char *child_reason(const struct remote *r, const struct target *t)
{
    const struct preference *p = preferred(r, target_last(t));
    for (size_t i = 0; i < t->hop_count; i++)
        if (t->hops[i].needs_child)
            return t->hops[i].needs_child;
    return p ? p->reason : NULL;
}

int64_t remote_submit(struct remote *r, const struct remote_order *order, struct err *e)
{
    struct order *o = order_new(order, e);
    if (!o)
        return -1;
    const char *why = child_reason(r, order->target);
    int which = order->transport == TRANSPORT_OPENSSH ? 1
                : order->transport == TRANSPORT_SSH2  ? 0
                                                      : why != NULL;
    o->id = ++r->last_id;
    r->orders = mem_grow(r->orders, r->order_count + 1, sizeof *r->orders);
    r->orders[r->order_count++] = o;
    order_open(o, transports[which], r->pools[which], which ? why : NULL);
    return o->id;
}

/* Nothing but an algorithm or a kind of key is a reason to go on with the system's ssh. */
static void switch_transport(struct remote *r, struct order *o)
{
    struct err why = o->cancel_why;
    if (o->asked.transport != TRANSPORT_ANY) {
        order_end(o, &why);
        return;
    }
    remember(r, target_last(o->asked.target), why.text);
    log_write(LOG_INFO, "openssh transport: %s", why.text);
    o->cancel_why = (struct err)ERR_INIT;
    order_open(o, transports[1], r->pools[1], why.text);
}

static const struct runbook *cancel_runbook(struct remote *r)
{
    static const char name[] = "cancel-step";
    struct err why = ERR_INIT;
    for (const struct embedded_file *f = embedded_files; !r->cancel && f->name; f++)
        if (strcmp(f->folder, "remote/runbooks") == 0 && strcmp(f->name, name) == 0 &&
            runbook_parse(&r->cancel, name, (struct slice){f->bytes, f->size}, name, &why))
            log_write(LOG_ERROR, "%s", why.text);
    return r->cancel;
}

static void stop(struct remote *r, struct order *o)
{
    char pid[24], started[24];
    struct err why = ERR_INIT;
    snprintf(pid, sizeof pid, "%lld", (long long)o->reader.pid);
    snprintf(started, sizeof started, "%lld", (long long)o->reader.started);
    struct runbook_value values[] = {{"pid", pid}, {"start", started}};
    /* it may outlive the order that it stops, and with it the caller's target */
    struct target *target = target_copy(o->asked.target);
    struct remote_order order = {.target = target,
        .runbook = cancel_runbook(r),
        .step = STEP_SCRIPT,
        .values = values,
        .value_count = 2,
        .transport = o->asked.transport};
    o->cancelling = true;
    o->deadline = clock_monotonic() + CANCEL_GRACE_SECONDS * CLOCK_SECOND;
    if (!order.runbook || o->reader.pid < 2 || remote_submit(r, &order, &why) < 0) {
        log_write(LOG_WARN, "a running script could not be stopped: %s", why.text);
        target_free(target);
        return;
    }
    struct order *stopper = r->orders[r->order_count - 1];
    stopper->own_target = target;
    stopper->cancelling = true; /* it is not itself stopped that way */
}

void remote_cancel(struct remote *r, int64_t id)
{
    for (size_t i = 0; i < r->order_count; i++) {
        struct order *o = r->orders[i];
        if (o->id != id || o->done || o->cancelling)
            continue;
        err_set(&o->cancel_why, ERR_CANCELLED, "%s: cancelled", target_last(o->asked.target)->name);
        if (o->reader.begun)
            stop(r, o);
        else
            order_end(o, &o->cancel_why);
        return;
    }
}

static bool step_all(struct remote *r)
{
    bool moved = false;
    for (size_t i = 0; i < r->order_count; i++) {
        struct order *o = r->orders[i];
        enum order_move move = order_step(o);
        if (move == ORDER_SWITCH)
            switch_transport(r, o);
        if (move == ORDER_OVERDUE)
            stop(r, o);
        moved |= move != ORDER_WAITS;
    }
    return moved;
}

static void sweep(struct remote *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->order_count; i++) {
        if (r->orders[i]->done)
            order_free(r->orders[i]);
        else
            r->orders[kept++] = r->orders[i];
    }
    r->order_count = kept;
}

/* Fills r->fds; returns how many and the time by which to wake. */
static size_t watch_all(struct remote *r, int64_t *wake)
{
    size_t room = r->order_count * LINK_FDS_MAX, n = 0;
    if (room > r->fd_count) {
        r->fds = mem_grow(r->fds, room, sizeof *r->fds);
        r->fd_count = room;
    }
    for (size_t i = 0; i < r->order_count; i++) {
        const struct order *o = r->orders[i];
        int64_t at = order_wake(o), link_at = 0;
        if (o->link)
            n += (size_t)o->ops->watch(o->link, r->fds + n, &link_at);
        if (link_at && link_at < at)
            at = link_at;
        if (at < *wake)
            *wake = at;
    }
    return n;
}

static void wait_for(struct remote *r, int64_t until, struct pollfd *extra, int extra_count)
{
    int64_t wake = until;
    size_t n = watch_all(r, &wake);
    if (extra_count) {
        r->fds = mem_grow(r->fds, n + (size_t)extra_count, sizeof *r->fds);
        r->fd_count = n + (size_t)extra_count;
        memcpy(r->fds + n, extra, (size_t)extra_count * sizeof *extra);
    }
    int64_t left = wake - clock_monotonic();
    int ms = left <= 0                   ? 0
             : left > 600 * CLOCK_SECOND ? 600000
                                         : (int)(left / CLOCK_MILLISECOND) + 1;
    poll(r->fds, n + (size_t)extra_count, ms);
    if (extra_count)
        memcpy(extra, r->fds + n, (size_t)extra_count * sizeof *extra);
}

int remote_poll(struct remote *r, int timeout_ms, struct pollfd *extra, int extra_count)
{
    int64_t until =
        timeout_ms < 0 ? INT64_MAX : clock_monotonic() + (int64_t)timeout_ms * CLOCK_MILLISECOND;
    bool moved = step_all(r);
    sweep(r);
    if (!moved && (r->order_count || extra_count)) {
        wait_for(r, until, extra, extra_count);
        step_all(r);
        sweep(r);
    }
    return (int)r->order_count;
}

struct waiting {
    remote_sink *sink;
    void *owner;
    struct remote_result *result;
    bool ended;
};

static void waiting_sink(void *owner, const struct remote_event *event)
{
    struct waiting *w = owner;
    if (w->sink)
        w->sink(w->owner, event);
    if (event->kind != REMOTE_ENDED)
        return;
    *w->result = *event->result;
    w->ended = true;
}

int remote_run(struct remote *r, const struct remote_order *order, struct remote_result *result)
{
    struct waiting w = {order->sink, order->owner, result, false};
    struct remote_order copy = *order;
    *result = (struct remote_result){.state = REMOTE_FAILED, .rc = -1};
    copy.sink = waiting_sink;
    copy.owner = &w;
    if (remote_submit(r, &copy, &result->err) < 0)
        return -1;
    while (!w.ended)
        remote_poll(r, -1, NULL, 0);
    return result->state == REMOTE_DONE ? 0 : -1;
}
