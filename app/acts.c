#include "app/acts.h"

#include "cases/alerts.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

const struct command act_commands[ACT_COUNT] = {
#define ACT_ROW(id, name, keys, help, needs, danger, arguments)                                    \
    [ACT_##id] = {name, N_("Triage"), keys, help, needs, danger, arguments},
    ACT_LIST(ACT_ROW)
#undef ACT_ROW
};

struct acting {
    struct app *app;
    struct store *store;
    enum act act;
    const int64_t *ids;
    size_t count;
    int64_t revision;
    const struct act_arguments *arguments;
    struct act_result *result;
};

static int apply(struct acting *a, struct triage *what, struct err *e)
{
    what->revision_limit = a->revision;
    return triage_apply(a->store, &a->app->actor, what, a->ids, a->count, a->result, e);
}

static bool is_blank(const char *text)
{
    return !text || slice_trim(slice_of(text)).n == 0;
}

static int close_act(struct acting *a, struct err *e)
{
    struct triage what = TRIAGE_INIT("close");
    const struct act_arguments *in = a->arguments;
    if (is_blank(in->verdict))
        return err_set(e, ERR_USAGE, "a close needs a verdict: tp, benign, fp, duplicate or test");
    int verdict = verdict_find(slice_of(in->verdict));
    if (verdict <= VERDICT_NONE)
        return err_set(e, ERR_USAGE,
            "\"%.40s\" is no verdict; there are tp, benign, fp, duplicate and test", in->verdict);
    if (is_blank(in->reason))
        return err_set(e, ERR_USAGE, "a close needs a reason");
    what.status = STATUS_CLOSED;
    what.verdict = verdict;
    what.reason = in->reason;
    return apply(a, &what, e);
}

static int open_act(struct acting *a, struct err *e)
{
    struct triage what = TRIAGE_INIT("open");
    what.status = STATUS_NEW;
    what.verdict = VERDICT_NONE;
    what.reason = "";
    return apply(a, &what, e);
}

static int claim_act(struct acting *a, struct err *e)
{
    struct triage what = TRIAGE_INIT("claim");
    what.status = STATUS_ACK;
    what.assignee = a->app->actor.analyst;
    return apply(a, &what, e);
}

static int assign_act(struct acting *a, struct err *e)
{
    struct triage what = TRIAGE_INIT("assign");
    if (!a->arguments->assignee)
        return err_set(e, ERR_USAGE, "to whom? (an empty name takes the assignee away)");
    what.assignee = a->arguments->assignee;
    return apply(a, &what, e);
}

static int snooze_until(const char *text, int64_t *until, struct err *e)
{
    int64_t now = clock_now(), span;
    if (clock_parse_duration(slice_of(text), &span) && span > 0) {
        *until = now + span;
        return 0;
    }
    if (!clock_parse_human(slice_of(text), now, until) && !clock_parse(slice_of(text), until))
        return err_set(
            e, ERR_USAGE, "\"%.60s\" is no time: write 4h, 2d, 17:30 or 2026-12-01T08:00Z", text);
    /* a bare time of day that is over means tomorrow's */
    if (*until <= now && strlen(text) <= 5 && strchr(text, ':'))
        *until += 86400 * CLOCK_SECOND;
    if (*until <= now)
        return err_set(e, ERR_USAGE, "\"%.60s\" is over already", text);
    return 0;
}

static int snooze_act(struct acting *a, struct err *e)
{
    struct triage what = TRIAGE_INIT("snooze");
    if (is_blank(a->arguments->until))
        return err_set(e, ERR_USAGE, "until when? write 4h, 2d, 17:30 or 2026-12-01T08:00Z");
    if (is_blank(a->arguments->reason))
        return err_set(e, ERR_USAGE, "a snooze needs a reason");
    if (snooze_until(a->arguments->until, &what.snoozed_until, e) < 0)
        return -1;
    what.reason = a->arguments->reason;
    return apply(a, &what, e);
}

static int tag_act(struct acting *a, struct err *e)
{
    struct triage what = TRIAGE_INIT("tag");
    const char *tag = a->arguments->tag;
    if (is_blank(tag) || strcmp(tag, "-") == 0)
        return err_set(e, ERR_USAGE, "which tag? (-word takes one away)");
    if (tag[0] == '-')
        what.tag_remove = tag + 1;
    else
        what.tag_add = tag;
    return apply(a, &what, e);
}

/* A note is an act of its own on each alert: taking one back must not take the others. */
static int note_act(struct acting *a, struct err *e)
{
    const struct act_arguments *in = a->arguments;
    struct act_result *total = a->result;
    if (is_blank(in->text))
        return err_set(e, ERR_USAGE, "the note is empty");
    if (in->case_id > 0)
        return triage_note(a->store, &a->app->actor, "case", in->case_id, in->text, total, e);
    for (size_t i = 0; i < a->count; i++) {
        struct act_result one = {0};
        if (triage_note(a->store, &a->app->actor, "alert", a->ids[i], in->text, &one, e) < 0)
            return -1;
        total->seq = one.seq;
        total->changed += one.changed;
        snprintf(total->summary, sizeof total->summary, "%s", one.summary);
        act_result_release(&one);
    }
    if (a->count > 1)
        snprintf(total->summary, sizeof total->summary, "noted on %zu alerts", total->changed);
    return 0;
}

static void add_failures(struct act_result *total, const struct act_result *one)
{
    if (!one->failed)
        return;
    total->failures =
        mem_grow(total->failures, total->failed + one->failed, sizeof *total->failures);
    memcpy(total->failures + total->failed, one->failures, one->failed * sizeof *one->failures);
    total->failed += one->failed;
}

/* `text` says how many acts; what was taken back before a failure stays taken back and is told. */
static int undo_act(struct acting *a, struct err *e)
{
    int64_t times = 1;
    struct act_result *total = a->result;
    if (!is_blank(a->arguments->text) &&
        (!slice_int(slice_trim(slice_of(a->arguments->text)), &times) || times < 1 || times > 1000))
        return err_set(e, ERR_USAGE, "how many acts? a number from 1 to 1000");
    for (int64_t i = 0; i < times; i++) {
        struct act_result one = {0};
        if (triage_undo(a->store, &a->app->actor, 0, &one, e) < 0)
            return i > 0 && e->code == ERR_NOT_FOUND ? 0 : -1;
        total->seq = one.seq;
        total->changed += one.changed;
        add_failures(total, &one);
        snprintf(total->summary, sizeof total->summary, "%s", one.summary);
        act_result_release(&one);
    }
    if (times > 1)
        snprintf(total->summary, sizeof total->summary, "took back %lld acts, %zu objects",
            (long long)times, total->changed);
    return 0;
}

static int redo_act(struct acting *a, struct err *e)
{
    return triage_redo(a->store, &a->app->actor, a->result, e);
}

static int (*const runs[ACT_COUNT])(struct acting *, struct err *) = {
    [ACT_CLOSE] = close_act,
    [ACT_OPEN] = open_act,
    [ACT_CLAIM] = claim_act,
    [ACT_ASSIGN] = assign_act,
    [ACT_SNOOZE] = snooze_act,
    [ACT_TAG] = tag_act,
    [ACT_NOTE] = note_act,
    [ACT_UNDO] = undo_act,
    [ACT_REDO] = redo_act,
};

static bool needs_alerts(enum act act, const struct act_arguments *arguments)
{
    unsigned needs = act_commands[act].needs;
    return (needs & NEEDS_ALERT) || ((needs & NEEDS_SELECTION) && arguments->case_id <= 0);
}

int act_run(struct app *a, struct store *s, enum act act, const struct selection *on,
    const struct act_arguments *arguments, struct act_result *result, struct err *e)
{
    static const struct act_arguments none;
    int64_t *matched = NULL;
    struct acting acting = {a, s, act, NULL, 0, 0, arguments ? arguments : &none, result};
    memset(result, 0, sizeof *result);
    if (app_may_write(a, e) < 0)
        return -1;
    if (on && on->query) {
        struct alert_list list = {.query = on->query};
        if (alerts_ids(s, &list, &matched, &acting.count, e) < 0)
            return -1;
        acting.ids = matched;
        acting.revision = on->revision;
    } else if (on) {
        acting.ids = on->ids;
        acting.count = on->count;
        acting.revision = on->revision;
    }
    int rc;
    if (needs_alerts(act, acting.arguments) && acting.count == 0)
        rc = err_set(e, ERR_NOT_FOUND,
            on && on->query ? "no alert matches the query" : "no alert is selected");
    else
        rc = runs[act](&acting, e);
    free(matched);
    return rc;
}
