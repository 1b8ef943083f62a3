#include "tui/tree_view.h"

#include <stdio.h>

enum { GUTTER = 5, PID = 6, START = 8, LIVED = 5, LIFE = 9, INDENT_MAX = 24 };

/* Guides before a name: one pair of cells a level, "│ " where a sibling follows further down. */
static void draw_guides(
    const struct tree_view *t, size_t index, struct canvas *c, struct area line, int shift)
{
    const struct pivot_process *p = &t->tree.rows[index];
    int x = line.x + ((int)p->depth - 1 - shift) * 2;
    if (p->depth == 0 || x < line.x) {
        return;
    }
    canvas_format(c, x, line.y, ROLE_GUIDE, "%s%s",
        draw_glyph(p->last_sibling ? GLYPH_ELBOW : GLYPH_TEE), draw_glyph(GLYPH_STUB));
    for (int64_t up = p->parent; up >= 0; up = t->tree.rows[up].parent) {
        const struct pivot_process *ancestor = &t->tree.rows[up];
        int at = line.x + ((int)ancestor->depth - 1 - shift) * 2;
        if (ancestor->depth > 0 && at >= line.x && !ancestor->last_sibling) {
            canvas_text(c, at, line.y, ROLE_GUIDE, draw_glyph(GLYPH_VLINE));
        }
    }
}

static struct slice arguments_of(const struct pivot_process *p)
{
    struct slice all = slice_of(p->command_line ? p->command_line : "");
    size_t at = 0;
    if (all.n && all.p[0] == '"') {
        for (at = 1; at < all.n && all.p[at] != '"'; at++) {
        }
        at += at < all.n;
    } else {
        while (at < all.n && all.p[at] != ' ') {
            at++;
        }
    }
    return slice_trim((struct slice){all.p + at, all.n - at});
}

/* The span of the window in which it lived, on LIFE cells. */
static void draw_life(
    const struct tree_view *t, const struct pivot_process *p, struct canvas *c, struct area line)
{
    int64_t from = t->tree.from, span = t->tree.to - from;
    enum role role = p->severity >= 0 ? draw_severity_role(p->severity) : ROLE_TEXT_FAINT;
    if (span <= 0 || p->start == CLOCK_NONE) {
        return;
    }
    int64_t end = p->end == CLOCK_NONE ? t->tree.to : p->end;
    int64_t a = (p->start - from) / (span / LIFE + 1), b = (end - from) / (span / LIFE + 1);
    a = a < 0 ? 0 : a >= LIFE ? LIFE - 1 : a;
    b = b < a ? a : b >= LIFE ? LIFE - 1 : b;
    canvas_fill(c, (struct area){line.x, line.y, LIFE, 1}, draw_glyph(GLYPH_DOT), ROLE_TEXT_FAINT);
    canvas_fill(c, (struct area){line.x + (int)a, line.y, (int)(b - a) + 1, 1},
        draw_glyph(a == b ? GLYPH_INSTANT : GLYPH_LIFE), role);
}

static int columns_width(int width)
{
    return width >= 74 ? PID + START + LIVED + LIFE + 4 : width >= 60 ? PID + START + 2 : PID + 1;
}

static void draw_times(
    const struct view *v, const struct pivot_process *p, struct canvas *c, struct area line)
{
    const struct tree_view *t = v->state;
    char text[DRAW_TIME_MAX], span[CLOCK_TEXT_MAX];
    int width = line.width, x = line.x;
    if (p->pid >= 0) {
        char pid[24];
        snprintf(pid, sizeof pid, "%lld", (long long)p->pid);
        canvas_put(c, &(struct put){x, line.y, PID, ROLE_TEXT_MUTED, FIT_RIGHT}, slice_of(pid));
    }
    if (width < PID + START) {
        return;
    }
    x += PID + 1;
    draw_clock(p->start, v->tui->utc, false, text);
    text[p->start == CLOCK_NONE ? 1 : 8] = '\0';
    canvas_put(c, &(struct put){x, line.y, START, ROLE_TEXT_MUTED, FIT_CUT}, slice_of(text));
    if (width < PID + START + LIVED + LIFE) {
        return;
    }
    x += START + 1;
    if (p->start != CLOCK_NONE && p->end != CLOCK_NONE) {
        bool brief = p->end - p->start < 2 * CLOCK_SECOND;
        canvas_put(c,
            &(struct put){x, line.y, LIVED, brief ? ROLE_TEXT : ROLE_TEXT_MUTED, FIT_RIGHT},
            slice_of(clock_format_span(p->end - p->start, span)));
    }
    draw_life(t, p, c, (struct area){x + LIVED + 1, line.y, LIFE, 1});
}

static void draw_name(
    const struct tree_view *t, const struct tree_row *row, struct canvas *c, struct area line)
{
    const struct pivot_process *p = &t->tree.rows[row->process];
    int shift = (int)p->depth > INDENT_MAX / 2 + 2 ? (int)p->depth - INDENT_MAX / 2 : 0;
    int x = line.x + ((int)p->depth - shift) * 2, end = line.x + line.width;
    draw_guides(t, row->process, c, line, shift);
    if (row->folded_count) {
        char text[200];
        snprintf(text, sizeof text, N_("%s%zu not flagged: %s %s"), draw_glyph(GLYPH_FOLDED),
            row->folded_count, p->name ? p->name : "", draw_glyph(GLYPH_MORE));
        canvas_put(c, &(struct put){.x = x, .y = line.y, .width = end - x, .role = ROLE_TEXT_MUTED},
            slice_of(text));
        return;
    }
    if (p->children > 0) {
        x += canvas_text(c, x, line.y, ROLE_GUIDE,
            draw_glyph(t->folded[row->process] ? GLYPH_FOLDED : GLYPH_OPEN));
    }
    enum role role = p->severity >= 0         ? draw_severity_role(p->severity)
                     : p->focus               ? ROLE_TEXT_STRONG
                     : t->below[row->process] ? ROLE_TEXT
                                              : ROLE_TEXT_MUTED;
    const char *name = p->name && *p->name ? p->name : "?";
    x += canvas_put(
        c, &(struct put){.x = x, .y = line.y, .width = end - x, .role = role}, slice_of(name));
    if (!p->recorded) {
        canvas_put(c,
            &(struct put){
                .x = x + 1, .y = line.y, .width = end - x - 1, .role = ROLE_STATUS_UNKNOWN},
            slice_of(N_("(not recorded)")));
    } else if (end - x > 4) {
        canvas_put(c, &(struct put){x + 1, line.y, end - x - 1, ROLE_CMDLINE, FIT_MIDDLE},
            arguments_of(p));
    }
}

void tree_cells(void *owner, size_t index, struct canvas *c, struct area line)
{
    struct view *v = owner;
    struct tree_view *t = v->state;
    const struct tree_row *row = &t->rows[index];
    const struct pivot_process *p = &t->tree.rows[row->process];
    int right = columns_width(line.width);
    if (p->severity >= 0 && !row->folded_count) {
        canvas_text(c, line.x, line.y, draw_severity_role(p->severity),
            severity_badge((enum severity)p->severity));
    }
    draw_name(
        t, row, c, (struct area){line.x + GUTTER, line.y, line.width - GUTTER - right - 1, 1});
    if (!row->folded_count) {
        draw_times(v, p, c, (struct area){line.x + line.width - right, line.y, right, 1});
    }
}

static void draw_header(const struct tree_view *t, struct canvas *c, struct area line)
{
    int right = columns_width(line.width - 2), x = line.x + line.width - right;
    (void)t;
    canvas_text(c, line.x + 2, line.y, ROLE_HEADER, N_("FLAG PROCESS"));
    canvas_put(c, &(struct put){x, line.y, PID, ROLE_HEADER, FIT_RIGHT}, SLICE("PID"));
    if (right >= PID + START) {
        canvas_text(c, x + PID + 1, line.y, ROLE_HEADER, N_("START"));
    }
    if (right >= PID + START + LIVED + LIFE) {
        canvas_put(c, &(struct put){x + PID + START + 2, line.y, LIVED, ROLE_HEADER, FIT_RIGHT},
            SLICE("LIVED"));
    }
}

static int section(struct canvas *c, struct area a, int y, const char *title)
{
    canvas_text(c, a.x, a.y + y, ROLE_TITLE, title);
    return y + 1;
}

static void fact(struct canvas *c, struct area a, int *y, const struct fact *f)
{
    if (f->value && *f->value && *y < a.height) {
        draw_fact(c, (struct area){a.x, a.y + (*y)++, a.width, 1}, 7, f);
    }
}

static int draw_activity(const struct pivot_process *p, struct canvas *c, struct area a, int y)
{
    const struct {
        const char *label;
        uint32_t n;
    } rows[] = {{N_("file"), p->files}, {N_("reg"), p->registry}, {N_("net"), p->network},
        {N_("other"), p->other}};
    y = section(c, a, y, N_("ACTIVITY"));
    for (size_t i = 0; i < 4 && y < a.height; i++, y++) {
        char text[48];
        snprintf(text, sizeof text, rows[i].n ? N_("%u records") : N_("none"), rows[i].n);
        draw_fact(c, (struct area){a.x, a.y + y, a.width, 1}, 7,
            &(struct fact){rows[i].label, rows[i].n ? ROLE_TEXT : ROLE_TEXT_MUTED, text});
    }
    return y + 1;
}

static void draw_detail(struct view *v, struct canvas *c, struct area a)
{
    struct tree_view *t = v->state;
    const struct pivot_process *p = tree_current(t);
    char start[DRAW_TIME_MAX], end[DRAW_TIME_MAX];
    struct str decoded = STR_INIT;
    int y = 0;
    if (!p) {
        return;
    }
    int x = a.x + canvas_text(c, a.x, a.y,
                      p->severity >= 0 ? draw_severity_role(p->severity) : ROLE_TEXT_STRONG,
                      p->name && *p->name ? p->name : "?");
    canvas_format(c, x + 2, a.y, ROLE_TEXT_MUTED, "%lld", (long long)p->pid);
    y = 1;
    const struct pivot_process *parent = p->parent >= 0 ? &t->tree.rows[p->parent] : NULL;
    fact(c, a, &y, &(struct fact){N_("Path"), ROLE_TEXT, p->executable});
    fact(c, a, &y, &(struct fact){N_("User"), ROLE_ENTITY_USER, p->user});
    fact(c, a, &y, &(struct fact){N_("Parent"), ROLE_TEXT, parent ? parent->name : ""});
    fact(c, a, &y,
        &(struct fact){
            N_("Start"), ROLE_TIME, draw_time(p->start, v->tui->now, v->tui->utc, start)});
    fact(c, a, &y,
        &(struct fact){N_("End"), ROLE_TIME,
            p->end == CLOCK_NONE ? N_("no end recorded")
                                 : draw_time(p->end, v->tui->now, v->tui->utc, end)});
    fact(c, a, &y, &(struct fact){N_("SHA256"), ROLE_ENTITY_HASH, p->sha256});
    y = section(c, a, y + 1, N_("COMMAND LINE"));
    y += canvas_wrap(c, (struct area){a.x, a.y + y, a.width, a.height - y < 8 ? a.height - y : 8},
        ROLE_CMDLINE,
        slice_of(p->command_line && *p->command_line ? p->command_line : N_("not recorded")));
    if (p->command_line) {
        pivot_decode(p->command_line, &decoded);
    }
    if (decoded.n && y + 2 < a.height) {
        y = section(c, a, y + 1, N_("DECODED, for reading only"));
        y += canvas_wrap(c,
            (struct area){a.x, a.y + y, a.width, a.height - y < 6 ? a.height - y : 6},
            ROLE_STATUS_WARN, str_as_slice(&decoded));
    }
    str_release(&decoded);
    draw_activity(p, c, a, y + 1);
}

/* Names from the root to the current row; the last ones when it is long. */
static void draw_path(struct tree_view *t, struct canvas *c, struct area line)
{
    const struct pivot_process *p = tree_current(t);
    struct str path = STR_INIT;
    const char *names[8];
    size_t n = 0;
    for (; p && n < 8; p = p->parent >= 0 ? &t->tree.rows[p->parent] : NULL) {
        names[n++] = p->name && *p->name ? p->name : "?";
    }
    str_puts(&path, "");
    while (n-- > 0) {
        str_printf(&path, "%s%s", names[n], n ? " > " : "");
    }
    char note[48];
    snprintf(note, sizeof note, N_("row %zu/%zu"), t->list.position + 1, t->row_count);
    draw_rule(c, line, path.p, note);
    str_release(&path);
}

static void draw_counts(struct tree_view *t, struct canvas *c, struct area line)
{
    size_t flagged = 0, brief = 0;
    for (size_t i = 0; i < t->tree.count; i++) {
        const struct pivot_process *p = &t->tree.rows[i];
        flagged += p->severity >= 0;
        brief += p->start != CLOCK_NONE && p->end != CLOCK_NONE && p->end - p->start < CLOCK_SECOND;
    }
    int x = 1 + canvas_format(c, 1, line.y, ROLE_TEXT_STRONG, "%zu", t->tree.count);
    x += canvas_text(c, x, line.y, ROLE_TEXT_MUTED, N_(" processes  "));
    x += canvas_format(c, x, line.y, ROLE_STATUS_WARN, "%zu", flagged);
    x += canvas_text(c, x, line.y, ROLE_TEXT_MUTED, N_(" flagged  "));
    x += canvas_format(c, x, line.y, ROLE_TEXT_STRONG, "%zu", brief);
    x += canvas_text(c, x, line.y, ROLE_TEXT_MUTED, N_(" lived < 1 s"));
    if (t->tree.why[0]) {
        canvas_put(c,
            &(struct put){
                .x = x + 2, .y = line.y, .width = line.width - x - 3, .role = ROLE_STATUS_WARN},
            slice_of(t->tree.why));
    } else if (t->fold_noise) {
        canvas_text(c, x + 2, line.y, ROLE_TEXT_MUTED, N_("the rest folded (z)"));
    }
}

void tree_draw(struct view *v, struct canvas *c, struct area area)
{
    struct tree_view *t = v->state;
    if (t->tree.count == 0) {
        const char *words = !t->loaded       ? N_("reading the telemetry")
                            : t->fault[0]    ? t->fault
                            : t->tree.why[0] ? t->tree.why
                                             : N_("no process is recorded for this host");
        canvas_put(c,
            &(struct put){
                .x = 2, .y = area.y + 1, .width = area.width - 4, .role = ROLE_TEXT_MUTED},
            slice_of(words));
        return;
    }
    int detail = area.width >= 110 ? area.width / 3 : 0;
    int below = detail == 0 && area.height >= 17 ? 6 : 0;
    struct area rows = {
        area.x, area.y + 2, area.width - (detail ? detail + 1 : 0), area.height - 3 - below};
    draw_counts(t, c, (struct area){area.x, area.y, area.width, 1});
    draw_header(t, c, (struct area){area.x, area.y + 1, rows.width, 1});
    list_draw(&t->list, c, rows);
    if (detail) {
        canvas_fill(c, (struct area){rows.width, area.y + 1, 1, area.height - 2},
            draw_glyph(GLYPH_VLINE), ROLE_BORDER);
        draw_detail(v, c, (struct area){rows.width + 2, area.y + 1, detail - 2, area.height - 2});
    }
    draw_path(t, c, (struct area){area.x, rows.y + rows.height, area.width, 1});
    if (below) {
        struct area former = canvas_clip(
            c, (struct area){area.x + 1, rows.y + rows.height + 1, area.width - 2, below});
        const struct pivot_process *p = tree_current(t);
        canvas_wrap(c, (struct area){area.x + 1, rows.y + rows.height + 1, area.width - 2, below},
            ROLE_CMDLINE, slice_of(p && p->command_line ? p->command_line : ""));
        canvas_unclip(c, former);
    }
}
