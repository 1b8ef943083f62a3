/* `E`: the selection into one of the last cases, or into a new one. */
#include "tui/desk.h"

#include "app/open_case.h"
#include "cases/case_file.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { CASES_SHOWN = 9 };

struct case_job {
    struct desk_job base;
    int64_t case_id; /* 0: a new one called title */
    char title[200];
    int64_t *alerts;
    size_t count;
    struct act_result result;
};

static void case_release(struct desk_job *base)
{
    struct case_job *j = (struct case_job *)base;
    free(j->alerts);
    act_result_release(&j->result);
}

static int case_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct case_job *j = (struct case_job *)base;
    if (app_may_write(a, e) != 0) {
        return -1;
    }
    if (j->case_id == 0) {
        const struct case_opening opening = {
            .title = j->title, .alert = j->count ? j->alerts[0] : 0};
        if (open_case(a, s, &opening, &j->case_id, &j->result, e) != 0) {
            return -1;
        }
        act_result_release(&j->result);
        j->result = (struct act_result){0};
    }
    return j->count ? case_add_alerts(s, &a->actor, j->case_id, j->alerts, j->count, &j->result, e)
                    : 0;
}

static void case_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct case_job *j = (struct case_job *)base;
    (void)v;
    if (base->result != 0) {
        desk_fail(t, &base->err);
        return;
    }
    desk_say(t, ROLE_STATUS_OK, N_("C-%lld: %s   gc lists the cases"), (long long)j->case_id,
        j->count ? j->result.summary : N_("opened"));
    for (size_t i = 0; i < t->depth; i++) {
        if (t->views[i]->ops->changed) {
            t->views[i]->ops->changed(t->views[i]);
        }
    }
}

static void put(struct tui *t, int64_t case_id, const char *title)
{
    struct case_job *j = mem_zalloc(1, sizeof *j);
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    struct subject s = desk_subject(t);
    size_t marks = v->ops == &view_queue ? l->mark_count : 0;
    j->alerts = mem_alloc((marks + 1) * sizeof *j->alerts);
    for (size_t i = 0; i < marks; i++) {
        j->alerts[j->count++] = l->marks[i];
    }
    if (marks == 0 && s.alert) {
        j->alerts[j->count++] = s.alert;
    }
    if (marks) {
        list_marks_clear(l);
    }
    j->case_id = case_id;
    snprintf(j->title, sizeof j->title, "%s", title);
    j->base.run = case_run;
    j->base.done = case_done;
    j->base.release = case_release;
    desk_submit(t, LANE_STORE, &j->base);
}

static void title_given(struct tui *t, const struct popup_answer *answer)
{
    if (*answer->text) {
        put(t, 0, answer->text);
    }
}

static void ask_title(struct tui *t)
{
    struct subject s = desk_subject(t);
    popup_prompt(t, N_("Title of the new case"), s.title ? s.title : "", title_given, NULL);
}

static void case_chosen(struct tui *t, const struct popup_answer *answer)
{
    if (answer->item->value == 0) {
        ask_title(t);
    } else {
        put(t, answer->item->value, "");
    }
}

struct cases_job {
    struct desk_job base;
    struct case_list list;
};

static int cases_run(struct desk_job *j, struct app *a, struct store *s, struct err *e)
{
    (void)a;
    return cases_list(s, false, &((struct cases_job *)j)->list, e);
}

static void cases_done(struct tui *t, struct view *v, struct desk_job *j)
{
    struct case_list *list = &((struct cases_job *)j)->list;
    (void)v;
    t->asking = false;
    if (j->result != 0) {
        desk_fail(t, &j->err);
        return;
    }
    popup_menu(t, N_("Into which case?"), case_chosen, NULL);
    for (size_t i = 0; i < list->count && i < CASES_SHOWN; i++) {
        char label[POPUP_TEXT];
        snprintf(label, sizeof label, "C-%lld  %.120s", (long long)list->rows[i].id,
            list->rows[i].title);
        popup_item_add(t, (char)('1' + i), list->rows[i].id, label);
    }
    popup_item_add(t, 'n', 0, N_("a new case"));
}

static void cases_release(struct desk_job *j)
{
    case_list_release(&((struct cases_job *)j)->list);
}

void case_menu(struct tui *t)
{
    struct cases_job *j = mem_zalloc(1, sizeof *j);
    j->base.run = cases_run;
    j->base.done = cases_done;
    j->base.release = cases_release;
    t->asking = true;
    desk_submit(t, LANE_QUERY, &j->base);
}

void case_new_prompt(struct tui *t)
{
    ask_title(t);
}
