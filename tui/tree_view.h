/* Inside of the process tree: view_tree.c (rows and acts), tree_draw.c (drawing). */
#ifndef HINOMI_TUI_TREE_VIEW_H
#define HINOMI_TUI_TREE_VIEW_H

#include "app/pivot.h"
#include "tui/desk.h"
#include "tui/draw.h"

struct tree_row {
    size_t process;      /* index into the tree */
    size_t folded_count; /* > 0: stands for so many unflagged processes, this one first */
};

struct tree_view {
    struct pivot_target target;
    char host[256], entity[128], fault[240];
    struct pivot_tree tree;
    struct list list;
    struct tree_row *rows;
    size_t row_count;
    bool *folded, *leads, *below; /* by process: folded by hand; leads to a flag; under the focus */
    bool loaded, fold_noise, wrap, whole;
};

void tree_rows(struct tree_view *t);
void tree_cells(void *owner, size_t row, struct canvas *c, struct area line);
void tree_draw(struct view *v, struct canvas *c, struct area area);
const struct pivot_process *tree_current(struct tree_view *t);

#endif
