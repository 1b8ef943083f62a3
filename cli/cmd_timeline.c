#include "app/pivot.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "core/query.h"
#include "core/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>

const struct option_spec cmd_timeline_options[] = {
    {"json", 0, NULL, N_("one object a line; with --buckets those first")},
    {"text", 0, NULL, N_("a table (the default)")},
    {"case", 0, "ID", N_("that case's alerts, events, notes, tasks, containments")},
    {"host", 0, "H", N_("one host")},
    {"from", 0, "T", N_("from this time")},
    {"to", 0, "T", N_("up to this time")},
    {"buckets", 0, "N", N_("counts in N equal spans first")},
    {"limit", 0, "N", N_("at most N rows")},
    {NULL, 0, NULL, NULL},
};

static const char *severity_text(int severity)
{
    return severity < 0 ? NULL : severity_name((enum severity)severity);
}

static void buckets_json(struct str *out, const struct pivot_timeline *t)
{
    for (size_t b = 0; b < t->buckets; b++) {
        int64_t span = (t->to - t->from) / (int64_t)t->buckets;
        int64_t start = t->from + span * (int64_t)b;
        uint64_t count = t->alert_counts[b];
        for (size_t l = 0; l < t->lanes; l++)
            count += t->counts[l * t->buckets + b];
        str_char(out, '{');
        json_time(out, "from", start);
        json_time(out, "to", b + 1 == t->buckets ? t->to : start + span);
        json_number(out, "count", (int64_t)count);
        json_text(out, "severity", severity_text(t->worst[b]));
        str_puts(out, "}\n");
    }
}

static void row_json(struct str *out, const struct timeline_row *r)
{
    str_char(out, '{');
    json_time(out, "@timestamp", r->time);
    json_text(out, "kind", r->kind);
    json_id(out, "id", r->id);
    json_open(out, "host");
    json_text(out, "name", r->host);
    json_close(out);
    json_text(out, "source", r->source);
    json_text(out, "category", r->category);
    json_text(out, "what", r->what);
    json_text(out, "severity", severity_text(r->severity));
    str_puts(out, "}\n");
}

static void print(struct cli *c, const struct pivot_timeline *t)
{
    static const char *const heads[] = {
        N_("TIME"), N_("+DELTA"), N_("SEV"), N_("SOURCE"), N_("HOST"), N_("KIND"), N_("WHAT")};
    struct table table;
    table_init(&table, heads, 7);
    for (size_t i = 0; i < t->count; i++) {
        const struct timeline_row *r = &t->rows[i];
        char time[CLOCK_TEXT_MAX], span[CLOCK_TEXT_MAX], delta[CLOCK_TEXT_MAX + 1] = "";
        if (i)
            snprintf(
                delta, sizeof delta, "+%s", clock_format_span(r->time - t->rows[i - 1].time, span));
        table_row(&table,
            (const char *[]){cli_time(c, r->time, time), delta,
                r->severity < 0 ? "" : severity_badge((enum severity)r->severity), r->source,
                r->host, r->category && r->category[0] ? r->category : r->kind, r->what});
    }
    table_print(&table, c);
    if (t->more)
        cli_say("%zu of %" PRIu64 " shown; --limit 0 shows all", t->count, t->total);
}

static int parse_time(const struct options *o, const char *name, int64_t *ns, struct err *e)
{
    const char *text = options_value(o, name);
    *ns = CLOCK_NONE;
    if (text && !clock_parse_human(slice_of(text), clock_now(), ns))
        return err_set(e, ERR_USAGE, "--%s: \"%s\" is no time", name, text);
    return 0;
}

static int parse(struct cli *c, struct timeline_request *r, struct err *e)
{
    const struct options *o = &c->options;
    const char *id = options_value(o, "case");
    int64_t buckets, limit;
    *r = (struct timeline_request){.host = options_value(o, "host")};
    if (options_number(o, "buckets", 0, &buckets, e) || parse_time(o, "from", &r->from, e) ||
        options_number(o, "limit", c->terminal_out && !c->json ? 500 : 0, &limit, e) ||
        parse_time(o, "to", &r->to, e) || (id && cli_id(id, 'C', &r->case_id, e)))
        return -1;
    if (buckets > 10000)
        return err_set(e, ERR_USAGE, "--buckets: at most 10000");
    r->buckets = (size_t)buckets;
    r->limit = (size_t)limit;
    return 0;
}

int cmd_timeline(struct cli *c, struct err *e)
{
    struct timeline_request request;
    struct pivot_timeline t = {.count = 0};
    struct query *query = NULL;
    struct str out = STR_INIT;
    if (parse(c, &request, e) || cli_query(c, 0, &query, e))
        return -1;
    request.query = query;
    int rc = pivot_timeline(c->app, c->store, &request, &t, e);
    if (rc == 0 && (c->json || request.buckets)) {
        buckets_json(&out, &t);
        for (size_t i = 0; c->json && i < t.count; i++)
            row_json(&out, &t.rows[i]);
        cli_out(&out);
    }
    if (rc == 0 && !c->json)
        print(c, &t);
    str_release(&out);
    pivot_timeline_release(&t);
    query_free(query);
    return rc;
}
