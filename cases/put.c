#include "cases/put_inside.h"

#include "cases/segment.h"
#include "cases/strings.h"

/* Which cursor this context moves: an import of a file does not move the one of its source. */
static void cursor_name(const struct put_context *context, struct str *name)
{
    str_puts(name, context->source);
    if (context->file)
        str_printf(name, "\n%s", context->file);
}

int put_reading(struct store *s, const char *source, bool resumed, int64_t *reading, struct err *e)
{
    if (store_refuse_read_only(s, e) || db_begin(s->events, e))
        return -1;
    int rc = db_run(s->events, e,
                 "INSERT INTO source(name, reading) VALUES(?1, 1) ON CONFLICT DO UPDATE"
                 " SET reading=max(1, reading+?2)",
                 "td", source, resumed ? 0 : 1) < 0
                 ? -1
                 : 0;
    if (!rc && db_number(s->events, e, reading, "SELECT reading FROM source WHERE name=?1", "t",
                   source) < 1)
        rc = -1;
    if (!rc)
        rc = db_commit(s->events, e);
    if (rc)
        db_rollback(s->events);
    return rc;
}

static bool has_kind(const struct batch *batch, enum record_kind kind)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].kind == kind)
            return true;
    return false;
}

static int cursor_seq(struct store *s, const char *name, int64_t *seq, struct err *e)
{
    static const char sql[] = "SELECT cursor_seq FROM source WHERE name=?1";
    int64_t a = 0, b = 0;
    if (db_number(s->record, e, &a, sql, "t", name) < 0 ||
        db_number(s->events, e, &b, sql, "t", name) < 0)
        return -1;
    *seq = (a > b ? a : b) + 1;
    return 0;
}

static int write_cursor(
    struct db *db, const char *name, struct slice cursor, int64_t seq, struct err *e)
{
    if (!cursor.n)
        return 0;
    return db_run(db, e,
               "INSERT INTO source(name, cursor, cursor_seq) VALUES(?1, ?2, ?3) ON CONFLICT DO"
               " UPDATE SET cursor=?2, cursor_seq=?3",
               "tsi", name, cursor, seq) < 0
               ? -1
               : 0;
}

static int put_bad(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e)
{
    int64_t stored = 0;
    for (size_t i = 0; i < batch->bad_count; i++) {
        const struct bad_record *b = &batch->bad[i];
        int64_t key = (int64_t)slice_hash(b->raw, slice_hash(b->place, 0));
        int64_t changed = db_run(s->record, e,
            "INSERT OR IGNORE INTO quarantine(time, source, key, place, reason, raw)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
            "itissb", clock_now(), context->source, key, b->place, b->reason, b->raw);
        if (changed < 0)
            return -1;
        stored += changed;
    }
    counts->quarantined += batch->bad_count;
    if (!batch->bad_count)
        return 0;
    return db_run(s->record, e,
               "INSERT INTO source(name, kind, quarantined) VALUES(?1, ?3, ?2) ON CONFLICT DO"
               " UPDATE SET quarantined=quarantined+?2, kind=?3",
               "tit", context->source, stored, context->kind) < 0
               ? -1
               : 0;
}

/* A crash between the two commits left events.db one batch ahead; the batch comes again. Raw twins
 * have no other identity than their reading, so storing them once more would double them. Of a file
 * the same cursor means the same bytes; what other sources send again has ids of its own. */
static int held_already(struct store *s, const struct put_context *context, const char *name,
    const struct batch *batch, bool *held, struct err *e)
{
    static const char sql[] = "SELECT cursor_seq FROM source WHERE name=?1 AND cursor=?2";
    static const char record_sql[] = "SELECT cursor_seq FROM source WHERE name=?1";
    int64_t events = 0, record = 0;
    *held = false;
    bool is_file = context->file || (context->kind && strcmp(context->kind, "file") == 0);
    if (!batch->cursor.n || !is_file)
        return 0;
    if (db_number(s->events, e, &events, sql, "ts", name, batch->cursor) < 0 ||
        db_number(s->record, e, &record, record_sql, "t", name) < 0)
        return -1;
    *held = events > record;
    return 0;
}

static int put_events_side(struct store *s, const struct put_context *context,
    const struct batch *batch, struct put_counts *counts, struct err *e)
{
    int64_t seq;
    bool held = false;
    struct str name = STR_INIT;
    if (!has_kind(batch, RECORD_EVENT) && !batch->cursor.n)
        return 0;
    cursor_name(context, &name);
    int rc = db_begin(s->events, e);
    if (!rc)
        rc = held_already(s, context, name.p, batch, &held, e);
    if (!rc && !held && has_kind(batch, RECORD_EVENT))
        rc = put_events(s, context, batch, counts, e);
    if (!rc && !held)
        rc = cursor_seq(s, name.p, &seq, e);
    if (!rc && !held)
        rc = write_cursor(s->events, name.p, batch->cursor, seq, e);
    if (!rc)
        rc = db_commit(s->events, e);
    if (rc) {
        db_rollback(s->events);
        segment_abort(s);
        strings_forget(s->strings);
    }
    str_release(&name);
    return rc;
}

/* events.db came first and holds the number of this cursor. */
static int put_record_side(struct store *s, const struct put_context *context,
    const struct batch *batch, struct put_counts *counts, struct err *e)
{
    int64_t seq = 0;
    struct str name = STR_INIT;
    if (!has_kind(batch, RECORD_ALERT) && !batch->bad_count && !batch->cursor.n)
        return 0;
    cursor_name(context, &name);
    int rc = store_begin(s, e);
    if (!rc && has_kind(batch, RECORD_ALERT))
        rc = put_alerts(s, context, batch, counts, e);
    if (!rc)
        rc = put_bad(s, context, batch, counts, e);
    if (!rc && batch->cursor.n &&
        db_number(s->events, e, &seq, "SELECT cursor_seq FROM source WHERE name=?1", "t", name.p) <
            0)
        rc = -1;
    if (!rc)
        rc = write_cursor(s->record, name.p, batch->cursor, seq, e);
    if (!rc)
        rc = store_commit(s, e);
    if (rc)
        store_rollback(s);
    str_release(&name);
    return rc;
}

int put_batch(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e)
{
    struct put_counts after = *counts;
    if (store_refuse_read_only(s, e))
        return -1;
    strings_trim(s->strings);
    after.read += batch->count + batch->bad_count;
    after.pages += batch->pages;
    if (put_events_side(s, context, batch, &after, e) ||
        put_record_side(s, context, batch, &after, e))
        return -1;
    *counts = after;
    return 0;
}

int put_cursor(struct store *s, const char *source, struct str *cursor, struct err *e)
{
    struct db *sides[] = {s->events, s->record};
    int64_t least = INT64_MAX;
    str_clear(cursor);
    for (int i = 0; i < 2; i++) {
        struct statement *st = db_bind(
            sides[i], e, "SELECT cursor_seq, cursor FROM source WHERE name=?1", "t", source);
        int rc = st ? statement_step(st, e) : -1;
        int64_t seq = rc > 0 ? statement_int(st, 0) : 0;
        if (rc >= 0 && seq < least) {
            least = seq;
            str_clear(cursor);
            if (rc > 0)
                str_slice(cursor, statement_text(st, 1));
        }
        statement_done(st);
        if (rc < 0)
            return -1;
    }
    return 0;
}
