/* Health of the sources: what is stale says so, with what it means and what to do. */
#include "tui/grid.h"

#include <stdio.h>

struct sources_view {
    struct list list;
};

static const struct grid_column columns[GRID_COLUMNS] = {{N_("SOURCE"), 14, 0, false},
    {N_("KIND"), 9, 0, false}, {N_("STATE"), 12, 0, false}, {N_("LAG"), 5, 0, true},
    {N_("ALERTS"), 8, 0, true}, {N_("EVENTS"), 10, 0, true}, {N_("24 h"), 24, 110, false},
    {N_("BAD"), 6, 0, true}, {N_("LAST ERROR"), 0, 0, false}, {NULL, 0, 0, false}};

static const struct source_list *rows_of(void *owner)
{
    return &((struct view *)owner)->tui->status.sources;
}

static size_t count(void *owner)
{
    return rows_of(owner)->count;
}

static int64_t id(void *owner, size_t row)
{
    /* sources have names, no numbers: the name's hash is as good */
    return (int64_t)(slice_hash(slice_of(rows_of(owner)->rows[row].name), 1) >> 1) | 1;
}

static const char *state_word(const struct source_health *s, enum role *role)
{
    *role = s->error   ? ROLE_STATUS_ERROR
            : s->never ? ROLE_STATUS_PENDING
            : s->ok    ? ROLE_STATUS_OK
                       : ROLE_STATUS_WARN;
    return s->error   ? (s->error_code ? s->error_code : N_("failed"))
           : s->never ? N_("not asked")
           : s->ok    ? N_("ok")
                      : N_("late");
}

static void cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    const struct source_health *s = &rows_of(owner)->rows[index];
    char lag[CLOCK_TEXT_MAX] = "-", alerts[32], events[32], bad[32], state[64];
    enum role role;
    const char *text = state_word(s, &role);
    snprintf(state, sizeof state, "%s %s", draw_glyph(s->error ? GLYPH_BAD : GLYPH_OK), text);
    if (s->lag_ns != CLOCK_NONE) {
        clock_format_age(s->lag_ns, lag);
    }
    const struct grid_cell row[] = {{s->name, ROLE_TEXT_STRONG}, {s->kind, ROLE_TEXT_MUTED},
        {state, role}, {lag, ROLE_TEXT}, {draw_count(s->alerts, alerts), ROLE_TEXT},
        {draw_count(s->events, events), ROLE_TEXT}, {"", ROLE_TEXT},
        {draw_count(s->quarantined, bad), s->quarantined ? ROLE_STATUS_WARN : ROLE_TEXT_MUTED},
        {s->error ? s->error : "", ROLE_STATUS_ERROR}};
    grid_row(c, line, columns, row);
    if (line.width + 2 >= 110) {
        draw_sparkline(c, (struct area){line.x + 64, line.y, 24, 1}, s->hourly, 24);
    }
}

static int open_sources(struct view *v, const void *argument)
{
    struct sources_view *k = v->state;
    (void)argument;
    list_init(&k->list, &(struct row_source){count, id, cells, v});
    list_sync(&k->list);
    v->tui->status_at = 0;
    return 0;
}

static void close_sources(struct view *v)
{
    list_release(&((struct sources_view *)v->state)->list);
}

static void fact(
    struct canvas *c, struct area line, const char *label, enum role role, const char *text)
{
    if (text && *text) {
        draw_fact(c, line, 12, &(struct fact){label, role, text});
    }
}

static void draw_one(struct view *v, const struct source_health *s, struct canvas *c, struct area a)
{
    char success[DRAW_TIME_MAX], attempt[DRAW_TIME_MAX], interval[CLOCK_TEXT_MAX];
    struct tui *t = v->tui;
    int y = a.y;
    draw_rule(c, (struct area){a.x, y++, a.width, 1}, s->name, s->kind);
    struct area line = {a.x + 1, y, a.width - 2, 1};
    fact(c, line, N_("Last success"), ROLE_TEXT,
        draw_time(s->last_success, t->now, t->utc, success));
    line.y++;
    fact(c, line, N_("Last attempt"), ROLE_TEXT,
        draw_time(s->last_attempt, t->now, t->utc, attempt));
    line.y++;
    fact(c, line, N_("Every"), ROLE_TEXT,
        s->interval_ns > 0 ? clock_format_span(s->interval_ns, interval) : "");
    line.y++;
    fact(c, line, N_("Via"), ROLE_TEXT, s->via);
    line.y++;
    fact(c, line, N_("Cursor"), ROLE_TEXT_MUTED, s->cursor);
    line.y++;
    fact(c, line, N_("Error"), ROLE_STATUS_ERROR, s->error);
    line.y++;
    fact(c, line, N_("What to do"), ROLE_STATUS_WARN, s->next_step);
}

static void draw(struct view *v, struct canvas *c, struct area area)
{
    struct sources_view *k = v->state;
    const struct source_list *l = rows_of(v);
    grid_header(c, (struct area){area.x, area.y, area.width, 1}, columns);
    if (l->count == 0) {
        grid_empty(c, (struct area){area.x, area.y + 1, area.width, 3}, v->tui->status.loaded,
            N_("no source yet: a [source NAME] section in hinomi.conf, or hinomi import FILE"));
        return;
    }
    int detail = area.height > 14 ? 9 : 0;
    list_sync(&k->list);
    list_draw(&k->list, c, (struct area){area.x, area.y + 1, area.width, area.height - 1 - detail});
    if (detail && k->list.position < l->count) {
        draw_one(v, &l->rows[k->list.position], c,
            (struct area){area.x, area.y + area.height - detail, area.width, detail});
    }
}

static struct list *list_of(struct view *v)
{
    return &((struct sources_view *)v->state)->list;
}

static bool act(struct view *v, int command, int number)
{
    const struct source_list *l = rows_of(v);
    size_t at = list_of(v)->position;
    (void)number;
    if (command != COMMAND_ENTER || at >= l->count) {
        return false;
    }
    char query[200];
    snprintf(query, sizeof query, "hinomi.source: \"%.150s\"", l->rows[at].name);
    desk_open(v->tui, &view_queue, query);
    return true;
}

static const struct view_key keys[] = {{COMMAND_ENTER, N_("its alerts")}, {COMMAND_PULL, NULL},
    {COMMAND_GO_QUEUE, N_("queue")}, {COMMAND_BACK, N_("back")}, {-1, NULL}};

const struct view_ops view_sources = {
    .name = N_("Sources"),
    .state_size = sizeof(struct sources_view),
    .keys = keys,
    .open = open_sources,
    .close = close_sources,
    .draw = draw,
    .act = act,
    .list = list_of,
};
