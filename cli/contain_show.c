#include "cli/contain_show.h"

#include "cli/json.h"
#include "core/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

static void line(struct str *out, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    str_puts(out, "  ");
    text_pad(out, slice_of(name), 12);
    text_clean_lines(out, slice_of(value));
    str_char(out, '\n');
}

static void host_text(struct str *out, const struct plan_host *h)
{
    static const char *const words[] = {"", "needs a typed word", "BLOCKED"};
    text_clean(out, slice_of(h->name));
    str_puts(out, h->is_protected ? "  protected" : "");
    str_char(out, '\n');
    line(out, "address", h->address);
    line(out, "via", h->via);
    line(out, "criticality", h->criticality);
    line(out, words[h->verdict], h->why);
    line(out, "identity", h->identity);
    line(out, "impact", h->impact);
    line(out, "pre-flight", h->preflight_error);
}

static void host_json(struct str *out, const struct plan *p, const struct plan_host *h)
{
    static const char *const words[] = {"ok", "needs_word", "blocked"};
    str_char(out, '{');
    json_text(out, "host", h->name);
    json_text(out, "runbook", p->runbook);
    json_text(out, "plan", p->sha256);
    json_text(out, "address", h->address);
    json_text(out, "via", h->via);
    json_text(out, "platform", h->platform);
    json_text(out, "criticality", h->criticality);
    json_bool(out, "protected", h->is_protected);
    json_text(out, "verdict", words[h->verdict]);
    json_text(out, "why", h->why);
    json_text(out, "identity", h->identity);
    json_text(out, "impact", h->impact);
    json_text(out, "error", h->preflight_error);
    json_text(out, "script", h->script);
    str_puts(out, "}\n");
}

static void plan_text(struct str *out, const struct plan *p)
{
    char span[CLOCK_TEXT_MAX];
    text_clean(out, slice_of(p->title));
    str_char(out, '\n');
    line(out, "reason", p->reason);
    line(out, "taken back", p->revert);
    line(out, "lasts", p->lease_ns ? clock_format_span(p->lease_ns, span) : NULL);
    line(out, "plan", p->sha256);
    for (size_t i = 0; i < p->host_count; i++)
        host_text(out, &p->hosts[i]);
    str_puts(out, "\nScript, as it would run on the first host:\n");
    text_clean_lines(out, slice_of(p->hosts[0].script));
    str_char(out, '\n');
}

void contain_show_plan(struct cli *c, const struct plan *p, FILE *to)
{
    struct str out = STR_INIT;
    for (size_t i = 0; c->json && i < p->host_count; i++)
        host_json(&out, p, &p->hosts[i]);
    if (!c->json)
        plan_text(&out, p);
    fwrite(out.p, 1, out.n, to);
    fflush(to);
    str_release(&out);
}

void contain_show_event(struct cli *c, const struct run_event *event)
{
    struct str out = STR_INIT;
    char time[CLOCK_TEXT_MAX];
    if (c->json)
        return;
    str_printf(&out, "%s  ", cli_time(c, event->time, time));
    text_clean(&out, slice_of(event->host ? event->host : ""));
    str_printf(&out, "  %-10s %-8s ", event->step ? event->step : "", run_state_name(event->state));
    text_clean(&out, slice_of(event->text ? event->text : ""));
    fprintf(stderr, "%s\n", out.p);
    str_release(&out);
}

static bool is_good(const char *state)
{
    return strcmp(state, "contained") == 0 || strcmp(state, "released") == 0 ||
           strcmp(state, "done") == 0;
}

static void proof_lines(struct str *out, const json_t *proof)
{
    const json_t *item;
    size_t i;
    if (json_is_true(json_object_get(proof, "reachable")))
        str_puts(out, "  reachable from us over a new connection: yes\n");
    json_array_foreach(json_object_get(proof, "unreachable"), i, item)
    {
        const char *address = json_string_value(json_object_get(item, "address"));
        const char *before = json_string_value(json_object_get(item, "before"));
        const char *after = json_string_value(json_object_get(item, "after"));
        str_puts(out, "  ");
        text_clean(out, slice_of(address ? address : "?"));
        str_printf(out, ": %s before, %s now: %s\n", before ? before : "?", after ? after : "?",
            json_is_true(json_object_get(item, "proved")) ? "proved" : "not proved");
    }
}

bool contain_show_result(struct cli *c, int64_t run, const char *host)
{
    struct err e = ERR_INIT;
    struct str json = STR_INIT, out = STR_INIT;
    bool good = false;
    if (run_result(c->store, run, host, &json, &e)) {
        cli_say("%s: %s", host, e.text);
        return false;
    }
    json_t *root = json_loadb(json.p, json.n, 0, NULL);
    const char *state = json_string_value(json_object_get(root, "state"));
    const char *error = json_string_value(json_object_get(root, "error"));
    good = state && is_good(state);
    if (c->json) {
        str_slice(&out, str_as_slice(&json));
        str_char(&out, '\n');
    } else {
        text_clean(&out, slice_of(host));
        str_printf(&out, ": %s", state ? state : "unknown");
        if (error) {
            str_puts(&out, "  ");
            text_clean(&out, slice_of(error));
        }
        str_char(&out, '\n');
        proof_lines(&out, json_object_get(root, "proof"));
    }
    cli_out(&out);
    json_decref(root);
    str_release(&json);
    str_release(&out);
    return good;
}
