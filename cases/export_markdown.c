#include "cases/export.h"

#include "core/escape.h"

#include <inttypes.h>

static void cell(struct str *out, const char *text)
{
    str_puts(out, " ");
    escape_markdown(out, slice_of(text));
    str_puts(out, " |");
}

static void code_cell(struct str *out, const char *text)
{
    str_puts(out, " ");
    if (*text)
        escape_markdown_code(out, slice_of(text));
    str_puts(out, " |");
}

static void time_cell(struct str *out, int64_t ns)
{
    char text[CLOCK_TEXT_MAX];
    str_printf(out, " %s |", ns == CLOCK_NONE ? "" : clock_format(ns, text));
}

static void fact(struct str *out, const char *name, const char *value)
{
    if (!*value)
        return;
    str_printf(out, "| %s |", name);
    cell(out, value);
    str_char(out, '\n');
}

static void fact_time(struct str *out, const char *name, int64_t ns)
{
    char text[CLOCK_TEXT_MAX];
    if (ns != CLOCK_NONE)
        fact(out, name, clock_format(ns, text));
}

static void head(struct str *out, const struct case_row *c)
{
    str_puts(out, "# ");
    escape_markdown(out, slice_of(c->title));
    str_puts(out, "\n\n| | |\n|---|---|\n");
    fact(out, "Case", c->uid);
    fact(out, "Customer", c->organization);
    fact(out, "Status", case_status_name(c->status));
    fact(out, "Severity", severity_name(c->severity));
    fact(out, "Verdict", verdict_name(c->verdict));
    fact(out, "Lead", c->lead);
    fact_time(out, "Opened", c->opened);
    fact_time(out, "Closed", c->closed);
    str_printf(out,
        "| Holds | %u alerts, %u events, %u notes, %u of %u tasks done, %u pieces of"
        " evidence, %u indicators |\n",
        c->alerts, c->events, c->notes, c->tasks_done, c->tasks, c->evidence, c->iocs);
    if (*c->summary) {
        str_puts(out, "\n## Summary\n\n");
        escape_markdown(out, slice_of(c->summary));
        str_char(out, '\n');
    }
}

static int story_row(void *owner, const struct case_entry *x)
{
    struct str *out = owner;
    str_char(out, '|');
    time_cell(out, x->time);
    str_printf(out, " %s |", x->kind);
    cell(out, x->who);
    if (strcmp(x->kind, "event") == 0)
        code_cell(out, x->text);
    else
        cell(out, x->text);
    cell(out, x->detail);
    str_char(out, '\n');
    return 0;
}

static int task_row(void *owner, const struct case_entry *x)
{
    struct str *out = owner;
    str_printf(out, "- [%c] ", x->done ? 'x' : ' ');
    escape_markdown(out, slice_of(x->text));
    str_puts(out, " (");
    escape_markdown(out, slice_of(x->who));
    str_puts(out, ")\n");
    return 0;
}

static int code_row(void *owner, const struct case_entry *x)
{
    struct str *out = owner;
    str_char(out, '|');
    code_cell(out, x->text);
    code_cell(out, x->detail);
    cell(out, x->who);
    time_cell(out, x->time);
    str_char(out, '\n');
    return 0;
}

static int alert_row_text(void *owner, const struct record *r)
{
    static const enum field shown[] = {FIELD_HOST_NAME, FIELD_USER_NAME, FIELD_PROCESS_COMMAND_LINE,
        FIELD_PROCESS_HASH_SHA256, FIELD_DESTINATION_IP, FIELD_FILE_PATH, FIELD_THREAT_TECHNIQUE,
        FIELD_STATUS, FIELD_VERDICT, FIELD_REASON};
    struct str *out = owner;
    struct slice title = r->first[FIELD_RULE_NAME].p ? r->first[FIELD_RULE_NAME] : SLICE("Alert");
    str_puts(out, "\n### ");
    escape_markdown(out, title);
    str_puts(out, "\n\n| | |\n|---|---|\n");
    fact_time(out, "Time", r->time);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct record_value *at = NULL;
        struct slice value;
        while (record_next(r, shown[i], &at, &value)) {
            str_printf(out, "| %s | ", field_table[shown[i]].name);
            escape_markdown_code(out, value);
            str_puts(out, " |\n");
        }
    }
    return 0;
}

static const struct {
    const char *kind, *head;
    case_sink *sink;
} sections[] = {
    {"task", "\n## Tasks\n\n", task_row},
    {"ioc", "\n## Indicators\n\n| Value | Type | By | At |\n|---|---|---|---|\n", code_row},
    {"evidence", "\n## Evidence\n\n| Name | SHA-256 and size | By | At |\n|---|---|---|---|\n",
        code_row},
};

int export_markdown(struct store *s, int64_t case_id, struct str *out, struct err *e)
{
    struct case_list list;
    if (case_get(s, case_id, &list, e))
        return -1;
    const uint32_t held[] = {list.rows[0].tasks, list.rows[0].iocs, list.rows[0].evidence};
    head(out, &list.rows[0]);
    str_puts(
        out, "\n## Story\n\nTimes are UTC.\n\n| Time | What | Who | | |\n|---|---|---|---|---|\n");
    int rc = case_each(s, case_id, story_row, out, e);
    for (size_t i = 0; !rc && i < sizeof sections / sizeof *sections; i++) {
        struct export_kind kind = {sections[i].kind, sections[i].sink, out};
        if (!held[i])
            continue;
        str_puts(out, sections[i].head);
        rc = export_each(s, case_id, &kind, e);
    }
    if (!rc && list.rows[0].alerts) {
        str_puts(out, "\n## Alerts\n");
        rc = export_alerts(s, case_id, alert_row_text, out, e);
    }
    case_list_release(&list);
    return rc;
}
