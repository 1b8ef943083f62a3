/* The case file: what is known, what was done, what is still to do. One list of its story; the side
 * shows entities and alerts. */
#include "tui/grid.h"

#include "cases/case_file.h"
#include "core/file.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct entry {
    int64_t time, id;
    const char *kind, *who, *text, *detail;
    int severity;
    bool done;
};

struct case_data {
    struct arena arena;
    struct case_list head; /* one row */
    struct entry *entries; /* newest first */
    size_t count, capacity;
};

struct case_view {
    int64_t id;
    struct case_data data;
    struct list list;
    bool loaded;
    char fault[200];
};

static size_t count(void *owner)
{
    return ((struct case_view *)((struct view *)owner)->state)->data.count;
}

static int64_t kind_bits(const char *kind)
{
    static const char *const kinds[] = {
        "note", "alert", "task", "event", "evidence", "ioc", "act", "containment"};
    int64_t i = 0;
    while (i < 8 && strcmp(kinds[i], kind) != 0) {
        i++;
    }
    return i;
}

static int64_t id(void *owner, size_t row)
{
    const struct entry *e = &((struct case_view *)((struct view *)owner)->state)->data.entries[row];
    return e->id * 16 + kind_bits(e->kind) + 1;
}

static enum role kind_role(const struct entry *e)
{
    switch (e->kind[0]) {
    case 'n':
        return ROLE_NOTE_OTHER;
    case 't':
        return e->done ? ROLE_STATUS_DONE : ROLE_STATUS_PENDING;
    case 'c':
        return ROLE_STATUS_WARN;
    default:
        return ROLE_TEXT_MUTED;
    }
}

static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct view *v = owner;
    const struct entry *e = &((struct case_view *)v->state)->data.entries[index];
    char time[DRAW_TIME_MAX];
    int x = line.x, y = line.y, end = line.x + line.width;
    x += canvas_text(c, x, y, ROLE_TIME, draw_time(e->time, v->tui->now, v->tui->utc, time)) + 1;
    canvas_put(c, &(struct put){x, y, 8, ROLE_ENTITY_USER, FIT_CUT}, slice_of(e->who));
    canvas_put(c, &(struct put){x + 9, y, 8, kind_role(e), FIT_CUT}, slice_of(e->kind));
    x += 18;
    if (e->kind[0] == 't') {
        x += canvas_text(c, x, y, e->done ? ROLE_STATUS_OK : ROLE_STATUS_PENDING,
                 draw_glyph(e->done ? GLYPH_OK : GLYPH_DOT)) +
             1;
    }
    if (e->severity >= 0) {
        x += canvas_text(c, x, y, draw_severity_role(e->severity),
                 severity_badge((enum severity)e->severity)) +
             1;
    }
    x += canvas_put(c, &(struct put){.x = x, .y = y, .width = end - x, .role = ROLE_TEXT},
             slice_of(e->text)) +
         2;
    if (*e->detail && x < end) {
        canvas_put(c, &(struct put){.x = x, .y = y, .width = end - x, .role = ROLE_TEXT_MUTED},
            slice_of(e->detail));
    }
}

struct case_job {
    struct desk_job base;
    int64_t id;
    struct case_data data;
};

static int take(void *owner, const struct case_entry *in)
{
    struct case_data *d = owner;
    if (d->count == d->capacity) {
        d->capacity = d->capacity ? d->capacity * 2 : 64;
        d->entries = mem_grow(d->entries, d->capacity, sizeof *d->entries);
    }
    d->entries[d->count++] = (struct entry){.time = in->time,
        .id = in->id,
        .kind = arena_strdup(&d->arena, in->kind ? in->kind : "act"),
        .who = arena_strdup(&d->arena, in->who ? in->who : ""),
        .text = arena_strdup(&d->arena, in->text ? in->text : ""),
        .detail = arena_strdup(&d->arena, in->detail ? in->detail : ""),
        .severity = in->severity,
        .done = in->done};
    return 0;
}

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct case_job *j = (struct case_job *)base;
    (void)a;
    if (case_get(s, j->id, &j->data.head, e) != 0 || case_each(s, j->id, take, &j->data, e) != 0) {
        return -1;
    }
    for (size_t i = 0; i < j->data.count / 2; i++) { /* newest first */
        struct entry swap = j->data.entries[i];
        j->data.entries[i] = j->data.entries[j->data.count - 1 - i];
        j->data.entries[j->data.count - 1 - i] = swap;
    }
    return 0;
}

static void data_release(struct case_data *d)
{
    arena_release(&d->arena);
    case_list_release(&d->head);
    free(d->entries);
    *d = (struct case_data){.count = 0};
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct case_job *j = (struct case_job *)base;
    struct case_view *k = v->state;
    (void)t;
    k->loaded = true;
    if (base->result != 0) {
        snprintf(k->fault, sizeof k->fault, "%.190s", base->err.text);
        return;
    }
    struct case_data old = k->data;
    k->data = j->data;
    j->data = old;
    list_sync(&k->list);
    if (k->data.head.count) {
        snprintf(v->crumb, sizeof v->crumb, "C-%lld %.60s", (long long)k->id,
            k->data.head.rows[0].title);
    }
}

static void job_release(struct desk_job *base)
{
    data_release(&((struct case_job *)base)->data);
}

static void load(struct view *v)
{
    struct case_job *j = mem_zalloc(1, sizeof *j);
    j->id = ((struct case_view *)v->state)->id;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

static int open_case(struct view *v, const void *argument)
{
    struct case_view *k = v->state;
    k->id = *(const int64_t *)argument;
    snprintf(v->crumb, sizeof v->crumb, "C-%lld", (long long)k->id);
    list_init(&k->list, &(struct row_source){count, id, cells, v});
    load(v);
    return 0;
}

static void close_case(struct view *v)
{
    struct case_view *k = v->state;
    data_release(&k->data);
    list_release(&k->list);
}

/* The way of a case, the step it is at in bold. */
static void draw_steps(const struct case_row *r, struct canvas *c, struct area line)
{
    int x = line.x + 1;
    for (int s = CASE_NEW; s <= CASE_CLOSED && x < line.width; s++) {
        enum role role = s < (int)r->status    ? ROLE_STATUS_DONE
                         : s == (int)r->status ? ROLE_STATUS_RUNNING
                                               : ROLE_TEXT_FAINT;
        x += canvas_text(c, x, line.y, role,
            draw_glyph(s < (int)r->status    ? GLYPH_OK
                       : s == (int)r->status ? GLYPH_CURSOR
                                             : GLYPH_DOT));
        x += canvas_format(c, x, line.y, role, " %s", case_status_name((enum case_status)s)) + 2;
    }
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct case_view *k = v->state;
    char text[200], opened[DRAW_TIME_MAX], note[32];
    int y = area.y;
    if (k->data.head.count == 0) {
        grid_empty(c, area, k->loaded, k->fault[0] ? k->fault : N_("there is no such case"));
        return;
    }
    const struct case_row *r = &k->data.head.rows[0];
    int x =
        1 +
        canvas_text(c, 1, y, draw_severity_role((int)r->severity), severity_badge(r->severity)) + 2;
    snprintf(text, sizeof text,
        N_("lead %s  opened %s  %u alerts  %u events  %u notes  tasks %u/%u  evidence %u"),
        *r->lead ? r->lead : N_("nobody"), draw_time(r->opened, v->tui->now, v->tui->utc, opened),
        r->alerts, r->events, r->notes, r->tasks_done, r->tasks, r->evidence);
    canvas_put(c, &(struct put){.x = x, .y = y++, .width = area.width - x - 1, .role = ROLE_TEXT},
        slice_of(text));
    draw_steps(r, c, (struct area){area.x, y++, area.width, 1});
    if (*r->summary) {
        draw_rule(c, (struct area){area.x, y++, area.width, 1}, N_("SUMMARY"), "");
        int lines = canvas_wrap(c, (struct area){1, y, area.width - 2, area.height > 25 ? 5 : 2},
            ROLE_TEXT, slice_of(r->summary));
        y += lines > (area.height > 25 ? 5 : 2) ? (area.height > 25 ? 5 : 2) : lines;
    }
    snprintf(note, sizeof note, "%zu", k->data.count);
    draw_rule(c, (struct area){area.x, y++, area.width, 1}, N_("STORY, newest first"), note);
    struct area body = {area.x, y, area.width, area.y + area.height - y};
    if (k->data.count == 0) {
        grid_empty(c, body, true, N_("nothing yet: n writes a note, T adds a task"));
        return;
    }
    list_draw(&k->list, c, body);
}

static const struct entry *current(const struct case_view *k)
{
    return k->list.position < k->data.count ? &k->data.entries[k->list.position] : NULL;
}

static struct list *list_of(struct view *v)
{
    return &((struct case_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    struct case_view *k = v->state;
    const struct entry *e = current(k);
    out->case_id = k->id;
    if (e) {
        out->alert = strcmp(e->kind, "alert") == 0 ? e->id : 0;
        out->event = strcmp(e->kind, "event") == 0 ? e->id : 0;
        out->time = e->time;
        out->title = e->text;
    }
}

struct change_job {
    struct desk_job base;
    int64_t case_id, task;
    int status, verdict;
    bool add, done;
    char text[400];
    struct act_result result;
};

static int change_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct change_job *j = (struct change_job *)base;
    if (app_may_write(a, e) != 0) {
        return -1;
    }
    if (j->add) {
        struct case_task task = {.text = j->text, .due = CLOCK_NONE};
        return case_task_add(s, &a->actor, j->case_id, &task, &j->result, e);
    }
    if (j->task) {
        return case_task_done(s, &a->actor, j->task, j->done, &j->result, e);
    }
    struct case_change change = CASE_CHANGE_INIT;
    change.status = j->status;
    change.verdict = j->verdict;
    change.reason = j->text[0] ? j->text : NULL;
    return case_change(s, &a->actor, j->case_id, &change, &j->result, e);
}

static void change_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct change_job *j = (struct change_job *)base;
    if (base->result != 0) {
        desk_fail(t, &base->err);
    } else {
        desk_say(t, ROLE_STATUS_OK, "%s", j->result.summary);
    }
    load(v);
}

static void change_release(struct desk_job *base)
{
    act_result_release(&((struct change_job *)base)->result);
}

static void submit_change(struct view *v, struct change_job *j)
{
    j->case_id = ((struct case_view *)v->state)->id;
    j->base.run = change_run;
    j->base.done = change_done;
    j->base.release = change_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_STORE, &j->base);
}

static void task_given(struct tui *t, const struct popup_answer *answer)
{
    struct change_job *j = mem_zalloc(1, sizeof *j);
    j->add = true;
    snprintf(j->text, sizeof j->text, "%s", answer->text);
    submit_change(desk_top(t), j);
}

static void close_reason_given(struct tui *t, const struct popup_answer *answer)
{
    struct change_job *j = mem_zalloc(1, sizeof *j);
    j->status = CASE_CLOSED;
    j->verdict = VERDICT_TP;
    snprintf(j->text, sizeof j->text, "%s", answer->text);
    submit_change(desk_top(t), j);
}

static void status_chosen(struct tui *t, const struct popup_answer *answer)
{
    if (answer->item->value == CASE_CLOSED) {
        popup_prompt(t, N_("Close the case as true positive: why?"), "", close_reason_given, NULL);
        return;
    }
    struct change_job *j = mem_zalloc(1, sizeof *j);
    j->status = (int)answer->item->value;
    j->verdict = -1;
    submit_change(desk_top(t), j);
}

static void ask_status(struct tui *t)
{
    popup_menu(t, N_("The case is at"), status_chosen, NULL);
    for (int s = CASE_NEW; s <= CASE_CLOSED; s++) {
        popup_item_add(t, (char)('1' + s), s, case_status_name((enum case_status)s));
    }
}

struct export_job {
    struct desk_job base;
    int64_t case_id;
    char path[400];
};

static int export_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct export_job *j = (struct export_job *)base;
    const struct exporter *exporter = exporter_find("markdown");
    struct str text = STR_INIT;
    (void)a;
    int rc = exporter ? exporter->write(s, j->case_id, &text, e)
                      : err_set(e, ERR_UNSUPPORTED, "there is no Markdown export");
    rc = rc == 0 ? file_write(j->path, str_as_slice(&text), e) : rc;
    str_release(&text);
    return rc;
}

static void export_done(struct tui *t, struct view *v, struct desk_job *base)
{
    (void)v;
    if (base->result != 0) {
        desk_fail(t, &base->err);
    } else {
        desk_say(t, ROLE_STATUS_OK, N_("written: %s"), ((struct export_job *)base)->path);
    }
}

static void export_given(struct tui *t, const struct popup_answer *answer)
{
    struct export_job *j = mem_zalloc(1, sizeof *j);
    struct view *v = desk_top(t);
    j->case_id = ((struct case_view *)v->state)->id;
    snprintf(j->path, sizeof j->path, "%s", answer->text);
    j->base.run = export_run;
    j->base.done = export_done;
    j->base.view = v->serial;
    desk_submit(t, LANE_QUERY, &j->base);
}

static bool act(struct view *v, int command, int number)
{
    struct case_view *k = v->state;
    const struct entry *e = current(k);
    (void)number;
    if (command == COMMAND_CASE_STATUS) {
        ask_status(v->tui);
    } else if (command == COMMAND_TASK_ADD) {
        popup_prompt(v->tui, N_("Task"), "", task_given, NULL);
    } else if (command == COMMAND_TASK_DONE) {
        if (!e || strcmp(e->kind, "task") != 0) {
            desk_say(v->tui, ROLE_STATUS_WARN, N_("the cursor is on no task"));
            return true;
        }
        struct change_job *j = mem_zalloc(1, sizeof *j);
        j->task = e->id;
        j->done = !e->done;
        submit_change(v, j);
    } else if (command == COMMAND_EXPORT) {
        char path[80];
        snprintf(path, sizeof path, "case-%lld.md", (long long)k->id);
        popup_prompt(v->tui, N_("Write the case as Markdown to"), path, export_given, NULL);
    } else {
        return false;
    }
    return true;
}

static const struct view_key keys[] = {{ACT_NOTE, N_("note")}, {COMMAND_TASK_ADD, N_("task")},
    {COMMAND_TASK_DONE, N_("done")}, {COMMAND_CASE_STATUS, N_("status")},
    {COMMAND_EXPORT, N_("export")}, {COMMAND_ENTER, N_("open alert")},
    {COMMAND_TIMELINE, N_("timeline")}, {ACT_UNDO, N_("undo")}, {COMMAND_NOTE_EDITOR, NULL},
    {COMMAND_RAW, NULL}, {-1, NULL}};

const struct view_ops view_case = {
    .name = N_("case"),
    .state_size = sizeof(struct case_view),
    .keys = keys,
    .open = open_case,
    .close = close_case,
    .draw = draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
};
