/* fields, formats, config: the tables, printed. */
#include "app/config.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "connectors/format.h"

#include <libintl.h>
#include <stdio.h>

const struct option_spec cmd_fields_options[] = {
    {"json", 0, NULL, N_("one object a field")}, {NULL, 0, NULL, NULL}};
const struct option_spec cmd_formats_options[] = {
    {"json", 0, NULL, N_("one object a format or kind")}, {NULL, 0, NULL, NULL}};
const struct option_spec cmd_config_options[] = {
    {"check", 0, NULL, N_("read the configuration and say what is wrong with it")},
    {"json", 0, NULL, N_("one object a key")},
    {NULL, 0, NULL, NULL},
};

static const char *const type_names[] = {
    "keyword", "text", "number", "time", "ip", "severity", "word"};

int cmd_fields(struct cli *c, struct err *e)
{
    static const char *const heads[] = {N_("FIELD"), N_("SHORT"), N_("TYPE"), N_("WHAT IT IS")};
    struct table t;
    struct str out = STR_INIT;
    (void)e;
    table_init(&t, heads, 4);
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct field_info *i = &field_table[f];
        if (c->json) {
            str_char(&out, '{');
            json_text(&out, "name", i->name);
            json_text(&out, "alias", i->alias);
            json_text(&out, "type", type_names[i->type]);
            json_bool(&out, "many", i->many);
            json_text(&out, "help", i->help);
            str_puts(&out, "}\n");
        } else {
            table_row(
                &t, (const char *[]){i->name, i->alias, type_names[i->type], gettext(i->help)});
        }
    }
    cli_out(&out);
    if (!c->json)
        table_print(&t, c);
    str_release(&out);
    return 0;
}

static void about_row(struct cli *c, struct table *t, struct str *out, const char *const *cells)
{
    if (!c->json) {
        table_row(t, cells);
        return;
    }
    str_char(out, '{');
    json_text(out, "what", cells[0]);
    json_text(out, "name", cells[1]);
    json_text(out, "help", cells[2]);
    str_puts(out, "}\n");
}

int cmd_formats(struct cli *c, struct err *e)
{
    static const char *const heads[] = {N_("WHAT"), N_("NAME"), N_("READS")};
    struct table t;
    struct str out = STR_INIT;
    (void)e;
    table_init(&t, heads, 3);
    for (size_t i = 0; file_formats[i]; i++)
        about_row(c, &t, &out,
            (const char *[]){"file format", file_formats[i]->name, gettext(file_formats[i]->help)});
    for (size_t i = 0; connector_kinds[i]; i++)
        about_row(c, &t, &out,
            (const char *[]){
                "kind of source", connector_kinds[i]->name, gettext(connector_kinds[i]->help)});
    cli_out(&out);
    if (!c->json)
        table_print(&t, c);
    str_release(&out);
    return 0;
}

int cmd_config(struct cli *c, struct err *e)
{
    static const char *const heads[] = {
        N_("SECTION"), N_("KEY"), N_("EXAMPLE"), N_("WHAT IT DOES")};
    struct table t;
    struct str out = STR_INIT;
    (void)e;
    if (options_has(
            &c->options, "check")) { /* app_open has read it: an error would have ended us */
        printf("%s: ok, %zu sources\n",
            c->app->config->file ? c->app->config->file : "no configuration file",
            c->app->config->source_count);
        return 0;
    }
    table_init(&t, heads, 4);
    for (const struct config_key *k = config_keys; k->name; k++) {
        if (c->json) {
            str_char(&out, '{');
            json_text(&out, "section", k->section);
            json_text(&out, "key", k->name);
            json_text(&out, "example", k->example);
            json_text(&out, "help", k->help);
            str_puts(&out, "}\n");
        } else {
            table_row(&t, (const char *[]){k->section, k->name, k->example, gettext(k->help)});
        }
    }
    cli_out(&out);
    if (!c->json)
        table_print(&t, c);
    str_release(&out);
    return 0;
}
