/* contain: plan, dry run, confirmation, run; each host's outcome as it ends. */
#include "app/run.h"
#include "cli/commands.h"
#include "cli/contain_show.h"
#include "core/mem.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option_spec cmd_contain_options[] = {
    {"json", 0, NULL, N_("one object a host as it ends")},
    {"reason", 0, "TEXT", N_("why (required)")},
    {"case", 0, "ID", N_("transcript and proof go into this case")},
    {"alert", 0, "ID", N_("the alert it comes from: proves the host's identity, gives parameters")},
    {"expires", 0, "8h", N_("how long it lasts")},
    {"dry-run", 0, NULL, N_("only the read-only pre-flight: script, identity, impact, plan hash")},
    {"plan", 0, "SHA256", N_("run exactly this plan of a dry run (15 minutes)")},
    {"yes", 0, NULL, N_("do not ask; serves one unprotected host")},
    {NULL, 0, NULL, NULL},
};

struct request {
    struct plan_request plan;
    const char **hosts;
    struct plan_parameter *parameters;
    struct arena arena;
};

static bool is_runbook(struct cli *c, struct arena *arena, const char *word)
{
    struct plan_runbook *list;
    struct err ignored = ERR_INIT;
    size_t count = 0;
    if (plan_runbooks(c->app, arena, &list, &count, &ignored))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, word) == 0)
            return true;
    return false;
}

/* HOST… RUNBOOK NAME=VALUE…: the first word that names a runbook parts hosts from parameters. */
static int parse_words(struct cli *c, struct request *r, struct err *e)
{
    const struct options *o = &c->options;
    size_t at = 0;
    while (at < o->count && !is_runbook(c, &r->arena, o->operands[at]))
        r->hosts[r->plan.host_count++] = o->operands[at++];
    if (at == o->count)
        return err_set(e, ERR_USAGE, "no runbook among the words; `hinomi runbooks` lists them");
    if (at == 0)
        return err_set(e, ERR_USAGE, "which host? hinomi contain HOST… %s", o->operands[at]);
    r->plan.runbook = o->operands[at];
    for (at++; at < o->count; at++) {
        char *word = arena_strdup(&r->arena, o->operands[at]);
        char *equal = strchr(word, '=');
        if (!equal)
            return err_set(e, ERR_USAGE, "\"%s\": parameters are NAME=VALUE", word);
        *equal = '\0';
        r->parameters[r->plan.parameter_count++] = (struct plan_parameter){word, equal + 1};
    }
    return 0;
}

/* Parameters that were not typed come from the alert, if one was named. */
static int add_from_alert(struct cli *c, struct request *r, struct err *e)
{
    struct plan_parameter *given;
    size_t count;
    if (!r->plan.alert)
        return 0;
    if (plan_parameters_of_alert(
            c->app, c->store, r->plan.alert, r->plan.runbook, &r->arena, &given, &count, e))
        return -1;
    r->parameters = mem_grow(r->parameters, r->plan.parameter_count + count + 1, sizeof *given);
    for (size_t i = 0; i < count; i++) {
        bool typed = false;
        for (size_t k = 0; k < r->plan.parameter_count; k++)
            typed |= strcmp(r->parameters[k].name, given[i].name) == 0;
        if (!typed)
            r->parameters[r->plan.parameter_count++] = given[i];
    }
    return 0;
}

static int parse(struct cli *c, struct request *r, struct err *e)
{
    const struct options *o = &c->options;
    const char *lease = options_value(o, "expires");
    *r = (struct request){.arena = ARENA_INIT};
    r->hosts = mem_zalloc(o->count + 1, sizeof *r->hosts);
    r->parameters = mem_zalloc(o->count + 1, sizeof *r->parameters);
    r->plan.reason = options_value(o, "reason");
    if (options_value(o, "case") && cli_id(options_value(o, "case"), 'C', &r->plan.case_id, e))
        return -1;
    if (options_value(o, "alert") && cli_id(options_value(o, "alert"), 'A', &r->plan.alert, e))
        return -1;
    if (lease &&
        (!clock_parse_duration(slice_of(lease), &r->plan.lease_ns) || r->plan.lease_ns <= 0))
        return err_set(e, ERR_USAGE, "--expires: \"%s\" is no length of time (8h, 2d)", lease);
    if (parse_words(c, r, e) || add_from_alert(c, r, e))
        return -1;
    if (!r->plan.reason || !r->plan.reason[0])
        return err_set(e, ERR_USAGE, "--reason TEXT: every act on a host says why");
    r->plan.hosts = r->hosts;
    r->plan.parameters = r->parameters;
    return 0;
}

static int make_plan(struct cli *c, struct request *r, struct plan **plan, struct err *e)
{
    const char *hash = options_value(&c->options, "plan");
    if (hash)
        return plan_load(c->app, c->store, hash, plan, e);
    if (plan_make(c->app, c->store, &r->plan, plan, e))
        return -1;
    if (plan_dry_run(c->app, c->store, *plan, e)) {
        plan_free(*plan);
        *plan = NULL;
        return -1;
    }
    return 0;
}

/* --yes serves one unprotected host; more need the hash of a dry run, or a person at a terminal. */
static int may_start(struct cli *c, const struct plan *p, struct err *e)
{
    char expected[80];
    bool by_hash = options_has(&c->options, "plan");
    for (size_t i = 0; i < p->host_count; i++)
        if (p->hosts[i].verdict == PLAN_BLOCKED)
            return err_set(e, ERR_DENIED, "%s: %s", p->hosts[i].name, p->hosts[i].why);
    if (options_has(&c->options, "yes")) {
        if (by_hash ||
            (p->host_count == 1 && !p->hosts[0].is_protected && p->hosts[0].verdict == PLAN_OK))
            return 0;
        return err_set(e, ERR_USAGE,
            "--yes serves one host that needs no further word; do a --dry-run and give its --plan "
            "hash");
    }
    contain_show_plan(c, p, stderr);
    plan_confirmation(p, expected);
    return cli_confirm(c, "This acts on the hosts above.", expected, e);
}

static int follow_line(void *owner, const struct run_event *event)
{
    contain_show_event(owner, event);
    return 0;
}

static int run(struct cli *c, const struct plan *p, struct err *e)
{
    int64_t id;
    size_t good = 0;
    if (run_start(c->app, c->store, p, &id, e))
        return -1;
    if (!c->json)
        fprintf(stderr, "R-%" PRId64 "\n", id);
    if (run_follow(c->app, c->store, id, follow_line, c, e))
        return -1;
    for (size_t i = 0; i < p->host_count; i++)
        good += contain_show_result(c, id, p->hosts[i].name);
    if (good == p->host_count)
        return 0;
    return good ? 3 : 1;
}

int cmd_contain(struct cli *c, struct err *e)
{
    struct request r;
    struct plan *plan = NULL;
    int rc = 0;
    signal(SIGPIPE, SIG_IGN);
    if (options_has(&c->options, "plan"))
        r = (struct request){.arena = ARENA_INIT};
    else
        rc = parse(c, &r, e);
    if (rc == 0)
        rc = make_plan(c, &r, &plan, e);
    if (rc == 0 && options_has(&c->options, "dry-run"))
        contain_show_plan(c, plan, stdout);
    else if (rc == 0)
        rc = may_start(c, plan, e) ? -1 : run(c, plan, e);
    if (plan)
        plan_free(plan);
    free(r.hosts);
    free(r.parameters);
    arena_release(&r.arena);
    return rc;
}
