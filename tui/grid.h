/* Small views that are one list with a header: their rows are copied out of the record whole. */
#ifndef HINOMI_TUI_GRID_H
#define HINOMI_TUI_GRID_H

#include "tui/desk.h"
#include "tui/draw.h"

enum { GRID_COLUMNS = 10 };

struct grid_column {
    const char *title; /* N_() */
    int width;         /* 0: takes what is left (one of them) */
    int least;         /* shown from this screen width on */
    bool right;
};

struct grid_cell {
    const char *text;
    enum role role;
};

void grid_header(struct canvas *c, struct area line, const struct grid_column *columns);
/* `line` as a list gives it: two cells in from the left. */
void grid_row(struct canvas *c, struct area line, const struct grid_column *columns,
    const struct grid_cell *cells);
/* Words in the middle of an empty table. */
void grid_empty(struct canvas *c, struct area area, bool loaded, const char *words);

#endif
