/* Live and read only: processes, sockets and users of a host, over its own way in. */
#include "tui/grid.h"

#include "app/run.h"
#include "core/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct look_view {
    char host[256], fault[480], uptime[64];
    json_t *json;
    const json_t *rows[3]; /* processes, sockets, users */
    int pane;
    struct list list;
    bool loaded, busy;
    int64_t taken;
};

static const char *const panes[] = {N_("processes"), N_("sockets"), N_("users")};

static const json_t *shown(const struct look_view *l)
{
    return l->rows[l->pane];
}

static size_t count(void *owner)
{
    return json_array_size(shown(owner));
}

static int64_t id(void *owner, size_t row)
{
    return (int64_t)row + 1 + ((struct look_view *)owner)->pane * INT64_C(1000000);
}

/* Whatever the object holds, in its own order: "pid 812  user root  command …". */
static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct look_view *l = owner;
    json_t *row = json_array_get(shown(l), index), *value;
    const char *key;
    int x = line.x, end = line.x + line.width;
    if (json_is_string(row)) {
        canvas_put(c, &(struct put){.x = x, .y = line.y, .width = line.width, .role = ROLE_TEXT},
            slice_of(json_string_value(row)));
        return;
    }
    json_object_foreach(row, key, value)
    {
        char text[32];
        const char *shown_text = json_string_value(value);
        if (json_is_integer(value)) {
            snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
            shown_text = text;
        }
        if (!shown_text || !*shown_text || x + 4 >= end) {
            continue;
        }
        x += canvas_put(c,
                 &(struct put){.x = x, .y = line.y, .width = end - x, .role = ROLE_TEXT_FAINT},
                 slice_of(key)) +
             1;
        x += x < end ? canvas_put(c,
                           &(struct put){.x = x, .y = line.y, .width = end - x, .role = ROLE_TEXT},
                           slice_of(shown_text)) +
                           2
                     : 0;
    }
}

struct look_job {
    struct desk_job base;
    char host[256];
    struct str json;
};

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct look_job *j = (struct look_job *)base;
    (void)s;
    return look_host(a, j->host, &j->json, e);
}

static void job_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct look_job *j = (struct look_job *)base;
    struct look_view *l = v->state;
    l->loaded = true;
    l->busy = false;
    l->taken = t->now;
    if (base->result != 0) {
        snprintf(l->fault, sizeof l->fault, "%s", base->err.text);
        return;
    }
    json_t *json = json_loadb(j->json.p ? j->json.p : "", j->json.n, 0, NULL);
    if (!json) {
        snprintf(l->fault, sizeof l->fault, "%s", N_("the host's answer could not be read"));
        return;
    }
    json_decref(l->json);
    l->json = json;
    l->fault[0] = '\0';
    const json_t *uptime = json_object_get(json, "uptime");
    if (json_is_string(uptime)) {
        snprintf(l->uptime, sizeof l->uptime, "%.60s", json_string_value(uptime));
    } else if (json_is_number(uptime)) {
        char span[CLOCK_TEXT_MAX];
        snprintf(l->uptime, sizeof l->uptime, "%s",
            clock_format_span((int64_t)json_number_value(uptime) * CLOCK_SECOND, span));
    }
    for (int i = 0; i < 3; i++) {
        l->rows[i] = json_object_get(json, panes[i]);
    }
    list_sync(&l->list);
}

static void job_release(struct desk_job *base)
{
    str_release(&((struct look_job *)base)->json);
}

static void load(struct view *v)
{
    struct look_view *l = v->state;
    if (l->busy) {
        return;
    }
    struct look_job *j = mem_zalloc(1, sizeof *j);
    snprintf(j->host, sizeof j->host, "%s", l->host);
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    l->busy = true;
    desk_submit(v->tui, LANE_FETCH, &j->base);
}

static int open_look(struct view *v, const void *argument)
{
    struct look_view *l = v->state;
    snprintf(l->host, sizeof l->host, "%s", (const char *)argument);
    snprintf(v->crumb, sizeof v->crumb, N_("look: %.60s"), l->host);
    list_init(&l->list, &(struct row_source){count, id, cells, l});
    load(v);
    return 0;
}

static void close_look(struct view *v)
{
    struct look_view *l = v->state;
    json_decref(l->json);
    list_release(&l->list);
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct look_view *l = v->state;
    char taken[DRAW_TIME_MAX];
    int y = area.y, x = 1;
    for (int i = 0; i < 3; i++) {
        x += canvas_format(c, x, y, i == l->pane ? ROLE_TAB_CURRENT : ROLE_TAB, " %s %zu ",
            panes[i], json_array_size(l->rows[i]));
    }
    if (l->json) {
        canvas_format(c, x + 2, y, ROLE_TEXT_MUTED, N_("seen %s  up %s%s"),
            draw_time(l->taken, v->tui->now, v->tui->utc, taken), l->uptime,
            l->busy ? N_("  asking again") : "");
    }
    y++;
    struct area body = {area.x, y, area.width, area.y + area.height - y};
    if (l->fault[0]) {
        canvas_wrap(
            c, (struct area){2, y + 1, area.width - 4, 5}, ROLE_STATUS_ERROR, slice_of(l->fault));
    } else if (!l->json) {
        canvas_text(c, 2, y + 1, ROLE_TEXT_MUTED, N_("asking the host, read only"));
    } else if (json_array_size(shown(l)) == 0) {
        grid_empty(c, body, true, N_("none"));
    } else {
        list_draw(&l->list, c, body);
    }
}

static bool act(struct view *v, int command, int number)
{
    struct look_view *l = v->state;
    (void)number;
    if (command == COMMAND_PANE || command == COMMAND_RIGHT || command == COMMAND_LEFT) {
        l->pane = (l->pane + (command == COMMAND_LEFT ? 2 : 1)) % 3;
        list_sync(&l->list);
        list_move(&l->list, LIST_FIRST, 0);
    } else if (command == COMMAND_LOOK) {
        load(v);
    } else {
        return false;
    }
    return true;
}

static struct list *list_of(struct view *v)
{
    return &((struct look_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    out->host = ((struct look_view *)v->state)->host;
}

static const struct view_key keys[] = {{COMMAND_PANE, N_("next list")},
    {COMMAND_LOOK, N_("look again")}, {COMMAND_CONTAIN, N_("contain")}, {COMMAND_TREE, N_("tree")},
    {COMMAND_BACK, N_("back")}, {COMMAND_LEFT, NULL}, {COMMAND_RIGHT, NULL}, {-1, NULL}};

const struct view_ops view_look = {
    .name = N_("look"),
    .state_size = sizeof(struct look_view),
    .keys = keys,
    .open = open_look,
    .close = close_look,
    .draw = draw,
    .act = act,
    .list = list_of,
    .subject = subject,
};
