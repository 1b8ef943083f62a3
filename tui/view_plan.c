/* A plan before anything happens: hosts, guard rails, what the read-only check found, the script.
 * It starts only when what it names has been typed. */
#include "tui/grid.h"

#include "app/run.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { PLAN_PARAMETERS = 12 };

struct plan_view {
    char runbook[64], reason[400], parameters[512];
    char (*hosts)[128];
    size_t host_count;
    int64_t alert, case_id;
    struct plan *plan;
    bool loaded, dry, busy, script;
    int scroll; /* first line of the script shown */
    char fault[480];
    struct list list;
    int64_t checked;
};

static const struct grid_column columns[GRID_COLUMNS] = {{N_("HOST"), 18, 0, false},
    {N_("VIA"), 14, 0, false}, {N_("PLATFORM"), 8, 100, false}, {N_("TIER"), 8, 100, false},
    {N_("GUARD"), 8, 0, false}, {N_("WHAT THE CHECK FOUND"), 0, 0, false}, {NULL, 0, 0, false}};

static size_t count(void *owner)
{
    struct plan_view *p = ((struct view *)owner)->state;
    return p->plan ? p->plan->host_count : 0;
}

static int64_t id(void *owner, size_t row)
{
    (void)owner;
    return (int64_t)row + 1;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct plan_view *p = ((struct view *)owner)->state;
    const struct plan_host *h = &p->plan->hosts[index];
    static const struct {
        const char *word;
        enum role role;
    } verdicts[] = {[PLAN_OK] = {N_("ok"), ROLE_STATUS_OK},
        [PLAN_NEEDS_WORD] = {N_("word"), ROLE_STATUS_WARN},
        [PLAN_BLOCKED] = {N_("BLOCKED"), ROLE_STATUS_ERROR}};
    char found[400];
    if (h->preflight_error) {
        snprintf(found, sizeof found, "%s", h->preflight_error);
    } else if (*or_empty(h->why)) {
        snprintf(found, sizeof found, "%s", h->why);
    } else if (p->dry) {
        snprintf(found, sizeof found, "%s  %s", or_empty(h->identity), or_empty(h->impact));
    } else {
        snprintf(found, sizeof found, "%s", N_("not checked yet: d looks, read only"));
    }
    const struct grid_cell row[] = {{h->name, ROLE_ENTITY_HOST}, {h->via, ROLE_TEXT_MUTED},
        {h->platform, ROLE_TEXT_MUTED}, {h->criticality, ROLE_TEXT_MUTED},
        {verdicts[h->verdict].word, verdicts[h->verdict].role},
        {found, h->preflight_error ? ROLE_STATUS_ERROR : ROLE_TEXT}};
    grid_row(c, line, columns, row);
}

struct plan_job {
    struct desk_job base;
    char runbook[64], reason[400], parameters[512];
    char (*hosts)[128];
    size_t host_count;
    int64_t alert, case_id, run;
    struct plan *plan;
    bool start, made;
};

/* "pid=12 start=3" → pairs; the text is cut in place. */
static size_t split_parameters(char *text, struct plan_parameter *out)
{
    size_t n = 0;
    char *rest = text;
    while (n < PLAN_PARAMETERS && *rest) {
        rest += strspn(rest, " ");
        char *equals = strchr(rest, '=');
        if (!equals) {
            break;
        }
        *equals = '\0';
        out[n].name = rest;
        out[n].value = equals + 1;
        rest = equals + 1 + strcspn(equals + 1, " ");
        if (*rest) {
            *rest++ = '\0';
        }
        n++;
    }
    return n;
}

static int make(struct plan_job *j, struct app *a, struct store *s, struct err *e)
{
    struct plan_parameter parameters[PLAN_PARAMETERS];
    const char **hosts = mem_alloc((j->host_count + 1) * sizeof *hosts);
    for (size_t i = 0; i < j->host_count; i++) {
        hosts[i] = j->hosts[i];
    }
    struct plan_request request = {.hosts = hosts,
        .host_count = j->host_count,
        .runbook = j->runbook,
        .parameters = parameters,
        .parameter_count = split_parameters(j->parameters, parameters),
        .reason = j->reason,
        .case_id = j->case_id,
        .alert = j->alert};
    int rc = plan_make(a, s, &request, &j->plan, e);
    free(hosts);
    j->made = rc == 0;
    return rc;
}

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct plan_job *j = (struct plan_job *)base;
    if (!j->plan) {
        return make(j, a, s, e);
    }
    if (app_may_write(a, e) != 0) {
        return -1;
    }
    return j->start ? run_start(a, s, j->plan, &j->run, e) : plan_dry_run(a, s, j->plan, e);
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct plan_job *j = (struct plan_job *)base;
    struct plan_view *p = v->state;
    p->loaded = true;
    p->busy = false;
    p->plan = j->plan ? j->plan : p->plan;
    j->plan = NULL;
    if (base->result != 0) {
        snprintf(p->fault, sizeof p->fault, "%s", base->err.text);
        desk_fail(t, &base->err);
        return;
    }
    p->fault[0] = '\0';
    list_sync(&p->list);
    if (j->start) {
        int64_t run = j->run;
        desk_close_top(t);
        desk_open(t, &view_run, &run);
    } else if (!j->made) {
        p->dry = true;
        p->checked = t->now;
        desk_say(
            t, ROLE_STATUS_OK, N_("checked, read only: nothing was changed; x starts the plan"));
    }
}

static void job_release(struct desk_job *base)
{
    struct plan_job *j = (struct plan_job *)base;
    if (j->plan) {
        plan_free(j->plan);
    }
    free(j->hosts);
}

/* The plan itself moves into the job and back: only one thread ever holds it. */
static void submit(struct view *v, bool start)
{
    struct plan_view *p = v->state;
    struct plan_job *j = mem_zalloc(1, sizeof *j);
    snprintf(j->runbook, sizeof j->runbook, "%s", p->runbook);
    snprintf(j->reason, sizeof j->reason, "%s", p->reason);
    snprintf(j->parameters, sizeof j->parameters, "%s", p->parameters);
    j->hosts = mem_alloc((p->host_count + 1) * sizeof *j->hosts);
    memcpy(j->hosts, p->hosts, p->host_count * sizeof *j->hosts);
    j->host_count = p->host_count;
    j->alert = p->alert;
    j->case_id = p->case_id;
    j->start = start;
    j->plan = p->plan;
    p->plan = NULL;
    p->busy = true;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_STORE, &j->base);
}

static int open_plan(struct view *v, const void *argument)
{
    const struct plan_argument *a = argument;
    struct plan_view *p = v->state;
    snprintf(p->runbook, sizeof p->runbook, "%s", a->runbook);
    snprintf(p->reason, sizeof p->reason, "%s", a->reason);
    snprintf(p->parameters, sizeof p->parameters, "%s", or_empty(a->parameters));
    snprintf(v->crumb, sizeof v->crumb, N_("plan: %.50s"), a->runbook);
    p->hosts = mem_zalloc(a->host_count + 1, sizeof *p->hosts);
    for (size_t i = 0; i < a->host_count; i++) {
        snprintf(p->hosts[i], sizeof p->hosts[i], "%s", a->hosts[i]);
    }
    p->host_count = a->host_count;
    p->alert = a->alert;
    p->case_id = a->case_id;
    list_init(&p->list, &(struct row_source){count, id, cells, v});
    submit(v, false);
    return 0;
}

static void close_plan(struct view *v)
{
    struct plan_view *p = v->state;
    if (p->plan) {
        plan_free(p->plan);
    }
    free(p->hosts);
    list_release(&p->list);
}

static const struct plan_host *current(const struct plan_view *p)
{
    return p->plan && p->list.position < p->plan->host_count ? &p->plan->hosts[p->list.position]
                                                             : NULL;
}

static void draw_facts(const struct plan_view *p, struct canvas *c, struct area a)
{
    char text[300], lease[CLOCK_TEXT_MAX];
    int y = a.y;
    const struct plan *plan = p->plan;
    snprintf(text, sizeof text, "%s  sha256 %.12s", plan->runbook, plan->runbook_sha256);
    draw_fact(c, (struct area){a.x, y++, a.width, 1}, 8,
        &(struct fact){N_("Runbook"), ROLE_TEXT_STRONG, text});
    draw_fact(c, (struct area){a.x, y++, a.width, 1}, 8,
        &(struct fact){N_("Does"), ROLE_TEXT, or_empty(plan->title)});
    draw_fact(c, (struct area){a.x, y++, a.width, 1}, 8,
        &(struct fact){N_("Reason"), ROLE_TEXT, or_empty(plan->reason)});
    draw_fact(c, (struct area){a.x, y++, a.width, 1}, 8,
        &(struct fact){N_("Undo"), plan->reversible ? ROLE_STATUS_OK : ROLE_STATUS_WARN,
            *or_empty(plan->revert) ? plan->revert : N_("this cannot be taken back")});
    snprintf(text, sizeof text,
        plan->lease_ns > 0 ? N_("ends by itself after %s") : N_("no expiry%.0s"),
        plan->lease_ns > 0 ? clock_format_span(plan->lease_ns, lease) : "");
    draw_fact(
        c, (struct area){a.x, y++, a.width, 1}, 8, &(struct fact){N_("Expiry"), ROLE_TEXT, text});
    draw_fact(c, (struct area){a.x, y, a.width, 1}, 8,
        &(struct fact){N_("Values"), ROLE_TEXT, *p->parameters ? p->parameters : N_("none")});
}

/* From line `skip` on, wrapped at the cell. */
static void draw_script(struct canvas *c, struct area a, const char *script, int skip)
{
    struct slice rest = slice_of(script);
    for (int line = 0; line < skip && rest.n; line++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) + 1 : rest.n;
        rest = (struct slice){rest.p + n, rest.n - n};
    }
    canvas_wrap(c, a, ROLE_CMDLINE, rest);
}

/* What the table had to cut: the guard's reason or the check's finding, whole. */
static int draw_finding(const struct plan_host *h, struct canvas *c, struct area a)
{
    const char *text = h->preflight_error ? h->preflight_error : or_empty(h->why);
    if (!*text || a.height < 4) {
        return 0;
    }
    bool bad = h->preflight_error || h->verdict == PLAN_BLOCKED;
    int lines = canvas_wrap(c, (struct area){a.x + 2, a.y, a.width - 4, 3},
        bad ? ROLE_STATUS_ERROR : ROLE_STATUS_WARN, slice_of(text));
    return lines > 3 ? 3 : lines;
}

static void draw_nothing(const struct plan_view *p, struct canvas *c, struct area area)
{
    bool fault = p->fault[0] && !p->busy;
    const char *words = p->loaded ? N_("the hosts are being asked") : N_("making the plan");
    canvas_wrap(c, (struct area){2, area.y + 1, area.width - 4, 6},
        fault ? ROLE_STATUS_ERROR : ROLE_TEXT_MUTED, slice_of(fault ? p->fault : words));
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct plan_view *p = v->state;
    char note[64];
    int y = area.y;
    if (!p->plan) {
        draw_nothing(p, c, area);
        return;
    }
    const struct plan_host *h = current(p);
    if (!p->script) {
        draw_facts(p, c, (struct area){area.x + 1, y, area.width - 2, 6});
        y += 6;
        snprintf(note, sizeof note, N_("hosts %zu%s"), p->plan->host_count,
            p->dry ? N_(", checked") : N_(", not checked"));
        draw_rule(c, (struct area){area.x, y++, area.width, 1}, N_("WHERE"), note);
        grid_header(c, (struct area){area.x, y++, area.width, 1}, columns);
        int most = area.height / 3, hosts = (int)p->plan->host_count;
        hosts = hosts < most ? hosts : most;
        list_draw(&p->list, c, (struct area){area.x, y, area.width, hosts});
        y += hosts;
        y += h ? draw_finding(h, c, (struct area){area.x, y, area.width, area.y + area.height - y})
               : 0;
    }
    int left = area.y + area.height - y;
    if (h && left > 2) {
        snprintf(note, sizeof note, N_("on %.40s, the exact bytes"), h->name);
        draw_rule(c, (struct area){area.x, y++, area.width, 1}, N_("SCRIPT"), note);
        draw_script(c, (struct area){area.x + 1, y, area.width - 2, left - 1}, or_empty(h->script),
            p->script ? p->scroll : 0);
    }
}

static void start_confirmed(struct tui *t, const struct popup_answer *answer)
{
    struct view *v = desk_top(t);
    (void)answer;
    if (v->ops == &view_plan && ((struct plan_view *)v->state)->plan) {
        submit(v, true);
    }
}

static void ask_start(struct view *v)
{
    struct plan_view *p = v->state;
    char expected[80], title[POPUP_TEXT];
    plan_confirmation(p->plan, expected);
    snprintf(title, sizeof title, N_("%.60s on %zu hosts"), p->runbook, p->plan->host_count);
    if (p->plan->host_count == 1) {
        snprintf(title, sizeof title, "%.60s on %.60s", p->runbook, p->plan->hosts[0].name);
    }
    popup_confirm(v->tui, title, expected, start_confirmed, NULL);
    popup_line(v->tui, "%s",
        p->plan->reversible ? N_("This changes the host. It can be taken back:")
                            : N_("This changes the host and CANNOT be taken back."));
    popup_line(v->tui, "  %s", or_empty(p->plan->revert));
    for (size_t i = 0; i < p->plan->host_count && i < 6; i++) {
        const struct plan_host *h = &p->plan->hosts[i];
        popup_line(v->tui, "%-20.40s via %.20s  %.80s", h->name,
            *or_empty(h->via) ? h->via : N_("straight"), or_empty(h->impact));
    }
    popup_line(v->tui, N_("Plan  sha256 %.16s  %s"), p->plan->sha256,
        p->dry ? N_("checked, read only") : N_("NOT CHECKED"));
}

static const char *refuse(struct view *v, int command)
{
    struct plan_view *p = v->state;
    if (command != COMMAND_START && command != COMMAND_DRY_RUN) {
        return NULL;
    }
    if (!p->plan) {
        return p->busy ? N_("the hosts are being asked") : N_("there is no plan");
    }
    for (size_t i = 0; i < p->plan->host_count && command == COMMAND_START; i++) {
        if (p->plan->hosts[i].verdict == PLAN_BLOCKED) {
            return N_("a guard rail blocks a host of this plan");
        }
    }
    return command == COMMAND_START && !p->dry ? N_("check first: d looks at the hosts, read only")
                                               : NULL;
}

static bool scroll_script(struct plan_view *p, int command)
{
    static const struct {
        int command, lines;
    } steps[] = {{COMMAND_NEXT, 1}, {COMMAND_PREVIOUS, -1}, {COMMAND_HALF_DOWN, 10},
        {COMMAND_HALF_UP, -10}, {COMMAND_PAGE_DOWN, 20}, {COMMAND_PAGE_UP, -20},
        {COMMAND_FIRST, -100000}};
    for (size_t i = 0; p->script && i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].command == command) {
            p->scroll += steps[i].lines;
            p->scroll = p->scroll < 0 ? 0 : p->scroll;
            return true;
        }
    }
    return false;
}

static bool act(struct view *v, int command, int number)
{
    struct plan_view *p = v->state;
    (void)number;
    if (scroll_script(p, command)) {
        return true;
    }
    if (command == COMMAND_SCRIPT) {
        p->script = !p->script;
        p->scroll = 0;
    } else if (command == COMMAND_DRY_RUN) {
        submit(v, false);
    } else if (command == COMMAND_START) {
        ask_start(v);
    } else {
        return false;
    }
    return true;
}

static struct list *list_of(struct view *v)
{
    return &((struct plan_view *)v->state)->list;
}

static const struct view_key keys[] = {{COMMAND_DRY_RUN, N_("check, read only")},
    {COMMAND_START, N_("start (asks)")}, {COMMAND_SCRIPT, N_("script")},
    {COMMAND_BACK, N_("leave it")}, {-1, NULL}};

const struct view_ops view_plan = {
    .name = N_("plan"),
    .state_size = sizeof(struct plan_view),
    .keys = keys,
    .open = open_plan,
    .close = close_plan,
    .draw = draw,
    .act = act,
    .list = list_of,
    .refuse = refuse,
};
