#include "cases/outbox.h"

#include "cases/triage_inside.h"

#include <stdio.h>

enum { BULK = 50, TRIES_MAX = 12 };
#define HOLD_NS (30 * CLOCK_SECOND)
#define BULK_HOLD_NS (300 * CLOCK_SECOND)
#define BACK_OFF_MAX_NS (3600 * CLOCK_SECOND)

/* What the source was told last, or said itself when it was told nothing: a write-back is due when
 * the alert's own columns differ from it. An alert without a native id has nothing to be written
 * back to. */
int outbox_add(struct store *s, int64_t seq, int64_t count, struct err *e)
{
    static const char changed[] =
        "(SELECT CAST(uid AS INTEGER) FROM act_item WHERE seq=?1 AND kind='alert' AND"
        " (json_type(after, '$.status') IS NOT NULL OR json_type(after, '$.verdict') IS NOT NULL))";
#define FIRST(column)                                                                              \
    "(SELECT json_extract(i.before, '$." column "') FROM act_item i LEFT JOIN act t USING(seq)"    \
    " WHERE i.kind='alert' AND i.uid=CAST(a.id AS TEXT) AND coalesce(t.actor, '') NOT LIKE"        \
    " 'source:%' AND json_type(i.before, '$." column "') IS NOT NULL ORDER BY i.seq LIMIT 1)"
    static const char first_status[] = FIRST("status"), first_verdict[] = FIRST("verdict");
#undef FIRST
    int64_t due = clock_now() + (count > BULK ? BULK_HOLD_NS : HOLD_NS);
    struct str sql = STR_INIT;
    str_printf(&sql,
        "UPDATE outbox SET state='dropped', error='a later act took its place' WHERE alert IN %s"
        " AND state IN ('held', 'failed')",
        changed);
    int64_t done = db_run(s->record, e, sql.p, "i", seq);
    str_clear(&sql);
    str_printf(&sql,
        "INSERT INTO outbox(alert, act, source, native_id, state, due, status, verdict, assignee,"
        " comment) SELECT a.id, ?1, a.source, a.native_id, 'held', ?2, a.status, a.verdict,"
        " a.assignee, a.reason FROM alert a LEFT JOIN outbox o ON o.id=(SELECT max(id) FROM outbox"
        " WHERE alert=a.id AND state='sent') WHERE a.id IN %s AND a.native_id IS NOT NULL AND"
        " a.kind NOT IN ('', 'file') AND (a.status<>coalesce(o.status, %s, a.status)"
        " OR a.verdict<>coalesce(o.verdict, %s, a.verdict))",
        changed, first_status, first_verdict);
    if (done >= 0)
        done = db_run(s->record, e, sql.p, "ii", seq, due);
    str_release(&sql);
    return done < 0 ? -1 : 0;
}

static const char columns[] =
    "SELECT id, alert, act, due, tries, source, state, error, status, verdict, native_id, assignee,"
    " comment FROM outbox ";

static int each(struct statement *st, outbox_sink *sink, void *owner, struct err *e)
{
    int rc = -1, stop = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        int status = status_find(statement_text(st, 8)),
            verdict = verdict_find(statement_text(st, 9));
        struct outbox_row row = {.id = statement_int(st, 0),
            .alert = statement_int(st, 1),
            .act = statement_int(st, 2),
            .due = statement_int(st, 3),
            .tries = statement_int(st, 4),
            .source = statement_string(st, 5),
            .state = statement_string(st, 6),
            .error = statement_is_null(st, 7) ? NULL : statement_string(st, 7),
            .status = status < 0 ? STATUS_NEW : (enum status)status,
            .verdict = verdict < 0 ? VERDICT_NONE : (enum verdict)verdict,
            .native_id = statement_string(st, 10),
            .assignee = statement_string(st, 11),
            .comment = statement_string(st, 12)};
        stop = sink(owner, &row);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

int outbox_due(
    struct store *s, const char *source, int64_t now, outbox_sink *sink, void *owner, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s WHERE source=?1 AND due<=?2 AND state IN ('held', 'failed') ORDER BY id",
        columns);
    int rc = each(db_bind(s->record, e, sql.p, "ti", source, now), sink, owner, e);
    str_release(&sql);
    return rc;
}

int outbox_each(
    struct store *s, bool unfinished_only, outbox_sink *sink, void *owner, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(
        &sql, "%s WHERE ?1=0 OR state IN ('held', 'failed', 'conflict') ORDER BY id", columns);
    int rc = each(db_bind(s->record, e, sql.p, "d", (int)unfinished_only), sink, owner, e);
    str_release(&sql);
    return rc;
}

/* Its alert shows the outcome, so it takes a revision. */
static int touch_alert(struct store *s, int64_t id, struct err *e)
{
    int64_t revision = store_next_revision(s, e);
    if (revision < 0)
        return -1;
    return db_run(s->record, e,
               "UPDATE alert SET revision=?2 WHERE id=(SELECT alert FROM outbox WHERE id=?1)", "ii",
               id, revision) < 0
               ? -1
               : 0;
}

static const char *state_after(const struct err *failure, int64_t tries)
{
    if (!failure)
        return "sent";
    if (failure->code == ERR_CONFLICT)
        return "conflict";
    return failure->code == ERR_UNSUPPORTED || tries >= TRIES_MAX ? "dropped" : "failed";
}

int outbox_result(struct store *s, int64_t id, const struct err *failure, struct err *e)
{
    int64_t tries = 0, wait = HOLD_NS;
    if (store_begin(s, e))
        return -1;
    int rc = db_number(s->record, e, &tries, "SELECT tries+1 FROM outbox WHERE id=?1", "i", id);
    if (rc == 0)
        err_set(e, ERR_NOT_FOUND, "there is no write-back %lld", (long long)id);
    for (int64_t i = 1; i < tries && wait < BACK_OFF_MAX_NS; i++)
        wait *= 2;
    if (rc > 0)
        rc = db_run(s->record, e,
                 "UPDATE outbox SET tries=?2, state=?3, error=?4, due=?5 WHERE id=?1", "iitti", id,
                 tries, state_after(failure, tries), failure ? failure->text : NULL,
                 clock_now() + wait) < 0 ||
                     touch_alert(s, id, e) || store_commit(s, e)
                 ? -1
                 : 1;
    if (rc < 1)
        store_rollback(s);
    return rc < 1 ? -1 : 0;
}

int outbox_drop(struct store *s, const struct actor *who, int64_t id, struct err *e)
{
    char uid[24];
    int64_t held = 0;
    struct journal_item item = {"outbox", uid, "{\"state\":\"held\"}", "{\"state\":\"dropped\"}"};
    struct journal_act act = {.verb = "drop-write-back", .items = &item, .count = 1};
    snprintf(uid, sizeof uid, "%lld", (long long)id);
    if (store_begin(s, e))
        return -1;
    int rc = db_number(s->record, e, &held,
        "SELECT 1 FROM outbox WHERE id=?1 AND state IN ('held', 'failed', 'conflict')", "i", id);
    if (rc == 0)
        err_set(e, ERR_NOT_FOUND, "no write-back %lld waits", (long long)id);
    if (rc > 0 &&
        (db_run(s->record, e, "UPDATE outbox SET state='dropped' WHERE id=?1", "i", id) < 0 ||
            touch_alert(s, id, e) || journal_write(s, who, &act, e) < 0 || store_commit(s, e)))
        rc = -1;
    if (rc < 1)
        store_rollback(s);
    return rc < 1 ? -1 : 0;
}

int outbox_release(struct store *s, const char *source, struct err *e)
{
    if (store_begin(s, e))
        return -1;
    if (db_run(s->record, e,
            "UPDATE outbox SET due=?2 WHERE source=?1 AND state IN ('held', 'failed') AND due>?2",
            "ti", source, clock_now()) < 0 ||
        store_commit(s, e)) {
        store_rollback(s);
        return -1;
    }
    return 0;
}
