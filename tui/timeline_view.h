/* Inside of the timeline: view_timeline.c (acts), timeline_draw.c (drawing). */
#ifndef HINOMI_TUI_TIMELINE_VIEW_H
#define HINOMI_TUI_TIMELINE_VIEW_H

#include "app/pivot.h"
#include "tui/desk.h"
#include "tui/draw.h"

enum { TIMELINE_ROWS = 5000, TIMELINE_AXIS = 9 };

struct timeline_view {
    char host[256], filter[400], fault[240];
    int64_t case_id;
    int64_t from, to; /* asked for; CLOCK_NONE: all there is */
    int64_t bin;      /* ns of a cell; 0: not known yet */
    struct pivot_timeline data;
    struct list list;
    bool loaded, wrap, logarithmic;
    int64_t around; /* the cursor begins at the row nearest to it */
    size_t width;   /* cells of the axis at the last draw */
};

void timeline_draw(struct view *v, struct canvas *c, struct area area);
void timeline_cells(void *owner, size_t row, struct canvas *c, struct area line);

#endif
