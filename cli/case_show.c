/* case list, show, export: what only reads. */
#include "cases/case_file.h"
#include "cli/case_verbs.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/text.h"
#include "core/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void case_json(struct str *out, const struct case_row *r)
{
    str_char(out, '{');
    json_text(out, "title", r->title);
    json_open(out, "organization");
    json_text(out, "id", r->organization);
    json_close(out);
    json_open(out, "hinomi");
    json_id(out, "id", r->id);
    json_text(out, "uid", r->uid);
    json_text(out, "status", case_status_name(r->status));
    json_text(out, "severity", severity_name(r->severity));
    json_text(out, "verdict", verdict_name(r->verdict));
    json_text(out, "lead", r->lead);
    json_number(out, "alerts", r->alerts);
    json_number(out, "events", r->events);
    json_number(out, "notes", r->notes);
    json_number(out, "tasks", r->tasks);
    json_number(out, "tasks_done", r->tasks_done);
    json_number(out, "evidence", r->evidence);
    json_number(out, "iocs", r->iocs);
    json_time(out, "opened", r->opened);
    json_time(out, "updated", r->updated);
    json_time(out, "closed", r->closed);
    json_close(out);
    str_puts(out, "}\n");
}

static void case_table(struct cli *c, const struct case_list *list)
{
    static const char *const heads[] = {N_("ID"), N_("SEV"), N_("STATUS"), N_("OPENED"), N_("LEAD"),
        N_("ALERTS"), N_("TASKS"), N_("TITLE")};
    struct table t;
    table_init(&t, heads, 8);
    for (size_t i = 0; i < list->count; i++) {
        const struct case_row *r = &list->rows[i];
        char id[24], opened[CLOCK_TEXT_MAX], alerts[16], tasks[32];
        snprintf(id, sizeof id, "C-%" PRId64, r->id);
        snprintf(alerts, sizeof alerts, "%u", r->alerts);
        snprintf(tasks, sizeof tasks, "%u/%u", r->tasks_done, r->tasks);
        table_row(&t, (const char *[]){id, severity_badge(r->severity), case_status_name(r->status),
                          cli_time(c, r->opened, opened), r->lead, alerts, tasks, r->title});
    }
    table_print(&t, c);
}

int case_verb_list(struct cli *c, int64_t id, struct err *e)
{
    struct case_list list = {.count = 0};
    struct str out = STR_INIT;
    (void)id;
    if (cases_list(c->store, options_has(&c->options, "all"), &list, e))
        return -1;
    for (size_t i = 0; c->json && i < list.count; i++)
        case_json(&out, &list.rows[i]);
    cli_out(&out);
    if (!c->json)
        case_table(c, &list);
    str_release(&out);
    case_list_release(&list);
    return 0;
}

struct show {
    struct cli *cli;
    struct str out;
};

static int entry_line(void *owner, const struct case_entry *n)
{
    struct show *s = owner;
    char time[CLOCK_TEXT_MAX];
    str_printf(&s->out, "%s  %-11s %s", cli_time(s->cli, n->time, time), n->kind,
        strcmp(n->kind, "task") != 0 ? ""
        : n->done                    ? "[x] "
                                     : "[ ] ");
    if (n->who && n->who[0]) {
        text_clean(&s->out, slice_of(n->who));
        str_puts(&s->out, ": ");
    }
    if (strcmp(n->kind, "note") == 0)
        cli_put_lines(&s->out, n->text ? n->text : "");
    else
        text_clean(&s->out, slice_of(n->text ? n->text : ""));
    if (n->detail && n->detail[0]) {
        str_puts(&s->out, "  ");
        text_clean(&s->out, slice_of(n->detail));
    }
    str_char(&s->out, '\n');
    return 0;
}

static void head(struct str *out, const struct cli *c, const struct case_row *r)
{
    char time[CLOCK_TEXT_MAX];
    str_printf(out, "C-%" PRId64 "  ", r->id);
    text_clean(out, slice_of(r->title));
    str_printf(out, "\n%s  %s  ", severity_badge(r->severity), case_status_name(r->status));
    str_printf(out, "opened %s", cli_time(c, r->opened, time));
    if (r->lead && r->lead[0]) {
        str_puts(out, "  lead ");
        text_clean(out, slice_of(r->lead));
    }
    str_printf(out,
        "\n%u alerts, %u events, %u notes, %u of %u tasks done, %u evidence, %u indicators\n\n",
        r->alerts, r->events, r->notes, r->tasks_done, r->tasks, r->evidence, r->iocs);
    if (r->summary && r->summary[0]) {
        cli_put_lines(out, r->summary);
        str_puts(out, "\n\n");
    }
}

int case_verb_show(struct cli *c, int64_t id, struct err *e)
{
    struct case_list list = {.count = 0};
    struct show show = {.cli = c};
    int rc = case_get(c->store, id, &list, e);
    if (rc == 0 && c->json) {
        case_json(&show.out, &list.rows[0]);
    } else if (rc == 0) {
        head(&show.out, c, &list.rows[0]);
        rc = case_each(c->store, id, entry_line, &show, e);
    }
    cli_out(&show.out);
    str_release(&show.out);
    case_list_release(&list);
    return rc;
}

int case_verb_export(struct cli *c, int64_t id, struct err *e)
{
    const char *format = options_value(&c->options, "format");
    const char *path = options_value(&c->options, "output");
    const struct exporter *x = exporter_find(format ? format : "md");
    struct str out = STR_INIT;
    if (!x)
        return err_set(e, ERR_USAGE, "--format: no export \"%s\"", format);
    str_clear(&out);
    int rc = x->write(c->store, id, &out, e);
    if (rc == 0 && path)
        rc = file_write(path, str_as_slice(&out), e);
    else if (rc == 0)
        cli_out(&out);
    str_release(&out);
    return rc;
}
