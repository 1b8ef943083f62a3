/* The vendor's own record, byte for byte, made visible; lines as they are or wrapped. */
#include "tui/desk.h"
#include "tui/draw.h"

#include "cases/events.h"
#include "core/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct raw_view {
    struct raw_argument what;
    struct str text;
    struct slice *lines;
    size_t line_count;
    struct list list;
    bool loaded, wrap, pretty;
    char fault[200];
};

static size_t count(void *owner)
{
    return ((struct raw_view *)owner)->line_count;
}

static int64_t id(void *owner, size_t row)
{
    (void)owner;
    return (int64_t)row + 1;
}

static void cells(void *owner, size_t row, struct canvas *c, struct area line)
{
    struct raw_view *r = owner;
    canvas_put(c, &(struct put){.x = line.x, .y = line.y, .width = line.width, .role = ROLE_TEXT},
        r->lines[row]);
}

struct raw_job {
    struct desk_job base;
    struct raw_argument what;
    struct str text;
    bool pretty;
};

/* JSON is indented for reading; anything else, and JSON that Jansson refuses, stays as it came. */
static void make_readable(struct raw_job *j, struct slice raw)
{
    json_t *json = json_loadb(raw.p ? raw.p : "", raw.n, JSON_ALLOW_NUL, NULL);
    char *indented = json ? json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    if (indented) {
        str_puts(&j->text, indented);
        j->pretty = true;
    } else {
        str_slice(&j->text, raw);
    }
    free(indented);
    json_decref(json);
}

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct raw_job *j = (struct raw_job *)base;
    struct str raw = STR_INIT;
    struct batch batch;
    int rc;
    (void)a;
    batch_init(&batch);
    if (j->what.alert) {
        rc = alert_get(s, j->what.alert, &batch, e);
        if (rc == 0 && batch.count) {
            str_slice(&raw, batch.records[0].raw);
        }
    } else {
        rc = event_raw(s, j->what.event, &raw, e);
    }
    if (rc == 0) {
        make_readable(j, str_as_slice(&raw));
    }
    batch_release(&batch);
    str_release(&raw);
    return rc;
}

static void split(struct raw_view *r)
{
    struct slice rest = str_as_slice(&r->text);
    while (rest.n > 0) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct slice line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        rest.p += line.n + (end != NULL);
        rest.n -= line.n + (end != NULL);
        r->lines = mem_grow(r->lines, r->line_count + 1, sizeof *r->lines);
        r->lines[r->line_count++] = line;
    }
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct raw_job *j = (struct raw_job *)base;
    struct raw_view *r = v->state;
    (void)t;
    r->loaded = true;
    if (base->result != 0) {
        snprintf(r->fault, sizeof r->fault, "%.190s", base->err.text);
        return;
    }
    r->text = j->text;
    r->pretty = j->pretty;
    j->text = (struct str)STR_INIT;
    split(r);
    list_sync(&r->list);
}

static void job_release(struct desk_job *base)
{
    str_release(&((struct raw_job *)base)->text);
}

static int open_raw(struct view *v, const void *argument)
{
    struct raw_view *r = v->state;
    struct raw_job *j = mem_zalloc(1, sizeof *j);
    r->what = *(const struct raw_argument *)argument;
    list_init(&r->list, &(struct row_source){count, id, cells, r});
    j->what = r->what;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
    return 0;
}

static void close_raw(struct view *v)
{
    struct raw_view *r = v->state;
    str_release(&r->text);
    free(r->lines);
    list_release(&r->list);
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct raw_view *r = v->state;
    char note[64];
    snprintf(note, sizeof note, N_("%zu bytes%s"), r->text.n, r->pretty ? N_(", indented") : "");
    draw_rule(c, (struct area){area.x, area.y, area.width, 1}, N_("AS THE SOURCE SENT IT"), note);
    struct area body = {area.x, area.y + 1, area.width, area.height - 1};
    if (r->line_count == 0) {
        canvas_text(c, 2, body.y + 1, r->fault[0] ? ROLE_STATUS_ERROR : ROLE_TEXT_MUTED,
            r->fault[0] ? r->fault
            : r->loaded ? N_("the raw record is lost: pull again")
                        : N_("reading"));
    } else if (r->wrap) {
        canvas_wrap(c, (struct area){body.x + 1, body.y, body.width - 2, body.height}, ROLE_TEXT,
            (struct slice){r->lines[r->list.position].p,
                (size_t)(r->text.p + r->text.n - r->lines[r->list.position].p)});
    } else {
        list_draw(&r->list, c, body);
    }
}

static bool act(struct view *v, int command, int number)
{
    struct raw_view *r = v->state;
    (void)number;
    if (command == COMMAND_WRAP) {
        r->wrap = !r->wrap;
        return true;
    }
    if (command == COMMAND_RAW) {
        desk_close_top(v->tui);
        return true;
    }
    return false;
}

static struct list *list_of(struct view *v)
{
    return &((struct raw_view *)v->state)->list;
}

static const struct view_key keys[] = {
    {COMMAND_WRAP, N_("wrap")},
    {COMMAND_BACK, N_("back")},
    {COMMAND_RAW, NULL},
    {-1, NULL},
};

static void subject(struct view *v, struct subject *out)
{
    struct raw_view *r = v->state;
    out->alert = r->what.alert;
    out->event = r->what.event;
}

const struct view_ops view_raw = {
    .name = N_("raw record"),
    .state_size = sizeof(struct raw_view),
    .keys = keys,
    .open = open_raw,
    .close = close_raw,
    .draw = draw,
    .act = act,
    .list = list_of,
    .subject = subject,
};
