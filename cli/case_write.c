/* case new, add, note, task, ioc, evidence, status, close: each one journal act. */
#include "app/open_case.h"
#include "cases/case_file.h"
#include "cli/case_verbs.h"
#include "cli/commands.h"
#include "cli/editor.h"
#include "cli/json.h"
#include "core/mem.h"
#include "core/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Operands from `first`, joined with blanks. */
static char *words(const struct cli *c, size_t first)
{
    struct str text = STR_INIT;
    str_clear(&text);
    for (size_t i = first; i < c->options.count; i++)
        str_printf(&text, "%s%s", i > first ? " " : "", c->options.operands[i]);
    return str_take(&text);
}

static int end(const struct cli *c, int rc, struct act_result *r)
{
    int status = rc ? -1 : cli_act_end(c, r);
    act_result_release(r);
    return status;
}

int case_verb_new(struct cli *c, int64_t id, struct err *e)
{
    struct act_result r = {.seq = 0};
    char *title = words(c, 1);
    struct case_opening opening = {
        .title = title, .customer = options_value(&c->options, "customer")};
    int rc = open_case(c->app, c->store, &opening, &id, &r, e);
    free(title);
    act_result_release(&r);
    if (rc)
        return -1;
    if (c->json)
        return case_verb_show(c, id, e);
    printf("C-%" PRId64 "\n", id);
    return 0;
}

int case_verb_add(struct cli *c, int64_t id, struct err *e)
{
    const struct options *o = &c->options;
    size_t n = o->count - 2, alerts = 0, events = 0;
    int64_t *alert_ids = mem_zalloc(n, sizeof *alert_ids);
    int64_t *event_ids = mem_zalloc(n, sizeof *event_ids);
    struct act_result r = {.seq = 0};
    int rc = 0, status = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *word = o->operands[2 + i];
        if ((word[0] | 32) == 'e')
            rc = cli_id(word, 'E', &event_ids[events++], e);
        else
            rc = cli_id(word, 'A', &alert_ids[alerts++], e);
    }
    if (rc == 0 && alerts)
        rc = status =
            end(c, case_add_alerts(c->store, &c->app->actor, id, alert_ids, alerts, &r, e), &r);
    r = (struct act_result){.seq = 0};
    if (rc == 0 && events)
        status =
            end(c, case_add_events(c->store, &c->app->actor, id, event_ids, events, &r, e), &r);
    free(alert_ids);
    free(event_ids);
    return rc < 0 ? -1 : status;
}

int case_verb_note(struct cli *c, int64_t id, struct err *e)
{
    const char *message = options_value(&c->options, "message");
    struct act_result r = {.seq = 0};
    char *text = message ? mem_strdup(message) : NULL;
    if (!text && c->options.count > 2)
        text = words(c, 2);
    if (!text && editor_text(c, &text, e))
        return -1;
    int status = end(c, triage_note(c->store, &c->app->actor, "case", id, text, &r, e), &r);
    free(text);
    return status;
}

int case_verb_task(struct cli *c, int64_t id, struct err *e)
{
    const struct options *o = &c->options;
    const char *done = options_value(o, "done"), *due = options_value(o, "due");
    struct case_task task = {.assignee = options_value(o, "to"), .due = CLOCK_NONE};
    struct act_result r = {.seq = 0};
    int64_t number;
    if (done && cli_id(done, 'T', &number, e))
        return -1;
    if (done)
        return end(c, case_task_done(c->store, &c->app->actor, number, true, &r, e), &r);
    if (o->count < 3)
        return err_set(e, ERR_USAGE, "hinomi case task ID TEXT");
    if (due && !clock_parse_human(slice_of(due), clock_now(), &task.due))
        return err_set(e, ERR_USAGE, "--due: \"%s\" is no time", due);
    char *text = words(c, 2);
    task.text = text;
    int status = end(c, case_task_add(c->store, &c->app->actor, id, &task, &r, e), &r);
    free(text);
    return status;
}

int case_verb_ioc(struct cli *c, int64_t id, struct err *e)
{
    const struct options *o = &c->options;
    struct case_ioc ioc = {.type = options_value(o, "type"), .note = options_value(o, "message")};
    int status = 0;
    if (!ioc.type)
        return err_set(e, ERR_USAGE, "--type: ip, domain, hash, url, file or email");
    for (size_t i = 2; status == 0 && i < o->count; i++) {
        struct act_result r = {.seq = 0};
        ioc.value = o->operands[i];
        status = end(c, case_ioc_add(c->store, &c->app->actor, id, &ioc, &r, e), &r);
    }
    return status;
}

int case_verb_evidence(struct cli *c, int64_t id, struct err *e)
{
    const struct options *o = &c->options;
    for (size_t i = 2; i < o->count; i++) {
        struct case_evidence ev = {
            .path = o->operands[i], .name = o->operands[i], .origin = "file"};
        struct act_result r = {.seq = 0};
        struct str out = STR_INIT;
        int rc = case_evidence_add(c->store, &c->app->actor, id, &ev, &r, e);
        act_result_release(&r);
        if (rc)
            return -1;
        if (c->json) {
            str_char(&out, '{');
            json_text(&out, "name", ev.name);
            json_text(&out, "sha256", ev.sha256);
            json_number(&out, "size", (int64_t)ev.size);
            str_puts(&out, "}\n");
        } else {
            str_printf(&out, "%s  %" PRIu64 " bytes\n", ev.sha256, ev.size);
        }
        cli_out(&out);
        str_release(&out);
    }
    return 0;
}

int case_verb_status(struct cli *c, int64_t id, struct err *e)
{
    struct case_change change = CASE_CHANGE_INIT;
    struct act_result r = {.seq = 0};
    change.status = case_status_find(slice_of(c->options.operands[2]));
    change.lead = options_value(&c->options, "to");
    if (change.status < 0)
        return err_set(e, ERR_USAGE,
            "no status \"%s\": new, triage, investigate, contain, eradicate, recover, review, "
            "closed",
            c->options.operands[2]);
    return end(c, case_change(c->store, &c->app->actor, id, &change, &r, e), &r);
}

int case_verb_close(struct cli *c, int64_t id, struct err *e)
{
    const char *verdict = options_value(&c->options, "verdict");
    struct case_change change = CASE_CHANGE_INIT;
    struct act_result r = {.seq = 0};
    change.status = CASE_CLOSED;
    change.reason = options_value(&c->options, "reason");
    change.verdict = verdict ? verdict_find(slice_of(verdict)) : -1;
    if (!verdict || change.verdict < 0)
        return err_set(e, ERR_USAGE, "--verdict: tp, benign, fp, duplicate or test");
    if (!change.reason)
        return err_set(e, ERR_USAGE, "--reason TEXT: why it is closed");
    return end(c, case_change(c->store, &c->app->actor, id, &change, &r, e), &r);
}
