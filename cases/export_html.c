#include "cases/export.h"

#include "core/escape.h"

/* One page that needs nothing from outside and runs nothing: the policy says so to the browser. */
static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
    " 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<style>\n"
    "body{font:15px/1.5 sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}\n"
    "td.time{white-space:nowrap}\n</style>\n";

static void element(struct str *out, const char *tag, const char *text)
{
    str_printf(out, "<%s>", tag);
    escape_html(out, slice_of(text));
    str_printf(out, "</%s>", tag);
}

static void fact(struct str *out, const char *name, const char *value)
{
    if (!*value)
        return;
    str_puts(out, "<tr>");
    element(out, "th", name);
    element(out, "td", value);
    str_puts(out, "</tr>\n");
}

static int story_row(void *owner, const struct case_entry *x)
{
    struct str *out = owner;
    char time[CLOCK_TEXT_MAX];
    str_printf(out, "<tr><td class=\"time\">%s</td>", clock_format(x->time, time));
    element(out, "td", x->kind);
    element(out, "td", x->who);
    element(out, "td", x->text);
    element(out, "td", x->detail);
    str_puts(out, "</tr>\n");
    return 0;
}

static int alert_section(void *owner, const struct record *r)
{
    struct str *out = owner;
    char time[CLOCK_TEXT_MAX];
    struct slice title = r->first[FIELD_RULE_NAME].p ? r->first[FIELD_RULE_NAME] : SLICE("Alert");
    str_puts(out, "<h3>");
    escape_html(out, title);
    str_puts(out, "</h3>\n<table>\n");
    fact(out, "@timestamp", clock_format(r->time, time));
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice value;
        if (field_table[f].type == TYPE_TIME || f == FIELD_RULE_NAME)
            continue;
        while (record_next(r, (enum field)f, &at, &value)) {
            str_puts(out, "<tr>");
            element(out, "th", field_table[f].name);
            str_puts(out, "<td>");
            escape_html(out, value);
            str_puts(out, "</td></tr>\n");
        }
    }
    str_puts(out, "</table>\n");
    return 0;
}

int export_html(struct store *s, int64_t case_id, struct str *out, struct err *e)
{
    struct case_list list;
    char time[CLOCK_TEXT_MAX];
    if (case_get(s, case_id, &list, e))
        return -1;
    const struct case_row *c = &list.rows[0];
    str_puts(out, page_head);
    element(out, "title", c->title);
    str_puts(out, "\n</head>\n<body>\n");
    element(out, "h1", c->title);
    str_puts(out, "\n<table>\n");
    fact(out, "Case", c->uid);
    fact(out, "Customer", c->organization);
    fact(out, "Status", case_status_name(c->status));
    fact(out, "Severity", severity_name(c->severity));
    fact(out, "Verdict", verdict_name(c->verdict));
    fact(out, "Lead", c->lead);
    fact(out, "Opened", clock_format(c->opened, time));
    fact(out, "Closed", c->closed == CLOCK_NONE ? "" : clock_format(c->closed, time));
    fact(out, "Summary", c->summary);
    str_puts(out, "</table>\n<h2>Story</h2>\n<p>Times are UTC.</p>\n<table>\n");
    int rc = case_each(s, case_id, story_row, out, e);
    str_puts(out, "</table>\n<h2>Alerts</h2>\n");
    if (!rc)
        rc = export_alerts(s, case_id, alert_section, out, e);
    str_puts(out, "</body>\n</html>\n");
    case_list_release(&list);
    return rc;
}
