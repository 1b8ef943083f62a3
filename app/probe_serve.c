#include "app/probe.h"

#include "app/inventory.h"
#include "app/plan_inside.h"
#include "core/mem.h"
#include "remote/remote.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { REQUEST_MAX = 1024 * 1024, LINES_MAX = 20000, BYTES_MAX = 8 * 1024 * 1024 };

struct serving {
    struct app *app;
    struct runbooks *runbooks;
    struct remote *remote;
    json_t *orders;
};

/* One host: its orders one after the other. */
struct asked {
    struct serving *serving;
    const char *host;
    struct target *target;
    size_t order;
    struct str values, lines; /* JSON members and elements so far */
    size_t line_count;
};

static void answer(struct asked *h, const struct remote_result *result, const struct err *why)
{
    struct str out = STR_INIT;
    enum remote_state state = result ? result->state : REMOTE_FAILED;
    str_puts(&out, "{\"host\":");
    str_json(&out, slice_of(h->host));
    str_printf(&out, ",\"order\":%zu,\"state\":\"%s\",\"code\":\"%s\",\"error\":", h->order,
        remote_state_name(state), err_code_name(why->code));
    str_json(&out, slice_of(why->code == ERR_NONE ? "" : why->text));
    str_puts(&out, ",\"transport\":");
    str_json(
        &out, slice_of(result && result->connection.transport ? result->connection.transport : ""));
    str_puts(&out, ",\"fingerprint\":");
    str_json(&out, slice_of(result ? result->connection.fingerprint : ""));
    str_printf(&out, ",\"ms\":%lld,\"values\":{%s},\"lines\":[%s]}\n",
        (long long)(result ? result->elapsed_ns / CLOCK_MILLISECOND : 0),
        h->values.p ? h->values.p : "", h->lines.p ? h->lines.p : "");
    for (size_t at = 0; at < out.n;) {
        ssize_t n = write(STDOUT_FILENO, out.p + at, out.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    str_release(&out);
    str_clear(&h->values);
    str_clear(&h->lines);
    h->line_count = 0;
}

static void next_order(struct asked *h);

static void add_value(struct asked *h, const char *name, struct slice text)
{
    if (h->values.n + text.n > BYTES_MAX)
        return;
    if (h->values.n)
        str_char(&h->values, ',');
    str_json(&h->values, slice_of(name));
    str_char(&h->values, ':');
    str_json(&h->values, text);
}

static void take(void *owner, const struct remote_event *event)
{
    struct asked *h = owner;
    if (event->kind == REMOTE_VALUE)
        add_value(h, event->name, event->text);
    if (event->kind == REMOTE_LINE && h->line_count < LINES_MAX &&
        h->lines.n + event->text.n < BYTES_MAX) {
        if (h->line_count++)
            str_char(&h->lines, ',');
        str_json(&h->lines, event->text);
    }
    if (event->kind != REMOTE_ENDED)
        return;
    answer(h, event->result, &event->result->err);
    h->order++;
    /* a host that could not be reached is not asked again */
    if (event->result->connection.transport && *event->result->connection.transport)
        next_order(h);
}

bool probe_may_run(const struct runbook *r, enum runbook_step step)
{
    return step == STEP_PREFLIGHT || step == STEP_VERIFY ||
           (step == STEP_SCRIPT && r->danger == RUNBOOK_READS);
}

static enum runbook_step step_named(const char *name)
{
    for (int s = 0; name && s < STEP_COUNT; s++)
        if (strcmp(runbook_step_name((enum runbook_step)s), name) == 0)
            return (enum runbook_step)s;
    return STEP_COUNT;
}

static int submit(struct asked *h, const json_t *order, struct err *e)
{
    struct serving *s = h->serving;
    const char *name = json_string_value(json_object_get(order, "runbook")), *key;
    const struct runbook *r = name ? runbooks_find(s->runbooks, name) : NULL;
    enum runbook_step step = step_named(json_string_value(json_object_get(order, "step")));
    struct runbook_value values[RUNBOOK_PARAMETERS_MAX];
    size_t count = 0;
    json_t *value;
    if (!r || step == STEP_COUNT || !r->sections[step] || !probe_may_run(r, step))
        return err_set(e, ERR_DENIED, "%s is nothing that only reads", name ? name : "it");
    json_object_foreach(json_object_get(order, "parameters"), key, value)
    {
        if (count < RUNBOOK_PARAMETERS_MAX)
            values[count++] = (struct runbook_value){key, json_string_value(value)};
    }
    struct remote_order what = {.target = h->target,
        .runbook = r,
        .step = step,
        .values = values,
        .value_count = count,
        .sink = take,
        .owner = h};
    return remote_submit(s->remote, &what, e) < 0 ? -1 : 0;
}

static void next_order(struct asked *h)
{
    while (h->order < json_array_size(h->serving->orders)) {
        struct err e = ERR_INIT;
        if (submit(h, json_array_get(h->serving->orders, h->order), &e) == 0)
            return;
        answer(h, NULL, &e);
        h->order++;
    }
}

static void ask_all(struct serving *s, json_t *hosts)
{
    size_t count = json_array_size(hosts);
    struct asked *list = mem_zalloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        struct asked *h = &list[i];
        struct err e = ERR_INIT;
        h->serving = s;
        h->host = json_string_value(json_array_get(hosts, i));
        if (!h->host)
            continue;
        if (inventory_resolve_name(s->app, h->host, &h->target, &e) < 0)
            answer(h, NULL, &e);
        else
            next_order(h);
    }
    while (remote_poll(s->remote, 1000, NULL, 0) > 0)
        ;
    remote_free(s->remote);
    for (size_t i = 0; i < count; i++) {
        target_free(list[i].target);
        str_release(&list[i].values);
        str_release(&list[i].lines);
    }
    free(list);
}

static int read_request(struct str *text)
{
    char buffer[16384];
    ssize_t n;
    while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0 && text->n < REQUEST_MAX)
        str_add(text, buffer, (size_t)n);
    return n == 0 ? 0 : -1;
}

int probe_serve(struct app *a)
{
    struct str text = STR_INIT;
    struct err e = ERR_INIT;
    struct serving s = {.app = a};
    struct host_trust trust = {.known_hosts = a->config->known_hosts};
    json_t *request = NULL, *hosts = NULL;
    int status = 1;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    if (read_request(&text) == 0)
        request = json_loadb(text.p ? text.p : "", text.n, 0, NULL);
    hosts = json_object_get(request, "hosts");
    s.orders = json_object_get(request, "orders");
    if (json_is_array(hosts) && json_is_array(s.orders) &&
        plan_load_runbooks(a, &s.runbooks, &e) == 0) {
        s.remote = remote_new(&trust);
        ask_all(&s, hosts);
        status = 0;
    }
    runbooks_free(s.runbooks);
    json_decref(request);
    str_release(&text);
    return status;
}
