#include "tui/canvas.h"

#include "core/mem.h"
#include "core/str.h"
#include "tui/glyph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct cell blank = {{' '}, ROLE_TEXT, ROLE_NONE, 1};

void canvas_init(struct canvas *c, int width, int height)
{
    *c = (struct canvas){.width = width < 1 ? 1 : width, .height = height < 1 ? 1 : height};
    c->cells = mem_zalloc((size_t)c->width * (size_t)c->height, sizeof *c->cells);
    canvas_clear(c);
}

void canvas_release(struct canvas *c)
{
    free(c->cells);
    c->cells = NULL;
}

void canvas_clear(struct canvas *c)
{
    for (int i = 0; i < c->width * c->height; i++) {
        c->cells[i] = blank;
    }
    c->clip = canvas_area(c);
    c->cursor_x = c->cursor_y = -1;
    c->cursor_shown = false;
}

struct area canvas_clip(struct canvas *c, struct area area)
{
    struct area old = c->clip;
    int right = area.x + area.width, bottom = area.y + area.height;
    int old_right = old.x + old.width, old_bottom = old.y + old.height;
    area.x = area.x > old.x ? area.x : old.x;
    area.y = area.y > old.y ? area.y : old.y;
    right = right < old_right ? right : old_right;
    bottom = bottom < old_bottom ? bottom : old_bottom;
    area.width = right > area.x ? right - area.x : 0;
    area.height = bottom > area.y ? bottom - area.y : 0;
    c->clip = area;
    return old;
}

void canvas_unclip(struct canvas *c, struct area former)
{
    c->clip = former;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
    return &c->cells[y * c->width + x];
}

static bool inside(const struct canvas *c, int x, int y)
{
    return x >= c->clip.x && y >= c->clip.y && x < c->clip.x + c->clip.width &&
           y < c->clip.y + c->clip.height;
}

/* Blanks the other half of a wide character that is about to lose this one. */
static void mend(struct canvas *c, int x, int y)
{
    struct cell *cell = cell_at(c, x, y);
    if (cell->width == 2 && x + 1 < c->width) {
        unsigned char role = cell[1].role;
        cell[1] = blank;
        cell[1].role = role;
    } else if (cell->width == 0 && x > 0) {
        unsigned char role = cell[-1].role;
        cell[-1] = blank;
        cell[-1].role = role;
    }
}

static void set_cell(struct canvas *c, int x, int y, const struct glyph_cell *g, enum role role)
{
    if (!inside(c, x, y) || (g->width == 2 && !inside(c, x + 1, y))) {
        if (g->width == 2 && inside(c, x, y)) { /* half of it would be cut: a blank stands */
            mend(c, x, y);
            *cell_at(c, x, y) = blank;
        }
        return;
    }
    mend(c, x, y);
    struct cell *cell = cell_at(c, x, y);
    *cell = (struct cell){{g->code[0], g->code[1], g->code[2]}, (unsigned char)role, ROLE_NONE,
        (unsigned char)g->width};
    if (g->sanitised) {
        cell->role = ROLE_SANITISED;
    }
    if (g->width == 2) {
        mend(c, x + 1, y);
        cell[1] = (struct cell){{0}, cell->role, ROLE_NONE, 0};
    }
}

int canvas_measure(struct slice text)
{
    struct glyph_cell g;
    int width = 0;
    struct glyph_reader reader = glyph_reader(text);
    while (glyph_next(&reader, &g)) {
        width += g.width;
    }
    return width;
}

/* Draws text from cell `skip` on, at most `width` cells; returns cells drawn. */
static int draw(struct canvas *c, const struct put *at, struct slice text, int skip, int width)
{
    struct glyph_cell g;
    int used = 0, passed = 0;
    struct glyph_reader reader = glyph_reader(text);
    while (glyph_next(&reader, &g)) {
        if (passed < skip) {
            passed += g.width;
            if (passed > skip && used < width) {
                used++; /* the right half of a wide one would begin here */
            }
            continue;
        }
        if (used + g.width > width) {
            break;
        }
        set_cell(c, at->x + used, at->y, &g, at->role);
        used += g.width;
    }
    return used;
}

int canvas_put(struct canvas *c, const struct put *at, struct slice text)
{
    int room = c->clip.x + c->clip.width - at->x;
    int width = at->width > 0 && at->width < room ? at->width : room;
    if (at->width > 0 && at->width > room) {
        width = room;
    }
    if (width <= 0 || text.n == 0) {
        return 0;
    }
    int full = canvas_measure(text);
    if (full <= width) {
        struct put moved = *at;
        moved.x += at->fit == FIT_RIGHT ? (at->width > 0 ? at->width : width) - full : 0;
        return draw(c, &moved, text, 0, width);
    }
    struct glyph_cell more = glyph_more();
    int head = at->fit == FIT_MIDDLE ? (width - 1) * 2 / 5 : width - 1;
    int drawn = draw(c, at, text, 0, head);
    for (int x = drawn; x < head; x++) {
        set_cell(c, at->x + x, at->y, &(struct glyph_cell){.code = {' '}, .width = 1}, at->role);
    }
    set_cell(c, at->x + head, at->y, &more, at->role);
    if (at->fit == FIT_MIDDLE) {
        int tail = width - head - 1;
        struct put rest = *at;
        rest.x += head + 1;
        draw(c, &rest, text, full - tail, tail);
    }
    return width;
}

int canvas_text(struct canvas *c, int x, int y, enum role role, const char *text)
{
    return canvas_put(c, &(struct put){.x = x, .y = y, .role = role}, slice_of(text));
}

int canvas_format(struct canvas *c, int x, int y, enum role role, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return canvas_text(c, x, y, role, text);
}

int canvas_wrap(struct canvas *c, struct area area, enum role role, struct slice text)
{
    struct glyph_cell g;
    int x = 0, y = 0;
    struct glyph_reader reader = glyph_reader(text);
    if (area.width < 2) {
        return 0;
    }
    while (glyph_next(&reader, &g)) {
        if (x + g.width > area.width || g.newline) {
            x = 0;
            y++;
        }
        if (g.newline) {
            continue;
        }
        if (y < area.height) {
            set_cell(c, area.x + x, area.y + y, &g, role);
        }
        x += g.width;
    }
    return y + 1;
}

void canvas_fill(struct canvas *c, struct area area, const char *glyph, enum role role)
{
    struct glyph_cell g;
    struct glyph_reader reader = glyph_reader(slice_of(glyph));
    if (!glyph_next(&reader, &g)) {
        return;
    }
    for (int y = area.y; y < area.y + area.height; y++) {
        for (int x = area.x; x < area.x + area.width; x++) {
            set_cell(c, x, y, &g, role);
        }
    }
}

void canvas_over(struct canvas *c, struct area area, enum role over)
{
    for (int y = area.y; y < area.y + area.height; y++) {
        for (int x = area.x; x < area.x + area.width; x++) {
            if (inside(c, x, y)) {
                cell_at(c, x, y)->over = (unsigned char)over;
            }
        }
    }
}

void canvas_ground(struct canvas *c, struct area area, enum role role)
{
    for (int y = area.y; y < area.y + area.height; y++) {
        for (int x = area.x; x < area.x + area.width; x++) {
            if (inside(c, x, y)) {
                cell_at(c, x, y)->over = (unsigned char)role;
            }
        }
    }
}

void canvas_row_text(const struct canvas *c, int y, struct str *out)
{
    size_t end = out->n;
    for (int x = 0; x < c->width; x++) {
        const struct cell *cell = &c->cells[y * c->width + x];
        for (int i = 0; i < CELL_CODES && cell->code[i]; i++) {
            glyph_utf8(cell->code[i], out);
        }
        if (cell->code[0] && cell->code[0] != ' ') {
            end = out->n;
        }
    }
    if (out->p) {
        out->n = end;
        out->p[end] = '\0';
    }
}
