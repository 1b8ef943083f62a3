/* The ledger of containments, and the list of runs: who did what to which host, and what is still
 * in force. */
#include "tui/grid.h"

#include "cases/ledger.h"
#include "cases/plans.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct line {
    int64_t id, run, started, expires, ended;
    const char *host, *what, *state, *owner, *reason, *revert;
};

struct ledger_data {
    struct arena arena;
    struct line *lines;
    size_t count, capacity;
};

struct ledger_view {
    struct ledger_data data;
    struct list list;
    bool loaded, runs;
};

static const struct grid_column ledger_columns[GRID_COLUMNS] = {{N_("HOST"), 18, 0, false},
    {N_("STATE"), 10, 0, false}, {N_("RUNBOOK"), 14, 0, false}, {N_("SINCE"), 5, 0, true},
    {N_("EXPIRES"), 7, 0, true}, {N_("OWNER"), 10, 0, false}, {N_("REASON"), 0, 0, false},
    {NULL, 0, 0, false}};
static const struct grid_column run_columns[GRID_COLUMNS] = {{N_("RUN"), 8, 0, false},
    {N_("STATE"), 10, 0, false}, {N_("PLAN"), 14, 0, false}, {N_("SINCE"), 5, 0, true},
    {N_("TOOK"), 7, 0, true}, {N_("ANALYST"), 0, 0, false}, {NULL, 0, 0, false}};

static size_t count(void *owner)
{
    return ((struct ledger_view *)((struct view *)owner)->state)->data.count;
}

static int64_t id(void *owner, size_t row)
{
    return ((struct ledger_view *)((struct view *)owner)->state)->data.lines[row].id;
}

static enum role state_role(const char *state)
{
    static const struct {
        const char *word;
        enum role role;
    } roles[] = {{"contained", ROLE_STATUS_OK}, {"done", ROLE_STATUS_OK},
        {"unproved", ROLE_STATUS_WARN}, {"unknown", ROLE_STATUS_UNKNOWN},
        {"failed", ROLE_STATUS_ERROR}, {"blocked", ROLE_STATUS_ERROR},
        {"expired", ROLE_STATUS_WARN}, {"running", ROLE_STATUS_RUNNING}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(roles[i].word, state) == 0) {
            return roles[i].role;
        }
    }
    return ROLE_TEXT_MUTED;
}

static bool is_time(int64_t t)
{
    return t != CLOCK_NONE && t != 0;
}

static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct view *v = owner;
    struct ledger_view *k = v->state;
    const struct line *l = &k->data.lines[index];
    char since[CLOCK_TEXT_MAX], left[CLOCK_TEXT_MAX] = "", number[CLOCK_TEXT_MAX];
    clock_format_age(v->tui->now - l->started, since);
    if (k->runs) {
        snprintf(number, sizeof number, "R-%lld", (long long)l->id);
        if (is_time(l->ended)) {
            clock_format_span(l->ended - l->started, left);
        }
        const struct grid_cell row[] = {{number, ROLE_LINK}, {l->state, state_role(l->state)},
            {l->what, ROLE_TEXT_MUTED}, {since, ROLE_TEXT}, {left, ROLE_TEXT},
            {l->owner, ROLE_ENTITY_USER}};
        grid_row(c, line, run_columns, row);
        return;
    }
    if (is_time(l->expires) && !is_time(l->ended)) {
        snprintf(left, sizeof left, "%s",
            l->expires < v->tui->now ? N_("OVER")
                                     : clock_format_age(l->expires - v->tui->now, number));
    }
    const struct grid_cell row[] = {{l->host, ROLE_ENTITY_HOST}, {l->state, state_role(l->state)},
        {l->what, ROLE_TEXT}, {since, ROLE_TEXT}, {left, ROLE_STATUS_WARN},
        {l->owner, ROLE_ENTITY_USER}, {l->reason, ROLE_TEXT}};
    grid_row(c, line, ledger_columns, row);
}

struct ledger_job {
    struct desk_job base;
    bool runs;
    struct ledger_data data;
};

static struct line *add(struct ledger_data *d)
{
    if (d->count == d->capacity) {
        d->capacity = d->capacity ? d->capacity * 2 : 32;
        d->lines = mem_grow(d->lines, d->capacity, sizeof *d->lines);
    }
    d->lines[d->count] = (struct line){.expires = CLOCK_NONE, .ended = CLOCK_NONE};
    return &d->lines[d->count++];
}

static const char *keep(struct ledger_data *d, const char *text)
{
    return arena_strdup(&d->arena, text ? text : "");
}

static int take_ledger(void *owner, const struct ledger_row *r)
{
    struct ledger_data *d = owner;
    *add(d) = (struct line){r->id, r->run, r->started, r->expires, r->ended, keep(d, r->host),
        keep(d, r->runbook), keep(d, r->state), keep(d, r->owner), keep(d, r->reason),
        keep(d, r->revert)};
    return 0;
}

static int take_run(void *owner, const struct run_row *r)
{
    struct ledger_data *d = owner;
    struct line *l = add(d);
    char plan[16];
    snprintf(plan, sizeof plan, "%.12s", r->plan_sha256 ? r->plan_sha256 : "");
    *l = (struct line){r->id, r->id, r->started, CLOCK_NONE, r->ended, "", keep(d, plan),
        run_state_name(r->state), keep(d, r->analyst), "", ""};
    return 0;
}

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct ledger_job *j = (struct ledger_job *)base;
    (void)a;
    return j->runs ? runs_each(s, 200, take_run, &j->data, e)
                   : ledger_each(s, false, take_ledger, &j->data, e);
}

static void data_release(struct ledger_data *d)
{
    arena_release(&d->arena);
    free(d->lines);
    *d = (struct ledger_data){.count = 0};
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct ledger_job *j = (struct ledger_job *)base;
    struct ledger_view *k = v->state;
    k->loaded = true;
    if (base->result < 0) {
        desk_fail(t, &base->err);
        return;
    }
    struct ledger_data old = k->data;
    k->data = j->data;
    j->data = old;
    list_sync(&k->list);
}

static void job_release(struct desk_job *base)
{
    data_release(&((struct ledger_job *)base)->data);
}

static void load(struct view *v)
{
    struct ledger_job *j = mem_zalloc(1, sizeof *j);
    j->runs = ((struct ledger_view *)v->state)->runs;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

static int open_either(struct view *v, bool runs)
{
    struct ledger_view *k = v->state;
    k->runs = runs;
    list_init(&k->list, &(struct row_source){count, id, cells, v});
    load(v);
    return 0;
}

static int open_ledger(struct view *v, const void *argument)
{
    (void)argument;
    return open_either(v, false);
}

static int open_runs(struct view *v, const void *argument)
{
    (void)argument;
    return open_either(v, true);
}

static void close_ledger(struct view *v)
{
    struct ledger_view *k = v->state;
    data_release(&k->data);
    list_release(&k->list);
}

static const struct line *current(const struct ledger_view *k)
{
    return k->list.position < k->data.count ? &k->data.lines[k->list.position] : NULL;
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct ledger_view *k = v->state;
    grid_header(
        c, (struct area){area.x, area.y, area.width, 1}, k->runs ? run_columns : ledger_columns);
    struct area body = {area.x, area.y + 1, area.width, area.height - 1};
    const struct line *l = current(k);
    if (k->data.count == 0) {
        grid_empty(c, body, k->loaded,
            k->runs ? N_("nothing was run on a host yet") : N_("no host was ever contained"));
        return;
    }
    int below = !k->runs && area.height > 12 ? 5 : 0;
    body.height -= below;
    list_draw(&k->list, c, body);
    if (below && l) {
        int y = body.y + body.height;
        draw_rule(c, (struct area){area.x, y, area.width, 1}, N_("TO LIFT IT BY HAND"), l->host);
        canvas_wrap(c, (struct area){1, y + 1, area.width - 2, below - 1}, ROLE_CMDLINE,
            slice_of(l->revert));
    }
}

static struct list *list_of(struct view *v)
{
    return &((struct ledger_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    const struct line *l = current(v->state);
    out->host = l ? l->host : NULL;
    out->title = l ? l->reason : NULL;
}

static bool act(struct view *v, int command, int number)
{
    const struct line *l = current(v->state);
    (void)number;
    if (command == COMMAND_ENTER && l && l->run) {
        desk_open(v->tui, &view_run, &l->run);
        return true;
    }
    return false;
}

static const struct view_key keys[] = {{COMMAND_ENTER, N_("open the run")},
    {COMMAND_CONTAIN, N_("release, collect")}, {COMMAND_LOOK, N_("look")},
    {COMMAND_BACK, N_("back")}, {-1, NULL}};

const struct view_ops view_ledger = {
    .name = N_("Ledger"),
    .state_size = sizeof(struct ledger_view),
    .keys = keys,
    .open = open_ledger,
    .close = close_ledger,
    .draw = draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
};

const struct view_ops view_runs = {
    .name = N_("Runs"),
    .state_size = sizeof(struct ledger_view),
    .keys = keys,
    .open = open_runs,
    .close = close_ledger,
    .draw = draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
};
