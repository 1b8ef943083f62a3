#include "app/plan_inside.h"

#include "app/inventory.h"
#include "cases/ledger.h"
#include "cases/plans.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define PLAN_LIFE (15 * 60 * CLOCK_SECOND)
/* stands where the run's own nonce will stand */
#define NO_NONCE "00000000000000000000000000000000"

const char *plan_runbook_folder(const struct app *a, struct arena *arena)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const char *slash = a->config->file ? strrchr(a->config->file, '/') : NULL;
    if (slash)
        return arena_printf(
            arena, "%.*s/runbooks", (int)(slash - a->config->file), a->config->file);
    if (base && base[0] == '/')
        return arena_printf(arena, "%s/hinomi/runbooks", base);
    return home ? arena_printf(arena, "%s/.config/hinomi/runbooks", home) : NULL;
}

static void refused(void *owner, const struct err *why)
{
    (void)owner;
    log_write(LOG_WARN, "runbook: %s", why->text);
}

int plan_load_runbooks(const struct app *a, struct runbooks **out, struct err *e)
{
    struct arena arena = ARENA_INIT;
    int rc = runbooks_load(out, plan_runbook_folder(a, &arena), refused, NULL, e);
    arena_release(&arena);
    return rc;
}

size_t plan_values(const struct plan *p, struct runbook_value values[RUNBOOK_PARAMETERS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < p->parameter_count && n < RUNBOOK_PARAMETERS_MAX; i++)
        values[n++] = (struct runbook_value){p->parameters[i].name, p->parameters[i].value};
    return n;
}

const char *plan_via_text(struct arena *arena, const struct target *t)
{
    struct str text = STR_INIT;
    str_add(&text, "", 0);
    for (size_t i = 0; i + 1 < t->hop_count; i++)
        str_printf(&text, "%s%s", i ? ", " : "", t->hops[i].name);
    const char *kept = arena_strdup(arena, text.p);
    str_release(&text);
    return kept;
}

struct making {
    struct app *app;
    struct store *store;
    const struct plan_request *request;
    const struct runbook *runbook;
    struct plan *plan;
    struct target **ways;
};

static bool has_parameter(const struct runbook *r, const char *name)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        if (strcmp(r->parameters[i].name, name) == 0)
            return true;
    return false;
}

static void add_parameter(
    struct plan *p, const struct runbook *r, const char *name, const char *value)
{
    struct plan_parameter *list = (struct plan_parameter *)p->parameters;
    if (!has_parameter(r, name) || !value || p->parameter_count == RUNBOOK_PARAMETERS_MAX)
        return;
    for (size_t i = 0; i < p->parameter_count; i++)
        if (strcmp(list[i].name, name) == 0)
            return;
    list[p->parameter_count++] =
        (struct plan_parameter){arena_strdup(&p->arena, name), arena_strdup(&p->arena, value)};
}

/* What was typed first, then what the alert says, then what we know ourselves. */
static int gather_parameters(struct making *m, struct err *e)
{
    struct plan *p = m->plan;
    const struct plan_request *r = m->request;
    struct plan_parameter *given = NULL;
    size_t count = 0;
    p->parameters = arena_zalloc(&p->arena, RUNBOOK_PARAMETERS_MAX * sizeof(struct plan_parameter));
    for (size_t i = 0; i < r->parameter_count; i++) {
        if (!has_parameter(m->runbook, r->parameters[i].name))
            return err_set(e, ERR_USAGE, "%s has no parameter \"%.60s\"; see `hinomi runbooks`",
                m->runbook->name, r->parameters[i].name);
        add_parameter(p, m->runbook, r->parameters[i].name, r->parameters[i].value);
    }
    if (r->alert && plan_parameters_of_alert(m->app, m->store, r->alert, m->runbook->name,
                        &p->arena, &given, &count, e) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        add_parameter(p, m->runbook, given[i].name, given[i].value);
    add_parameter(p, m->runbook, "deadman",
        arena_printf(&p->arena, "%lld", (long long)(m->app->config->dead_man_ns / CLOCK_SECOND)));
    add_parameter(p, m->runbook, "lease",
        arena_printf(&p->arena, "%lld", (long long)(p->lease_ns / CLOCK_SECOND)));
    add_parameter(p, m->runbook, "actor", p->requester);
    add_parameter(p, m->runbook, "reason", p->reason);
    if (p->case_id)
        add_parameter(
            p, m->runbook, "case", arena_printf(&p->arena, "C-%lld", (long long)p->case_id));
    return 0;
}

static int take_host(void *owner, const struct host_row *row)
{
    struct str *os = owner;
    str_clear(os);
    if (row->os)
        str_puts(os, row->os);
    return 0;
}

static void describe_host(struct making *m, struct plan_host *h, const char *name)
{
    struct plan *p = m->plan;
    struct str os = STR_INIT;
    struct err e = ERR_INIT;
    struct host_config said = config_host(m->app->config, name);
    host_get(m->store, name, take_host, &os, &e);
    *h = (struct plan_host){.name = arena_strdup(&p->arena, name),
        .address = "",
        .user = "",
        .via = "",
        .platform = arena_strdup(&p->arena, inventory_platform(&said, os.p)),
        .criticality = said.criticality ? said.criticality : "",
        .is_protected = said.is_protected == 1,
        .why = "",
        .script = ""};
    str_release(&os);
}

static int add_host(struct making *m, size_t i, struct err *e)
{
    struct plan *p = m->plan;
    struct plan_host *h = &p->hosts[i];
    struct runbook_value values[RUNBOOK_PARAMETERS_MAX];
    struct err why = ERR_INIT;
    struct str script = STR_INIT;
    describe_host(m, h, m->request->hosts[i]);
    for (size_t k = 0; k < i; k++)
        if (slice_equal_nocase(slice_of(p->hosts[k].name), slice_of(h->name)))
            return err_set(e, ERR_USAGE, "%s is named twice", h->name);
    if (inventory_resolve_name(m->app, h->name, &m->ways[i], &why) < 0) {
        plan_block(p, h, "%s", why.text);
        return 0;
    }
    const struct target_hop *last = target_last(m->ways[i]);
    h->address = arena_printf(
        &p->arena, last->port && last->port != 22 ? "%s:%d" : "%s", last->address, last->port);
    h->user = last->user ? arena_strdup(&p->arena, last->user) : "";
    h->via = plan_via_text(&p->arena, m->ways[i]);
    size_t n = plan_values(p, values);
    int rc = runbook_render(m->runbook, STEP_SCRIPT, values, n, NO_NONCE, &script, e);
    if (rc == 0)
        h->script = arena_strdup(&p->arena, script.p);
    str_release(&script);
    return rc;
}

static const char *revert_text(struct plan *p, const struct runbook *r)
{
    if (!r->reversible_by)
        return r->irreversible ? arena_strdup(&p->arena, r->irreversible)
                               : "it changes nothing that would have to be taken back";
    if (strcmp(r->reversible_by, "self") == 0)
        return "by the runbook's own revert step";
    return arena_printf(&p->arena, "hinomi contain HOST %s --reason …%s", r->reversible_by,
        r->danger == RUNBOOK_CUTS ? "; by hand there, as root: sh /run/hinomi-isolate/lift" : "");
}

static void describe(struct making *m)
{
    struct plan *p = m->plan;
    const struct runbook *r = m->runbook;
    const struct plan_request *q = m->request;
    p->runbook = arena_strdup(&p->arena, r->name);
    p->runbook_sha256 = arena_strdup(&p->arena, r->sha256);
    p->title = arena_strdup(&p->arena, r->title ? r->title : r->name);
    p->reason = arena_strdup(&p->arena, q->reason ? q->reason : "");
    p->requester = arena_strdup(&p->arena, m->app->actor.analyst);
    p->revert = revert_text(p, r);
    p->reversible = r->reversible_by != NULL;
    p->reaches_network = r->danger == RUNBOOK_CUTS;
    p->reads_only = r->danger == RUNBOOK_READS;
    p->case_id = q->case_id;
    p->alert = q->alert;
    p->lease_ns = q->lease_ns ? q->lease_ns : m->app->config->default_lease_ns;
    p->made = clock_now();
    p->host_count = q->host_count;
    p->hosts = arena_zalloc(&p->arena, (q->host_count + 1) * sizeof *p->hosts);
}

static int fill(struct making *m, struct err *e)
{
    const char *bound[RUNBOOK_PARAMETERS_MAX];
    struct runbook_value values[RUNBOOK_PARAMETERS_MAX];
    describe(m);
    if (gather_parameters(m, e) < 0)
        return -1;
    size_t n = plan_values(m->plan, values);
    if (runbook_bind(m->runbook, values, n, bound, e) < 0)
        return -1;
    for (size_t i = 0; i < m->request->host_count; i++)
        if (add_host(m, i, e) < 0)
            return -1;
    if (guard_apply(m->app, m->store, m->plan, m->runbook, m->ways, e) < 0)
        return -1;
    plan_write_json(m->plan);
    return 0;
}

int plan_make(
    struct app *a, struct store *s, const struct plan_request *r, struct plan **out, struct err *e)
{
    struct runbooks *all = NULL;
    if (!r->host_count)
        return err_set(e, ERR_USAGE, "no host is named");
    if (r->host_count > 1000)
        return err_set(e, ERR_USAGE, "%zu hosts in one plan: too many", r->host_count);
    if (plan_load_runbooks(a, &all, e) < 0)
        return -1;
    const struct runbook *runbook = runbooks_find(all, r->runbook);
    if (!runbook || runbook->is_hidden) {
        runbooks_free(all);
        return err_set(
            e, ERR_NOT_FOUND, "there is no runbook \"%.60s\"; see `hinomi runbooks`", r->runbook);
    }
    struct plan *p = mem_zalloc(1, sizeof *p);
    struct making m = {a, s, r, runbook, p, mem_zalloc(r->host_count + 1, sizeof(struct target *))};
    int rc = fill(&m, e);
    for (size_t i = 0; i < r->host_count; i++)
        target_free(m.ways[i]);
    free(m.ways);
    runbooks_free(all);
    if (rc < 0)
        plan_free(p);
    else
        *out = p;
    return rc;
}

int plan_load(struct app *a, struct store *s, const char *sha256, struct plan **out, struct err *e)
{
    struct str json = STR_INIT;
    int64_t made = 0;
    (void)a;
    int rc = plan_get(s, sha256, &json, &made, e);
    if (rc == 0)
        rc = plan_read_json(out, str_as_slice(&json), e);
    str_release(&json);
    if (rc < 0)
        return -1;
    if (clock_now() - made > PLAN_LIFE || clock_now() - (*out)->made > PLAN_LIFE) {
        plan_free(*out);
        *out = NULL;
        return err_set(e, ERR_DENIED,
            "this plan is older than 15 minutes: do the dry run again and look at it");
    }
    return 0;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    free(p->json);
    arena_release(&p->arena);
    free(p);
}

void plan_confirmation(const struct plan *p, char out[80])
{
    if (p->host_count == 1)
        snprintf(out, 80, "%.79s", p->hosts[0].name);
    else
        snprintf(out, 80, "%zu hosts", p->host_count);
}

static const char *parameter_text(struct arena *arena, const struct runbook *r)
{
    struct str text = STR_INIT;
    str_add(&text, "", 0);
    for (size_t i = 0; i < r->parameter_count; i++) {
        const struct runbook_parameter *q = &r->parameters[i];
        str_printf(&text, "%s%s:%s", i ? " " : "", q->name, value_type_name(q->type));
        if (q->fallback)
            str_printf(&text, "=%s", q->fallback);
    }
    const char *kept = arena_strdup(arena, text.p);
    str_release(&text);
    return kept;
}

int plan_runbooks(
    struct app *a, struct arena *arena, struct plan_runbook **list, size_t *count, struct err *e)
{
    struct runbooks *all = NULL;
    if (plan_load_runbooks(a, &all, e) < 0)
        return -1;
    *count = 0;
    *list = arena_zalloc(arena, (runbooks_count(all) + 1) * sizeof **list);
    for (size_t i = 0; i < runbooks_count(all); i++) {
        const struct runbook *r = runbooks_at(all, i);
        if (r->is_hidden)
            continue;
        (*list)[(*count)++] = (struct plan_runbook){.name = arena_strdup(arena, r->name),
            .help = arena_strdup(arena, r->help ? r->help : ""),
            .platforms = arena_strdup(arena, r->platforms),
            .parameters = parameter_text(arena, r),
            .revert = r->reversible_by  ? arena_strdup(arena, r->reversible_by)
                      : r->irreversible ? arena_strdup(arena, r->irreversible)
                                        : "",
            .reversible = r->reversible_by != NULL,
            .reads_only = r->danger == RUNBOOK_READS};
    }
    runbooks_free(all);
    return 0;
}
