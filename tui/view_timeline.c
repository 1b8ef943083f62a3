/* Events, alerts and what was done, on one axis: histogram, lanes, list. */
#include "tui/timeline_view.h"

#include "core/mem.h"

#include <stdio.h>

static const int64_t bins[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600,
    43200, 86400, 604800, 2592000};
enum { BINS = sizeof bins / sizeof *bins };

static size_t count(void *owner)
{
    return ((struct timeline_view *)((struct view *)owner)->state)->data.count;
}

/* Events and alerts have numbers of their own: the low bits tell them apart. */
static int64_t id(void *owner, size_t row)
{
    const struct timeline_row *r =
        &((struct timeline_view *)((struct view *)owner)->state)->data.rows[row];
    return r->id * 8 + 1 + (r->kind[0] == 'a') + 2 * (r->kind[0] == 'n') + 3 * (r->kind[0] == 't') +
           4 * (r->kind[0] == 'c');
}

struct timeline_job {
    struct desk_job base;
    struct timeline_request request;
    char host[256], filter[400];
    struct pivot_timeline data;
};

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct timeline_job *j = (struct timeline_job *)base;
    struct query *query = NULL;
    size_t position;
    if (j->filter[0] && query_parse(&query, slice_of(j->filter), clock_now(), &position, e) != 0) {
        return -1;
    }
    j->request.query = query;
    int rc = pivot_timeline(a, s, &j->request, &j->data, e);
    if (query) {
        query_free(query);
    }
    return rc;
}

static void go_near(struct timeline_view *t, int64_t when)
{
    size_t best = 0;
    for (size_t i = 0; i < t->data.count; i++) {
        if (t->data.rows[i].time <= when) {
            best = i;
        }
    }
    list_move(&t->list, LIST_FIRST, (int)best + 1);
}

static void job_done(struct tui *tui, struct view *v, struct desk_job *base)
{
    struct timeline_job *j = (struct timeline_job *)base;
    struct timeline_view *t = v->state;
    (void)tui;
    t->loaded = true;
    if (base->result != 0) {
        snprintf(t->fault, sizeof t->fault, "%.230s", base->err.text);
        return;
    }
    t->fault[0] = '\0';
    struct pivot_timeline old = t->data;
    t->data = j->data;
    j->data = old;
    list_sync(&t->list);
    if (t->around != CLOCK_NONE) {
        go_near(t, t->around);
        t->around = CLOCK_NONE;
    }
}

static void job_release(struct desk_job *base)
{
    pivot_timeline_release(&((struct timeline_job *)base)->data);
}

static void load(struct view *v)
{
    struct timeline_view *t = v->state;
    struct timeline_job *j = mem_zalloc(1, sizeof *j);
    int width = v->tui->canvas.width - TIMELINE_AXIS - 2;
    snprintf(j->host, sizeof j->host, "%s", t->host);
    snprintf(j->filter, sizeof j->filter, "%s", t->filter);
    j->request = (struct timeline_request){.host = t->host[0] ? j->host : NULL,
        .case_id = t->case_id,
        .from = t->from,
        .to = t->to,
        .buckets = width > 10 ? (size_t)width : 10,
        .limit = TIMELINE_ROWS};
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

static int open_timeline(struct view *v, const void *argument)
{
    const struct timeline_argument *a = argument;
    struct timeline_view *t = v->state;
    snprintf(t->host, sizeof t->host, "%s", a->host ? a->host : "");
    t->case_id = a->case_id;
    t->around = a->around;
    t->from = t->to = CLOCK_NONE;
    if (a->around != CLOCK_NONE) { /* an hour about the alert */
        t->from = a->around - 30 * 60 * CLOCK_SECOND;
        t->to = a->around + 30 * 60 * CLOCK_SECOND;
        if (t->to > clock_now() && a->around < clock_now()) {
            t->to = clock_now() + CLOCK_SECOND; /* what is to come is not silence */
        }
    }
    list_init(&t->list, &(struct row_source){count, id, timeline_cells, v});
    load(v);
    return 0;
}

static void close_timeline(struct view *v)
{
    struct timeline_view *t = v->state;
    pivot_timeline_release(&t->data);
    list_release(&t->list);
}

static const struct timeline_row *current(const struct timeline_view *t)
{
    return t->list.position < t->data.count ? &t->data.rows[t->list.position] : NULL;
}

/* A round bin width; the window is centred on the cursor. */
static void zoom(struct view *v, int step)
{
    struct timeline_view *t = v->state;
    const struct timeline_row *row = current(t);
    int64_t cells = t->data.buckets ? (int64_t)t->data.buckets : 100;
    int64_t now = (t->data.to - t->data.from) / cells / CLOCK_SECOND;
    int at = 0;
    while (at < BINS - 1 && bins[at] < now) {
        at++;
    }
    at += step;
    at = at < 0 ? 0 : at >= BINS ? BINS - 1 : at;
    int64_t centre = row ? row->time : (t->data.from + t->data.to) / 2;
    t->from = centre - bins[at] * CLOCK_SECOND * cells / 2;
    t->to = t->from + bins[at] * CLOCK_SECOND * cells;
    load(v);
}

static void pan(struct view *v, int step)
{
    struct timeline_view *t = v->state;
    int64_t eighth = (t->data.to - t->data.from) / 8;
    t->from = t->data.from + step * eighth;
    t->to = t->data.to + step * eighth;
    load(v);
}

static void go_alert(struct timeline_view *t, int step)
{
    for (long long i = (long long)t->list.position + step; i >= 0 && i < (long long)t->data.count;
         i += step) {
        if (t->data.rows[i].severity >= 0) {
            list_move(&t->list, LIST_FIRST, (int)i + 1);
            return;
        }
    }
}

/* A gap: nothing for longer than a tenth of the window. */
static void go_gap(struct timeline_view *t, int step)
{
    int64_t least = (t->data.to - t->data.from) / 10;
    for (long long i = (long long)t->list.position + step; i > 0 && i < (long long)t->data.count;
         i += step) {
        if (t->data.rows[i].time - t->data.rows[i - 1].time > least) {
            list_move(&t->list, LIST_FIRST, (int)i + 1);
            return;
        }
    }
}

static void time_given(struct tui *tui, const struct popup_answer *answer)
{
    struct view *v = desk_top(tui);
    int64_t when;
    if (v->ops != &view_timeline) {
        return;
    }
    struct timeline_view *t = v->state;
    if (!clock_parse_human(slice_of(answer->text), clock_now(), &when) &&
        !clock_parse(slice_of(answer->text), &when)) {
        desk_say(tui, ROLE_STATUS_WARN,
            N_("\"%.60s\" is no time: write 11:40, -15m or an ISO time"), answer->text);
        return;
    }
    int64_t half = (t->data.to - t->data.from) / 2;
    half = half > 0 ? half : 1800 * CLOCK_SECOND;
    t->from = when - half;
    t->to = when + half;
    t->around = when;
    load(v);
}

static void filter_given(struct tui *tui, const struct popup_answer *answer)
{
    struct view *v = desk_top(tui);
    if (v->ops == &view_timeline) {
        struct timeline_view *t = v->state;
        snprintf(t->filter, sizeof t->filter, "%s", answer->text);
        load(v);
    }
}

static void open_row(struct view *v)
{
    const struct timeline_row *row = current(v->state);
    if (row && strcmp(row->kind, "alert") == 0) {
        desk_open(v->tui, &view_alert, &row->id);
    } else if (row && strcmp(row->kind, "event") == 0) {
        desk_open(v->tui, &view_raw, &(struct raw_argument){.event = row->id});
    }
}

static bool act(struct view *v, int command, int number)
{
    struct timeline_view *t = v->state;
    (void)number;
    if (command == COMMAND_ZOOM_IN || command == COMMAND_ZOOM_OUT) {
        zoom(v, command == COMMAND_ZOOM_IN ? -1 : 1);
    } else if (command == COMMAND_LEFT || command == COMMAND_RIGHT) {
        pan(v, command == COMMAND_LEFT ? -1 : 1);
    } else if (command == COMMAND_ITEM_NEXT || command == COMMAND_ITEM_PREVIOUS) {
        go_alert(t, command == COMMAND_ITEM_NEXT ? 1 : -1);
    } else if (command == COMMAND_GAP_NEXT || command == COMMAND_GAP_PREVIOUS) {
        go_gap(t, command == COMMAND_GAP_NEXT ? 1 : -1);
    } else if (command == COMMAND_GO_TIME) {
        popup_prompt(v->tui, N_("Go to time: 11:40, -15m, 2026-03-10T22:00"), "", time_given, NULL);
        v->tui->popup.field.narrow = true;
    } else if (command == COMMAND_FIND) {
        popup_prompt(v->tui, N_("Only what matches (empty: all)"), t->filter, filter_given, NULL);
        v->tui->popup.field.narrow = true;
    } else if (command == COMMAND_FILTER_CLEAR) {
        t->filter[0] = '\0';
        t->from = t->to = CLOCK_NONE;
        load(v);
    } else if (command == COMMAND_ENTER) {
        open_row(v);
    } else {
        return false;
    }
    return true;
}

static struct list *list_of(struct view *v)
{
    return &((struct timeline_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    struct timeline_view *t = v->state;
    const struct timeline_row *row = current(t);
    out->host = t->host;
    out->case_id = t->case_id;
    if (row) {
        bool alert = strcmp(row->kind, "alert") == 0;
        out->alert = alert ? row->id : 0;
        out->event = !alert && strcmp(row->kind, "event") == 0 ? row->id : 0;
        out->time = row->time;
        out->host = row->host && *row->host ? row->host : t->host;
        out->entity_id = row->entity_id;
        out->title = row->what;
        out->source = row->source;
    }
}

static void bar(struct view *v, char *out, size_t size)
{
    struct timeline_view *t = v->state;
    snprintf(out, size, "%s   %s", t->host, v->tui->utc ? "UTC" : N_("local"));
}

static const struct view_key keys[] = {
    {COMMAND_ZOOM_IN, N_("zoom in")},
    {COMMAND_ZOOM_OUT, N_("out")},
    {COMMAND_LEFT, N_("pan")},
    {COMMAND_RIGHT, NULL},
    {COMMAND_ITEM_NEXT, N_("next alert")},
    {COMMAND_GAP_NEXT, N_("gap")},
    {COMMAND_ENTER, N_("open")},
    {COMMAND_FIND, N_("filter")},
    {COMMAND_GO_TIME, N_("time")},
    {COMMAND_TREE, N_("tree")},
    {COMMAND_CONTAIN, N_("contain")},
    {COMMAND_UTC, N_("UTC/local")},
    {COMMAND_RAW, NULL},
    {COMMAND_FILTER_CLEAR, NULL},
    {COMMAND_ITEM_PREVIOUS, NULL},
    {COMMAND_GAP_PREVIOUS, NULL},
    {COMMAND_CASE_ADD, NULL},
    {-1, NULL},
};

const struct view_ops view_timeline = {
    .name = N_("timeline"),
    .state_size = sizeof(struct timeline_view),
    .keys = keys,
    .open = open_timeline,
    .close = close_timeline,
    .draw = timeline_draw,
    .act = act,
    .changed = load,
    .list = list_of,
    .subject = subject,
    .bar = bar,
};
