#include "app/ingest.h"

#include "app/source_lock.h"
#include "app/source_open.h"
#include "cases/alerts.h"
#include "cases/outbox.h"
#include "core/log.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What is due is copied first: results are written to the rows that are being read. */
struct due {
    struct arena arena;
    struct outbox_row *rows;
    size_t count, capacity;
};

static const char *copy(struct due *d, const char *text)
{
    return text ? arena_strdup(&d->arena, text) : NULL;
}

static int keep(void *owner, const struct outbox_row *row)
{
    struct due *d = owner;
    if (d->count == d->capacity) {
        d->capacity = d->capacity ? d->capacity * 2 : 32;
        d->rows = mem_grow(d->rows, d->capacity, sizeof *d->rows);
    }
    struct outbox_row *to = &d->rows[d->count++];
    *to = *row;
    to->source = copy(d, row->source);
    to->state = copy(d, row->state);
    to->error = copy(d, row->error);
    to->native_id = copy(d, row->native_id);
    to->assignee = copy(d, row->assignee);
    to->comment = copy(d, row->comment);
    return 0;
}

static void count_result(const struct err *failure, struct push_counts *counts)
{
    if (!failure)
        counts->sent++;
    else if (failure->code == ERR_CONFLICT)
        counts->conflicts++;
    else
        counts->failed++;
}

static int send_one(struct source_handle *h, struct store *s, const struct outbox_row *row,
    struct push_counts *counts, struct err *e)
{
    struct batch batch;
    struct err failure = ERR_INIT;
    struct update_request request = {.native_id = slice_of(row->native_id),
        .status = row->status,
        .verdict = row->verdict,
        .assignee = row->assignee,
        .comment = row->comment};
    batch_init(&batch);
    int rc = alert_get(s, row->alert, &batch, &failure);
    if (rc == 0 && batch.count)
        request.raw = batch.records[0].raw;
    if (rc == 0)
        rc = h->ops->update(h->state, &request, &failure);
    batch_release(&batch);
    count_result(rc < 0 ? &failure : NULL, counts);
    return outbox_result(s, row->id, rc < 0 ? &failure : NULL, e);
}

/* What the source cannot take is not kept waiting for ever: it is dropped, with the reason. */
static int refuse_all(struct store *s, const struct due *d, const char *kind,
    struct push_counts *counts, struct err *e)
{
    struct err why = ERR_INIT;
    err_set(&why, ERR_UNSUPPORTED, "sources of the kind %s take no verdicts", kind);
    for (size_t i = 0; i < d->count; i++) {
        count_result(&why, counts);
        if (outbox_result(s, d->rows[i].id, &why, e) < 0)
            return -1;
    }
    return 0;
}

static int push_due(struct app *a, struct store *s, const struct source_config *config,
    const struct due *due, struct push_counts *counts, struct err *e)
{
    const struct connector_ops *ops = connector_find(config->kind);
    struct source_handle h;
    if (!ops->update)
        return refuse_all(s, due, config->kind, counts, e);
    int rc = source_open(&h, a, config, ops, e);
    for (size_t i = 0; rc == 0 && i < due->count; i++)
        rc = send_one(&h, s, &due->rows[i], counts, e);
    if (!h.opened)
        for (size_t i = 0; i < due->count; i++) {
            struct err ignored = ERR_INIT;
            count_result(e, counts);
            outbox_result(s, due->rows[i].id, e, &ignored);
        }
    source_close(&h);
    return rc;
}

static int push_one(struct app *a, struct store *s, const struct source_config *config, bool now,
    struct push_counts *counts, struct err *e)
{
    struct due due = {.arena = ARENA_INIT};
    if (now && outbox_release(s, config->name, e) < 0)
        return -1;
    int rc = outbox_due(s, config->name, clock_now(), keep, &due, e);
    if (rc == 0 && due.count) {
        /* not the lock of pulls: one that is read all the time would never get its verdicts */
        char name[128];
        snprintf(name, sizeof name, "%.64s.push", config->name);
        int lock = source_lock(a, name, "push", e);
        rc = lock < 0 ? -1 : 0;
        /* another process may have sent them while we waited for the lock: ask again under it */
        due.count = 0;
        if (rc == 0)
            rc = outbox_due(s, config->name, clock_now(), keep, &due, e);
        if (rc == 0 && due.count)
            rc = push_due(a, s, config, &due, counts, e);
        if (lock >= 0)
            close(lock);
    }
    arena_release(&due.arena);
    free(due.rows);
    return rc;
}

static int count_waiting(void *owner, const struct outbox_row *row)
{
    struct push_counts *counts = owner;
    if (strcmp(row->state, "held") == 0)
        counts->waiting++;
    return 0;
}

int ingest_push(struct app *a, struct store *s, const char *source, bool now,
    struct push_counts *counts, struct err *e)
{
    int rc = 0;
    *counts = (struct push_counts){0};
    if (app_may_write(a, e) < 0)
        return -1;
    if (source) {
        const struct source_config *config = source_named(a, source, e);
        rc = config ? push_one(a, s, config, now, counts, e) : -1;
    } else {
        for (size_t i = 0; i < a->config->source_count; i++)
            if (push_one(a, s, &a->config->sources[i], now, counts, e) < 0) {
                log_write(LOG_WARN, "push to %s: %s", a->config->sources[i].name, e->text);
                rc = -1;
            }
    }
    if (rc == 0)
        rc = outbox_each(s, true, count_waiting, counts, e);
    return rc;
}
