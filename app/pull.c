#include "app/pull.h"

#include "app/enrich_host.h"
#include "app/source_lock.h"
#include "core/hash.h"
#include "core/log.h"

#include <poll.h>
#include <unistd.h>

enum { TRIES_MAX = 4 };
#define PAGE_DEADLINE (300 * CLOCK_SECOND)
#define PATIENCE (120 * CLOCK_SECOND) /* longer than this a pull does not wait: it says so */

struct pulling {
    struct store *store;
    const struct pull_request *request;
    struct source_handle handle;
    struct put_context context;
    struct enrich_host hosts;
    struct batch batch;
    struct str cursor;
    struct put_counts *counts;
};

static bool is_cancelled(void *owner)
{
    const struct progress *p = owner;
    return p && p->cancelled && p->cancelled(p->owner);
}

int64_t pull_backoff(int64_t told_ns, unsigned tries)
{
    uint32_t chance;
    int64_t wait = told_ns > 0 ? told_ns : CLOCK_SECOND << (tries > 6 ? 6 : tries - 1);
    if (told_ns <= 0 && wait > 60 * CLOCK_SECOND)
        wait = 60 * CLOCK_SECOND;
    hash_random((unsigned char *)&chance, sizeof chance);
    return wait + (int64_t)((double)wait / 4 * chance / 4294967296.0);
}

/* false: cancelled meanwhile. */
static bool wait_for(int64_t ns, const struct progress *progress)
{
    int64_t until = clock_monotonic() + ns;
    for (int64_t left = ns; left > 0; left = until - clock_monotonic()) {
        if (is_cancelled((void *)progress))
            return false;
        int64_t ms = left / CLOCK_MILLISECOND + 1;
        poll(NULL, 0, ms > 100 ? 100 : (int)ms);
    }
    return true;
}

static bool may_pass(enum err_code code)
{
    return code == ERR_LIMITED || code == ERR_NETWORK || code == ERR_TIMEOUT;
}

/* One page from the source, with patience: 1 more, 0 up to date, -1. */
static int next_page(struct pulling *p, struct err *e)
{
    const struct progress *progress = p->request->progress;
    for (unsigned tries = 1;; tries++) {
        struct poll_context context = {.deadline = clock_monotonic() + PAGE_DEADLINE,
            .cancelled = is_cancelled,
            .owner = (void *)progress,
            .cursor = p->cursor.p};
        int64_t told = 0;
        batch_reset(&p->batch);
        int rc = p->handle.ops->poll(p->handle.state, &context, &p->batch, &told, e);
        if (rc >= 0)
            return rc;
        if (is_cancelled((void *)progress))
            return err_set(e, ERR_CANCELLED, "stopped; the next pull goes on from here");
        int64_t wait = pull_backoff(told, tries);
        if (!may_pass(e->code) || tries >= TRIES_MAX || wait > PATIENCE)
            return -1;
        log_write(LOG_INFO, "%s: %s; next try in %lld ms", p->request->config->name, e->text,
            (long long)(wait / CLOCK_MILLISECOND));
        if (!wait_for(wait, progress))
            return err_set(e, ERR_CANCELLED, "stopped; the next pull goes on from here");
    }
}

static int store_page(struct pulling *p, struct err *e)
{
    const struct progress *progress = p->request->progress;
    if (enrich_host_batch(&p->hosts, &p->batch, e) < 0 ||
        put_batch(p->store, &p->context, &p->batch, p->counts, e) < 0)
        return -1;
    str_clear(&p->cursor);
    if (put_cursor(p->store, p->request->config->name, &p->cursor, e) < 0)
        return -1;
    if (progress && progress->report)
        progress->report(progress->owner, p->counts, 0, 0);
    return 0;
}

static int pull_pages(struct pulling *p, struct err *e)
{
    const struct source_config *config = p->request->config;
    str_clear(&p->cursor);
    if (put_cursor(p->store, config->name, &p->cursor, e) < 0 ||
        put_reading(p->store, config->name, p->cursor.n > 0, &p->context.reading, e) < 0)
        return -1;
    p->context.source = config->name;
    p->context.kind = config->kind;
    p->context.organization = config->organization;
    for (size_t page = 0; !p->request->max_pages || page < p->request->max_pages; page++) {
        int more = next_page(p, e);
        if (more < 0 || store_page(p, e) < 0)
            return -1;
        if (!more)
            break;
    }
    return 0;
}

int pull_source(struct app *a, struct store *s, const struct pull_request *request,
    struct put_counts *counts, struct err *e)
{
    struct pulling p = {.store = s, .request = request, .cursor = STR_INIT, .counts = counts};
    struct err ignored = ERR_INIT;
    const struct source_config *config = request->config;
    if (app_may_write(a, e) < 0)
        return -1;
    int lock = source_lock(a, config->name, "pull", e);
    if (lock < 0)
        return -1;
    batch_init(&p.batch);
    enrich_host_init(&p.hosts, a, s, config->organization);
    int rc = source_open(&p.handle, a, config, request->ops, e);
    if (rc == 0)
        rc = pull_pages(&p, e);
    source_close(&p.handle);
    batch_release(&p.batch);
    enrich_host_release(&p.hosts);
    str_release(&p.cursor);
    /* stopping is the user's doing, not a fault of the source */
    if (rc == 0 || e->code != ERR_CANCELLED)
        if (put_source_result(
                s, config->name, config->kind, clock_now(), rc < 0 ? e : NULL, &ignored) < 0)
            log_write(LOG_WARN, "%s: its state was not kept: %s", config->name, ignored.text);
    close(lock);
    return rc;
}

int ingest_pull(struct app *a, struct store *s, const char *source, size_t max_pages,
    const struct progress *progress, struct put_counts *counts, struct err *e)
{
    const struct source_config *config = source_named(a, source, e);
    if (!config)
        return -1;
    struct pull_request request = {config, connector_find(config->kind), max_pages, progress};
    return pull_source(a, s, &request, counts, e);
}

int ingest_check(struct app *a, const char *source, struct str *report, struct err *e)
{
    struct source_handle h;
    const struct source_config *config = source_named(a, source, e);
    if (!config)
        return -1;
    const struct connector_ops *ops = connector_find(config->kind);
    str_printf(report, "kind: %s, customer: %s\n", config->kind, config->organization);
    int rc = source_open(&h, a, config, ops, e);
    if (rc == 0 && h.way)
        str_printf(report, "way: %s\n", target_text(h.way));
    if (rc == 0 && ops->check)
        rc = ops->check(h.state, report, e);
    source_close(&h);
    return rc;
}
