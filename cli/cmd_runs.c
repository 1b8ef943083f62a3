#include "app/run.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>

const struct option_spec cmd_runs_options[] = {
    {"json", 0, NULL, N_("one object a run or a step")},
    {"cancel", 0, NULL, N_("end the run; what it began is finished or taken back on each host")},
    {"recover", 0, NULL, N_("look after runs whose runner died")},
    {NULL, 0, NULL, NULL},
};

struct runs {
    struct cli *cli;
    struct table table;
    struct str out;
};

static int run_line(void *owner, const struct run_row *r)
{
    struct runs *s = owner;
    char id[24], case_id[24] = "", started[CLOCK_TEXT_MAX], ended[CLOCK_TEXT_MAX];
    bool alive = run_alive(s->cli->app, r->id);
    if (s->cli->json) {
        str_char(&s->out, '{');
        json_number(&s->out, "run", r->id);
        json_text(&s->out, "state", run_state_name(r->state));
        json_bool(&s->out, "alive", alive);
        json_id(&s->out, "case", r->case_id);
        json_text(&s->out, "analyst", r->analyst);
        json_text(&s->out, "plan", r->plan_sha256);
        json_time(&s->out, "started", r->started);
        json_time(&s->out, "ended", r->ended);
        str_puts(&s->out, "}\n");
        return 0;
    }
    snprintf(id, sizeof id, "R-%" PRId64, r->id);
    if (r->case_id)
        snprintf(case_id, sizeof case_id, "C-%" PRId64, r->case_id);
    table_row(&s->table,
        (const char *[]){id, run_state_name(r->state), alive ? "alive" : "", r->analyst, case_id,
            cli_time(s->cli, r->started, started), cli_time(s->cli, r->ended, ended)});
    return 0;
}

static int step_line(void *owner, const struct run_step *step)
{
    struct runs *s = owner;
    char begun[CLOCK_TEXT_MAX], span[CLOCK_TEXT_MAX] = "";
    if (s->cli->json) {
        str_char(&s->out, '{');
        json_text(&s->out, "host", step->host);
        json_text(&s->out, "step", step->step);
        json_text(&s->out, "state", run_state_name(step->state));
        json_text(&s->out, "detail", step->detail);
        json_time(&s->out, "begun", step->begun);
        json_time(&s->out, "ended", step->ended);
        str_puts(&s->out, "}\n");
        return 0;
    }
    if (step->ended != CLOCK_NONE)
        clock_format_span(step->ended - step->begun, span);
    table_row(&s->table, (const char *[]){step->host, step->step, run_state_name(step->state),
                             cli_time(s->cli, step->begun, begun), span, step->detail});
    return 0;
}

static int recover(struct cli *c, struct err *e)
{
    size_t mended = 0;
    if (app_may_write(c->app, e) || run_recover(c->app, c->store, &mended, e))
        return -1;
    printf("%zu runs looked after\n", mended);
    return 0;
}

int cmd_runs(struct cli *c, struct err *e)
{
    static const char *const run_heads[] = {N_("RUN"), N_("STATE"), N_("RUNNER"), N_("ANALYST"),
        N_("CASE"), N_("STARTED"), N_("ENDED")};
    static const char *const step_heads[] = {
        N_("HOST"), N_("STEP"), N_("STATE"), N_("BEGUN"), N_("TOOK"), N_("WHAT")};
    struct runs s = {.cli = c};
    int64_t id = 0;
    int rc;
    if (options_has(&c->options, "recover"))
        return recover(c, e);
    if (c->options.count && cli_id(c->options.operands[0], 'R', &id, e))
        return -1;
    if (options_has(&c->options, "cancel")) {
        if (!id)
            return err_set(e, ERR_USAGE, "which run? hinomi runs RUN --cancel");
        return app_may_write(c->app, e) ? -1 : run_cancel(c->app, id, e);
    }
    if (id) {
        table_init(&s.table, step_heads, 6);
        rc = run_steps_each(c->store, id, step_line, &s, e);
    } else {
        table_init(&s.table, run_heads, 7);
        rc = runs_each(c->store, 0, run_line, &s, e);
    }
    cli_out(&s.out);
    if (!c->json)
        table_print(&s.table, c);
    str_release(&s.out);
    return rc;
}
