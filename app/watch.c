#include "app/watch.h"

#include "app/ingest.h"
#include "app/run.h"
#include "core/log.h"
#include "core/mem.h"

#include <poll.h>
#include <stdlib.h>

#define PUSH_EVERY (10 * CLOCK_SECOND)
#define MEND_EVERY (60 * CLOCK_SECOND)
#define WAIT_MAX (15 * 60 * CLOCK_SECOND)
enum { FAILURES_MAX = 6 };

/* One thing that is done again and again: the poll of a source, the push, the look after runs. */
struct chore {
    struct job job; /* first: the lanes know only this */
    struct watch *watch;
    const struct source_config *source; /* NULL: not a poll */
    int (*run)(struct chore *, struct store *, struct err *);
    int64_t due, interval;
    unsigned failures;
    bool busy, again;
    int rc;
    struct err err;
    bool stirred;
};

struct watch {
    struct app *app;
    struct work *work;
    void (*changed)(void *owner);
    void *owner;
    struct chore *chores;
    size_t count;
    size_t alive; /* jobs and notices under way */
    bool stopped;
};

/* Tells the owner's thread about a stored page while the poll goes on. */
struct notice {
    struct job job;
    struct watch *watch;
};

static void leave(struct watch *w)
{
    if (__atomic_sub_fetch(&w->alive, 1, __ATOMIC_ACQ_REL) || !w->stopped)
        return;
    free(w->chores);
    free(w);
}

static void notice_run(struct job *job)
{
    (void)job;
}

static void notice_done(struct job *job)
{
    struct notice *n = (struct notice *)job;
    struct watch *w = n->watch;
    if (!w->stopped)
        w->changed(w->owner);
    free(n);
    leave(w);
}

static void page_stored(void *owner, const struct put_counts *counts, uint64_t done, uint64_t total)
{
    struct chore *c = owner;
    (void)counts, (void)done, (void)total;
    struct notice *n = mem_zalloc(1, sizeof *n);
    n->job.run = notice_run;
    n->job.done = n->job.cancelled = notice_done;
    n->watch = c->watch;
    __atomic_add_fetch(&c->watch->alive, 1, __ATOMIC_ACQ_REL);
    work_submit(c->watch->work, LANE_QUERY, &n->job);
}

static bool is_cancelled(void *owner)
{
    return job_cancelled(&((struct chore *)owner)->job);
}

static int poll_source(struct chore *c, struct store *s, struct err *e)
{
    struct put_counts counts = {0};
    struct progress progress = {page_stored, is_cancelled, c};
    return ingest_pull(c->watch->app, s, c->source->name, 0, &progress, &counts, e);
}

static int push_all(struct chore *c, struct store *s, struct err *e)
{
    struct push_counts counts;
    int rc = ingest_push(c->watch->app, s, NULL, false, &counts, e);
    c->stirred = counts.sent || counts.failed || counts.conflicts;
    return rc;
}

static int mend_runs(struct chore *c, struct store *s, struct err *e)
{
    size_t mended = 0;
    int rc = run_recover(c->watch->app, s, &mended, e);
    c->stirred = mended > 0;
    return rc;
}

static void chore_run(struct job *job)
{
    struct chore *c = (struct chore *)job;
    struct store *s = NULL;
    c->err = (struct err)ERR_INIT;
    c->stirred = c->source != NULL;
    c->rc = app_store(c->watch->app, &s, &c->err);
    if (c->rc == 0)
        c->rc = c->run(c, s, &c->err);
    store_close(s);
}

static int64_t wait_after(const struct chore *c)
{
    int64_t wait = c->interval << (c->failures < FAILURES_MAX ? c->failures : FAILURES_MAX);
    if (c->failures && wait > WAIT_MAX)
        wait = c->interval > WAIT_MAX ? c->interval : WAIT_MAX;
    return wait;
}

static void chore_done(struct job *job)
{
    struct chore *c = (struct chore *)job;
    struct watch *w = c->watch;
    c->busy = false;
    if (!w->stopped) {
        bool failed = c->rc < 0 && c->err.code != ERR_BUSY && c->err.code != ERR_CANCELLED;
        if (failed)
            log_write(LOG_WARN, "%s: %s", c->source ? c->source->name : "watch", c->err.text);
        c->failures = failed ? c->failures + 1 : 0;
        c->due = c->again ? clock_monotonic() : clock_monotonic() + wait_after(c);
        c->again = false;
        if (c->stirred || failed)
            w->changed(w->owner);
    }
    leave(w);
}

static void add(struct watch *w, const struct source_config *source,
    int (*run)(struct chore *, struct store *, struct err *), int64_t interval)
{
    w->chores[w->count++] =
        (struct chore){.job = {.run = chore_run, .done = chore_done, .cancelled = chore_done},
            .watch = w,
            .source = source,
            .run = run,
            .interval = interval,
            .due = clock_monotonic()};
}

struct watch *watch_start(
    struct app *a, struct work *work, void (*changed)(void *owner), void *owner)
{
    struct watch *w = mem_zalloc(1, sizeof *w);
    size_t sources = a->read_only ? 0 : a->config->source_count;
    w->app = a;
    w->work = work;
    w->changed = changed;
    w->owner = owner;
    w->chores = mem_zalloc(sources + 2, sizeof *w->chores);
    for (size_t i = 0; i < sources; i++)
        add(w, &a->config->sources[i], poll_source, a->config->sources[i].interval_ns);
    if (!a->read_only) {
        add(w, NULL, mend_runs, MEND_EVERY);
        if (sources)
            add(w, NULL, push_all, PUSH_EVERY);
    }
    watch_tick(w);
    return w;
}

int64_t watch_next(const struct watch *w)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < w->count; i++)
        if (!w->chores[i].busy && w->chores[i].due < next)
            next = w->chores[i].due;
    return next;
}

static void begin(struct watch *w, struct chore *c)
{
    c->busy = true;
    __atomic_add_fetch(&w->alive, 1, __ATOMIC_ACQ_REL);
    work_submit(w->work, LANE_FETCH, &c->job);
}

void watch_tick(struct watch *w)
{
    int64_t now = clock_monotonic();
    for (size_t i = 0; i < w->count && !w->stopped; i++)
        if (!w->chores[i].busy && w->chores[i].due <= now)
            begin(w, &w->chores[i]);
}

void watch_now(struct watch *w, const char *source)
{
    for (size_t i = 0; i < w->count; i++) {
        struct chore *c = &w->chores[i];
        if (!c->source || (source && strcmp(c->source->name, source) != 0))
            continue;
        c->failures = 0;
        if (c->busy)
            c->again = true;
        else
            c->due = clock_monotonic();
    }
    watch_tick(w);
}

bool watch_busy(const struct watch *w, const char *source)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->chores[i].source && strcmp(w->chores[i].source->name, source) == 0)
            return w->chores[i].busy;
    return false;
}

void watch_stop(struct watch *w)
{
    if (!w)
        return;
    w->stopped = true;
    for (size_t i = 0; i < w->count; i++)
        if (w->chores[i].busy)
            work_cancel(w->work, &w->chores[i].job);
    __atomic_add_fetch(&w->alive, 1, __ATOMIC_ACQ_REL);
    leave(w);
}

static void nobody_looks(void *owner)
{
    (void)owner;
}

int watch_run(struct app *a, bool (*cancelled)(void *owner), void *owner, struct err *e)
{
    if (app_may_write(a, e) < 0)
        return -1;
    if (!a->config->source_count)
        return err_set(e, ERR_CONFIG, "nothing to watch: no [source NAME] is configured");
    struct work *work =
        work_new(a->config->source_count > 14 ? 16 : (int)a->config->source_count + 2);
    struct watch *w = watch_start(a, work, nobody_looks, NULL);
    while (!cancelled(owner)) {
        int64_t left = (watch_next(w) - clock_monotonic()) / CLOCK_MILLISECOND + 1;
        struct pollfd p = {work_fd(work), POLLIN, 0};
        poll(&p, 1, left < 0 ? 0 : left > 500 ? 500 : (int)left);
        work_drain(work);
        watch_tick(w);
    }
    watch_stop(w);
    work_free(work);
    return 0;
}
