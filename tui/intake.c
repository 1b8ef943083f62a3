/* Sources are pulled in the background while the workstation is open; the bars' numbers. */
#include "tui/desk.h"

#include "app/run.h"
#include "cases/alerts.h"
#include "cases/outbox.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

enum { STATUS_SECONDS = 5 };

static void stored(void *owner)
{
    struct tui *t = owner;
    t->status_at = 0;
    t->dirty = true;
}

void intake_start(struct tui *t)
{
    if (!t->app->read_only && t->app->config->source_count > 0) {
        t->watching = watch_start(t->app, t->work, stored, t);
    }
}

void intake_tick(struct tui *t)
{
    if (t->watching && clock_monotonic() >= watch_next(t->watching)) {
        watch_tick(t->watching);
    }
}

void intake_now(struct tui *t)
{
    if (!t->watching) {
        desk_say(t, ROLE_STATUS_WARN, N_("no source is configured to pull from"));
        return;
    }
    watch_now(t->watching, NULL);
    desk_say(t, ROLE_TEXT, N_("asking every source now"));
}

struct status_job {
    struct desk_job base;
    struct desk_status status;
};

static int newest_run(void *owner, const struct run_row *row)
{
    struct desk_status *s = owner;
    if (row->state == RUN_RUNNING || row->state == RUN_QUEUED) {
        s->run.id = row->id;
        return 1;
    }
    return 0;
}

static int count_step(void *owner, const struct run_step *step)
{
    struct desk_status *s = owner;
    s->run.total++;
    s->run.done += step->ended != CLOCK_NONE && step->ended != 0;
    return 0;
}

static int count_waiting(void *owner, const struct outbox_row *row)
{
    (void)row;
    ++*(uint64_t *)owner;
    return 0;
}

static int status_run(struct desk_job *j, struct app *a, struct store *s, struct err *e)
{
    struct desk_status *status = &((struct status_job *)j)->status;
    struct alert_list all = {.query = NULL};
    struct alert_counts counts;
    if (ingest_sources(a, s, &status->sources, e) != 0 || alerts_count(s, &all, &counts, e) != 0) {
        return -1;
    }
    memcpy(status->open, counts.open, sizeof status->open);
    status->total = counts.total;
    runs_each(s, 5, newest_run, status, e);
    if (status->run.id) {
        run_steps_each(s, status->run.id, count_step, status, e);
    }
    return outbox_each(s, true, count_waiting, &status->waiting, e);
}

static void status_done(struct tui *t, struct view *v, struct desk_job *j)
{
    struct status_job *job = (struct status_job *)j;
    (void)v;
    t->status_busy = false;
    if (j->result < 0 && !job->status.sources.rows) {
        return;
    }
    struct source_list old = t->status.sources;
    t->status = job->status;
    t->status.loaded = true;
    job->status.sources = old; /* released with the job */
}

static void status_release(struct desk_job *j)
{
    source_list_release(&((struct status_job *)j)->status.sources);
}

void status_refresh(struct tui *t)
{
    int64_t now = clock_monotonic();
    if (t->status_busy || (t->status_at && now < t->status_at + STATUS_SECONDS * CLOCK_SECOND)) {
        return;
    }
    struct status_job *j = mem_zalloc(1, sizeof *j);
    j->base.run = status_run;
    j->base.done = status_done;
    j->base.release = status_release;
    j->base.quiet = t->status.loaded;
    t->status_busy = true;
    t->status_at = now;
    desk_submit(t, LANE_QUERY, &j->base);
}
