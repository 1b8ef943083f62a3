#include "tui/list.h"

#include "core/mem.h"
#include "tui/draw.h"

#include <stdlib.h>

void list_init(struct list *l, const struct row_source *rows)
{
    *l = (struct list){.rows = *rows, .focused = true};
}

void list_release(struct list *l)
{
    free(l->marks);
    l->marks = NULL;
    l->mark_count = l->mark_capacity = 0;
}

static size_t count_of(const struct list *l)
{
    return l->rows.count(l->rows.owner);
}

static int64_t id_of(const struct list *l, size_t row)
{
    return l->rows.id(l->rows.owner, row);
}

/* Looks outward from where the row was: it rarely moved far. */
static bool find(const struct list *l, int64_t id, size_t *row)
{
    size_t count = count_of(l);
    for (size_t step = 0; step < count; step++) {
        size_t below = l->position + step;
        if (below < count && id_of(l, below) == id) {
            *row = below;
            return true;
        }
        if (step <= l->position && l->position - step < count &&
            id_of(l, l->position - step) == id) {
            *row = l->position - step;
            return true;
        }
        if (below >= count && step > l->position) {
            break;
        }
    }
    return false;
}

static void set_row(struct list *l, size_t row)
{
    size_t count = count_of(l);
    if (count == 0) {
        l->current = 0;
        l->position = l->top = 0;
        return;
    }
    l->position = row < count ? row : count - 1;
    l->current = id_of(l, l->position);
}

/* The cursor's row is on the screen, and no blank lines stand below while rows wait above. */
static void scroll(struct list *l)
{
    size_t height = l->height > 0 ? (size_t)l->height : 1, count = count_of(l);
    if (l->position < l->top) {
        l->top = l->position;
    } else if (l->position >= l->top + height) {
        l->top = l->position - height + 1;
    }
    if (l->top + height > count) {
        l->top = count > height ? count - height : 0;
    }
}

void list_sync(struct list *l)
{
    size_t row, old = l->position, line = l->position - (l->position < l->top ? 0 : l->top);
    if (l->current != 0 && find(l, l->current, &row)) {
        l->position = row;
        if (row != old) {
            l->top = row > line ? row - line : 0;
        }
    } else {
        set_row(l, l->position);
    }
    scroll(l);
}

static void step(struct list *l, long long by)
{
    long long row = (long long)l->position + by, last = (long long)count_of(l) - 1;
    row = row > last ? last : row;
    set_row(l, row < 0 ? 0 : (size_t)row);
    scroll(l);
}

void list_move(struct list *l, enum list_move move, int count)
{
    int n = count > 0 ? count : 1, page = l->height > 1 ? l->height - 1 : 1;
    int half = l->height > 3 ? l->height / 2 : 1;
    size_t rows = count_of(l);
    switch (move) {
    case LIST_NEXT:
        step(l, n);
        return;
    case LIST_PREVIOUS:
        step(l, -n);
        return;
    case LIST_HALF_DOWN:
        step(l, (long long)n * half);
        return;
    case LIST_HALF_UP:
        step(l, -(long long)n * half);
        return;
    case LIST_PAGE_DOWN:
        step(l, (long long)n * page);
        return;
    case LIST_PAGE_UP:
        step(l, -(long long)n * page);
        return;
    case LIST_FIRST:
    case LIST_LAST:
        set_row(l, count > 0 ? (size_t)count - 1 : move == LIST_LAST && rows ? rows - 1 : 0);
        scroll(l);
        return;
    }
}

bool list_go(struct list *l, int64_t id)
{
    size_t row;
    if (!find(l, id, &row)) {
        return false;
    }
    set_row(l, row);
    scroll(l);
    return true;
}

static size_t mark_place(const struct list *l, int64_t id)
{
    size_t low = 0, high = l->mark_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (l->marks[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool list_marked(const struct list *l, int64_t id)
{
    size_t at = mark_place(l, id);
    return at < l->mark_count && l->marks[at] == id;
}

static void mark(struct list *l, int64_t id)
{
    size_t at = mark_place(l, id);
    if (at < l->mark_count && l->marks[at] == id) {
        return;
    }
    if (l->mark_count == l->mark_capacity) {
        l->mark_capacity = l->mark_capacity ? l->mark_capacity * 2 : 64;
        l->marks = mem_grow(l->marks, l->mark_capacity, sizeof *l->marks);
    }
    memmove(l->marks + at + 1, l->marks + at, (l->mark_count - at) * sizeof *l->marks);
    l->marks[at] = id;
    l->mark_count++;
}

void list_mark_toggle(struct list *l, int64_t id)
{
    if (id == 0) {
        return;
    }
    if (!list_marked(l, id)) {
        mark(l, id);
        return;
    }
    size_t at = mark_place(l, id);
    memmove(l->marks + at, l->marks + at + 1, (l->mark_count - at - 1) * sizeof *l->marks);
    l->mark_count--;
}

void list_mark_all(struct list *l)
{
    for (size_t row = 0; row < count_of(l); row++) {
        mark(l, id_of(l, row));
    }
}

void list_marks_clear(struct list *l)
{
    l->mark_count = 0;
    l->anchor = 0;
}

void list_mark_range(struct list *l)
{
    size_t from, to = l->position;
    if (l->anchor == 0 || !find(l, l->anchor, &from)) {
        return;
    }
    if (from > to) {
        size_t swap = from;
        from = to;
        to = swap;
    }
    for (size_t row = from; row <= to && row < count_of(l); row++) {
        mark(l, id_of(l, row));
    }
}

void list_draw(struct list *l, struct canvas *c, struct area area)
{
    l->height = area.height;
    scroll(l);
    size_t count = count_of(l);
    for (int y = 0; y < area.height && l->top + (size_t)y < count; y++) {
        size_t row = l->top + (size_t)y;
        int64_t id = id_of(l, row);
        struct area line = {area.x, area.y + y, area.width, 1};
        struct area former = canvas_clip(c, line);
        bool here = row == l->position;
        if (here) {
            canvas_text(c, line.x, line.y, ROLE_CURSOR_ROW, draw_glyph(GLYPH_CURSOR));
        }
        if (list_marked(l, id)) {
            canvas_text(c, line.x + 1, line.y, ROLE_MARK, draw_glyph(GLYPH_MARK));
        }
        l->rows.cells(l->rows.owner, row, c, (struct area){line.x + 2, line.y, line.width - 2, 1});
        if (here) {
            canvas_over(c, line, l->focused ? ROLE_SELECTION : ROLE_SELECTION_INACTIVE);
            if (l->focused && !c->cursor_shown) {
                c->cursor_x = line.x + 2;
                c->cursor_y = line.y;
            }
        }
        canvas_unclip(c, former);
    }
}
