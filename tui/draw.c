#include "tui/draw.h"

#include "core/clock.h"
#include "tui/glyph.h"
#include "tui/theme.h"

#include <stdio.h>
#include <time.h>

static const struct theme *theme_in_use;

void draw_use_theme(const struct theme *t)
{
    theme_in_use = t;
}

const char *draw_glyph(enum glyph glyph)
{
    static const char *const plain[GLYPH_COUNT][2] = {
#define GLYPH_ROW(id, name, utf8, ascii) [GLYPH_##id] = {utf8, ascii},
        GLYPH_LIST(GLYPH_ROW)
#undef GLYPH_ROW
    };
    return theme_in_use ? theme_glyph(theme_in_use, glyph, glyph_ascii())
                        : plain[glyph][glyph_ascii()];
}

void draw_rule(struct canvas *c, struct area line, const char *title, const char *note)
{
    int notes = note && *note ? canvas_measure(slice_of(note)) + 2 : 0;
    canvas_fill(
        c, (struct area){line.x, line.y, line.width, 1}, draw_glyph(GLYPH_HLINE), ROLE_BORDER);
    if (title && *title) {
        int room = line.width - 6 - notes;
        canvas_text(c, line.x + 2, line.y, ROLE_BORDER, " ");
        int used = room > 0
                       ? canvas_put(c,
                             &(struct put){
                                 .x = line.x + 3, .y = line.y, .width = room, .role = ROLE_TITLE},
                             slice_of(title))
                       : 0;
        canvas_text(c, line.x + 3 + used, line.y, ROLE_BORDER, " ");
    }
    if (notes && line.width > notes + 4) {
        canvas_format(c, line.x + line.width - notes - 1, line.y, ROLE_TEXT_MUTED, " %s ", note);
    }
}

int draw_fact(struct canvas *c, struct area line, int label_width, const struct fact *fact)
{
    canvas_put(c,
        &(struct put){.x = line.x, .y = line.y, .width = label_width, .role = ROLE_TEXT_MUTED},
        slice_of(fact->label));
    int x = line.x + label_width + 1;
    int room = line.x + line.width - x;
    if (room <= 0) {
        return x;
    }
    return x + canvas_put(c, &(struct put){.x = x, .y = line.y, .width = room, .role = fact->role},
                   slice_of(fact->value));
}

enum role draw_severity_role(int severity)
{
    static const enum role roles[] = {ROLE_SEVERITY_INFO, ROLE_SEVERITY_LOW, ROLE_SEVERITY_MEDIUM,
        ROLE_SEVERITY_HIGH, ROLE_SEVERITY_CRITICAL};
    return severity < 0 || severity > SEVERITY_CRITICAL ? ROLE_TEXT : roles[severity];
}

void draw_sparkline(struct canvas *c, struct area line, const uint32_t *values, size_t count)
{
    uint32_t most = 1;
    for (size_t i = 0; i < count; i++) {
        most = values[i] > most ? values[i] : most;
    }
    for (size_t i = 0; i < count && (int)i < line.width; i++) {
        if (values[i] > 0) {
            uint64_t level = ((uint64_t)values[i] * 8 + most - 1) / most;
            canvas_text(c, line.x + (int)i, line.y, ROLE_CHART_1,
                draw_glyph((enum glyph)(GLYPH_BAR_1 + (level ? level - 1 : 0))));
        }
    }
}

void draw_progress(struct canvas *c, struct area line, uint64_t done, uint64_t total)
{
    int full = total ? (int)(done * (uint64_t)line.width / total) : 0;
    full = full > line.width ? line.width : full;
    canvas_fill(c, (struct area){line.x, line.y, full, 1}, draw_glyph(GLYPH_FULL), ROLE_CHART_1);
    canvas_fill(c, (struct area){line.x + full, line.y, line.width - full, 1},
        draw_glyph(GLYPH_EMPTY), ROLE_TEXT_FAINT);
}

static struct tm broken_down(int64_t ns, bool utc)
{
    time_t seconds = (time_t)(ns / CLOCK_SECOND - (ns % CLOCK_SECOND < 0));
    struct tm out = {0};
    if (utc) {
        gmtime_r(&seconds, &out);
    } else {
        localtime_r(&seconds, &out);
    }
    return out;
}

static void zone(const struct tm *t, bool utc, char out[8])
{
    long minutes = t->tm_gmtoff / 60;
    if (utc) {
        snprintf(out, 8, "Z");
    } else if (minutes % 60 == 0) {
        snprintf(out, 8, "%+03d", (int)(minutes / 60) % 100);
    } else {
        snprintf(out, 8, "%+03d:%02d", (int)(minutes / 60) % 100,
            (int)(minutes < 0 ? -minutes : minutes) % 60);
    }
}

const char *draw_clock(int64_t ns, bool utc, bool milliseconds, char out[DRAW_TIME_MAX])
{
    char offset[8];
    if (ns == CLOCK_NONE) {
        snprintf(out, DRAW_TIME_MAX, "-");
        return out;
    }
    struct tm t = broken_down(ns, utc);
    zone(&t, utc, offset);
    if (milliseconds) {
        int64_t part = ns % CLOCK_SECOND;
        part = part < 0 ? part + CLOCK_SECOND : part;
        snprintf(out, DRAW_TIME_MAX, "%02d:%02d:%02d.%03d", t.tm_hour, t.tm_min, t.tm_sec,
            (int)(part / CLOCK_MILLISECOND));
    } else {
        snprintf(out, DRAW_TIME_MAX, "%02d:%02d:%02d%s", t.tm_hour, t.tm_min, t.tm_sec, offset);
    }
    return out;
}

const char *draw_time(int64_t ns, int64_t now, bool utc, char out[DRAW_TIME_MAX])
{
    char clock[DRAW_TIME_MAX];
    draw_clock(ns, utc, false, clock);
    if (ns == CLOCK_NONE) {
        snprintf(out, DRAW_TIME_MAX, "-");
        return out;
    }
    struct tm t = broken_down(ns, utc), today = broken_down(now, utc);
    if (t.tm_year == today.tm_year && t.tm_yday == today.tm_yday) {
        snprintf(out, DRAW_TIME_MAX, "%.20s", clock);
    } else {
        snprintf(out, DRAW_TIME_MAX, "%04d-%02d-%02d %.16s", (t.tm_year + 1900) % 10000,
            t.tm_mon + 1, t.tm_mday, clock);
    }
    return out;
}

const char *draw_count(uint64_t value, char out[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value), k = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            out[k++] = ',';
        }
        out[k++] = digits[i];
    }
    out[k] = '\0';
    return out;
}

struct area draw_box(struct canvas *c, struct area area, const char *title, bool danger)
{
    enum role role = danger ? ROLE_POPUP_DANGER : ROLE_POPUP_BORDER;
    int right = area.x + area.width - 1, bottom = area.y + area.height - 1;
    canvas_fill(c, area, " ", ROLE_POPUP);
    canvas_fill(c, (struct area){area.x, area.y, area.width, 1}, draw_glyph(GLYPH_HLINE), role);
    canvas_fill(c, (struct area){area.x, bottom, area.width, 1}, draw_glyph(GLYPH_HLINE), role);
    canvas_fill(c, (struct area){area.x, area.y, 1, area.height}, draw_glyph(GLYPH_VLINE), role);
    canvas_fill(c, (struct area){right, area.y, 1, area.height}, draw_glyph(GLYPH_VLINE), role);
    canvas_text(c, area.x, area.y, role, draw_glyph(GLYPH_CORNER_TL));
    canvas_text(c, right, area.y, role, draw_glyph(GLYPH_CORNER_TR));
    canvas_text(c, area.x, bottom, role, draw_glyph(GLYPH_CORNER_BL));
    canvas_text(c, right, bottom, role, draw_glyph(GLYPH_CORNER_BR));
    if (title && *title && area.width > 8) {
        canvas_text(c, area.x + 2, area.y, role, " ");
        int used = canvas_put(c,
            &(struct put){.x = area.x + 3,
                .y = area.y,
                .width = area.width - 6,
                .role = danger ? ROLE_POPUP_DANGER : ROLE_TITLE},
            slice_of(title));
        canvas_text(c, area.x + 3 + used, area.y, role, " ");
    }
    return (struct area){area.x + 2, area.y + 1, area.width - 4, area.height - 2};
}
