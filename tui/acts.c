/* Triage from the screen: the selection, the question when one is needed, the act on the STORE
 * lane. */
#include "tui/desk.h"

#include "cases/alerts.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct act_job {
    struct desk_job base;
    enum act act;
    int64_t *ids;
    size_t count;
    bool groups; /* ids stand for their whole group */
    char *verdict, *reason, *assignee, *text, *until, *tag;
    int64_t case_id;
    struct act_result result;
};

static void act_release(struct desk_job *base)
{
    struct act_job *j = (struct act_job *)base;
    free(j->ids);
    free(j->verdict);
    free(j->reason);
    free(j->assignee);
    free(j->text);
    free(j->until);
    free(j->tag);
    act_result_release(&j->result);
}

/* Every member of the groups, so that the act is on all that the row stood for. */
static int expand(struct act_job *j, struct store *s, struct err *e)
{
    int64_t *all = NULL;
    size_t count = 0;
    for (size_t i = 0; i < j->count; i++) {
        struct alert_page page = {0};
        int64_t *ids = NULL;
        size_t n = 0;
        if (alert_row_get(s, j->ids[i], &page, e) != 0 || page.count == 0 ||
            alerts_group_ids(s, page.rows[0].group, &ids, &n, e) != 0) {
            alert_page_release(&page);
            free(all);
            return -1;
        }
        alert_page_release(&page);
        all = mem_grow(all, count + n + 1, sizeof *all);
        for (size_t k = 0; k < n; k++) {
            all[count++] = ids[k];
        }
        free(ids);
    }
    free(j->ids);
    j->ids = all;
    j->count = count;
    return 0;
}

static int act_on_record(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct act_job *j = (struct act_job *)base;
    if (j->groups && expand(j, s, e) != 0) {
        return -1;
    }
    struct selection on = {.ids = j->ids, .count = j->count};
    struct act_arguments arguments = {.verdict = j->verdict,
        .reason = j->reason,
        .assignee = j->assignee,
        .text = j->text,
        .until = j->until,
        .tag = j->tag,
        .case_id = j->case_id};
    return act_run(a, s, j->act, &on, &arguments, &j->result, e);
}

static void act_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct act_job *j = (struct act_job *)base;
    (void)v;
    t->pending_count = 0;
    if (base->result != 0) {
        desk_fail(t, &base->err);
    } else if (j->result.failed > 0) {
        desk_say(t, ROLE_STATUS_WARN, N_("%s; %zu left: %s"), j->result.summary, j->result.failed,
            j->result.failures[0].reason);
    } else {
        bool undoable = j->act != ACT_UNDO && j->result.seq != 0;
        desk_say(
            t, ROLE_STATUS_OK, "%s%s", j->result.summary, undoable ? N_("   u takes it back") : "");
    }
    for (size_t i = 0; i < t->depth; i++) {
        if (t->views[i]->ops->changed) {
            t->views[i]->ops->changed(t->views[i]);
        }
    }
    t->version = store_version(t->store);
    t->status_at = 0;
}

/* Marks if there are any, else what is under the cursor; malloced. */
static size_t selected(struct tui *t, int64_t **ids)
{
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    struct subject s = desk_subject(t);
    if (v->ops == &view_queue && l->mark_count > 0) {
        *ids = mem_alloc(l->mark_count * sizeof **ids);
        memcpy(*ids, l->marks, l->mark_count * sizeof **ids);
        return l->mark_count;
    }
    *ids = mem_alloc(sizeof **ids);
    **ids = s.alert;
    return s.alert ? 1 : 0;
}

static void remember(struct tui *t, enum act act, const struct act_arguments *a)
{
    struct last_triage *last = &t->last;
    free(last->verdict);
    free(last->reason);
    free(last->assignee);
    free(last->until);
    *last = (struct last_triage){.known = true,
        .act = act,
        .verdict = mem_strdup(a->verdict),
        .reason = mem_strdup(a->reason),
        .assignee = mem_strdup(a->assignee),
        .until = mem_strdup(a->until)};
}

void acts_run(struct tui *t, enum act act, const struct act_arguments *a)
{
    struct act_job *j = mem_zalloc(1, sizeof *j);
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    bool triage = act != ACT_UNDO && act != ACT_REDO && act != ACT_NOTE;
    j->act = act;
    j->count = act == ACT_UNDO || act == ACT_REDO ? 0 : selected(t, &j->ids);
    j->groups = v->ops == &view_queue && queue_folded(v) && triage;
    j->verdict = mem_strdup(a->verdict);
    j->reason = mem_strdup(a->reason);
    j->assignee = mem_strdup(a->assignee);
    j->text = mem_strdup(a->text);
    j->until = mem_strdup(a->until);
    j->tag = mem_strdup(a->tag);
    j->case_id = a->case_id;
    j->base.run = act_on_record;
    j->base.done = act_done;
    j->base.release = act_release;
    if (triage) {
        remember(t, act, a);
        desk_pending_add(t, j->ids, j->count);
    }
    if (l && v->ops == &view_queue && act == ACT_CLOSE) {
        bool marked = l->mark_count > 0;
        list_marks_clear(l);
        if (!marked) {
            list_move(l, LIST_NEXT, 1); /* the next alert, at once */
        }
    }
    desk_submit(t, LANE_STORE, &j->base);
}

static void close_with(struct tui *t, const char *verdict, const char *reason)
{
    struct act_arguments a = {.verdict = verdict, .reason = reason};
    if (verdict != t->verdict) {
        snprintf(t->verdict, sizeof t->verdict, "%s", verdict);
    }
    if (reason != t->reason) {
        snprintf(t->reason, sizeof t->reason, "%s", reason);
    }
    acts_run(t, ACT_CLOSE, &a);
}

static void reason_given(struct tui *t, const struct popup_answer *answer)
{
    if (!*answer->text) {
        desk_say(t, ROLE_STATUS_WARN, N_("not closed: a reason is needed"));
        return;
    }
    close_with(t, answer->owner, answer->text);
}

static void verdict_chosen(struct tui *t, const struct popup_answer *answer)
{
    if (answer->item->value == VERDICT_NONE) {
        acts_run(t, ACT_OPEN, &(struct act_arguments){.case_id = 0});
        return;
    }
    const char *verdict = verdict_name((enum verdict)answer->item->value);
    char title[96];
    snprintf(title, sizeof title, N_("Why %s? (one line)"), verdict);
    popup_prompt(t, title, t->reason, reason_given, mem_strdup(verdict));
}

static void ask_verdict(struct tui *t)
{
    static const struct {
        char key;
        enum verdict verdict;
        const char *label;
    } rows[] = {{'t', VERDICT_TP, N_("true positive: it is what it says")},
        {'b', VERDICT_BENIGN, N_("benign: it happened, and is meant to")},
        {'f', VERDICT_FP, N_("false positive: the rule is wrong")},
        {'d', VERDICT_DUPLICATE, N_("duplicate of another alert")},
        {'e', VERDICT_TEST, N_("test or exercise")}, {'o', VERDICT_NONE, N_("open it again")}};
    popup_menu(t, N_("Close as"), verdict_chosen, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        popup_item_add(t, rows[i].key, rows[i].verdict, rows[i].label);
    }
}

static void bulk_confirmed(struct tui *t, const struct popup_answer *answer)
{
    (void)answer;
    close_with(t, t->verdict, t->reason);
}

/* More than a screenful is confirmed by its exact number. */
static void close_again(struct tui *t)
{
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    if (!t->verdict[0]) {
        ask_verdict(t);
        return;
    }
    if (l && l->mark_count > (size_t)(l->height > 0 ? l->height : 1)) {
        char expected[64], title[160];
        snprintf(expected, sizeof expected, N_("%zu rows"), l->mark_count);
        snprintf(title, sizeof title, N_("Close %zu rows as %s"), l->mark_count, t->verdict);
        popup_confirm(t, title, expected, bulk_confirmed, NULL);
        popup_line(t, N_("Reason: %s"), t->reason);
        return;
    }
    close_with(t, t->verdict, t->reason);
}

static void assignee_given(struct tui *t, const struct popup_answer *answer)
{
    acts_run(t, ACT_ASSIGN, &(struct act_arguments){.assignee = answer->text});
}

static void note_given(struct tui *t, const struct popup_answer *answer)
{
    if (*answer->text) {
        bool on_case = desk_top(t)->ops == &view_case;
        struct act_arguments a = {
            .text = answer->text, .case_id = on_case ? desk_subject(t).case_id : 0};
        acts_run(t, ACT_NOTE, &a);
    }
}

static void snooze_given(struct tui *t, const struct popup_answer *answer)
{
    acts_run(t, ACT_SNOOZE,
        &(struct act_arguments){.until = answer->text, .reason = N_("snoozed from the queue")});
}

static void repeat(struct tui *t)
{
    struct last_triage *last = &t->last;
    if (!last->known) {
        desk_say(t, ROLE_STATUS_WARN, N_("nothing to repeat yet"));
        return;
    }
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    if (l && l->mark_count > (size_t)(l->height > 0 ? l->height : 1)) {
        desk_say(t, ROLE_STATUS_WARN, N_("too many rows to repeat on unasked: use e or c"));
        return;
    }
    enum act act = last->act;
    char *verdict = mem_strdup(last->verdict), *reason = mem_strdup(last->reason);
    char *assignee = mem_strdup(last->assignee), *until = mem_strdup(last->until);
    acts_run(t, act,
        &(struct act_arguments){
            .verdict = verdict, .reason = reason, .assignee = assignee, .until = until});
    free(verdict);
    free(reason);
    free(assignee);
    free(until);
}

bool acts_command(struct tui *t, int command)
{
    struct act_arguments none = {.case_id = 0};
    if (command == ACT_CLOSE) {
        ask_verdict(t);
    } else if (command == COMMAND_CLOSE_LAST) {
        close_again(t);
    } else if (command == COMMAND_REPEAT) {
        repeat(t);
    } else if (command == ACT_CLAIM || command == ACT_OPEN || command == ACT_UNDO ||
               command == ACT_REDO) {
        acts_run(t, (enum act)command, &none);
    } else if (command == ACT_ASSIGN) {
        popup_prompt(t, N_("Assign to (empty: nobody)"), "", assignee_given, NULL);
    } else if (command == ACT_NOTE) {
        popup_prompt(t, N_("Note"), "", note_given, NULL);
    } else if (command == ACT_SNOOZE) {
        popup_prompt(t, N_("Snooze until (4h, 2d, a time)"), "4h", snooze_given, NULL);
    } else {
        return false;
    }
    return true;
}
