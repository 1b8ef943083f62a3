/* Acting on hosts: orders (one step of a runbook on one target) driven by one poll() on the
 * caller's thread. Knows no plan and no database.
 *
 * An order ends done (the script's own END line said rc=0), failed (it said otherwise, or nothing
 * reached the host), or unknown (the command had begun and its end was not seen). */
#ifndef HINOMI_REMOTE_REMOTE_H
#define HINOMI_REMOTE_REMOTE_H

#include "remote/runbook.h"
#include "remote/transport.h"

struct remote;

enum remote_state { REMOTE_DONE, REMOTE_FAILED, REMOTE_UNKNOWN };
const char *remote_state_name(enum remote_state state);

struct remote_result {
    enum remote_state state;
    int rc;         /* the script's; -1: none was seen */
    struct err err; /* code ERR_NONE when done */
    int64_t elapsed_ns;
    struct connection connection; /* transport "" if it never connected */
};

enum remote_event_kind {
    REMOTE_CONNECTED, /* connection */
    REMOTE_BEGUN,     /* the script's own first line arrived */
    REMOTE_LINE,      /* text: one line of output, raw and hostile */
    REMOTE_NOISE,     /* text: one line that is not ours: stderr, a login banner */
    REMOTE_VALUE,     /* name, text: a named result of the script */
    REMOTE_DATA,      /* name, text: bytes of a stream (collect's tar), decoded */
    REMOTE_DATA_END,  /* name */
    REMOTE_ENDED      /* result; the last event of an order */
};

struct remote_event {
    enum remote_event_kind kind;
    const struct target *target;
    const struct connection *connection;
    const char *name;
    struct slice text;
    const struct remote_result *result;
};
/* Called from remote_poll() only. May submit further orders; must not free the fleet. */
typedef void remote_sink(void *owner, const struct remote_event *event);

struct remote_order {
    const struct target *target;   /* borrowed until REMOTE_ENDED */
    const struct runbook *runbook; /* borrowed until REMOTE_ENDED */
    enum runbook_step step;
    const struct runbook_value *values; /* copied */
    size_t value_count;
    bool fresh; /* over a new connection to the target; STEP_VERIFY always is */
    enum transport_kind transport;
    int64_t timeout_ns; /* from BEGIN to END; 0: the runbook's own */
    remote_sink *sink;
    void *owner;
};

struct remote *remote_new(const struct host_trust *trust);
void remote_free(struct remote *r); /* orders still alive end as unknown or failed first */

/* Returns an id > 0, or -1 when the values do not fit the runbook (nothing was sent). */
int64_t remote_submit(struct remote *r, const struct remote_order *order, struct err *e);

/* Waits at most `timeout_ms` (-1: until something moves) and moves all orders. `extra` (may be
 * NULL) are the caller's own fds, polled along. Returns how many orders are alive. */
int remote_poll(struct remote *r, int timeout_ms, struct pollfd *extra, int extra_count);

/* Submits one order and polls until it has ended; 0 when done, else -1 with result->err. */
int remote_run(struct remote *r, const struct remote_order *order, struct remote_result *result);

/* Ends a running order: the remote script is stopped over a second channel; the order then ends
 * failed with ERR_CANCELLED if its end was seen, unknown otherwise. */
void remote_cancel(struct remote *r, int64_t id);

/* A blocking connection to host:port as seen from the last hop of `chain`, through `ssh -W`: a
 * stream socket that the caller closes. Returns when the far side has accepted, or -1. */
int remote_dial(
    const struct target *chain, const char *host, int port, int64_t timeout_ns, struct err *e);

#endif
