/* `x`: acts that reach out. A menu of runbooks, their parameters, the reason; then the plan.
 * Nothing here reaches a host. */
#include "tui/desk.h"

#include "app/plan.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { HOSTS_MAX = 64 };

struct wish {
    char hosts[HOSTS_MAX][128];
    size_t host_count;
    int64_t alert, case_id;
    char runbook[64], parameters[512], wanted[256];
    bool reads_only;
};

static void reason_given(struct tui *t, const struct popup_answer *answer)
{
    struct wish *w = answer->owner;
    const char *hosts[HOSTS_MAX];
    if (!*answer->text) {
        desk_say(t, ROLE_STATUS_WARN, N_("no plan: a reason is needed"));
        return;
    }
    for (size_t i = 0; i < w->host_count; i++) {
        hosts[i] = w->hosts[i];
    }
    struct plan_argument argument = {
        hosts, w->host_count, w->runbook, w->parameters, answer->text, w->alert, w->case_id};
    desk_open(t, &view_plan, &argument);
}

static struct wish *copy_of(const struct wish *w)
{
    struct wish *copy = mem_alloc(sizeof *copy);
    *copy = *w;
    return copy;
}

static void ask_reason(struct tui *t, const struct wish *w)
{
    char title[POPUP_TEXT];
    snprintf(title, sizeof title, N_("%.40s on %.60s%s: why? (stands in journal and ledger)"),
        w->runbook, w->hosts[0], w->host_count > 1 ? N_(" and others") : "");
    popup_prompt(t, title, "", reason_given, copy_of(w));
}

static void parameters_given(struct tui *t, const struct popup_answer *answer)
{
    struct wish *w = answer->owner;
    snprintf(w->parameters, sizeof w->parameters, "%s", answer->text);
    ask_reason(t, w);
}

struct parameter_job {
    struct desk_job base;
    struct wish wish;
};

static int parameters_run(struct desk_job *j, struct app *a, struct store *s, struct err *e)
{
    struct wish *w = &((struct parameter_job *)j)->wish;
    struct arena arena = ARENA_INIT;
    struct plan_parameter *list = NULL;
    size_t count = 0, n = 0;
    int rc = w->alert
                 ? plan_parameters_of_alert(a, s, w->alert, w->runbook, &arena, &list, &count, e)
                 : 0;
    for (size_t i = 0; rc == 0 && i < count && n < sizeof w->parameters; i++) {
        int wrote = snprintf(w->parameters + n, sizeof w->parameters - n, "%s%s=%s", i ? " " : "",
            list[i].name, list[i].value);
        n += wrote > 0 ? (size_t)wrote : 0;
    }
    arena_release(&arena);
    return rc;
}

/* "pid:pid start:number=-": one without a default has to be seen, even when the alert gave it. */
static bool has_required(const char *wanted)
{
    while (*wanted) {
        size_t n = strcspn(wanted, " ");
        if (!memchr(wanted, '=', n)) {
            return true;
        }
        wanted += n + strspn(wanted + n, " ");
    }
    return false;
}

static void parameters_done(struct tui *t, struct view *v, struct desk_job *j)
{
    struct wish *w = &((struct parameter_job *)j)->wish;
    char title[160];
    (void)v;
    t->asking = false;
    if (!has_required(w->wanted)) {
        ask_reason(t, w);
        return;
    }
    snprintf(title, sizeof title, N_("Parameters of %s"), w->runbook);
    popup_prompt(t, title, w->parameters, parameters_given, copy_of(w));
    popup_line(t, "%s", w->wanted);
    if (j->result != 0) {
        popup_line(t, "%s", j->err.text);
    }
}

static void runbook_chosen(struct tui *t, const struct popup_answer *answer)
{
    struct parameter_job *j = mem_zalloc(1, sizeof *j);
    j->wish = *(struct wish *)answer->owner;
    struct wish *w = &j->wish;
    const char *label = answer->item->label;
    snprintf(w->runbook, sizeof w->runbook, "%.*s", (int)strcspn(label, " "), label);
    struct arena arena = ARENA_INIT;
    struct plan_runbook *list;
    size_t count;
    struct err e = ERR_INIT;
    if (plan_runbooks(t->app, &arena, &list, &count, &e) == 0) {
        for (size_t i = 0; i < count; i++) {
            if (strcmp(list[i].name, w->runbook) == 0) {
                snprintf(w->wanted, sizeof w->wanted, "%s",
                    list[i].parameters ? list[i].parameters : "");
            }
        }
    }
    arena_release(&arena);
    j->base.run = parameters_run;
    j->base.done = parameters_done;
    t->asking = true;
    desk_submit(t, LANE_QUERY, &j->base);
}

/* The first letter of the name that no row has yet. */
static char letter_for(struct tui *t, const char *name)
{
    for (; *name; name++) {
        bool taken = *name == 'j' || *name == 'k' || *name < 'a' || *name > 'z' || *name == 'q';
        for (size_t i = 0; i < t->popup.item_count; i++) {
            taken |= t->popup.items[i].key == *name;
        }
        if (!taken) {
            return *name;
        }
    }
    return 0;
}

static void fill_menu(struct tui *t, const struct plan_runbook *list, size_t count, bool has_host)
{
    for (size_t i = 0; i < count; i++) {
        char label[96];
        snprintf(label, sizeof label, "%-18.40s", list[i].name);
        struct popup_item *item = popup_item_add(t, letter_for(t, list[i].name), (int64_t)i, label);
        bool final = !list[i].reads_only && !list[i].reversible;
        snprintf(item->note, sizeof item->note, "%s%s", list[i].help ? list[i].help : "",
            final ? N_("  (cannot be taken back)") : "");
        if (!has_host) {
            item->reason = N_("no host under the cursor");
        } else if (t->app->read_only) {
            item->reason = command_reason(NEEDS_WRITE);
        }
    }
}

void contain_menu(struct tui *t)
{
    struct wish *w = mem_zalloc(1, sizeof *w);
    struct subject s = desk_subject(t);
    const char *hosts[HOSTS_MAX];
    struct arena arena = ARENA_INIT;
    struct plan_runbook *list = NULL;
    size_t count = 0;
    struct err e = ERR_INIT;
    size_t n = desk_top(t)->ops == &view_queue ? queue_hosts(desk_top(t), hosts, HOSTS_MAX) : 0;
    if (n == 0 && s.host && *s.host) {
        hosts[n++] = s.host;
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(w->hosts[w->host_count++], sizeof w->hosts[0], "%s", hosts[i]);
    }
    w->alert = n == 1 ? s.alert : 0;
    w->case_id = s.case_id;
    if (plan_runbooks(t->app, &arena, &list, &count, &e) != 0) {
        desk_fail(t, &e);
        free(w);
    } else {
        char title[160];
        snprintf(title, sizeof title, N_("Reach out to %s"), n ? w->hosts[0] : "-");
        if (n > 1) {
            snprintf(title, sizeof title, N_("Reach out to %zu hosts"), n);
        }
        popup_menu(t, title, runbook_chosen, w);
        fill_menu(t, list, count, n > 0);
        popup_line(t, N_("A plan comes next; nothing runs until you type what it names."));
    }
    arena_release(&arena);
}
