#include "tui/grid.h"

static void lay_out(
    struct area line, int screen, const struct grid_column *columns, int x[], int width[])
{
    int fixed = 0, at = line.x;
    for (int i = 0; i < GRID_COLUMNS && columns[i].title; i++) {
        width[i] = screen >= columns[i].least ? columns[i].width : -1;
        fixed += width[i] >= 0 ? width[i] + 1 : 0;
    }
    for (int i = 0; i < GRID_COLUMNS && columns[i].title; i++) {
        x[i] = at;
        width[i] = width[i] == 0 ? line.width - fixed : width[i];
        at += width[i] >= 0 ? width[i] + 1 : 0;
    }
}

static void draw(struct canvas *c, struct area line, const struct grid_column *columns,
    const struct grid_cell *cells)
{
    int x[GRID_COLUMNS], width[GRID_COLUMNS];
    lay_out(line, line.width + 2, columns, x, width);
    for (int i = 0; i < GRID_COLUMNS && columns[i].title; i++) {
        const char *text = cells ? cells[i].text : columns[i].title;
        if (width[i] > 0 && text && *text) {
            canvas_put(c,
                &(struct put){x[i], line.y, width[i], cells ? cells[i].role : ROLE_HEADER,
                    columns[i].right ? FIT_RIGHT : FIT_CUT},
                slice_of(text));
        }
    }
}

void grid_header(struct canvas *c, struct area line, const struct grid_column *columns)
{
    draw(c, (struct area){line.x + 2, line.y, line.width - 2, 1}, columns, NULL);
}

void grid_row(struct canvas *c, struct area line, const struct grid_column *columns,
    const struct grid_cell *cells)
{
    draw(c, line, columns, cells);
}

void grid_empty(struct canvas *c, struct area area, bool loaded, const char *words)
{
    canvas_put(c,
        &(struct put){
            .x = area.x + 3, .y = area.y + 1, .width = area.width - 4, .role = ROLE_TEXT_MUTED},
        slice_of(loaded ? words : N_("reading the record")));
}
