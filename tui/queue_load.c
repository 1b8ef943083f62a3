#include "tui/queue.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct load_job {
    struct desk_job base;
    char query[800], analyst[64];
    struct alert_list list;
    size_t limit;
    bool tabs;
    struct alert_page page;
    struct alert_counts counts;
    uint64_t tab_counts[QUEUE_TABS];
    uint32_t hours[QUEUE_HOURS];
};

static int parse(const char *text, struct query **query, struct err *e)
{
    size_t position;
    *query = NULL;
    return *text ? query_parse(query, slice_of(text), clock_now(), &position, e) : 0;
}

static void count_tabs(struct load_job *j, struct store *s)
{
    for (int i = 0; i < QUEUE_TABS; i++) {
        char text[200];
        struct err ignored = ERR_INIT;
        struct query *query;
        struct alert_counts counts = {0};
        /* the one %s of a tab's query, if any, is the analyst */
        const char *hole = strstr(queue_tabs[i].query, "%s");
        if (hole) {
            snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - queue_tabs[i].query),
                queue_tabs[i].query, j->analyst, hole + 2);
        } else {
            snprintf(text, sizeof text, "%s", queue_tabs[i].query);
        }
        if (parse(text, &query, &ignored) == 0) {
            struct alert_list list = {.query = query, .folded = j->list.folded};
            if (alerts_count(s, &list, &counts, &ignored) == 0) {
                j->tab_counts[i] = list.folded ? counts.groups : counts.total;
            }
            if (query) {
                query_free(query);
            }
        }
    }
}

static void count_hours(struct load_job *j, struct store *s)
{
    uint32_t counts[5 * QUEUE_HOURS] = {0};
    int64_t hour = 3600 * CLOCK_SECOND, to = (clock_now() / hour + 1) * hour;
    struct err ignored = ERR_INIT;
    if (alerts_histogram(s, NULL, to - QUEUE_HOURS * hour, to, QUEUE_HOURS, counts, &ignored) ==
        0) {
        for (size_t i = 0; i < 5 * QUEUE_HOURS; i++) {
            j->hours[i % QUEUE_HOURS] += counts[i];
        }
    }
}

static int load_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct load_job *j = (struct load_job *)base;
    struct query *query;
    (void)a;
    if (parse(j->query, &query, e) != 0) {
        return -1;
    }
    j->list.query = query;
    int rc = alerts_page(s, &j->list, 0, false, j->limit, &j->page, e);
    rc = rc == 0 ? alerts_count(s, &j->list, &j->counts, e) : rc;
    if (rc == 0) {
        count_tabs(j, s);
        count_hours(j, s);
    }
    if (query) {
        query_free(query);
    }
    return rc;
}

/* Ids of a page, sorted, so that thousands of rows are compared in one walk. */
static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t *sorted_ids(const struct alert_page *page)
{
    int64_t *ids = mem_alloc((page->count + 1) * sizeof *ids);
    for (size_t i = 0; i < page->count; i++) {
        ids[i] = page->rows[i].id;
    }
    qsort(ids, page->count, sizeof *ids, by_id);
    return ids;
}

static bool holds(const int64_t *ids, size_t n, int64_t id)
{
    return n && bsearch(&id, ids, n, sizeof *ids, by_id);
}

/* The rows that are shown already, in the new order; the others wait. A page that was cut short by
 * its limit may show rows that only moved up: they wait too. */
static size_t keep_known(struct alert_page *page, const struct alert_page *shown)
{
    int64_t *known = sorted_ids(shown);
    size_t kept = 0;
    for (size_t i = 0; i < page->count; i++) {
        if (holds(known, shown->count, page->rows[i].id)) {
            page->rows[kept++] = page->rows[i];
        }
    }
    size_t left = page->count - kept;
    page->count = kept;
    free(known);
    return left;
}

static size_t count_unknown(const struct alert_page *page, const struct alert_page *shown)
{
    int64_t *known = sorted_ids(shown);
    size_t n = 0;
    int64_t newest = 0;
    for (size_t i = 0; i < shown->count; i++) {
        newest = shown->rows[i].id > newest ? shown->rows[i].id : newest;
    }
    for (size_t i = 0; i < page->count; i++) {
        n += page->rows[i].id > newest && !holds(known, shown->count, page->rows[i].id);
    }
    free(known);
    return n;
}

static void show(struct queue *q, struct alert_page *page)
{
    alert_page_release(&q->page);
    q->page = *page;
    *page = (struct alert_page){.count = 0};
    list_sync(&q->list);
    if (q->to_last) {
        q->to_last = false;
        list_move(&q->list, LIST_LAST, 0);
    }
    if (q->to_first) {
        q->to_first = false;
        list_move(&q->list, LIST_FIRST, 0);
    }
}

/* New rows are read again when they are asked for: only their number is kept. */
void queue_take_behind(struct view *v)
{
    struct queue *q = v->state;
    if (q->behind_new) {
        q->behind_new = 0;
        q->taking = true;
        queue_load(v);
    }
}

static void take_page(struct queue *q, struct load_job *j, bool hold)
{
    q->behind_new = hold ? count_unknown(&j->page, &q->page) : 0;
    if (q->behind_new) {
        keep_known(&j->page, &q->page);
    }
    show(q, &j->page);
}

static void load_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct load_job *j = (struct load_job *)base;
    struct queue *q = v->state;
    q->loading = false;
    if (base->result != 0) {
        snprintf(q->fault, sizeof q->fault, "%.190s", base->err.text);
        q->loaded = true;
        return;
    }
    q->fault[0] = '\0';
    q->counts = j->counts;
    memcpy(q->tab_counts, j->tab_counts, sizeof q->tab_counts);
    memcpy(q->hours, j->hours, sizeof q->hours);
    bool same = strcmp(j->query, q->query) == 0;
    bool hold = q->loaded && same && !q->follow && !q->taking && q->page.count > 0 && t->touched;
    take_page(q, j, hold);
    q->taking = false;
    if (!t->touched) {
        list_move(&q->list, LIST_FIRST, 0); /* nobody has chosen a row yet */
    }
    q->loaded = true;
    if (q->again) {
        q->again = false;
        queue_load(v);
    }
    queue_preview(v);
}

static void load_release(struct desk_job *base)
{
    alert_page_release(&((struct load_job *)base)->page);
}

void queue_load(struct view *v)
{
    struct queue *q = v->state;
    if (q->loading) {
        q->again = true;
        return;
    }
    struct load_job *j = mem_zalloc(1, sizeof *j);
    const char *analyst = v->tui->app->actor.analyst;
    snprintf(j->query, sizeof j->query, "%s", q->query);
    snprintf(j->analyst, sizeof j->analyst, "%s", analyst ? analyst : "");
    j->list = (struct alert_list){.sort = q->sort, .reversed = q->reversed, .folded = q->folded};
    j->limit = q->limit;
    j->base.run = load_run;
    j->base.done = load_done;
    j->base.release = load_release;
    j->base.view = v->serial;
    q->loading = true;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}

struct preview_job {
    struct desk_job base;
    int64_t id;
    struct preview preview;
};

static int preview_run(struct desk_job *base, struct app *a, struct store *s, struct err *e)
{
    struct preview_job *j = (struct preview_job *)base;
    return preview_load(a, s, j->id, &j->preview, e);
}

static void preview_done(struct tui *t, struct view *v, struct desk_job *base)
{
    struct preview_job *j = (struct preview_job *)base;
    struct queue *q = v->state;
    (void)t;
    q->previewing = false;
    if (base->result == 0) {
        struct preview old = q->preview;
        q->preview = j->preview;
        j->preview = old;
    }
    q->taken = j->id;
    const struct alert_row *row = queue_current(q);
    if (row && row->id != j->id) {
        queue_preview(v);
    }
}

static void preview_job_release(struct desk_job *base)
{
    preview_release(&((struct preview_job *)base)->preview);
}

/* One reading at a time: while `j` is held down only the last row's is made. */
void queue_preview(struct view *v)
{
    struct queue *q = v->state;
    const struct alert_row *row = queue_current(q);
    if (!row || q->previewing || q->preview_mode == 2) {
        return;
    }
    struct preview_job *j = mem_zalloc(1, sizeof *j);
    j->id = row->id;
    j->base.run = preview_run;
    j->base.done = preview_done;
    j->base.release = preview_job_release;
    j->base.view = v->serial;
    q->previewing = true;
    desk_submit(v->tui, LANE_QUERY, &j->base);
}
