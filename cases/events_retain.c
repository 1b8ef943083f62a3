#include "cases/events.h"
#include "cases/segment.h"
#include "cases/store_inside.h"
#include "cases/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 10000 };

/* Begins, runs what there is to run, commits; events.db. */
static int in_transaction(struct store *s, int (*work)(struct store *, int64_t *, struct err *),
    int64_t *p, struct err *e)
{
    if (db_begin(s->events, e))
        return -1;
    int rc = work(s, p, e);
    if (rc >= 0 && db_commit(s->events, e))
        rc = -1;
    if (rc < 0)
        db_rollback(s->events);
    return rc;
}

/* p: segment, first row, rows. The oldest ROWS of them go, out of the hourly counters too. */
static int drop_rows(struct store *s, int64_t *p, struct err *e)
{
    int64_t n = p[2] < ROWS ? p[2] : ROWS, end = p[1] + n;
    if (db_run(s->events, e,
            "INSERT INTO hourly SELECT ts/3600000000000-(ts<0), \"hinomi.source\","
            " coalesce(\"host.name\", 0), -count(*) FROM event WHERE id>=?1 AND id<?2 GROUP BY 1, "
            "2, 3"
            " ON CONFLICT DO UPDATE SET count=count+excluded.count",
            "ii", p[1], end) < 0 ||
        db_run(s->events, e, "DELETE FROM hourly WHERE count<=0", "") < 0 ||
        db_run(s->events, e, "DELETE FROM event WHERE id>=?1 AND id<?2", "ii", p[1], end) < 0 ||
        db_run(s->events, e, "UPDATE segment SET first_row=?2, rows=?3 WHERE id=?1", "iii", p[0],
            end, p[2] - n) < 0)
        return -1;
    p[1] = end;
    p[2] -= n;
    return 0;
}

static int drop_rest(struct store *s, int64_t *p, struct err *e)
{
    char sql[48];
    snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS text_%lld", (long long)p[0]);
    return db_script(s->events, sql, e) ||
                   db_run(s->events, e, "DELETE FROM block WHERE segment=?1", "i", p[0]) < 0 ||
                   db_run(s->events, e, "DELETE FROM tail WHERE segment=?1", "i", p[0]) < 0 ||
                   db_run(s->events, e, "DELETE FROM segment WHERE id=?1", "i", p[0]) < 0
               ? -1
               : 0;
}

/* Rows go in small transactions, so that a pull or a page need not wait; a crash half-way leaves a
 * smaller segment, which the next round drops. */
static int drop(struct store *s, int64_t p[3], struct err *e)
{
    while (p[2] > 0)
        if (in_transaction(s, drop_rows, p, e))
            return -1;
    if (in_transaction(s, drop_rest, p, e))
        return -1;
    struct str name = STR_INIT;
    str_printf(&name, "%s/events-%06lld.raw", s->folder, (long long)p[0]);
    unlink(name.p);
    str_release(&name);
    s->block_segment = 0;
    return 0;
}

static int used_bytes(struct store *s, uint64_t *bytes, struct err *e)
{
    int64_t pages = 0, unused = 0, size = 0, raw = 0;
    if (db_number(s->events, e, &pages, "PRAGMA page_count", "") < 0 ||
        db_number(s->events, e, &unused, "PRAGMA freelist_count", "") < 0 ||
        db_number(s->events, e, &size, "PRAGMA page_size", "") < 0 ||
        db_number(s->events, e, &raw, "SELECT sum(stored) FROM segment", "") < 0)
        return -1;
    *bytes = (uint64_t)((pages - unused) * size + raw);
    return 0;
}

/* 1 and the oldest segment that is not being written; 0 when there is none. */
static int oldest(struct store *s, int64_t p[3], int64_t *newest, struct err *e)
{
    struct statement *st = db_prepare(s->events,
        "SELECT id, first_row, rows, newest FROM segment WHERE id<(SELECT max(id) FROM segment)"
        " ORDER BY id LIMIT 1",
        e);
    int rc = st ? statement_step(st, e) : -1;
    for (int i = 0; rc > 0 && i < 3; i++)
        p[i] = statement_int(st, i);
    if (rc > 0)
        *newest = statement_int(st, 3);
    statement_done(st);
    return rc;
}

int events_retain(struct store *s, int64_t oldest_arrival, uint64_t max_bytes, struct err *e)
{
    if (store_refuse_read_only(s, e))
        return -1;
    for (;;) {
        int64_t p[3], newest = 0;
        uint64_t bytes;
        int rc = oldest(s, p, &newest, e);
        if (rc <= 0 || used_bytes(s, &bytes, e))
            return rc < 0 ? -1 : 0;
        bool old = oldest_arrival && oldest_arrival != CLOCK_NONE && newest < oldest_arrival;
        bool large = max_bytes && bytes > max_bytes;
        if (!old && !large)
            return 0;
        if (drop(s, p, e))
            return -1;
    }
}
