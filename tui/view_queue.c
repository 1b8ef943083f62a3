/* The alert queue with its preview. */
#include "tui/queue.h"

#include <stdio.h>

const struct queue_tab queue_tabs[QUEUE_TABS] = {
    {N_("Open"), "not status: closed"},
    {N_("Mine"), "not status: closed and assignee: \"%s\""},
    {N_("Unassigned"), "not status: closed and not assignee: *"},
    {N_("Crit/High"), "not status: closed and severity >= high"},
    {N_("Closed"), "status: closed"},
    {N_("All"), ""},
};

static const char *const sort_names[] = {
    N_("priority"), N_("time"), N_("host"), N_("rule"), N_("last change"), N_("number")};

static size_t count(void *owner)
{
    return ((struct queue *)((struct view *)owner)->state)->page.count;
}

static int64_t id(void *owner, size_t row)
{
    return ((struct queue *)((struct view *)owner)->state)->page.rows[row].id;
}

const struct alert_row *queue_current(const struct queue *q)
{
    return q->list.position < q->page.count ? &q->page.rows[q->list.position] : NULL;
}

bool queue_folded(struct view *v)
{
    return ((struct queue *)v->state)->folded;
}

size_t queue_hosts(struct view *v, const char **hosts, size_t max)
{
    struct queue *q = v->state;
    size_t n = 0;
    for (size_t i = 0; i < q->page.count && n < max; i++) {
        const struct alert_row *row = &q->page.rows[i];
        bool wanted = q->list.mark_count ? list_marked(&q->list, row->id) : i == q->list.position;
        for (size_t k = 0; wanted && k < n; k++) {
            wanted = strcmp(hosts[k], row->host) != 0;
        }
        if (wanted && *row->host) {
            hosts[n++] = row->host;
        }
    }
    return n;
}

void queue_compose(struct view *v)
{
    struct queue *q = v->state;
    char tab[200] = "";
    const char *analyst = v->tui->app->actor.analyst;
    if (q->tab >= 0) {
        const char *text = queue_tabs[q->tab].query, *hole = strstr(text, "%s");
        int head = hole ? (int)(hole - text) : (int)strlen(text);
        snprintf(tab, sizeof tab, "%.*s%.60s%s", head, text, hole && analyst ? analyst : "",
            hole ? hole + 2 : "");
    }
    if (tab[0] && q->filter[0]) {
        snprintf(q->query, sizeof q->query, "(%s) and (%s)", tab, q->filter);
    } else {
        snprintf(q->query, sizeof q->query, "%s%s", tab, q->filter);
    }
    q->limit = QUEUE_PAGE;
    q->taking = true;
    queue_load(v);
}

static int open_queue(struct view *v, const void *argument)
{
    struct queue *q = v->state;
    const char *query = argument;
    struct row_source rows = {count, id, queue_cells, v};
    list_init(&q->list, &rows);
    q->tab = query ? -1 : 0;
    if (query) {
        snprintf(q->filter, sizeof q->filter, "%s", query);
        snprintf(v->crumb, sizeof v->crumb, "%.70s", query);
    }
    queue_compose(v);
    return 0;
}

static void close_queue(struct view *v)
{
    struct queue *q = v->state;
    alert_page_release(&q->page);
    preview_release(&q->preview);
    list_release(&q->list);
}

static void changed(struct view *v)
{
    struct queue *q = v->state;
    q->taken = 0;
    queue_load(v);
}

static void filter_given(struct tui *t, const struct popup_answer *answer)
{
    struct view *v = desk_top(t);
    if (v->ops == &view_queue) {
        struct queue *q = v->state;
        snprintf(q->filter, sizeof q->filter, "%s", answer->text);
        queue_compose(v);
    }
}

/* "field: value", quoted; joined to the filter that is there. */
static void add_filter(struct view *v, const char *field, const char *value, bool without)
{
    struct queue *q = v->state;
    struct str text = STR_INIT;
    if (!value || !*value) {
        desk_say(v->tui, ROLE_STATUS_WARN, N_("this alert names none"));
        return;
    }
    if (q->filter[0]) {
        str_printf(&text, "%s and ", q->filter);
    }
    str_printf(&text, "%s%s: \"", without ? "not " : "", field);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\') {
            str_char(&text, '\\');
        }
        str_char(&text, *value);
    }
    str_char(&text, '"');
    if (text.n < sizeof q->filter) {
        snprintf(q->filter, sizeof q->filter, "%s", text.p);
        queue_compose(v);
    }
    str_release(&text);
}

static bool act_filter(struct view *v, int command)
{
    struct queue *q = v->state;
    const struct alert_row *row = queue_current(q);
    if (command == COMMAND_FILTER_CLEAR) {
        q->filter[0] = '\0';
        queue_compose(v);
        return true;
    }
    if (command == COMMAND_FIND) {
        popup_prompt(v->tui, N_("Find: words, or a query as host: web-* and severity >= high"),
            q->filter, filter_given, NULL);
        v->tui->popup.field.narrow = true;
        return true;
    }
    if (!row || command < COMMAND_FILTER_HOST || command > COMMAND_FILTER_OUT) {
        return false;
    }
    const char *fields[] = {"host.name", "user.name", "rule.name", "hinomi.source", "rule.name"};
    const char *values[] = {row->host, row->user, row->title, row->source, row->title};
    int i = command - COMMAND_FILTER_HOST;
    add_filter(v, fields[i], values[i], command == COMMAND_FILTER_OUT);
    return true;
}

static bool act_order(struct view *v, int command, int number)
{
    struct queue *q = v->state;
    if (command == COMMAND_SAVED_VIEW && number >= 1 && number <= QUEUE_TABS) {
        q->tab = number - 1;
        snprintf(v->crumb, sizeof v->crumb, "%s", v->ops->name);
    } else if (command == COMMAND_SAVED_VIEW) {
        desk_say(v->tui, ROLE_STATUS_WARN, N_("there is no saved view %d"), number);
        return true;
    } else if (command == COMMAND_SORT) {
        q->sort = (q->sort + 1) % (ALERT_BY_ID + 1);
        desk_say(v->tui, ROLE_TEXT, N_("sorted by %s"), sort_names[q->sort]);
    } else if (command == COMMAND_REVERSE) {
        q->reversed = !q->reversed;
    } else if (command == COMMAND_GROUP_FOLD) {
        q->folded = !q->folded;
        list_marks_clear(&q->list);
        desk_say(v->tui, ROLE_TEXT,
            q->folded ? N_("alike alerts are one row; an act is on them all")
                      : N_("one row an alert"));
    } else {
        return false;
    }
    queue_compose(v);
    return true;
}

static bool act(struct view *v, int command, int number)
{
    struct queue *q = v->state;
    if (act_filter(v, command) || act_order(v, command, number)) {
        return true;
    }
    if (command == COMMAND_FOLLOW) {
        q->follow = !q->follow;
        desk_say(v->tui, ROLE_TEXT,
            q->follow ? N_("new rows are shown as they come") : N_("new rows wait behind +N new"));
        queue_take_behind(v);
        return true;
    }
    if (command == COMMAND_PREVIEW) {
        q->preview_mode = q->preview_mode == 0 ? 2 : 0;
        queue_preview(v);
        return true;
    }
    if (command == COMMAND_FIRST && number == 0) {
        q->to_first = q->behind_new > 0; /* the first row is one of those that wait */
        queue_take_behind(v);
    }
    if (command == COMMAND_LAST && number == 0 && q->page.more) {
        q->limit = QUEUE_ALL;
        q->to_last = q->taking = true;
        queue_load(v);
        return true;
    }
    if (command == COMMAND_ITEM_NEXT || command == COMMAND_ITEM_PREVIOUS) {
        list_move(&q->list, command == COMMAND_ITEM_NEXT ? LIST_NEXT : LIST_PREVIOUS, number);
        queue_preview(v);
        return true;
    }
    return false;
}

/* The cursor may have moved by any command. */
static void settle(struct view *v)
{
    struct queue *q = v->state;
    const struct alert_row *row = queue_current(q);
    if (row && q->taken != row->id) {
        queue_preview(v);
    }
    if (q->page.more && q->list.position + 50 > q->page.count && !q->loading) {
        q->limit += QUEUE_PAGE;
        q->taking = true;
        queue_load(v);
    }
}

static struct list *list_of(struct view *v)
{
    return &((struct queue *)v->state)->list;
}

static void subject(struct view *v, struct subject *out)
{
    struct queue *q = v->state;
    const struct alert_row *row = queue_current(q);
    if (row) {
        out->alert = row->id;
        out->case_id = row->case_id;
        out->time = row->time;
        out->host = row->host;
        out->user = row->user;
        out->rule = row->title;
        out->source = row->source;
        out->title = row->title;
    }
}

static void bar(struct view *v, char *out, size_t size)
{
    struct queue *q = v->state;
    struct desk_status *s = &v->tui->status;
    char shown[32], all[32], fresh[48] = "";
    if (q->behind_new) {
        snprintf(fresh, sizeof fresh, N_("   +%zu new (F)"), q->behind_new);
    }
    snprintf(out, size, "C %llu  H %llu  M %llu  L %llu   %s of %s%s%s",
        (unsigned long long)s->open[4], (unsigned long long)s->open[3],
        (unsigned long long)s->open[2], (unsigned long long)s->open[1],
        draw_count(q->counts.total, shown), draw_count(s->total, all),
        q->folded ? N_(" folded") : "", fresh);
    if (v->tui->canvas.width < 100) {
        snprintf(out, size, "C %llu H %llu %s/%s%s", (unsigned long long)s->open[4],
            (unsigned long long)s->open[3], shown, all, fresh);
    }
}

static void back(struct view *v, bool *handled)
{
    struct queue *q = v->state;
    if (q->tab >= 0 && q->filter[0]) {
        q->filter[0] = '\0';
        queue_compose(v);
        *handled = true;
    }
}

static const struct view_key keys[] = {
    {COMMAND_CLOSE_LAST, N_("close")},
    {ACT_CLOSE, N_("verdict")},
    {ACT_CLAIM, N_("claim")},
    {COMMAND_CASE_ADD, N_("case")},
    {ACT_NOTE, N_("note")},
    {COMMAND_CONTAIN, N_("contain")},
    {COMMAND_TREE, N_("tree")},
    {COMMAND_TIMELINE, N_("timeline")},
    {COMMAND_FIND, N_("find")},
    {ACT_UNDO, N_("undo")},
    {COMMAND_LOOK, N_("look")},
    {COMMAND_FOLLOW, N_("new rows")},
    {COMMAND_GROUP_FOLD, N_("group")},
    {ACT_SNOOZE, N_("snooze")},
    {ACT_ASSIGN, NULL},
    {ACT_OPEN, NULL},
    {ACT_REDO, NULL},
    {COMMAND_REPEAT, NULL},
    {COMMAND_NOTE_EDITOR, NULL},
    {COMMAND_RAW, NULL},
    {COMMAND_ENTITY, NULL},
    {COMMAND_MARK, NULL},
    {COMMAND_RANGE, NULL},
    {COMMAND_MARK_ALL, NULL},
    {COMMAND_SAVED_VIEW, NULL},
    {COMMAND_FILTER_HOST, NULL},
    {COMMAND_FILTER_USER, NULL},
    {COMMAND_FILTER_RULE, NULL},
    {COMMAND_FILTER_SOURCE, NULL},
    {COMMAND_FILTER_OUT, NULL},
    {COMMAND_FILTER_CLEAR, NULL},
    {COMMAND_SORT, NULL},
    {COMMAND_REVERSE, NULL},
    {COMMAND_PREVIEW, NULL},
    {COMMAND_ITEM_NEXT, NULL},
    {COMMAND_ITEM_PREVIOUS, NULL},
    {-1, NULL},
};

const struct view_ops view_queue = {
    .name = N_("Queue"),
    .state_size = sizeof(struct queue),
    .keys = keys,
    .open = open_queue,
    .close = close_queue,
    .settle = settle,
    .draw = queue_draw,
    .act = act,
    .changed = changed,
    .list = list_of,
    .subject = subject,
    .bar = bar,
    .back = back,
};
