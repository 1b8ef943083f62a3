/* hosts, look, ledger, runs, runbooks: what is known of hosts and of what was done to them. */
#include "app/config.h"
#include "app/run.h"
#include "cases/ledger.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "core/text.h"

#include <inttypes.h>
#include <libintl.h>
#include <stdio.h>
#include <string.h>

const struct option_spec cmd_hosts_options[] = {
    {"json", 0, NULL, N_("one object a host")}, {NULL, 0, NULL, NULL}};
const struct option_spec cmd_ledger_options[] = {
    {"json", 0, NULL, N_("one object an entry")},
    {"open", 0, NULL, N_("only what is in force; exit status 3 if something is overdue")},
    {NULL, 0, NULL, NULL},
};
const struct option_spec cmd_runbooks_options[] = {
    {"json", 0, NULL, N_("one object a runbook")}, {NULL, 0, NULL, NULL}};

struct listing_state {
    struct cli *cli;
    struct table table;
    struct str out;
    bool overdue;
};

static int host_line(void *owner, const struct host_row *h)
{
    struct listing_state *s = owner;
    struct host_config known = config_host(s->cli->app->config, h->name);
    char last[CLOCK_TEXT_MAX], alerts[24], events[24];
    if (s->cli->json) {
        str_char(&s->out, '{');
        json_open(&s->out, "host");
        json_text(&s->out, "name", h->name);
        json_text(&s->out, "ip", h->ips);
        json_text(&s->out, "id", h->host_id);
        json_text(&s->out, "os", h->os);
        json_close(&s->out);
        json_open(&s->out, "organization");
        json_text(&s->out, "id", h->organization);
        json_close(&s->out);
        json_text(&s->out, "platform", known.platform);
        json_text(&s->out, "criticality", known.criticality);
        json_text(&s->out, "via", known.via);
        json_bool(&s->out, "protected", known.is_protected == 1);
        json_number(&s->out, "alerts", (int64_t)h->alerts);
        json_number(&s->out, "events", (int64_t)h->events);
        json_time(&s->out, "first", h->first);
        json_time(&s->out, "last", h->last);
        json_text(&s->out, "state", host_state_name(h->state));
        json_time(&s->out, "state_since", h->state_since);
        str_puts(&s->out, "}\n");
        return 0;
    }
    snprintf(alerts, sizeof alerts, "%" PRIu64, h->alerts);
    snprintf(events, sizeof events, "%" PRIu64, h->events);
    table_row(
        &s->table, (const char *[]){h->name, h->ips, known.platform ? known.platform : h->os,
                       known.criticality, known.is_protected == 1 ? "protected" : "", known.via,
                       alerts, events, cli_time(s->cli, h->last, last), host_state_name(h->state)});
    return 0;
}

int cmd_hosts(struct cli *c, struct err *e)
{
    static const char *const heads[] = {N_("HOST"), N_("ADDRESSES"), N_("PLATFORM"),
        N_("CRITICALITY"), N_("GUARD"), N_("VIA"), N_("ALERTS"), N_("EVENTS"), N_("LAST SEEN"),
        N_("CONTAINMENT")};
    struct listing_state s = {.cli = c};
    table_init(&s.table, heads, 10);
    int rc = hosts_each(c->store, host_line, &s, e);
    cli_out(&s.out);
    if (!c->json)
        table_print(&s.table, c);
    str_release(&s.out);
    return rc;
}

static void ledger_json(struct str *out, const struct ledger_row *r)
{
    str_char(out, '{');
    json_number(out, "ledger", r->id);
    json_text(out, "host", r->host);
    json_text(out, "runbook", r->runbook);
    json_text(out, "owner", r->owner);
    json_text(out, "approver", r->approver);
    json_text(out, "reason", r->reason);
    json_id(out, "case", r->case_id);
    json_id(out, "run", r->run);
    json_time(out, "started", r->started);
    json_time(out, "expires", r->expires);
    json_time(out, "proved", r->proved);
    json_time(out, "ended", r->ended);
    json_text(out, "state", r->state);
    json_raw(out, "proof", r->proof_json);
    json_text(out, "revert", r->revert);
    str_puts(out, "}\n");
}

static int ledger_line(void *owner, const struct ledger_row *r)
{
    struct listing_state *s = owner;
    char id[24], started[CLOCK_TEXT_MAX], expires[CLOCK_TEXT_MAX], proved[CLOCK_TEXT_MAX];
    if (r->ended == CLOCK_NONE && r->expires != CLOCK_NONE && r->expires < clock_now())
        s->overdue = true;
    if (s->cli->json) {
        ledger_json(&s->out, r);
        return 0;
    }
    snprintf(id, sizeof id, "%" PRId64, r->id);
    table_row(
        &s->table, (const char *[]){id, r->host, r->runbook, r->state, r->owner,
                       cli_time(s->cli, r->started, started), cli_time(s->cli, r->expires, expires),
                       cli_time(s->cli, r->proved, proved), r->reason});
    return 0;
}

int cmd_ledger(struct cli *c, struct err *e)
{
    static const char *const heads[] = {N_("LEDGER"), N_("HOST"), N_("RUNBOOK"), N_("STATE"),
        N_("OWNER"), N_("STARTED"), N_("EXPIRES"), N_("PROVED"), N_("REASON")};
    struct listing_state s = {.cli = c};
    bool open_only = options_has(&c->options, "open");
    table_init(&s.table, heads, 9);
    int rc = ledger_each(c->store, open_only, ledger_line, &s, e);
    cli_out(&s.out);
    if (!c->json)
        table_print(&s.table, c);
    str_release(&s.out);
    return rc == 0 && open_only && s.overdue ? 3 : rc;
}

int cmd_runbooks(struct cli *c, struct err *e)
{
    static const char *const heads[] = {
        N_("RUNBOOK"), N_("PLATFORMS"), N_("PARAMETERS"), N_("TAKEN BACK BY"), N_("WHAT IT DOES")};
    struct arena arena = ARENA_INIT;
    struct plan_runbook *list;
    size_t count;
    struct table t;
    struct str out = STR_INIT;
    if (plan_runbooks(c->app, &arena, &list, &count, e))
        return -1;
    table_init(&t, heads, 5);
    for (size_t i = 0; i < count; i++) {
        const struct plan_runbook *r = &list[i];
        if (c->json) {
            str_char(&out, '{');
            json_text(&out, "name", r->name);
            json_text(&out, "help", r->help);
            json_text(&out, "platforms", r->platforms);
            json_text(&out, "parameters", r->parameters);
            json_text(&out, "revert", r->revert);
            json_bool(&out, "reversible", r->reversible);
            json_bool(&out, "reads_only", r->reads_only);
            str_puts(&out, "}\n");
        } else {
            table_row(&t, (const char *[]){
                              r->name, r->platforms, r->parameters, r->revert, gettext(r->help)});
        }
    }
    cli_out(&out);
    if (!c->json)
        table_print(&t, c);
    str_release(&out);
    arena_release(&arena);
    return 0;
}
