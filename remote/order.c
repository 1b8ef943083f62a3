#include "remote/order.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_LIMIT                                                                              \
    (90 * CLOCK_SECOND) /* all hops, all tries; each state has its own in ssh2                     \
                         */
#define BEGIN_LIMIT (30 * CLOCK_SECOND)
#define SILENCE_LIMIT (30 * CLOCK_SECOND) /* six missed heartbeats */

enum { LINES_MAX = 32 << 20, STEPS_AT_ONCE = 64, ATTEMPTS_MAX = 3 };
static const uint64_t data_max = UINT64_C(4) << 30;

static void tell(struct order *o, struct remote_event event)
{
    event.target = o->asked.target;
    if (o->asked.sink)
        o->asked.sink(o->asked.owner, &event);
}

static void on_begun(void *owner)
{
    struct order *o = owner;
    int64_t limit = o->asked.timeout_ns ? o->asked.timeout_ns : o->asked.runbook->timeout_ns;
    o->deadline = clock_monotonic() + limit;
    tell(o, (struct remote_event){.kind = REMOTE_BEGUN});
}

static void on_line(void *owner, bool ours, struct slice text)
{
    struct order *o = owner;
    o->lines += text.n;
    o->too_much |= o->lines > LINES_MAX;
    if (!o->too_much)
        tell(o, (struct remote_event){.kind = ours ? REMOTE_LINE : REMOTE_NOISE, .text = text});
}

static void on_value(void *owner, struct slice name, struct slice text)
{
    struct order *o = owner;
    char copy[129];
    o->lines += name.n + text.n;
    snprintf(copy, sizeof copy, "%.*s", (int)name.n, name.p);
    tell(o, (struct remote_event){.kind = REMOTE_VALUE, .name = copy, .text = text});
}

static void on_data(void *owner, const char *name, struct slice bytes)
{
    struct order *o = owner;
    o->data += bytes.n;
    o->too_much |= o->data > data_max;
    if (!o->too_much)
        tell(o, (struct remote_event){.kind = REMOTE_DATA, .name = name, .text = bytes});
}

static void on_data_end(void *owner, const char *name)
{
    tell(owner, (struct remote_event){.kind = REMOTE_DATA_END, .name = name});
}

static void on_connected(void *owner, const struct connection *c)
{
    struct order *o = owner;
    char reason[sizeof c->reason];
    snprintf(reason, sizeof reason, "%s", o->connection.reason);
    o->connection = *c;
    if (!o->connection.reason[0])
        snprintf(o->connection.reason, sizeof o->connection.reason, "%s", reason);
    o->connected = true;
    o->last_sign = clock_monotonic();
    o->deadline = o->last_sign + BEGIN_LIMIT;
    tell(o, (struct remote_event){.kind = REMOTE_CONNECTED, .connection = &o->connection});
}

static void on_bytes(void *owner, enum link_stream stream, struct slice bytes)
{
    struct order *o = owner;
    o->last_sign = clock_monotonic();
    script_reader_feed(&o->reader, stream == LINK_OUT ? SCRIPT_OUT : SCRIPT_ERR, bytes);
}

static void copy_values(struct order *o)
{
    struct runbook_value *copy = mem_zalloc(o->asked.value_count + 1, sizeof *copy);
    for (size_t i = 0; i < o->asked.value_count; i++)
        copy[i] = (struct runbook_value){
            mem_strdup(o->asked.values[i].name), mem_strdup(o->asked.values[i].value)};
    o->asked.values = copy;
}

struct order *order_new(const struct remote_order *asked, struct err *e)
{
    char nonce[SCRIPT_NONCE_LENGTH + 1];
    struct order *o = mem_zalloc(1, sizeof *o);
    struct script_events events = {on_begun, on_line, on_value, on_data, on_data_end, o};
    script_nonce(nonce);
    if (runbook_render(
            asked->runbook, asked->step, asked->values, asked->value_count, nonce, &o->script, e)) {
        str_release(&o->script);
        free(o);
        return NULL;
    }
    o->asked = *asked;
    copy_values(o);
    o->opened = clock_monotonic();
    o->deadline = o->opened + CONNECT_LIMIT;
    script_reader_init(&o->reader, nonce, &events);
    return o;
}

void order_free(struct order *o)
{
    if (o->link)
        o->ops->close(o->link);
    for (size_t i = 0; i < o->asked.value_count; i++) {
        free((char *)(uintptr_t)o->asked.values[i].name);
        free((char *)(uintptr_t)o->asked.values[i].value);
    }
    free((void *)(uintptr_t)o->asked.values);
    script_reader_release(&o->reader);
    str_release(&o->script);
    target_free(o->own_target);
    free(o);
}

void order_open(struct order *o, const struct transport_ops *ops, void *pool, const char *why)
{
    struct link_events events = {on_connected, on_bytes, o};
    if (o->link)
        o->ops->close(o->link);
    bool fresh = o->asked.fresh || o->asked.step == STEP_VERIFY;
    o->ops = ops;
    o->pool = pool;
    o->retry_at = 0;
    o->attempts++;
    snprintf(o->connection.reason, sizeof o->connection.reason, "%s", why ? why : "");
    o->link = ops->open(pool, o->asked.target, fresh, str_as_slice(&o->script), &events);
}

static void finish(struct order *o, enum remote_state state, const struct err *why)
{
    struct remote_result result = {.state = state,
        .rc = o->reader.rc,
        .elapsed_ns = clock_monotonic() - o->opened,
        .connection = o->connection};
    if (why)
        result.err = *why;
    if (!o->connected)
        result.connection.transport = "";
    o->done = true;
    tell(o, (struct remote_event){.kind = REMOTE_ENDED, .result = &result});
}

static void script_ended(struct order *o)
{
    struct err why = ERR_INIT;
    const char *name = target_last(o->asked.target)->name;
    if (o->reader.rc == 0 && !o->reader.fault[0]) {
        finish(o, REMOTE_DONE, NULL);
        return;
    }
    if (o->cancelling)
        why = o->cancel_why;
    else if (o->reader.fault[0])
        err_set(&why, ERR_DENIED, "%s: %s", name, o->reader.fault);
    else
        err_set(&why, ERR_INPUT, "%s: %s ended with status %d", name,
            runbook_step_name(o->asked.step), o->reader.rc);
    finish(o, REMOTE_FAILED, &why);
}

void order_end(struct order *o, const struct err *why)
{
    if (o->done)
        return;
    if (o->reader.ended)
        script_ended(o);
    else
        finish(o, o->connected ? REMOTE_UNKNOWN : REMOTE_FAILED, why);
}

static enum order_move finished(struct order *o)
{
    struct err why = ERR_INIT;
    const char *name = target_last(o->asked.target)->name;
    if (o->reader.ended) {
        script_ended(o);
    } else if (o->reader.begun) {
        err_set(&why, ERR_INPUT, "%s: the script stopped without its last line", name);
        finish(o, REMOTE_UNKNOWN, &why);
    } else {
        err_set(
            &why, ERR_DENIED, "%s: the login works, but its shell did not run the script", name);
        finish(o, REMOTE_FAILED, &why);
    }
    return ORDER_ENDED;
}

static enum order_move broken(struct order *o, const struct err *why)
{
    /* a server that is past its MaxStartups drops the connection before its banner */
    if (!o->connected && why->code == ERR_LIMITED && o->attempts < ATTEMPTS_MAX) {
        uint64_t jitter = slice_hash(slice_of(o->reader.nonce), (uint64_t)o->attempts) % 700;
        o->ops->close(o->link);
        o->link = NULL;
        o->retry_at =
            clock_monotonic() + (int64_t)(300 * o->attempts + (int)jitter) * CLOCK_MILLISECOND;
        return ORDER_WAITS;
    }
    order_end(o, why);
    return ORDER_ENDED;
}

/* Which limit has passed, if any; a running script is first asked to stop. */
static enum order_move overdue(struct order *o)
{
    struct err why = ERR_INIT;
    int64_t now = clock_monotonic();
    const char *name = target_last(o->asked.target)->name;
    if (o->too_much)
        err_set(&why, ERR_INPUT, "%s: it sent more than is ever taken", name);
    else if (o->reader.begun && now > o->last_sign + SILENCE_LIMIT)
        err_set(&why, ERR_TIMEOUT, "%s: no sign of life for 30 s", name);
    else if (now > o->deadline && o->reader.begun && !o->cancelling) {
        err_set(
            &o->cancel_why, ERR_TIMEOUT, "%s: it took longer than allowed and was stopped", name);
        return ORDER_OVERDUE;
    } else if (now > o->deadline)
        err_set(&why, ERR_TIMEOUT, "%s: %s in time", name,
            o->reader.begun ? "it could not be stopped"
            : o->connected  ? "the script did not begin"
                            : "no connection");
    else
        return ORDER_WAITS;
    order_end(o, &why);
    return ORDER_ENDED;
}

enum order_move order_step(struct order *o)
{
    struct err why = ERR_INIT;
    if (o->done)
        return ORDER_ENDED;
    if (!o->link) {
        if (clock_monotonic() < o->retry_at)
            return overdue(o);
        order_open(o, o->ops, o->pool, o->connection.reason);
    }
    for (int i = 0; i < STEPS_AT_ONCE; i++) {
        enum link_state state = o->ops->step(o->link, &why);
        if (o->reader.ended) {
            script_ended(o);
            return ORDER_ENDED;
        }
        if (state == LINK_FINISHED)
            return finished(o);
        if (state == LINK_BROKEN)
            return broken(o, &why);
        if (state == LINK_REFUSED) {
            o->cancel_why = why;
            return ORDER_SWITCH;
        }
        if (state == LINK_WAITS)
            return overdue(o);
    }
    return overdue(o) == ORDER_WAITS ? ORDER_MOVED : ORDER_ENDED;
}

int64_t order_wake(const struct order *o)
{
    int64_t wake = o->deadline;
    if (!o->link && o->retry_at < wake)
        return o->retry_at;
    if (o->reader.begun && o->last_sign + SILENCE_LIMIT < wake)
        wake = o->last_sign + SILENCE_LIMIT;
    return wake;
}
