/* A run on hosts as it goes: steps per host, both proofs, what is on the ledger. Another process
 * does the work; leaving this view, or hinomi, stops nothing. */
#include "tui/grid.h"

#include "app/run.h"
#include "core/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct step_row {
    const char *host, *step, *detail;
    enum run_state state;
    int64_t begun, ended;
};

struct run_data {
    struct arena arena;
    struct step_row *steps;
    size_t count, capacity;
    enum run_state state;
    int64_t started, ended, case_id;
    const char *analyst;
    char host[128], title[200];
    char reachable[200], unreachable[4][200], result_state[40], error[300];
    size_t unreachable_count;
    bool alive, has_result;
};

struct run_view {
    int64_t id;
    struct run_data data;
    struct list list;
    bool loaded, loading;
    int64_t read_at;
    char fault[200];
};

static const struct grid_column columns[GRID_COLUMNS] = {{N_("HOST"), 16, 0, false},
    {N_("STEP"), 18, 0, false}, {N_("STATE"), 9, 0, false}, {N_("TIME"), 6, 0, true},
    {N_("WHAT IT SAID"), 0, 0, false}, {NULL, 0, 0, false}};

static size_t count(void *owner)
{
    return ((struct run_view *)((struct view *)owner)->state)->data.count;
}

static int64_t id(void *owner, size_t row)
{
    (void)owner;
    return (int64_t)row + 1;
}

static enum role state_role(enum run_state state)
{
    static const enum role roles[] = {[RUN_QUEUED] = ROLE_STATUS_PENDING,
        [RUN_RUNNING] = ROLE_STATUS_RUNNING,
        [RUN_DONE] = ROLE_STATUS_OK,
        [RUN_FAILED] = ROLE_STATUS_ERROR,
        [RUN_BLOCKED] = ROLE_STATUS_ERROR,
        [RUN_UNKNOWN] = ROLE_STATUS_UNKNOWN,
        [RUN_CANCELLED] = ROLE_STATUS_SKIPPED};
    return roles[state];
}

static bool is_time(int64_t t)
{
    return t != CLOCK_NONE && t != 0;
}

static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct view *v = owner;
    const struct step_row *s = &((struct run_view *)v->state)->data.steps[index];
    char span[CLOCK_TEXT_MAX] = "", state[40];
    if (is_time(s->begun)) {
        clock_format_span((is_time(s->ended) ? s->ended : v->tui->now) - s->begun, span);
    }
    snprintf(state, sizeof state, "%s %s",
        draw_glyph(s->state == RUN_DONE      ? GLYPH_OK
                   : s->state == RUN_RUNNING ? GLYPH_CURSOR
                   : s->state == RUN_QUEUED  ? GLYPH_DOT
                                             : GLYPH_BAD),
        run_state_name(s->state));
    const struct grid_cell row[] = {{s->host, ROLE_ENTITY_HOST}, {s->step, ROLE_TEXT},
        {state, state_role(s->state)}, {span, ROLE_TEXT_MUTED},
        {s->detail, s->state == RUN_FAILED ? ROLE_STATUS_ERROR : ROLE_TEXT}};
    grid_row(c, line, columns, row);
}

struct run_job {
    struct desk_job base;
    int64_t id;
    struct run_data data;
};

static int take_run(void *owner, const struct run_row *row)
{
    struct run_data *d = owner;
    d->state = row->state;
    d->started = row->started;
    d->ended = row->ended;
    d->case_id = row->case_id;
    d->analyst = arena_strdup(&d->arena, row->analyst ? row->analyst : "");
    return 1;
}

static int take_step(void *owner, const struct run_step *step)
{
    struct run_data *d = owner;
    if (d->count == d->capacity) {
        d->capacity = d->capacity ? d->capacity * 2 : 32;
        d->steps = mem_grow(d->steps, d->capacity, sizeof *d->steps);
    }
    d->steps[d->count++] =
        (struct step_row){arena_strdup(&d->arena, step->host), arena_strdup(&d->arena, step->step),
            arena_strdup(&d->arena, step->detail ? step->detail : ""), step->state, step->begun,
            step->ended};
    snprintf(d->host, sizeof d->host, "%s", step->host);
    return 0;
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "-";
}

/* Both proofs, as the result line of `contain --json` holds them. */
static void take_result(struct run_data *d, const struct str *text)
{
    json_t *json = json_loadb(text->p ? text->p : "", text->n, 0, NULL);
    const json_t *proof = json_object_get(json, "proof");
    const json_t *address;
    size_t i;
    d->has_result = json != NULL;
    snprintf(d->result_state, sizeof d->result_state, "%s", word(json, "state"));
    if (json_is_string(json_object_get(json, "error"))) {
        snprintf(d->error, sizeof d->error, "%s", word(json, "error"));
    }
    if (proof && json_is_boolean(json_object_get(proof, "reachable"))) {
        bool yes = json_is_true(json_object_get(proof, "reachable"));
        snprintf(d->reachable, sizeof d->reachable, "%s",
            yes ? N_("proved: we still reach it over its own way in")
                : N_("NOT PROVED: we do not reach it any more"));
    }
    json_array_foreach(json_object_get(proof, "unreachable"), i, address)
    {
        if (d->unreachable_count < 4) {
            bool proved = json_is_true(json_object_get(address, "proved"));
            snprintf(d->unreachable[d->unreachable_count++], 200,
                N_("%s  %s from %s: before %s, after %s"), proved ? N_("proved") : N_("NOT PROVED"),
                word(address, "address"), word(address, "from"), word(address, "before"),
                word(address, "after"));
        }
    }
    json_decref(json);
}

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct run_job *j = (struct run_job *)base;
    struct str result = STR_INIT;
    struct err ignored = ERR_INIT;
    j->data.ended = CLOCK_NONE;
    if (run_get(s, j->id, take_run, &j->data, e) != 0 && j->data.started == 0) {
        return -1;
    }
    run_steps_each(s, j->id, take_step, &j->data, &ignored);
    if (j->data.host[0] && run_result(s, j->id, j->data.host, &result, &ignored) == 0) {
        take_result(&j->data, &result);
    }
    str_release(&result);
    j->data.alive = run_alive(a, j->id);
    return 0;
}

static void data_release(struct run_data *d)
{
    arena_release(&d->arena);
    free(d->steps);
    *d = (struct run_data){.count = 0};
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct run_job *j = (struct run_job *)base;
    struct run_view *r = v->state;
    (void)t;
    r->loaded = true;
    r->loading = false;
    if (base->result != 0) {
        snprintf(r->fault, sizeof r->fault, "%.190s", base->err.text);
        return;
    }
    struct run_data old = r->data;
    r->data = j->data;
    j->data = old;
    list_sync(&r->list);
}

static void job_release(struct desk_job *base)
{
    data_release(&((struct run_job *)base)->data);
}

static void load(struct view *v)
{
    struct run_view *r = v->state;
    if (r->loading) {
        return;
    }
    struct run_job *j = mem_zalloc(1, sizeof *j);
    j->id = r->id;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    r->loading = true;
    r->read_at = clock_monotonic();
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

/* Each change is in the record: changed() tells. Once a second the runner's pulse is felt too. */
static void settle(struct view *v)
{
    struct run_view *r = v->state;
    if (r->loaded && r->data.alive && clock_monotonic() - r->read_at > CLOCK_SECOND) {
        load(v);
    }
}

static int open_run(struct view *v, const void *argument)
{
    struct run_view *r = v->state;
    r->id = *(const int64_t *)argument;
    snprintf(v->crumb, sizeof v->crumb, "R-%lld", (long long)r->id);
    list_init(&r->list, &(struct row_source){count, id, cells, v});
    load(v);
    return 0;
}

static void close_run(struct view *v)
{
    struct run_view *r = v->state;
    data_release(&r->data);
    list_release(&r->list);
}

static int draw_proofs(const struct run_data *d, struct canvas *c, struct area a)
{
    int y = 0;
    draw_rule(c, (struct area){a.x, a.y + y++, a.width, 1}, N_("PROOF"), d->result_state);
    if (!d->has_result) {
        canvas_text(c, a.x + 1, a.y + y++, ROLE_TEXT_MUTED, N_("comes when the host is done"));
        return y;
    }
    if (d->error[0]) {
        canvas_put(c,
            &(struct put){
                .x = a.x + 1, .y = a.y + y++, .width = a.width - 2, .role = ROLE_STATUS_ERROR},
            slice_of(d->error));
    }
    if (d->reachable[0]) {
        bool good = d->reachable[0] == 'p';
        draw_fact(c, (struct area){a.x + 1, a.y + y++, a.width - 2, 1}, 11,
            &(struct fact){
                N_("Reachable"), good ? ROLE_STATUS_OK : ROLE_STATUS_ERROR, d->reachable});
    }
    for (size_t i = 0; i < d->unreachable_count; i++) {
        bool good = d->unreachable[i][0] == 'p';
        draw_fact(c, (struct area){a.x + 1, a.y + y++, a.width - 2, 1}, 11,
            &(struct fact){i ? "" : N_("Cut off"), good ? ROLE_STATUS_OK : ROLE_STATUS_ERROR,
                d->unreachable[i]});
    }
    return y;
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct run_view *r = v->state;
    const struct run_data *d = &r->data;
    char span[CLOCK_TEXT_MAX], text[200];
    size_t done = 0;
    if (!r->loaded || r->fault[0]) {
        grid_empty(c, area, r->loaded, r->fault);
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        done += is_time(d->steps[i].ended);
    }
    int y = area.y, x = 1;
    bool open = d->state == RUN_RUNNING || d->state == RUN_QUEUED;
    x += canvas_text(c, x, y, state_role(d->state), run_state_name(d->state)) + 2;
    snprintf(text, sizeof text, N_("%zu of %zu steps  by %s  %s  %s"), done, d->count,
        d->analyst ? d->analyst : "",
        clock_format_span((is_time(d->ended) ? d->ended : v->tui->now) - d->started, span),
        d->alive ? N_("runner alive: leaving this view stops nothing")
        : open   ? N_("NO RUNNER: it is looked after at the next start")
                 : "");
    canvas_put(c, &(struct put){.x = x, .y = y++, .width = area.width - x, .role = ROLE_TEXT},
        slice_of(text));
    draw_progress(c, (struct area){1, y++, area.width / 2, 1}, done, d->count ? d->count : 1);
    int proofs = draw_proofs(d, c, (struct area){area.x, y, area.width, 8});
    y += proofs;
    draw_rule(c, (struct area){area.x, y++, area.width, 1}, N_("STEPS"), "");
    grid_header(c, (struct area){area.x, y++, area.width, 1}, columns);
    struct area body = {area.x, y, area.width, area.y + area.height - y};
    if (d->count == 0) {
        grid_empty(c, body, true, N_("no step has begun yet"));
        return;
    }
    list_draw(&r->list, c, body);
}

struct cancel_job {
    struct desk_job base;
    int64_t run;
};

static int cancel_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    (void)s;
    return run_cancel(a, ((struct cancel_job *)base)->run, e);
}

static void cancel_done(struct tui *t, struct view *v, struct desk_job *base)
{
    (void)v;
    if (base->result != 0) {
        desk_fail(t, &base->err);
    } else {
        desk_say(t, ROLE_STATUS_WARN, N_("the run stops before its next step"));
    }
}

static void cancel_confirmed(struct tui *t, const struct popup_answer *answer)
{
    struct cancel_job *j = mem_zalloc(1, sizeof *j);
    struct view *v = desk_top(t);
    (void)answer;
    j->run = ((struct run_view *)v->state)->id;
    j->base.run = cancel_run;
    j->base.done = cancel_done;
    j->base.view = v->serial;
    desk_submit(t, LANE_STORE, &j->base);
}

static bool act(struct view *v, int command, int number)
{
    struct run_view *r = v->state;
    char expected[32];
    (void)number;
    if (command != COMMAND_CANCEL_RUN) {
        return false;
    }
    snprintf(expected, sizeof expected, "R-%lld", (long long)r->id);
    popup_confirm(
        v->tui, N_("Stop this run before its next step"), expected, cancel_confirmed, NULL);
    return true;
}

static const char *refuse(struct view *v, int command)
{
    struct run_view *r = v->state;
    return command == COMMAND_CANCEL_RUN && !r->data.alive ? N_("the run is over") : NULL;
}

static struct list *list_of(struct view *v)
{
    return &((struct run_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    struct run_view *r = v->state;
    out->case_id = r->data.case_id;
    if (r->list.position < r->data.count) {
        out->host = r->data.steps[r->list.position].host;
        out->title = r->data.steps[r->list.position].detail;
    } else {
        out->host = r->data.host;
    }
}

static const struct view_key keys[] = {{COMMAND_CONTAIN, N_("next act: release, collect")},
    {COMMAND_LOOK, N_("look")}, {COMMAND_GO_LEDGER, N_("ledger")},
    {COMMAND_BACK, N_("leave running")}, {COMMAND_CANCEL_RUN, NULL}, {-1, NULL}};

const struct view_ops view_run = {
    .name = N_("run"),
    .state_size = sizeof(struct run_view),
    .keys = keys,
    .open = open_run,
    .close = close_run,
    .settle = settle,
    .draw = draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
    .refuse = refuse,
};
