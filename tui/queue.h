/* Inside of the queue view: view_queue.c (acts), queue_load.c (jobs), queue_draw.c (drawing). */
#ifndef HINOMI_TUI_QUEUE_H
#define HINOMI_TUI_QUEUE_H

#include "tui/desk.h"
#include "tui/preview.h"

enum { QUEUE_PAGE = 500, QUEUE_TABS = 6, QUEUE_HOURS = 24, QUEUE_ALL = 500000 };

struct queue_tab {
    const char *name, *query; /* query: %s is the analyst */
};
extern const struct queue_tab queue_tabs[QUEUE_TABS];

struct queue {
    struct list list;
    struct alert_page page;                   /* what is shown */
    size_t behind_new;                        /* rows that arrived and wait behind "+12 new" */
    bool taking;                              /* the reading under way may show them */
    char query[800], filter[500], fault[200]; /* query: tab's and filter's together */
    int tab;                                  /* -1: opened with a query of its own */
    enum alert_sort sort;
    bool reversed, folded, follow, loaded, loading, again, to_last, to_first;
    size_t limit;
    struct alert_counts counts;
    uint64_t tab_counts[QUEUE_TABS];
    uint32_t hours[QUEUE_HOURS];
    struct preview preview;
    bool previewing;
    int preview_mode; /* 0 below, 1 right, 2 off */
    int64_t taken;    /* the id of the newest preview asked for */
};

void queue_load(struct view *v);
void queue_take_behind(struct view *v);
void queue_preview(struct view *v);
void queue_compose(struct view *v); /* query from tab and filter */
const struct alert_row *queue_current(const struct queue *q);

void queue_draw(struct view *v, struct canvas *c, struct area area);
void queue_cells(void *owner, size_t row, struct canvas *c, struct area line);

#endif
