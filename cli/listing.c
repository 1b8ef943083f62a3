#include "cli/listing.h"

#include "cli/table.h"
#include "core/escape.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { FLUSH_AT = 64 * 1024 };

static const enum field csv_fields[] = {FIELD_ID, FIELD_TIMESTAMP, FIELD_SEVERITY, FIELD_RULE_NAME,
    FIELD_HOST_NAME, FIELD_USER_NAME, FIELD_EVENT_CATEGORY, FIELD_EVENT_ACTION, FIELD_PROCESS_NAME,
    FIELD_PROCESS_PID, FIELD_PROCESS_COMMAND_LINE, FIELD_FILE_PATH, FIELD_SOURCE_IP,
    FIELD_DESTINATION_IP, FIELD_DESTINATION_PORT, FIELD_THREAT_TECHNIQUE, FIELD_SOURCE,
    FIELD_STATUS, FIELD_VERDICT, FIELD_ASSIGNEE, FIELD_CASE};
enum { CSV_FIELDS = sizeof csv_fields / sizeof *csv_fields };

void listing_init(struct listing *l, const struct cli *c, bool csv)
{
    *l = (struct listing){.cli = c, .csv = csv};
    for (size_t i = 0; csv && i < CSV_FIELDS; i++)
        str_printf(&l->out, "%s%s", i ? "," : "", field_table[csv_fields[i]].name);
    if (csv)
        str_puts(&l->out, "\r\n");
}

/* Inside a record times are nanoseconds; people and spreadsheets read ISO 8601. */
static struct slice readable(enum field field, struct slice value, char time[CLOCK_TEXT_MAX])
{
    int64_t ns;
    if (field_table[field].type != TYPE_TIME || !slice_int(value, &ns))
        return value;
    return slice_of(clock_format(ns, time));
}

static void csv_cell(struct str *out, const struct record *r, enum field field)
{
    const struct record_value *at = NULL;
    struct str cell = STR_INIT;
    struct slice value;
    char time[CLOCK_TEXT_MAX];
    str_clear(&cell);
    while (record_next(r, field, &at, &value)) {
        if (cell.n)
            str_char(&cell, ' ');
        str_slice(&cell, readable(field, value, time));
    }
    escape_csv(out, str_as_slice(&cell));
    str_release(&cell);
}

int listing_record(void *owner, const struct record *r)
{
    struct listing *l = owner;
    if (l->csv) {
        for (size_t i = 0; i < CSV_FIELDS; i++) {
            if (i)
                str_char(&l->out, ',');
            csv_cell(&l->out, r, csv_fields[i]);
        }
        str_puts(&l->out, "\r\n");
    } else {
        record_json(r, &l->out);
        str_char(&l->out, '\n');
    }
    if (l->out.n >= FLUSH_AT) {
        cli_out(&l->out);
        str_clear(&l->out);
    }
    return 0;
}

void listing_end(struct listing *l)
{
    cli_out(&l->out);
    str_release(&l->out);
}

enum field listing_field(const char *name, struct err *e)
{
    enum field field = field_find(slice_of(name));
    if (field != FIELD_NONE)
        return field;
    enum field near = field_nearest(slice_of(name));
    if (near == FIELD_NONE)
        err_set(e, ERR_USAGE, "no field \"%s\"; `hinomi fields` lists them", name);
    else
        err_set(e, ERR_USAGE, "no field \"%s\"; did you mean %s?", name, field_table[near].name);
    return FIELD_NONE;
}

static void group_json(struct str *out, const struct field_group *g)
{
    char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];
    str_puts(out, "{\"value\":");
    str_json(out, slice_of(g->value));
    str_printf(out,
        ",\"count\":%" PRIu64 ",\"first\":\"%s\",\"last\":\"%s\",\"severity\":", g->count,
        clock_format(g->first, first), clock_format(g->last, last));
    if (g->severity < 0)
        str_puts(out, "null}\n");
    else
        str_printf(out, "\"%s\"}\n", severity_name((enum severity)g->severity));
}

void listing_groups(const struct cli *c, const struct field_group *groups, size_t count)
{
    static const char *const heads[] = {
        N_("COUNT"), N_("SEV"), N_("FIRST"), N_("LAST"), N_("VALUE")};
    struct str out = STR_INIT;
    struct table t;
    if (c->json) {
        for (size_t i = 0; i < count; i++)
            group_json(&out, &groups[i]);
        cli_out(&out);
        str_release(&out);
        return;
    }
    table_init(&t, heads, 5);
    for (size_t i = 0; i < count; i++) {
        char n[24], first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];
        snprintf(n, sizeof n, "%" PRIu64, groups[i].count);
        table_row(
            &t, (const char *[]){n,
                    groups[i].severity < 0 ? "" : severity_badge((enum severity)groups[i].severity),
                    cli_time(c, groups[i].first, first), cli_time(c, groups[i].last, last),
                    groups[i].value});
    }
    table_print(&t, c);
}

void listing_page(const struct cli *c, const struct record *r)
{
    struct str out = STR_INIT;
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice value;
        char time[CLOCK_TEXT_MAX];
        while (record_next(r, (enum field)f, &at, &value)) {
            int64_t ns;
            text_pad(&out, slice_of(field_table[f].name), 34);
            if (field_table[f].type == TYPE_TIME && slice_int(value, &ns))
                str_puts(&out, cli_time(c, ns, time));
            else
                text_clean(&out, value);
            str_char(&out, '\n');
        }
    }
    cli_out(&out);
    str_release(&out);
}
