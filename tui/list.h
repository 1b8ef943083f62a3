/* The one list: draws what is visible of a row_source. The cursor is a row's id and belongs to the
 * analyst: rows that come or go never move it to another row. Marks are ids too. */
#ifndef HINOMI_TUI_LIST_H
#define HINOMI_TUI_LIST_H

#include "tui/canvas.h"

/* Rows by position; ids are never 0. `cells` draws one row into `line` (one cell high). */
struct row_source {
    size_t (*count)(void *owner);
    int64_t (*id)(void *owner, size_t row);
    void (*cells)(void *owner, size_t row, struct canvas *c, struct area line);
    void *owner;
};

struct list {
    struct row_source rows;
    int64_t current; /* id; 0: none yet */
    size_t position; /* where `current` was last seen */
    size_t top;      /* first visible row */
    int height;      /* rows shown at the last draw */
    int64_t *marks;  /* sorted ids */
    size_t mark_count, mark_capacity;
    int64_t anchor; /* a range begins at this id; 0: none */
    bool focused;
    bool badge_left; /* the source draws its own two leading cells */
};

enum list_move {
    LIST_NEXT,
    LIST_PREVIOUS,
    LIST_FIRST,
    LIST_LAST,
    LIST_HALF_DOWN,
    LIST_HALF_UP,
    LIST_PAGE_DOWN,
    LIST_PAGE_UP
};

void list_init(struct list *l, const struct row_source *rows);
void list_release(struct list *l);

/* After the rows changed: finds `current` again and keeps it on its screen line. Gone: the row that
 * took its place is current. */
void list_sync(struct list *l);

/* `count` 0 is 1; LIST_FIRST and LIST_LAST with a count go to that row. */
void list_move(struct list *l, enum list_move move, int count);
bool list_go(struct list *l, int64_t id); /* false: no such row */

void list_mark_toggle(struct list *l, int64_t id);
void list_mark_all(struct list *l); /* all that the source holds */
void list_marks_clear(struct list *l);
bool list_marked(const struct list *l, int64_t id);
/* From the anchor to the cursor. */
void list_mark_range(struct list *l);

/* Marks, the current row and a scroll position; cursor in two leading cells. */
void list_draw(struct list *l, struct canvas *c, struct area area);

#endif
