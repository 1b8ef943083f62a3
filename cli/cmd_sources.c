#include "app/ingest.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "core/text.h"

#include <inttypes.h>
#include <libintl.h>
#include <stdio.h>

const struct option_spec cmd_sources_options[] = {
    {"json", 0, NULL, N_("one object a source")},
    {"check", 0, NULL, N_("try each now: way, certificate, secret, permission, index")},
    {NULL, 0, NULL, NULL},
};
const struct option_spec cmd_quarantine_options[] = {
    {"json", 0, NULL, N_("one object a record")},
    {"limit", 0, "N", N_("at most N, newest first")},
    {NULL, 0, NULL, NULL},
};

static void source_json(struct str *out, const struct source_health *h)
{
    str_char(out, '{');
    json_text(out, "source", h->name);
    json_text(out, "kind", h->kind);
    json_bool(out, "configured", h->configured);
    json_bool(out, "ok", h->ok);
    json_text(out, "via", h->via);
    json_text(out, "cursor", h->cursor);
    json_time(out, "last_success", h->last_success);
    json_time(out, "last_attempt", h->last_attempt);
    if (h->lag_ns == CLOCK_NONE)
        json_text(out, "lag_seconds", NULL);
    else
        json_number(out, "lag_seconds", h->lag_ns / CLOCK_SECOND);
    json_number(out, "alerts", (int64_t)h->alerts);
    json_number(out, "events", (int64_t)h->events);
    json_number(out, "quarantined", (int64_t)h->quarantined);
    json_text(out, "error_code", h->error_code);
    json_text(out, "error", h->error);
    json_text(out, "next_step", h->next_step);
    str_puts(out, "}\n");
}

static const char *state_word(const struct source_health *h)
{
    if (!h->configured)
        return "imported";
    if (h->never)
        return "not pulled yet";
    return h->ok ? "ok" : h->error_code;
}

static void source_row(struct table *t, const struct cli *c, const struct source_health *h)
{
    char lag[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX], alerts[24], events[24], bad[24];
    snprintf(alerts, sizeof alerts, "%" PRIu64, h->alerts);
    snprintf(events, sizeof events, "%" PRIu64, h->events);
    snprintf(bad, sizeof bad, "%" PRIu64, h->quarantined);
    clock_format_age(h->lag_ns, lag);
    table_row(t,
        (const char *[]){h->name, h->kind, state_word(h), lag, cli_time(c, h->last_success, last),
            alerts, events, bad, h->via, h->error ? h->error : ""});
}

static int check_all(struct cli *c, struct err *e)
{
    size_t failed = 0, count = c->app->config->source_count;
    for (size_t i = 0; i < count; i++) {
        const char *name = c->app->config->sources[i].name;
        struct str report = STR_INIT, out = STR_INIT;
        struct err error = ERR_INIT;
        bool bad = ingest_check(c->app, name, &report, &error) != 0;
        if (c->json) {
            str_char(&out, '{');
            json_text(&out, "source", name);
            json_bool(&out, "ok", !bad);
            json_text(&out, "report", report.p);
            json_text(&out, "error_code", bad ? err_code_name(error.code) : NULL);
            json_text(&out, "error", bad ? error.text : NULL);
            str_puts(&out, "}\n");
        } else {
            str_printf(&out, "%s\n", name);
            text_clean_lines(&out, str_as_slice(&report));
        }
        cli_out(&out);
        if (bad && !c->json)
            cli_say("%s: %s", name, error.text);
        failed += bad;
        str_release(&report);
        str_release(&out);
    }
    (void)e;
    if (!failed)
        return 0;
    return failed == count ? 1 : 3;
}

int cmd_sources(struct cli *c, struct err *e)
{
    static const char *const heads[] = {N_("SOURCE"), N_("KIND"), N_("STATE"), N_("LAG"),
        N_("LAST SUCCESS"), N_("ALERTS"), N_("EVENTS"), N_("BAD"), N_("VIA"), N_("LAST ERROR")};
    struct source_list list = {.count = 0};
    struct table t;
    struct str out = STR_INIT;
    if (options_has(&c->options, "check"))
        return check_all(c, e);
    if (ingest_sources(c->app, c->store, &list, e))
        return -1;
    table_init(&t, heads, 10);
    for (size_t i = 0; i < list.count; i++)
        if (c->json)
            source_json(&out, &list.rows[i]);
        else
            source_row(&t, c, &list.rows[i]);
    cli_out(&out);
    if (!c->json)
        table_print(&t, c);
    str_release(&out);
    source_list_release(&list);
    return 0;
}

static int bad_line(void *owner, const struct bad_row *bad)
{
    struct cli *c = owner;
    struct str out = STR_INIT, text = STR_INIT;
    char time[CLOCK_TEXT_MAX];
    if (c->json) {
        str_char(&out, '{');
        json_number(&out, "id", bad->id);
        json_time(&out, "@timestamp", bad->time);
        json_text(&out, "source", bad->source);
        str_puts(&out, ",\"place\":");
        str_json(&out, bad->place);
        str_puts(&out, ",\"reason\":");
        str_json(&out, bad->reason);
        str_puts(&out, ",\"raw\":");
        str_json(&out, bad->raw);
        str_puts(&out, "}\n");
    } else {
        str_printf(&out, "%s  ", cli_time(c, bad->time, time));
        text_clean(&out, bad->place);
        str_puts(&out, "  ");
        text_clean(&out, bad->reason);
        str_puts(&out, "\n    ");
        text_clean(&text, bad->raw);
        text_fit(&out, str_as_slice(&text), 300);
        str_char(&out, '\n');
    }
    cli_out(&out);
    str_release(&text);
    str_release(&out);
    return 0;
}

int cmd_quarantine(struct cli *c, struct err *e)
{
    const char *source = c->options.count ? c->options.operands[0] : NULL;
    int64_t limit;
    if (options_number(&c->options, "limit", 100, &limit, e))
        return -1;
    return put_quarantine(c->store, source, (size_t)limit, bad_line, c, e);
}
