/* The process tree of a host: flags in a gutter that depth never moves, argv cut in the middle, the
 * unflagged folded. */
#include "tui/tree_view.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* A process is interesting when it is flagged, the focus, or leads to one that is. */
static void find_interesting(struct tree_view *t)
{
    for (size_t i = t->tree.count; i-- > 0;) {
        const struct pivot_process *p = &t->tree.rows[i];
        if (p->severity >= 0 || p->focus) {
            t->leads[i] = true;
        }
        if (t->leads[i] && p->parent >= 0) {
            t->leads[p->parent] = true;
        }
    }
}

/* Below the focus all is part of the story. */
static void mark_below_focus(struct tree_view *t)
{
    for (size_t i = 0; i < t->tree.count; i++) {
        const struct pivot_process *p = &t->tree.rows[i];
        bool inside = p->parent >= 0 && t->below[p->parent];
        t->below[i] = p->focus || p->severity >= SEVERITY_MEDIUM || inside;
    }
}

void tree_rows(struct tree_view *t)
{
    size_t benign = 0, benign_first = 0;
    int64_t benign_parent = -2;
    t->row_count = 0;
    uint32_t skip_deeper = UINT32_MAX;
    for (size_t i = 0; i < t->tree.count; i++) {
        const struct pivot_process *p = &t->tree.rows[i];
        if (p->depth > skip_deeper) {
            continue;
        }
        skip_deeper = UINT32_MAX;
        bool quiet = t->fold_noise && !t->leads[i] && !t->below[i];
        if (quiet) {
            if (benign_parent != p->parent || benign == 0) {
                benign = 0;
                benign_first = i;
                t->rows[t->row_count++] = (struct tree_row){.process = i, .folded_count = 0};
            }
            benign_parent = p->parent;
            size_t members = 1;
            while (i + members < t->tree.count && t->tree.rows[i + members].depth > p->depth) {
                members++;
            }
            benign += members;
            t->rows[t->row_count - 1].folded_count = benign;
            t->rows[t->row_count - 1].process = benign_first;
            skip_deeper = p->depth;
            continue;
        }
        benign = 0;
        benign_parent = -2;
        t->rows[t->row_count++] = (struct tree_row){.process = i};
        if (t->folded[i]) {
            skip_deeper = p->depth;
        }
    }
}

static size_t count(void *owner)
{
    return ((struct tree_view *)((struct view *)owner)->state)->row_count;
}

/* A folded run has the negative number of its first process: it is a row of its own. */
static int64_t id(void *owner, size_t row)
{
    struct tree_view *t = ((struct view *)owner)->state;
    int64_t process = (int64_t)t->rows[row].process + 1;
    return t->rows[row].folded_count ? -process : process;
}

struct tree_job {
    struct desk_job base;
    struct pivot_target target;
    char host[256], entity[128];
    struct pivot_tree tree;
};

static int job_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct tree_job *j = (struct tree_job *)base;
    return pivot_tree(a, s, &j->target, &j->tree, e);
}

static void job_done(struct tui *tui, struct view *v, struct desk_job *base)
{
    struct tree_job *j = (struct tree_job *)base;
    struct tree_view *t = v->state;
    bool first = !t->loaded;
    (void)tui;
    t->loaded = true;
    if (base->result != 0) {
        snprintf(t->fault, sizeof t->fault, "%.230s", base->err.text);
        return;
    }
    struct pivot_tree old = t->tree;
    t->tree = j->tree;
    j->tree = old;
    size_t n = t->tree.count + 1;
    free(t->rows);
    free(t->folded);
    free(t->leads);
    free(t->below);
    t->rows = mem_zalloc(n, sizeof *t->rows);
    t->folded = mem_zalloc(n, sizeof *t->folded);
    t->leads = mem_zalloc(n, sizeof *t->leads);
    t->below = mem_zalloc(n, sizeof *t->below);
    find_interesting(t);
    mark_below_focus(t);
    tree_rows(t);
    list_sync(&t->list);
    if (first && t->tree.focus >= 0) {
        list_go(&t->list, t->tree.focus + 1);
    }
}

static void job_release(struct desk_job *base)
{
    pivot_tree_release(&((struct tree_job *)base)->tree);
}

static void load(struct view *v)
{
    struct tree_view *t = v->state;
    struct tree_job *j = mem_zalloc(1, sizeof *j);
    snprintf(j->host, sizeof j->host, "%s", t->host);
    snprintf(j->entity, sizeof j->entity, "%s", t->entity);
    j->target = t->target;
    j->target.host = j->host[0] ? j->host : NULL;
    j->target.entity_id = j->entity[0] ? j->entity : NULL;
    j->target.whole_host = t->whole;
    j->base.run = job_run;
    j->base.done = job_done;
    j->base.release = job_release;
    j->base.view = v->serial;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

static int open_tree(struct view *v, const void *argument)
{
    const struct tree_argument *a = argument;
    struct tree_view *t = v->state;
    snprintf(t->host, sizeof t->host, "%s", a->host ? a->host : "");
    snprintf(t->entity, sizeof t->entity, "%s", a->entity_id ? a->entity_id : "");
    t->target = (struct pivot_target){.alert = a->alert, .pid = a->pid, .time = a->time};
    t->fold_noise = true;
    list_init(&t->list, &(struct row_source){count, id, tree_cells, v});
    load(v);
    return 0;
}

static void close_tree(struct view *v)
{
    struct tree_view *t = v->state;
    pivot_tree_release(&t->tree);
    free(t->rows);
    free(t->folded);
    free(t->leads);
    free(t->below);
    list_release(&t->list);
}

const struct pivot_process *tree_current(struct tree_view *t)
{
    return t->list.position < t->row_count ? &t->tree.rows[t->rows[t->list.position].process]
                                           : NULL;
}

static void go_flag(struct tree_view *t, int step)
{
    for (long long row = (long long)t->list.position + step;
         row >= 0 && row < (long long)t->row_count; row += step) {
        if (t->tree.rows[t->rows[row].process].severity >= 0 && !t->rows[row].folded_count) {
            list_move(&t->list, LIST_FIRST, (int)row + 1);
            return;
        }
    }
}

static void fold(struct tree_view *t, bool on)
{
    const struct pivot_process *p = tree_current(t);
    if (!p || t->rows[t->list.position].folded_count) {
        if (p && !on) {
            t->fold_noise = false;
        }
        tree_rows(t);
        list_sync(&t->list);
        return;
    }
    size_t i = t->rows[t->list.position].process;
    if (on && (p->children == 0 || t->folded[i]) && p->parent >= 0) {
        list_go(&t->list, p->parent + 1);
        return;
    }
    t->folded[i] = on;
    tree_rows(t);
    list_sync(&t->list);
}

static void fold_all(struct tree_view *t, bool on)
{
    for (size_t i = 0; i < t->tree.count; i++) {
        t->folded[i] = on && t->tree.rows[i].children > 0 && !t->leads[i];
    }
    tree_rows(t);
    list_sync(&t->list);
}

static bool act(struct view *v, int command, int number)
{
    struct tree_view *t = v->state;
    (void)number;
    if (command == COMMAND_LEFT || command == COMMAND_RIGHT) {
        fold(t, command == COMMAND_LEFT);
    } else if (command == COMMAND_FOLD_ALL || command == COMMAND_UNFOLD_ALL) {
        fold_all(t, command == COMMAND_FOLD_ALL);
    } else if (command == COMMAND_NOISE) {
        t->fold_noise = !t->fold_noise;
        tree_rows(t);
        list_sync(&t->list);
        desk_say(v->tui, ROLE_TEXT,
            t->fold_noise ? N_("what is not flagged is folded") : N_("every process is shown"));
    } else if (command == COMMAND_ITEM_NEXT || command == COMMAND_ITEM_PREVIOUS) {
        go_flag(t, command == COMMAND_ITEM_NEXT ? 1 : -1);
    } else if (command == COMMAND_WRAP) {
        t->wrap = !t->wrap;
    } else if (command == COMMAND_UNFOLD_ALL) {
        fold_all(t, false);
    } else if (command == COMMAND_ENTER) {
        const struct pivot_process *p = tree_current(t);
        if (p && t->rows[t->list.position].folded_count) {
            fold(t, false);
        } else if (p && p->alert_count) {
            desk_open(v->tui, &view_alert, &p->alerts[0]);
        } else if (p && p->event_id) {
            desk_open(v->tui, &view_raw, &(struct raw_argument){.event = p->event_id});
        }
    } else {
        return false;
    }
    return true;
}

static struct list *list_of(struct view *v)
{
    return &((struct tree_view *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    struct tree_view *t = v->state;
    const struct pivot_process *p = tree_current(t);
    out->host = t->tree.host ? t->tree.host : t->host;
    if (p) {
        out->alert = p->alert_count ? p->alerts[0] : 0;
        out->event = p->event_id;
        out->pid = p->pid;
        out->time = p->start;
        out->user = p->user;
        out->entity_id = p->entity_id;
        out->title = p->command_line && *p->command_line ? p->command_line : p->name;
    }
}

static void bar(struct view *v, char *out, size_t size)
{
    struct tree_view *t = v->state;
    snprintf(out, size, "%s", t->tree.host ? t->tree.host : t->host);
}

static const struct view_key keys[] = {
    {COMMAND_LEFT, N_("fold")},
    {COMMAND_RIGHT, N_("unfold")},
    {COMMAND_NOISE, N_("noise")},
    {COMMAND_ITEM_NEXT, N_("next flag")},
    {COMMAND_CONTAIN, N_("contain")},
    {COMMAND_LOOK, N_("look")},
    {COMMAND_TIMELINE, N_("timeline")},
    {COMMAND_ENTER, N_("open")},
    {COMMAND_RAW, N_("raw")},
    {COMMAND_WRAP, N_("wrap")},
    {COMMAND_CASE_ADD, N_("case")},
    {ACT_NOTE, NULL},
    {COMMAND_ITEM_PREVIOUS, NULL},
    {COMMAND_FOLD_ALL, NULL},
    {COMMAND_UNFOLD_ALL, NULL},
    {-1, NULL},
};

static void changed(struct view *v)
{
    load(v);
}

const struct view_ops view_tree = {
    .name = N_("process tree"),
    .state_size = sizeof(struct tree_view),
    .keys = keys,
    .open = open_tree,
    .close = close_tree,
    .draw = tree_draw,
    .act = act,
    .changed = changed,
    .list = list_of,
    .subject = subject,
    .bar = bar,
};
