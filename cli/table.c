#include "cli/table.h"

#include "core/mem.h"
#include "core/text.h"

#include <assert.h>
#include <libintl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

void table_init(struct table *t, const char *const *heads, size_t columns)
{
    assert(columns <= TABLE_COLUMNS);
    *t = (struct table){.columns = columns};
    for (size_t i = 0; i < columns; i++)
        t->heads[i] = heads[i];
}

void table_row(struct table *t, const char *const *cells)
{
    if ((t->rows + 1) * t->columns > t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 32 * t->columns;
        t->cells = mem_grow(t->cells, t->capacity, sizeof *t->cells);
    }
    for (size_t i = 0; i < t->columns; i++) {
        struct str clean = STR_INIT;
        str_clear(&clean);
        if (cells[i])
            text_clean(&clean, slice_of(cells[i]));
        t->cells[t->rows * t->columns + i] = str_take(&clean);
    }
    t->rows++;
}

static size_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return 80;
}

static void measure(const struct table *t, size_t *widths)
{
    for (size_t i = 0; i < t->columns; i++) {
        widths[i] = text_width(slice_of(gettext(t->heads[i])));
        for (size_t r = 0; r < t->rows; r++) {
            size_t w = text_width(slice_of(t->cells[r * t->columns + i]));
            widths[i] = w > widths[i] ? w : widths[i];
        }
    }
}

/* Takes from the widest column until the row fits. */
static void shrink(size_t *widths, size_t columns, size_t room)
{
    for (;;) {
        size_t total = 2 * (columns - 1), widest = 0;
        for (size_t i = 0; i < columns; i++) {
            total += widths[i];
            widest = widths[i] > widths[widest] ? i : widest;
        }
        if (total <= room || widths[widest] <= 8)
            return;
        widths[widest]--;
    }
}

static void print_row(
    struct str *out, const char *const *cells, const size_t *widths, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        if (i + 1 == columns)
            text_fit(out, slice_of(cells[i]), widths[i]);
        else
            text_pad(out, slice_of(cells[i]), widths[i]);
        str_puts(out, i + 1 == columns ? "\n" : "  ");
    }
}

void table_print(struct table *t, const struct cli *c)
{
    size_t widths[TABLE_COLUMNS];
    const char *heads[TABLE_COLUMNS];
    struct str out = STR_INIT;
    measure(t, widths);
    if (c->terminal_out)
        shrink(widths, t->columns, terminal_width());
    for (size_t i = 0; i < t->columns; i++)
        heads[i] = gettext(t->heads[i]);
    if (c->color)
        str_puts(&out, "\033[1m");
    print_row(&out, heads, widths, t->columns);
    if (c->color)
        str_puts(&out, "\033[0m");
    for (size_t r = 0; r < t->rows; r++)
        print_row(&out, (const char *const *)&t->cells[r * t->columns], widths, t->columns);
    cli_out(&out);
    str_release(&out);
    for (size_t i = 0; i < t->rows * t->columns; i++)
        free(t->cells[i]);
    free(t->cells);
}
