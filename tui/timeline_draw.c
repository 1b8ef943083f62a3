#include "tui/timeline_view.h"

#include <stdio.h>
#include <stdlib.h>

enum { BARS = 6, LANES_MAX = 5, LEVELS = 8 };

struct axis {
    struct canvas *c;
    const struct pivot_timeline *data;
    int x, y, width;
};

static size_t bucket_of(const struct axis *a, int cell)
{
    return (size_t)cell * a->data->buckets / (size_t)a->width;
}

static uint32_t total_in(const struct pivot_timeline *d, size_t bucket)
{
    uint32_t n = 0;
    for (size_t lane = 0; lane < d->lanes; lane++) {
        n += d->counts[lane * d->buckets + bucket];
    }
    return n + d->alert_counts[bucket];
}

static enum role bar_role(int worst)
{
    return worst == SEVERITY_CRITICAL ? ROLE_CHART_HOT
           : worst == SEVERITY_HIGH   ? ROLE_CHART_WARM
           : worst == SEVERITY_MEDIUM ? ROLE_SEVERITY_MEDIUM
                                      : ROLE_CHART_1;
}

/* Six rows of eight levels; the colour of a bar is the worst severity in it; one record shows. */
static void draw_bars(const struct axis *a)
{
    const struct pivot_timeline *d = a->data;
    uint32_t most = 1;
    char text[32];
    for (size_t b = 0; b < d->buckets; b++) {
        uint32_t n = total_in(d, b);
        most = n > most ? n : most;
    }
    for (int cell = 0; cell < a->width; cell++) {
        size_t b = bucket_of(a, cell);
        uint32_t n = total_in(d, b);
        uint64_t level = ((uint64_t)n * BARS * LEVELS + most - 1) / most;
        for (int row = 0; row < BARS && level > 0; row++) {
            uint64_t here = level >= LEVELS ? LEVELS : level;
            level -= here;
            canvas_text(a->c, a->x + cell, a->y + BARS - 1 - row, bar_role(d->worst[b]),
                draw_glyph((enum glyph)(GLYPH_BAR_1 + here - 1)));
        }
    }
    snprintf(text, sizeof text, "%u", most);
    canvas_put(a->c, &(struct put){a->x - 9, a->y, 7, ROLE_TEXT_MUTED, FIT_RIGHT}, slice_of(text));
    canvas_put(
        a->c, &(struct put){a->x - 9, a->y + BARS - 1, 7, ROLE_TEXT_MUTED, FIT_RIGHT}, SLICE("0"));
    canvas_fill(
        a->c, (struct area){a->x - 1, a->y, 1, BARS}, draw_glyph(GLYPH_VLINE), ROLE_CHART_AXIS);
}

static void draw_axis(const struct axis *a, const struct view *v, int64_t cursor)
{
    const struct pivot_timeline *d = a->data;
    int64_t span = d->to - d->from;
    canvas_fill(
        a->c, (struct area){a->x, a->y, a->width, 1}, draw_glyph(GLYPH_HLINE), ROLE_CHART_AXIS);
    for (int cell = 10; cell + 6 < a->width; cell += 20) {
        char text[DRAW_TIME_MAX];
        draw_clock(d->from + span / a->width * cell, v->tui->utc, false, text);
        text[span < 1200 * CLOCK_SECOND ? 8 : 5] = '\0';
        canvas_text(a->c, a->x + cell, a->y, ROLE_CHART_AXIS, draw_glyph(GLYPH_TICK));
        canvas_text(a->c, a->x + cell - 2, a->y + 1, ROLE_TEXT_MUTED, text);
    }
    if (cursor != CLOCK_NONE && span > 0 && cursor >= d->from && cursor < d->to) {
        int cell = (int)((cursor - d->from) / (span / a->width + 1));
        canvas_text(a->c, a->x + cell, a->y, ROLE_CHART_CURSOR, draw_glyph(GLYPH_FULL));
    }
}

static void draw_alert_lane(const struct axis *a)
{
    static const char letters[] = "ilMHC";
    canvas_fill(
        a->c, (struct area){a->x, a->y, a->width, 1}, draw_glyph(GLYPH_DOT), ROLE_TEXT_FAINT);
    canvas_put(
        a->c, &(struct put){a->x - 10, a->y, 9, ROLE_TEXT_MUTED, FIT_RIGHT}, SLICE("alerts"));
    for (int cell = 0; cell < a->width; cell++) {
        int worst = a->data->worst[bucket_of(a, cell)];
        if (worst >= 0 && worst <= SEVERITY_CRITICAL) {
            char letter[2] = {letters[worst], '\0'};
            canvas_text(a->c, a->x + cell, a->y, draw_severity_role(worst), letter);
        }
    }
}

/* Silence at the end of a lane that spoke before is said in words: no data is not no activity. */
static void draw_silence(const struct axis *a, const uint32_t *counts, int64_t now, bool utc)
{
    const struct pivot_timeline *d = a->data;
    int last = -1;
    for (int cell = 0; cell < a->width; cell++) {
        last = counts[bucket_of(a, cell)] ? cell : last;
    }
    int64_t when = d->from + (d->to - d->from) / a->width * (last + 1);
    if (last < 0 || a->width - last < a->width / 4 || when >= now) {
        return;
    }
    char text[80], clock[DRAW_TIME_MAX];
    snprintf(text, sizeof text, N_(" ! silent since %s "), draw_clock(when, utc, false, clock));
    canvas_fill(a->c, (struct area){a->x + last + 1, a->y, a->width - last - 1, 1},
        draw_glyph(GLYPH_GAP), ROLE_CHART_GAP);
    canvas_put(a->c,
        &(struct put){
            .x = a->x + last + 2, .y = a->y, .width = a->width - last - 3, .role = ROLE_TIME_GAP},
        slice_of(text));
}

static void draw_lane(const struct axis *a, size_t lane, const struct view *v)
{
    const struct pivot_timeline *d = a->data;
    const uint32_t *counts = d->counts + lane * d->buckets;
    uint32_t most = 1;
    for (size_t b = 0; b < d->buckets; b++) {
        most = counts[b] > most ? counts[b] : most;
    }
    canvas_put(a->c, &(struct put){a->x - 10, a->y, 9, ROLE_TEXT_MUTED, FIT_RIGHT},
        slice_of(d->lane_names[lane]));
    for (int cell = 0; cell < a->width; cell++) {
        uint32_t n = counts[bucket_of(a, cell)];
        if (n) {
            uint64_t level = ((uint64_t)n * LEVELS + most - 1) / most;
            canvas_text(a->c, a->x + cell, a->y, ROLE_CHART_1,
                draw_glyph((enum glyph)(GLYPH_BAR_1 + level - 1)));
        }
    }
    draw_silence(a, counts, v->tui->now, v->tui->utc);
}

static void row_delta(const struct timeline_view *t, size_t index, char out[32])
{
    char span[CLOCK_TEXT_MAX];
    out[0] = '\0';
    if (index > 0) {
        snprintf(out, 32, "+%.28s",
            clock_format_span(t->data.rows[index].time - t->data.rows[index - 1].time, span));
    }
}

void timeline_cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct view *v = owner;
    struct timeline_view *t = v->state;
    const struct timeline_row *r = &t->data.rows[index];
    char time[DRAW_TIME_MAX], delta[32];
    bool narrow = line.width < 98;
    int x = line.x, y = line.y;
    canvas_text(c, x, y, ROLE_TIME, draw_clock(r->time, v->tui->utc, true, time));
    x += 13;
    row_delta(t, index, delta);
    bool gap =
        index > 0 && r->time - t->data.rows[index - 1].time > (t->data.to - t->data.from) / 10;
    canvas_put(c, &(struct put){x, y, 8, gap ? ROLE_TIME_GAP : ROLE_TEXT_MUTED, FIT_RIGHT},
        slice_of(delta));
    x += 10;
    if (r->severity >= 0) {
        canvas_text(
            c, x, y, draw_severity_role(r->severity), severity_badge((enum severity)r->severity));
    }
    x += 5;
    if (!narrow) {
        canvas_put(c, &(struct put){x, y, 9, ROLE_SOURCE, FIT_CUT},
            slice_of(r->source ? r->source : r->kind));
        canvas_put(c, &(struct put){x + 10, y, 12, ROLE_ENTITY_HOST, FIT_CUT}, slice_of(r->host));
        x += 23;
    }
    const char *kind = r->category && *r->category ? r->category : r->kind;
    canvas_put(c, &(struct put){x, y, narrow ? 7 : 10, ROLE_TEXT_MUTED, FIT_CUT}, slice_of(kind));
    x += narrow ? 8 : 11;
    canvas_put(c,
        &(struct put){.x = x, .y = y, .width = line.x + line.width - x, .role = ROLE_TEXT},
        slice_of(r->what));
}

static void draw_head(struct view *v, struct canvas *c, struct area line)
{
    struct timeline_view *t = v->state;
    char from[DRAW_TIME_MAX], to[DRAW_TIME_MAX], span[CLOCK_TEXT_MAX], total[32];
    int64_t cell = t->data.buckets ? (t->data.to - t->data.from) / (int64_t)t->data.buckets : 0;
    int x = 1 + canvas_text(c, 1, line.y, ROLE_TEXT_STRONG,
                    draw_time(t->data.from, v->tui->now, v->tui->utc, from));
    x += canvas_text(c, x, line.y, ROLE_TEXT_MUTED, N_(" to "));
    x += canvas_text(
        c, x, line.y, ROLE_TEXT_STRONG, draw_time(t->data.to, v->tui->now, v->tui->utc, to));
    x += canvas_format(c, x + 2, line.y, ROLE_TEXT_MUTED, N_("%s/cell  %s records"),
             clock_format_span(cell, span), draw_count(t->data.total, total)) +
         4;
    if (t->filter[0]) {
        canvas_put(c,
            &(struct put){.x = x, .y = line.y, .width = line.width - x - 1, .role = ROLE_LINK},
            slice_of(t->filter));
    }
}

/* What the silence of the list means: nothing there, or not read yet, or a fault. */
static void draw_nothing(struct timeline_view *t, struct canvas *c, struct area area)
{
    const char *words =
        t->fault[0] ? t->fault
        : t->loaded
            ? N_("nothing is recorded in this window; _ zooms out, h and l pan, fc shows all")
            : N_("reading the telemetry");
    canvas_put(c,
        &(struct put){.x = 2,
            .y = area.y + 1,
            .width = area.width - 4,
            .role = t->fault[0] ? ROLE_STATUS_ERROR : ROLE_TEXT_MUTED},
        slice_of(words));
}

void timeline_draw(struct view *v, struct canvas *c, struct area area)
{
    struct timeline_view *t = v->state;
    const struct timeline_row *row =
        t->list.position < t->data.count ? &t->data.rows[t->list.position] : NULL;
    char note[64], shown[32], total[32];
    int y = area.y;
    if (!t->loaded || t->fault[0] || t->data.buckets == 0) {
        draw_nothing(t, c, area);
        return;
    }
    draw_head(v, c, (struct area){area.x, y++, area.width, 1});
    struct axis axis = {c, &t->data, area.x + TIMELINE_AXIS + 1, y, area.width - TIMELINE_AXIS - 2};
    if (area.height >= 20 && axis.width > 10) {
        draw_bars(&axis);
        axis.y += BARS;
        draw_axis(&axis, v, row ? row->time : CLOCK_NONE);
        axis.y += 2;
    }
    if (area.height >= 14 && axis.width > 10) {
        draw_alert_lane(&axis);
        axis.y++;
        size_t lanes = area.height >= 28 ? LANES_MAX : area.height >= 20 ? 1 : 0;
        for (size_t lane = 0; lane < t->data.lanes && lane < lanes; lane++, axis.y++) {
            draw_lane(&axis, lane, v);
        }
    }
    y = axis.y;
    snprintf(note, sizeof note, N_("%s of %s"), draw_count(t->data.count, shown),
        draw_count(t->data.total, total));
    draw_rule(c, (struct area){area.x, y++, area.width, 1}, N_("RECORDS"), note);
    if (t->data.count == 0) {
        draw_nothing(t, c, (struct area){area.x, y, area.width, 2});
        return;
    }
    list_draw(&t->list, c, (struct area){area.x, y, area.width, area.y + area.height - y});
}
