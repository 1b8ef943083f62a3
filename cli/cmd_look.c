#include "app/run.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "core/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

const struct option_spec cmd_look_options[] = {
    {"json", 0, NULL, N_("one object")}, {NULL, 0, NULL, NULL}};

enum { LOOK_COLUMNS = 8 };

/* A section of the answer as a table: its rows are objects, its columns their members in order. */
static void section(const struct cli *c, const char *name, const json_t *rows)
{
    const char *heads[LOOK_COLUMNS], *key;
    json_t *first = json_array_get(rows, 0), *value;
    struct table t;
    size_t columns = 0, i;
    const json_t *row;
    if (!json_is_object(first)) {
        printf("\n%s: none\n", name);
        return;
    }
    json_object_foreach(first, key, value)
    {
        if (columns < LOOK_COLUMNS)
            heads[columns++] = key;
    }
    printf("\n%s\n", name);
    fflush(stdout);
    table_init(&t, heads, columns);
    json_array_foreach(rows, i, row)
    {
        const char *cells[LOOK_COLUMNS];
        char numbers[LOOK_COLUMNS][32];
        for (size_t k = 0; k < columns; k++) {
            const json_t *cell = json_object_get(row, heads[k]);
            cells[k] = json_string_value(cell);
            if (json_is_integer(cell)) {
                snprintf(numbers[k], sizeof numbers[k], "%" JSON_INTEGER_FORMAT,
                    json_integer_value(cell));
                cells[k] = numbers[k];
            }
        }
        table_row(&t, cells);
    }
    table_print(&t, c);
}

static void facts(const json_t *root)
{
    const char *key;
    const json_t *value;
    struct str out = STR_INIT;
    json_object_foreach((json_t *)root, key, value)
    {
        if (!json_is_string(value))
            continue;
        text_pad(&out, slice_of(key), 14);
        text_clean(&out, slice_of(json_string_value(value)));
        str_char(&out, '\n');
    }
    cli_out(&out);
    str_release(&out);
}

int cmd_look(struct cli *c, struct err *e)
{
    struct str text = STR_INIT;
    if (c->options.count != 1)
        return err_set(e, ERR_USAGE, "which host? hinomi look HOST");
    if (look_host(c->app, c->options.operands[0], &text, e)) {
        str_release(&text);
        return -1;
    }
    if (c->json) {
        str_char(&text, '\n');
        cli_out(&text);
        str_release(&text);
        return 0;
    }
    json_t *root = json_loadb(text.p, text.n, 0, NULL), *value;
    const char *key;
    str_release(&text);
    if (!json_is_object(root)) {
        json_decref(root);
        return err_set(e, ERR_INPUT, "the host's answer could not be read");
    }
    facts(root);
    json_object_foreach(root, key, value)
    {
        if (json_is_array(value))
            section(c, key, value);
    }
    json_decref(root);
    return 0;
}
