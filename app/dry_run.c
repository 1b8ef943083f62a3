#include "app/plan_inside.h"
#include "app/probe.h"
#include "cases/alerts.h"
#include "cases/plans.h"

#include <stdlib.h>

enum { ASK_FACTS, ASK_PROCESS, ASK_OWN, ASK_COUNT };

/* What the alert says about the machine it came from. */
struct suspect {
    struct batch batch;
    const struct record *alert; /* NULL: no alert */
    struct plan_parameter process[3];
    size_t process_count;
};

struct trial {
    struct app *app;
    struct store *store;
    struct plan *plan;
    struct suspect suspect;
    struct probe_order orders[ASK_COUNT];
    int place[ASK_COUNT]; /* in the request, -1: not asked */
    size_t count;
    struct runbooks *runbooks;
    const struct runbook *runbook;
};

static void ask(struct trial *t, int which, struct probe_order order)
{
    t->place[which] = (int)t->count;
    t->orders[t->count++] = order;
}

static int read_suspect(struct trial *t, struct err *e)
{
    struct plan_parameter *given;
    size_t count;
    struct suspect *s = &t->suspect;
    batch_init(&s->batch);
    if (!t->plan->alert)
        return 0;
    if (alert_get(t->store, t->plan->alert, &s->batch, e) < 0)
        return -1;
    s->alert = s->batch.count ? &s->batch.records[0] : NULL;
    if (plan_parameters_of_alert(t->app, t->store, t->plan->alert, "kill-process", &t->plan->arena,
            &given, &count, e) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (strcmp(given[i].name, "pid") == 0 || strcmp(given[i].name, "started") == 0)
            s->process[s->process_count++] = given[i];
    return 0;
}

static void choose_orders(struct trial *t)
{
    for (int i = 0; i < ASK_COUNT; i++)
        t->place[i] = -1;
    ask(t, ASK_FACTS, (struct probe_order){.runbook = "preflight", .step = STEP_SCRIPT});
    /* pid and start time together: is the process that alerted still the one that runs there? */
    if (t->suspect.process_count == 2)
        ask(t, ASK_PROCESS,
            (struct probe_order){"kill-process", STEP_PREFLIGHT, t->suspect.process, 2});
    if (t->runbook->sections[STEP_PREFLIGHT])
        ask(t, ASK_OWN,
            (struct probe_order){
                t->plan->runbook, STEP_PREFLIGHT, t->plan->parameters, t->plan->parameter_count});
}

static const json_t *answer_of(
    const struct trial *t, const json_t *answers, const struct plan_host *h, int which)
{
    return t->place[which] < 0 ? NULL : probe_answer(answers, h->name, (size_t)t->place[which]);
}

static bool is_machine_id(struct slice v)
{
    size_t digits = 0;
    for (size_t i = 0; i < v.n; i++)
        digits += v.p[i] != '-';
    for (size_t i = 0; i < v.n; i++)
        if (!strchr("0123456789abcdefABCDEF-", v.p[i]))
            return false;
    return digits == 32;
}

/* machine-id(5) has no dashes; sensors that report it as a UUID put them in. */
static bool same_machine_id(struct slice a, const char *b)
{
    size_t j = 0;
    for (size_t i = 0; i < a.n; i++) {
        if (a.p[i] == '-')
            continue;
        if (!b[j] || !slice_equal_nocase((struct slice){a.p + i, 1}, (struct slice){b + j, 1}))
            return false;
        j++;
    }
    return b[j] == '\0';
}

static const char *shared_address(struct arena *arena, const struct record *alert, const char *list)
{
    const struct record_value *at = NULL;
    struct slice ip;
    while (record_next(alert, FIELD_HOST_IP, &at, &ip))
        for (const char *p = list; *p;) {
            size_t n = strcspn(p, " ");
            bool local = slice_starts(ip, SLICE("127.")) || slice_is(ip, "::1") ||
                         slice_starts(ip, SLICE("fe80:"));
            if (!local && slice_equal_nocase(ip, (struct slice){p, n}))
                return arena_copy(arena, ip).p;
            p += n + (p[n] == ' ');
        }
    return NULL;
}

/* Proved, unproved, or a contradiction, which blocks. Names prove nothing: anybody can bear them.
 */
static void judge_identity(
    struct trial *t, struct plan_host *h, const json_t *facts, const json_t *process)
{
    struct plan *p = t->plan;
    const struct record *alert = t->suspect.alert;
    if (!alert) {
        h->identity = "unproved: the plan comes from no alert";
        return;
    }
    struct slice machine = record_get(alert, FIELD_HOST_ID);
    const char *there = probe_value(facts, "machine_id");
    if (is_machine_id(machine) && *there && !same_machine_id(machine, there)) {
        h->identity =
            arena_printf(&p->arena, "contradiction: machine-id there %s, in the alert %.*s", there,
                (int)machine.n, machine.p);
        plan_block(p, h, "the machine that answered is not the one that alerted: %s", h->identity);
        return;
    }
    const char *address = shared_address(&p->arena, alert, probe_value(facts, "addresses"));
    struct str text = STR_INIT;
    if (is_machine_id(machine) && *there)
        str_puts(&text, "machine-id");
    if (address)
        str_printf(&text, "%saddress %s", text.n ? ", " : "", address);
    if (probe_done(process))
        str_printf(&text, "%sprocess %s alive with the same start time", text.n ? ", " : "",
            t->suspect.process[0].value);
    if (text.n)
        h->identity = arena_printf(&p->arena, "proved: %s", text.p);
    else
        h->identity = "unproved: neither machine-id, address nor a living process of the alert "
                      "tells that it is the host that alerted";
    str_release(&text);
}

static void add_impact(struct str *out, const char *label, const char *value)
{
    if (!*value || strcmp(value, "0") == 0)
        return;
    str_printf(out, "%s%s %s", out->n ? "; " : "", label, value);
}

static void describe_impact(struct plan *p, struct plan_host *h, const json_t *facts)
{
    static const struct {
        const char *name, *label;
    } parts[] = {{"users", "logged on:"}, {"clients", "connections open:"},
        {"listeners", "listens on:"}, {"network_fs", "network file systems that will hang:"}};
    struct str text = STR_INIT;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct slice v = slice_trim(slice_of(probe_value(facts, parts[i].name)));
        add_impact(&text, parts[i].label, arena_copy(&p->arena, v).p);
    }
    if (strcmp(probe_value(facts, "isolation"), "isolated") == 0)
        add_impact(&text, "isolation:", "it is cut off already");
    h->impact = text.n ? arena_strdup(&p->arena, text.p) : "nobody is logged on, nothing listens";
    str_release(&text);
}

static void refuse(struct plan *p, struct plan_host *h, const json_t *answer)
{
    struct err why = ERR_INIT;
    probe_error(answer, &why);
    h->preflight_error = arena_strdup(&p->arena, why.text);
    if (h->verdict != PLAN_BLOCKED)
        plan_block(p, h, "%s", why.text);
}

static void judge_host(struct trial *t, struct plan_host *h, const json_t *answers)
{
    struct plan *p = t->plan;
    const json_t *facts = answer_of(t, answers, h, ASK_FACTS);
    const json_t *own = answer_of(t, answers, h, ASK_OWN);
    if (!probe_done(facts)) {
        refuse(p, h, facts);
        return;
    }
    judge_identity(t, h, facts, answer_of(t, answers, h, ASK_PROCESS));
    describe_impact(p, h, facts);
    bool is_linux = strncmp(probe_value(facts, "kernel"), "Linux ", 6) == 0;
    if (!*h->platform && is_linux) {
        h->platform = "linux";
        if (h->verdict == PLAN_NEEDS_WORD) {
            h->verdict = PLAN_OK;
            h->why = "";
        }
    }
    if (t->runbook->needs_root && strcmp(probe_value(facts, "root"), "no") == 0) {
        h->preflight_error = arena_printf(&p->arena,
            "%s there is not root, and sudo asks for a password", probe_value(facts, "login"));
        plan_block(p, h, "%s", h->preflight_error);
    } else if (own && !probe_done(own)) {
        refuse(p, h, own);
    }
}

static int ask_hosts(struct trial *t, struct err *e)
{
    struct plan *p = t->plan;
    const char **names = arena_zalloc(&p->arena, (p->host_count + 1) * sizeof *names);
    size_t count = 0;
    json_t *answers = NULL;
    for (size_t i = 0; i < p->host_count; i++)
        if (p->hosts[i].verdict != PLAN_BLOCKED)
            names[count++] = p->hosts[i].name;
    if (count && probe_ask(t->app, names, count, t->orders, t->count, &answers, e) < 0)
        return -1;
    for (size_t i = 0; i < p->host_count; i++)
        if (p->hosts[i].verdict != PLAN_BLOCKED)
            judge_host(t, &p->hosts[i], answers);
    json_decref(answers);
    return 0;
}

int plan_dry_run(struct app *a, struct store *s, struct plan *p, struct err *e)
{
    struct trial t = {.app = a, .store = s, .plan = p};
    int rc = plan_load_runbooks(a, &t.runbooks, e);
    if (rc == 0) {
        t.runbook = runbooks_find(t.runbooks, p->runbook);
        if (!t.runbook)
            rc = err_set(e, ERR_NOT_FOUND, "the runbook %s is gone", p->runbook);
    }
    if (rc == 0)
        rc = read_suspect(&t, e);
    if (rc == 0) {
        choose_orders(&t);
        rc = ask_hosts(&t, e);
    }
    if (rc == 0) {
        plan_write_json(p);
        /* kept so that --plan HASH can run exactly this; an observer keeps nothing */
        if (!a->read_only)
            rc = plan_put(s, &a->actor, p->json, p->sha256, e);
    }
    batch_release(&t.suspect.batch);
    runbooks_free(t.runbooks);
    return rc;
}
