/* One alert, whole: the nine facts, its process chain, its fields, notes, what else its host did.
 */
#include "tui/desk.h"
#include "tui/preview.h"

#include "core/mem.h"

#include <stdio.h>

struct alert_view {
    int64_t id;
    struct preview preview;
    bool loaded;
    char fault[200];
    int scroll;
    struct list fields; /* rows: fields that have a value */
    enum field shown[FIELD_COUNT];
    size_t shown_count;
};

static size_t count(void *owner)
{
    return ((struct alert_view *)owner)->shown_count;
}

static int64_t id(void *owner, size_t row)
{
    return (int64_t)((struct alert_view *)owner)->shown[row] + 1;
}

static void cells(void *owner, size_t row, struct canvas *c, struct area line)
{
    struct alert_view *a = owner;
    const struct field_info *info = &field_table[a->shown[row]];
    struct slice value = preview_field(&a->preview, a->shown[row]);
    char time[DRAW_TIME_MAX];
    int64_t ns;
    if (info->type == TYPE_TIME && slice_int(value, &ns)) {
        value = slice_of(clock_format(ns, time));
    }
    canvas_put(c, &(struct put){.x = line.x, .y = line.y, .width = 30, .role = ROLE_TEXT_MUTED},
        slice_of(info->name));
    canvas_put(c,
        &(struct put){.x = line.x + 31, .y = line.y, .width = line.width - 31, .role = ROLE_TEXT},
        value);
}

struct alert_job {
    struct desk_job base;
    int64_t id;
    struct preview preview;
};

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct alert_job *j = (struct alert_job *)base;
    return preview_load(a, s, j->id, &j->preview, e);
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct alert_job *j = (struct alert_job *)base;
    struct alert_view *a = v->state;
    (void)t;
    a->loaded = true;
    if (base->result != 0) {
        snprintf(a->fault, sizeof a->fault, "%.190s", base->err.text);
        return;
    }
    struct preview old = a->preview;
    a->preview = j->preview;
    j->preview = old;
    a->shown_count = 0;
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (preview_field(&a->preview, (enum field)f).n > 0) {
            a->shown[a->shown_count++] = (enum field)f;
        }
    }
    list_sync(&a->fields);
}

static void job_release(struct desk_job *base)
{
    preview_release(&((struct alert_job *)base)->preview);
}

static void load(struct view *v)
{
    struct alert_view *a = v->state;
    struct alert_job *j = mem_zalloc(1, sizeof *j);
    j->id = a->id;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

static int open_alert(struct view *v, const void *argument)
{
    struct alert_view *a = v->state;
    a->id = *(const int64_t *)argument;
    snprintf(v->crumb, sizeof v->crumb, "A-%lld", (long long)a->id);
    list_init(&a->fields, &(struct row_source){count, id, cells, a});
    load(v);
    return 0;
}

static void close_alert(struct view *v)
{
    struct alert_view *a = v->state;
    preview_release(&a->preview);
    list_release(&a->fields);
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct alert_view *a = v->state;
    const struct preview *p = &a->preview;
    if (!p->id) {
        canvas_put(c,
            &(struct put){.x = 2,
                .y = area.y + 1,
                .width = area.width - 4,
                .role = a->fault[0] ? ROLE_STATUS_ERROR : ROLE_TEXT_MUTED},
            slice_of(a->loaded ? a->fault : N_("reading the record")));
        return;
    }
    const struct alert_row *row = &p->row.rows[0];
    int x = 1 + canvas_format(c, 1, area.y, draw_severity_role((int)row->severity), "%s",
                    severity_badge(row->severity));
    canvas_put(c,
        &(struct put){
            .x = x + 1, .y = area.y, .width = area.width - x - 2, .role = ROLE_TEXT_STRONG},
        slice_of(row->title));
    bool wide = area.width >= 100;
    int facts = wide ? (area.height > 26 ? 14 : 11) : 9;
    struct preview_place place = {
        {area.x, area.y + 1, area.width, facts}, v->tui->now, v->tui->utc};
    preview_draw(p, c, &place);
    int y = area.y + 1 + facts;
    if (!wide && p->note_count && area.height > 18) {
        place.area = (struct area){area.x + 1, y, area.width - 2, 1};
        preview_draw_notes(p, c, &place);
        y++;
    }
    char note[48];
    snprintf(note, sizeof note, N_("%zu fields"), a->shown_count);
    draw_rule(c, (struct area){area.x, y, area.width, 1}, N_("FIELDS"), note);
    list_draw(
        &a->fields, c, (struct area){area.x, y + 1, area.width, area.y + area.height - y - 1});
}

static struct list *list_of(struct view *v)
{
    return &((struct alert_view *)v->state)->fields;
}

static void subject(struct view *v, struct subject *out)
{
    struct alert_view *a = v->state;
    if (!a->preview.id) {
        return;
    }
    const struct alert_row *row = &a->preview.row.rows[0];
    int64_t pid;
    struct slice entity = preview_field(&a->preview, FIELD_PROCESS_ENTITY_ID);
    out->alert = row->id;
    out->case_id = row->case_id;
    out->time = row->time;
    out->host = row->host;
    out->user = row->user;
    out->source = row->source;
    out->title = row->title;
    out->entity_id = entity.p;
    if (a->preview.record.count &&
        record_get_int(&a->preview.record.records[0], FIELD_PROCESS_PID, &pid)) {
        out->pid = pid;
    }
}

static bool act(struct view *v, int command, int number)
{
    struct alert_view *a = v->state;
    struct view *below = v->tui->depth > 1 ? v->tui->views[v->tui->depth - 2] : NULL;
    if (command == COMMAND_ENTER) {
        desk_say(v->tui, ROLE_TEXT_MUTED, N_("p tree, t timeline, w raw record"));
        return true;
    }
    if ((command != COMMAND_ITEM_NEXT && command != COMMAND_ITEM_PREVIOUS) || !below ||
        below->ops != &view_queue) {
        return false;
    }
    struct subject s = subject_none();
    below->ops->act(below, command, number);
    below->ops->subject(below, &s);
    if (s.alert) {
        a->id = s.alert;
        snprintf(v->crumb, sizeof v->crumb, "A-%lld", (long long)a->id);
        load(v);
    }
    return true;
}

static const struct view_key keys[] = {
    {COMMAND_CLOSE_LAST, N_("close")},
    {ACT_CLOSE, N_("verdict")},
    {ACT_CLAIM, N_("claim")},
    {COMMAND_CASE_ADD, N_("case")},
    {ACT_NOTE, N_("note")},
    {COMMAND_CONTAIN, N_("contain")},
    {COMMAND_TREE, N_("tree")},
    {COMMAND_TIMELINE, N_("timeline")},
    {COMMAND_RAW, N_("raw")},
    {COMMAND_LOOK, N_("look")},
    {COMMAND_ITEM_NEXT, N_("next")},
    {ACT_UNDO, N_("undo")},
    {COMMAND_ITEM_PREVIOUS, NULL},
    {ACT_ASSIGN, NULL},
    {ACT_SNOOZE, NULL},
    {ACT_OPEN, NULL},
    {COMMAND_NOTE_EDITOR, NULL},
    {-1, NULL},
};

const struct view_ops view_alert = {
    .name = N_("alert"),
    .state_size = sizeof(struct alert_view),
    .keys = keys,
    .open = open_alert,
    .close = close_alert,
    .draw = draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
};
