#include "tui/queue.h"

#include <stdio.h>

struct column {
    const char *title;
    int width; /* 0: takes what is left */
    int least; /* shown from this screen width on */
    bool right;
};

enum {
    COLUMN_SEV,
    COLUMN_SCORE,
    COLUMN_AGE,
    COLUMN_ALERT,
    COLUMN_HOST,
    COLUMN_USER,
    COLUMN_SOURCE,
    COLUMN_ATTACK,
    COLUMN_N,
    COLUMN_STATE,
    COLUMN_OWNER,
    COLUMN_COUNT
};

static const struct column columns[COLUMN_COUNT] = {
    [COLUMN_SEV] = {N_("SEV"), 4, 0, false},
    [COLUMN_SCORE] = {N_("SC"), 3, 0, true},
    [COLUMN_AGE] = {N_("AGE"), 4, 0, true},
    [COLUMN_ALERT] = {N_("ALERT"), 0, 0, false},
    [COLUMN_HOST] = {N_("HOST"), 13, 0, false},
    [COLUMN_USER] = {N_("USER"), 11, 60, false},
    [COLUMN_SOURCE] = {N_("SOURCE"), 8, 100, false},
    [COLUMN_ATTACK] = {N_("ATT&CK"), 9, 110, false},
    [COLUMN_N] = {N_("N"), 4, 100, true},
    [COLUMN_STATE] = {N_("STATE"), 6, 100, false},
    [COLUMN_OWNER] = {N_("OWNER"), 10, 160, false},
};

/* Left edges; the alert's column takes what the others leave. */
static void lay_out(
    struct area line, int screen_width, int x[COLUMN_COUNT], int width[COLUMN_COUNT])
{
    int fixed = 0, at = line.x;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        width[i] = screen_width >= columns[i].least ? columns[i].width : -1;
        fixed += width[i] >= 0 ? width[i] + 1 : 0;
    }
    width[COLUMN_ALERT] = line.width - fixed;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        x[i] = at;
        at += width[i] >= 0 ? width[i] + 1 : 0;
    }
}

static void cell(struct canvas *c, const struct put *at, const char *text)
{
    if (at->width > 0 && *text) {
        canvas_put(c, at, slice_of(text));
    }
}

static enum role title_role(const struct alert_row *row)
{
    return row->status == STATUS_CLOSED         ? ROLE_ALERT_CLOSED
           : row->severity == SEVERITY_CRITICAL ? ROLE_TEXT_STRONG
                                                : ROLE_TEXT;
}

static void texts_of(
    struct tui *t, const struct queue *q, const struct alert_row *row, char text[COLUMN_COUNT][128])
{
    char age[CLOCK_TEXT_MAX];
    int64_t seen = row->last_seen > row->time ? row->last_seen : row->time;
    uint64_t n = q->folded && row->group_size > 1 ? row->group_size : row->count;
    snprintf(text[COLUMN_SEV], 128, "%s", severity_badge(row->severity));
    text[COLUMN_SCORE][0] = '\0';
    if (row->score >= 0) {
        snprintf(text[COLUMN_SCORE], 128, "%d", row->score);
    }
    snprintf(text[COLUMN_AGE], 128, "%s", clock_format_age(t->now - seen, age));
    snprintf(text[COLUMN_HOST], 128, "%.120s", row->host);
    snprintf(text[COLUMN_USER], 128, "%.120s", row->user);
    snprintf(text[COLUMN_SOURCE], 128, "%.120s", row->source);
    snprintf(text[COLUMN_ATTACK], 128, "%.120s", row->technique);
    text[COLUMN_N][0] = '\0';
    if (n > 1) {
        snprintf(text[COLUMN_N], 128, "x%llu", (unsigned long long)n);
    }
    const char *state = row->status == STATUS_CLOSED && row->verdict ? verdict_name(row->verdict)
                        : row->case_id                               ? N_("case")
                                                                     : status_name(row->status);
    snprintf(text[COLUMN_STATE], 128, "%s%s", row->push_failed ? "!" : "",
        desk_pending(t, row->id) ? draw_glyph(GLYPH_MORE) : state);
    snprintf(text[COLUMN_OWNER], 128, "%.120s", row->assignee);
}

void queue_cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    static const enum role roles[COLUMN_COUNT] = {[COLUMN_SCORE] = ROLE_TEXT_MUTED,
        [COLUMN_AGE] = ROLE_TEXT_MUTED,
        [COLUMN_HOST] = ROLE_ENTITY_HOST,
        [COLUMN_USER] = ROLE_ENTITY_USER,
        [COLUMN_SOURCE] = ROLE_SOURCE,
        [COLUMN_ATTACK] = ROLE_ATTACK,
        [COLUMN_N] = ROLE_TEXT_MUTED,
        [COLUMN_STATE] = ROLE_ALERT_NEW,
        [COLUMN_OWNER] = ROLE_ALERT_ACK};
    struct view *v = owner;
    struct queue *q = v->state;
    const struct alert_row *row = &q->page.rows[index];
    int x[COLUMN_COUNT], width[COLUMN_COUNT];
    char text[COLUMN_COUNT][128];
    lay_out(line, line.width + 2, x, width);
    texts_of(v->tui, q, row, text);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        enum role role = i == COLUMN_SEV ? draw_severity_role((int)row->severity) : roles[i];
        struct put at = {x[i], line.y, width[i], role, columns[i].right ? FIT_RIGHT : FIT_CUT};
        if (i == COLUMN_ALERT) {
            at.role = title_role(row);
        }
        cell(c, &at, i == COLUMN_ALERT ? row->title : text[i]);
    }
}

static void draw_header(struct canvas *c, struct area line)
{
    int x[COLUMN_COUNT], width[COLUMN_COUNT];
    lay_out((struct area){line.x + 2, line.y, line.width - 2, 1}, line.width, x, width);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        cell(c,
            &(struct put){
                x[i], line.y, width[i], ROLE_HEADER, columns[i].right ? FIT_RIGHT : FIT_CUT},
            columns[i].title);
    }
}

static void draw_tabs(struct view *v, struct canvas *c, struct area line)
{
    struct queue *q = v->state;
    int x = line.x + 1;
    uint32_t most = 0;
    for (int i = 0; i < QUEUE_TABS; i++) {
        char text[64], count[32];
        snprintf(text, sizeof text, " %d %s %s ", i + 1, queue_tabs[i].name,
            draw_count(q->tab_counts[i], count));
        x += canvas_text(c, x, line.y, i == q->tab ? ROLE_TAB_CURRENT : ROLE_TAB, text);
    }
    for (int i = 0; i < QUEUE_HOURS; i++) {
        most = q->hours[i] > most ? q->hours[i] : most;
    }
    int at = line.width - QUEUE_HOURS - 14;
    if (at > x + 5 && most > 0) {
        canvas_text(c, at - 4, line.y, ROLE_TEXT_MUTED, "24h");
        draw_sparkline(c, (struct area){at, line.y, QUEUE_HOURS, 1}, q->hours, QUEUE_HOURS);
        canvas_format(c, at + QUEUE_HOURS + 1, line.y, ROLE_TEXT_MUTED, N_("max %u/h"), most);
    }
}

static void draw_empty(struct view *v, struct canvas *c, struct area area)
{
    struct queue *q = v->state;
    struct desk_status *s = &v->tui->status;
    int y = area.y + area.height / 3, x = area.x + 4;
    if (!q->loaded) {
        canvas_text(c, x, y, ROLE_TEXT_MUTED, N_("reading the record"));
        return;
    }
    if (q->fault[0]) {
        canvas_put(c,
            &(struct put){.x = x, .y = y, .width = area.width - 6, .role = ROLE_STATUS_ERROR},
            slice_of(q->fault));
        canvas_text(c, x, y + 1, ROLE_HINT, N_("fc clears the filter"));
        return;
    }
    canvas_text(c, x, y, ROLE_TEXT_STRONG, N_("No alert here."));
    if (q->filter[0]) {
        canvas_format(c, x, y + 1, ROLE_TEXT_MUTED, N_("Filter: %s   fc clears it"), q->filter);
    } else if (s->loaded && s->sources.count == 0) {
        canvas_text(c, x, y + 1, ROLE_TEXT_MUTED,
            N_("No source is configured yet: add [source NAME] to hinomi.conf, or import a file:"));
        canvas_text(c, x, y + 2, ROLE_TEXT, "  hinomi import FILE");
    } else {
        canvas_text(c, x, y + 1, ROLE_TEXT_MUTED,
            N_("gs shows how the sources fare: no data is not no activity."));
    }
}

static void draw_preview(struct view *v, struct canvas *c, struct area area)
{
    struct queue *q = v->state;
    const struct alert_row *row = queue_current(q);
    char title[300] = "", note[80], total[32];
    uint64_t all = q->folded ? q->counts.groups : q->counts.total;
    if (row) {
        snprintf(title, sizeof title, "A-%lld  %.250s", (long long)row->id,
            area.width < 100 ? "" : row->title);
    }
    snprintf(note, sizeof note, "%zu/%s", q->list.position + (row != NULL), draw_count(all, total));
    draw_rule(c, (struct area){area.x, area.y, area.width, 1}, title, note);
    if (row && q->preview.id == row->id) {
        struct preview_place place = {
            {area.x, area.y + 1, area.width, area.height - 1}, v->tui->now, v->tui->utc};
        preview_draw(&q->preview, c, &place);
    }
}

/* Rows for the preview: none on a low screen, a little over a third of a tall one. */
static int preview_height(const struct queue *q, struct area area)
{
    if (q->preview_mode == 2 || area.height < 16) {
        return 0;
    }
    if (area.width < 100) {
        return 9;
    }
    return area.height < 26 ? 9 : area.height >= 45 ? 18 : 12;
}

void queue_draw(struct view *v, struct canvas *c, struct area area)
{
    struct queue *q = v->state;
    bool tabs = area.width >= 100 && q->tab >= 0;
    int below = preview_height(q, area), y = area.y;
    if (tabs) {
        draw_tabs(v, c, (struct area){area.x, y++, area.width, 1});
    }
    draw_header(c, (struct area){area.x, y++, area.width, 1});
    struct area rows = {area.x, y, area.width, area.y + area.height - y - below};
    if (q->page.count == 0) {
        draw_empty(v, c, rows);
        return;
    }
    list_draw(&q->list, c, rows);
    if (below) {
        draw_preview(v, c, (struct area){area.x, y + rows.height, area.width, below});
    }
}
