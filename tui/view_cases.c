/* All cases, the open ones first. */
#include "tui/grid.h"

#include "cases/case_file.h"
#include "core/mem.h"

#include <stdio.h>

struct cases_view {
    struct case_list cases;
    struct list list;
    bool loaded, all;
};

static const struct grid_column columns[GRID_COLUMNS] = {{N_("CASE"), 7, 0, false},
    {N_("SEV"), 4, 0, false}, {N_("STATUS"), 11, 0, false}, {N_("TITLE"), 0, 0, false},
    {N_("LEAD"), 10, 0, false}, {N_("ALERTS"), 6, 0, true}, {N_("NOTES"), 5, 100, true},
    {N_("TASKS"), 7, 100, true}, {N_("AGE"), 4, 0, true}, {NULL, 0, 0, false}};

static size_t count(void *owner)
{
    return ((struct cases_view *)((struct view *)owner)->state)->cases.count;
}

static int64_t id(void *owner, size_t row)
{
    return ((struct cases_view *)((struct view *)owner)->state)->cases.rows[row].id;
}

static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct view *v = owner;
    const struct case_row *r = &((struct cases_view *)v->state)->cases.rows[index];
    char number[24], alerts[16], notes[16], tasks[32], age[CLOCK_TEXT_MAX];
    snprintf(number, sizeof number, "C-%lld", (long long)r->id);
    snprintf(alerts, sizeof alerts, "%u", r->alerts);
    snprintf(notes, sizeof notes, "%u", r->notes);
    snprintf(tasks, sizeof tasks, "%u/%u", r->tasks_done, r->tasks);
    const struct grid_cell row[] = {{number, ROLE_LINK},
        {severity_badge(r->severity), draw_severity_role((int)r->severity)},
        {case_status_name(r->status), r->status == CASE_CLOSED ? ROLE_ALERT_CLOSED : ROLE_TEXT},
        {r->title, ROLE_TEXT_STRONG}, {r->lead, ROLE_ENTITY_USER}, {alerts, ROLE_TEXT},
        {notes, ROLE_TEXT_MUTED}, {tasks, ROLE_TEXT_MUTED},
        {clock_format_age(v->tui->now - r->opened, age), ROLE_TEXT_MUTED}};
    grid_row(c, line, columns, row);
}

struct cases_job {
    struct desk_job base;
    bool all;
    struct case_list cases;
};

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct cases_job *j = (struct cases_job *)base;
    (void)a;
    return cases_list(s, j->all, &j->cases, e);
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct cases_job *j = (struct cases_job *)base;
    struct cases_view *k = v->state;
    k->loaded = true;
    if (base->result != 0) {
        desk_fail(t, &base->err);
        return;
    }
    struct case_list old = k->cases;
    k->cases = j->cases;
    j->cases = old;
    list_sync(&k->list);
}

static void job_release(struct desk_job *base)
{
    case_list_release(&((struct cases_job *)base)->cases);
}

static void load(struct view *v)
{
    struct cases_job *j = mem_zalloc(1, sizeof *j);
    j->all = ((struct cases_view *)v->state)->all;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

static int open_cases(struct view *v, const void *argument)
{
    struct cases_view *k = v->state;
    (void)argument;
    k->all = true;
    list_init(&k->list, &(struct row_source){count, id, cells, v});
    load(v);
    return 0;
}

static void close_cases(struct view *v)
{
    struct cases_view *k = v->state;
    case_list_release(&k->cases);
    list_release(&k->list);
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct cases_view *k = v->state;
    grid_header(c, (struct area){area.x, area.y, area.width, 1}, columns);
    struct area body = {area.x, area.y + 1, area.width, area.height - 1};
    if (k->cases.count == 0) {
        grid_empty(c, body, k->loaded, N_("no case yet: E on an alert opens one, :case-new too"));
        return;
    }
    list_draw(&k->list, c, body);
}

static struct list *list_of(struct view *v)
{
    return &((struct cases_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    struct cases_view *k = v->state;
    if (k->list.position < k->cases.count) {
        out->case_id = k->cases.rows[k->list.position].id;
        out->title = k->cases.rows[k->list.position].title;
    }
}

static bool act(struct view *v, int command, int number)
{
    struct cases_view *k = v->state;
    (void)number;
    if (command != COMMAND_NOISE) {
        return false;
    }
    k->all = !k->all;
    load(v);
    desk_say(v->tui, ROLE_TEXT, k->all ? N_("closed cases too") : N_("open cases only"));
    return true;
}

static const struct view_key keys[] = {{COMMAND_ENTER, N_("open")},
    {COMMAND_NOISE, N_("closed too")}, {COMMAND_GO_QUEUE, N_("queue")}, {ACT_UNDO, N_("undo")},
    {-1, NULL}};

const struct view_ops view_cases = {
    .name = N_("Cases"),
    .state_size = sizeof(struct cases_view),
    .keys = keys,
    .open = open_cases,
    .close = close_cases,
    .draw = draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
};
