#include "app/pivot.h"
#include "cases/events.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/table.h"
#include "core/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const struct option_spec cmd_events_options[] = {
    {"json", 0, NULL, N_("one object a line, ECS names")},
    {"csv", 0, NULL, N_("comma-separated, formulas guarded")},
    {"raw", 0, NULL, N_("the vendors' own records, one a line")},
    {"limit", 0, "N", N_("at most N rows, newest first")},
    {"count", 0, NULL, N_("only how many match")},
    {"group", 0, "FIELD", N_("how many for each value of FIELD")},
    {"oldest", 0, NULL, N_("oldest first")},
    {NULL, 0, NULL, NULL},
};

struct event_table {
    struct cli *cli;
    struct table table;
};

static int add_row(void *owner, const struct record *r)
{
    struct event_table *t = owner;
    struct str what = STR_INIT, host = STR_INIT, category = STR_INIT;
    char id[24] = "", time[CLOCK_TEXT_MAX];
    int64_t number;
    if (record_get_int(r, FIELD_ID, &number))
        snprintf(id, sizeof id, "E-%" PRId64, number);
    str_slice(&host, record_get(r, FIELD_HOST_NAME));
    str_slice(&category, record_get(r, FIELD_EVENT_CATEGORY));
    pivot_summary(r, &what);
    table_row(&t->table, (const char *[]){id, cli_time(t->cli, r->time, time), host.p, category.p,
                             what.p ? what.p : ""});
    str_release(&what);
    str_release(&host);
    str_release(&category);
    return 0;
}

static int print_raw(void *owner, const struct record *r)
{
    struct cli *c = owner;
    struct str raw = STR_INIT;
    struct err e = ERR_INIT;
    int64_t id = 0;
    int rc = 0;
    if (!record_get_int(r, FIELD_ID, &id) || event_raw(c->store, id, &raw, &e)) {
        cli_say("E-%" PRId64 ": %s", id, e.text);
        rc = 0;
    } else {
        str_char(&raw, '\n');
        cli_out(&raw);
    }
    str_release(&raw);
    return rc;
}

static int print_table(struct cli *c, const struct event_list *list, size_t limit, struct err *e)
{
    static const char *const heads[] = {
        N_("ID"), N_("TIME"), N_("HOST"), N_("CATEGORY"), N_("WHAT")};
    struct event_table t = {.cli = c};
    table_init(&t.table, heads, 5);
    int rc = events_each(c->store, list, limit, add_row, &t, e);
    table_print(&t.table, c);
    return rc;
}

static int group(struct cli *c, const struct event_list *list, const char *name, struct err *e)
{
    enum field field = listing_field(name, e);
    struct field_group *groups;
    size_t count;
    if (field == FIELD_NONE || events_by_field(c->store, list, field, 0, &groups, &count, e))
        return -1;
    listing_groups(c, groups, count);
    field_groups_free(groups, count);
    return 0;
}

static int show(struct cli *c, const struct event_list *list, struct err *e)
{
    const struct options *o = &c->options;
    uint64_t count;
    int64_t limit;
    if (options_number(o, "limit", c->terminal_out && !c->json ? 200 : 0, &limit, e))
        return -1;
    if (options_has(o, "count")) {
        if (events_count(c->store, list, &count, e))
            return -1;
        printf("%" PRIu64 "\n", count);
        return 0;
    }
    if (options_has(o, "group"))
        return group(c, list, options_value(o, "group"), e);
    if (options_has(o, "raw"))
        return events_each(c->store, list, (size_t)limit, print_raw, c, e);
    if (c->json || options_has(o, "csv")) {
        struct listing l;
        listing_init(&l, c, options_has(o, "csv"));
        int rc = events_each(c->store, list, (size_t)limit, listing_record, &l, e);
        listing_end(&l);
        return rc;
    }
    return print_table(c, list, (size_t)limit, e);
}

int cmd_events(struct cli *c, struct err *e)
{
    struct query *query = NULL;
    if (cli_query(c, 0, &query, e))
        return -1;
    struct event_list list = {.query = query,
        .from = CLOCK_NONE,
        .to = CLOCK_NONE,
        .ascending = options_has(&c->options, "oldest")};
    int rc = show(c, &list, e);
    query_free(query);
    return rc;
}
