/* Jobs on the record. A store serves one thread at a time: jobs borrow one from a pool by an atomic
 * exchange, so that no lane opens the databases anew for each page. */
#include "tui/desk.h"

#include <stdatomic.h>
#include <stdlib.h>

static struct store *borrow(struct desk_job *j, struct err *e)
{
    struct store *s = NULL;
    for (size_t i = 0; i < POOL_STORES; i++) {
        s = atomic_exchange(&j->tui->pool[i], NULL);
        if (s) {
            return s;
        }
    }
    return app_store(j->tui->app, &s, e) == 0 ? s : NULL;
}

static void give_back(struct tui *t, struct store *s)
{
    for (size_t i = 0; i < POOL_STORES && s; i++) {
        struct store *none = NULL;
        if (atomic_compare_exchange_strong(&t->pool[i], &none, s)) {
            return;
        }
    }
    store_close(s);
}

static void job_run(struct job *job)
{
    struct desk_job *j = (struct desk_job *)job;
    struct store *s = borrow(j, &j->err);
    if (!s) {
        j->result = -1;
        return;
    }
    atomic_store(&j->store, s);
    j->result = j->run(j, j->tui->app, s, &j->err);
    atomic_store(&j->store, NULL);
    give_back(j->tui, s);
}

static void job_interrupt(struct job *job)
{
    struct desk_job *j = (struct desk_job *)job;
    struct store *s = atomic_load(&j->store);
    if (s) {
        store_interrupt(s);
    }
}

static void finish(struct desk_job *j, bool completed)
{
    struct tui *t = j->tui;
    struct view *v = j->view ? desk_find(t, j->view) : NULL;
    t->busy -= !j->quiet;
    if (v) {
        v->busy--;
    }
    if (completed && (v || !j->view) && j->done) {
        j->done(t, v, j);
        t->dirty = true;
    }
    if (j->release) {
        j->release(j);
    }
    free(j);
}

static void job_done(struct job *job)
{
    finish((struct desk_job *)job, true);
}

static void job_cancelled_now(struct job *job)
{
    finish((struct desk_job *)job, false);
}

void desk_submit(struct tui *t, enum work_lane lane, struct desk_job *j)
{
    struct view *v = j->view ? desk_find(t, j->view) : NULL;
    j->tui = t;
    j->job.run = job_run;
    j->job.done = job_done;
    j->job.cancelled = job_cancelled_now;
    j->job.interrupt = job_interrupt;
    t->busy += !j->quiet;
    if (v) {
        v->busy++;
    }
    work_submit(t->work, lane, &j->job);
}

void desk_pool_close(struct tui *t)
{
    for (size_t i = 0; i < POOL_STORES; i++) {
        struct store *s = atomic_exchange(&t->pool[i], NULL);
        if (s) {
            store_close(s);
        }
    }
}
