#include "cases/alerts.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/table.h"
#include "core/query.h"

#include <stdio.h>
#include <string.h>

const struct option_spec cmd_alerts_options[] = {
    {"json", 0, NULL, N_("one object a line, ECS names")},
    {"csv", 0, NULL, N_("comma-separated, formulas guarded")},
    {"limit", 0, "N", N_("at most N rows")},
    {"sort", 0, "FIELD[:desc]", N_("priority, time, host, rule, updated or id")},
    {"count", 0, NULL, N_("only how many match")},
    {"group", 0, "FIELD", N_("how many for each value of FIELD")},
    {"all", 0, NULL, N_("snoozed ones too")},
    {NULL, 0, NULL, NULL},
};

static const struct {
    const char *name;
    enum alert_sort sort;
    bool newest_first; /* the list's own direction */
} sorts[] = {
    {"priority", ALERT_BY_PRIORITY, true},
    {"severity", ALERT_BY_PRIORITY, true},
    {"score", ALERT_BY_PRIORITY, true},
    {"time", ALERT_BY_TIME, true},
    {"@timestamp", ALERT_BY_TIME, true},
    {"host", ALERT_BY_HOST, false},
    {"host.name", ALERT_BY_HOST, false},
    {"rule", ALERT_BY_RULE, false},
    {"rule.name", ALERT_BY_RULE, false},
    {"updated", ALERT_BY_UPDATED, true},
    {"id", ALERT_BY_ID, false},
};

static int parse_sort(const char *text, struct alert_list *list, struct err *e)
{
    const char *colon = strchr(text, ':');
    struct slice name = {text, colon ? (size_t)(colon - text) : strlen(text)};
    bool desc = colon && strcmp(colon, ":desc") == 0;
    if (colon && !desc && strcmp(colon, ":asc") != 0)
        return err_set(e, ERR_USAGE, "--sort: \"%s\" is neither :asc nor :desc", colon);
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        if (slice_is(name, sorts[i].name)) {
            list->sort = sorts[i].sort;
            list->reversed = colon ? desc != sorts[i].newest_first : false;
            return 0;
        }
    return err_set(e, ERR_USAGE,
        "--sort: no such order \"%.*s\"; try priority, time, host, rule, updated, id", (int)name.n,
        name.p);
}

static void row_cells(struct table *t, const struct alert_row *r)
{
    char id[24], age[CLOCK_TEXT_MAX], score[16] = "", count[24] = "";
    snprintf(id, sizeof id, "A-%lld", (long long)r->id);
    clock_format_age(clock_now() - r->time, age);
    if (r->score >= 0)
        snprintf(score, sizeof score, "%d", r->score);
    if (r->count > 1)
        snprintf(count, sizeof count, "x%llu", (unsigned long long)r->count);
    table_row(
        t, (const char *[]){id, severity_badge(r->severity), score, age, r->title, r->host, r->user,
               r->source, r->technique, count, status_name(r->status), verdict_name(r->verdict)});
}

static int print_rows(struct cli *c, const struct alert_list *list, size_t limit, struct err *e)
{
    static const char *const heads[] = {N_("ID"), N_("SEV"), N_("SC"), N_("AGE"), N_("ALERT"),
        N_("HOST"), N_("USER"), N_("SOURCE"), N_("ATT&CK"), N_("N"), N_("STATE"), N_("VERDICT")};
    struct alert_page page = {.count = 0};
    struct table t;
    size_t shown = 0;
    int64_t after = 0;
    bool more = true;
    table_init(&t, heads, 12);
    while (more && shown < limit) {
        size_t ask = limit - shown < 500 ? limit - shown : 500;
        if (alerts_page(c->store, list, after, false, ask, &page, e))
            return -1;
        for (size_t i = 0; i < page.count; i++)
            row_cells(&t, &page.rows[i]);
        shown += page.count;
        more = page.more && page.count;
        after = page.count ? page.rows[page.count - 1].id : after;
        alert_page_release(&page);
    }
    table_print(&t, c);
    if (more)
        cli_say("%zu shown; --limit 0 shows all", shown);
    return 0;
}

static int group(struct cli *c, const struct query *query, const char *name, struct err *e)
{
    enum field field = listing_field(name, e);
    struct field_group *groups;
    size_t count;
    if (field == FIELD_NONE || alerts_by_field(c->store, query, field, 0, &groups, &count, e))
        return -1;
    listing_groups(c, groups, count);
    field_groups_free(groups, count);
    return 0;
}

static int list(struct cli *c, const struct alert_list *list, struct err *e)
{
    const struct options *o = &c->options;
    struct alert_counts counts;
    int64_t limit;
    if (options_number(o, "limit", c->terminal_out && !c->json ? 200 : 0, &limit, e))
        return -1;
    if (options_has(o, "count")) {
        if (alerts_count(c->store, list, &counts, e))
            return -1;
        printf("%llu\n", (unsigned long long)counts.total);
        return 0;
    }
    if (options_has(o, "group"))
        return group(c, list->query, options_value(o, "group"), e);
    if (c->json || options_has(o, "csv")) {
        struct listing l;
        listing_init(&l, c, options_has(o, "csv"));
        int rc = alerts_each(c->store, list, (size_t)limit, listing_record, &l, e);
        listing_end(&l);
        return rc;
    }
    return print_rows(c, list, limit ? (size_t)limit : SIZE_MAX, e);
}

int cmd_alerts(struct cli *c, struct err *e)
{
    const char *sort = options_value(&c->options, "sort");
    struct query *query = NULL;
    struct alert_list l = {.with_hidden = options_has(&c->options, "all")};
    int rc = cli_query(c, 0, &query, e);
    l.query = query;
    if (rc == 0 && sort)
        rc = parse_sort(sort, &l, e);
    if (rc == 0)
        rc = list(c, &l, e);
    query_free(query);
    return rc;
}
