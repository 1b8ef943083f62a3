#include "cases/ledger.h"

#include "cases/edit.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t time_or_zero(int64_t t)
{
    return t == CLOCK_NONE ? 0 : t;
}

static int64_t zero_is_none(int64_t t)
{
    return t ? t : CLOCK_NONE;
}

static const char new_sql[] =
    "INSERT INTO ledger(id, run, case_id, organization, host, runbook, owner, approver, reason,"
    " state, proof, revert, started, expires, proved, ended) VALUES(?1, ?2, ?3,"
    " coalesce(?4, 'default'), coalesce(?5, ''), coalesce(?6, ''), coalesce(?7, ''),"
    " coalesce(?8, ''), coalesce(?9, ''), coalesce(?10, 'unknown'), coalesce(?11, ''),"
    " coalesce(?12, ''), ?13, ?14, ?15, ?16)";
/* Members that say nothing (NULL, 0, CLOCK_NONE) stay as they are. */
static const char change_sql[] =
    "UPDATE ledger SET run=CASE ?2 WHEN 0 THEN run ELSE ?2 END,"
    " case_id=CASE ?3 WHEN 0 THEN case_id ELSE ?3 END, organization=coalesce(?4, organization),"
    " host=coalesce(?5, host), runbook=coalesce(?6, runbook), owner=coalesce(?7, owner),"
    " approver=coalesce(?8, approver), reason=coalesce(?9, reason), state=coalesce(?10, state),"
    " proof=coalesce(?11, proof), revert=coalesce(?12, revert),"
    " started=CASE ?13 WHEN 0 THEN started ELSE ?13 END,"
    " expires=CASE ?14 WHEN 0 THEN expires ELSE ?14 END,"
    " proved=CASE ?15 WHEN 0 THEN proved ELSE ?15 END,"
    " ended=CASE ?16 WHEN 0 THEN ended ELSE ?16 END WHERE id=?1";

static int64_t next_id(struct store *s, struct err *e)
{
    int64_t last = 0;
    return db_number(s->record, e, &last, "SELECT max(id) FROM ledger", "") < 0 ? -1 : last + 1;
}

int ledger_put(struct store *s, const struct actor *who, const struct ledger_row *row, int64_t *id,
    struct err *e)
{
    char uid[24];
    bool fresh = row->id == 0;
    struct str before = STR_INIT;
    const struct journal_kind *kind = journal_kind_find(SLICE("ledger"));
    const char *organization = row->organization ? row->organization : who->organization;
    struct actor sealed = {who->analyst, organization ? organization : "default"};
    struct journal_act act = {.verb = fresh ? "ledger" : "ledger-change", .reason = row->reason};
    if (store_begin(s, e))
        return -1;
    int64_t this = fresh ? next_id(s, e) : row->id, seq = this < 0 ? -1 : journal_next(s, e);
    snprintf(uid, sizeof uid, "%" PRId64, this);
    int rc = seq < 0 || journal_state(s, kind, slice_of(uid), &before, e) < 0 ? -1 : 0;
    if (!rc && !fresh && !before.n)
        rc = err_set(e, ERR_NOT_FOUND, "the ledger has no entry %" PRId64, this);
    if (!rc &&
        db_run(s->record, e, fresh ? new_sql : change_sql, "iiitttttttttiiii", this, row->run,
            row->case_id, organization, row->host, row->runbook, row->owner, row->approver,
            row->reason, row->state, row->proof_json, row->revert, time_or_zero(row->started),
            time_or_zero(row->expires), time_or_zero(row->proved), time_or_zero(row->ended)) < 0)
        rc = -1;
    int changed = rc ? -1 : edit_item(s, seq, kind, uid, &before, e);
    if (changed < 0 || (changed > 0 && journal_seal(s, &sealed, &act, seq, e) < 0) ||
        store_commit(s, e))
        rc = -1;
    if (rc)
        store_rollback(s);
    else if (id)
        *id = this;
    str_release(&before);
    return rc;
}

/* Expired is computed when read: nobody need be alive for it. */
static const char row_sql[] =
    "SELECT id, run, case_id, organization, host, runbook, owner, approver, reason,"
    " CASE WHEN ended=0 AND expires<>0 AND expires<=?1 AND state IN ('contained', 'unproved')"
    " THEN 'expired' ELSE state END, proof, revert, started, expires, proved, ended FROM ledger"
    " WHERE removed=0 AND ";
#define OPEN "(ended=0 AND state NOT IN ('released', 'expired', 'failed'))"

static int each(struct statement *st, ledger_sink *sink, void *owner, struct err *e)
{
    int rc = -1, stop = 0, given = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        struct ledger_row row = {.id = statement_int(st, 0),
            .run = statement_int(st, 1),
            .case_id = statement_int(st, 2),
            .organization = statement_string(st, 3),
            .host = statement_string(st, 4),
            .runbook = statement_string(st, 5),
            .owner = statement_string(st, 6),
            .approver = statement_string(st, 7),
            .reason = statement_string(st, 8),
            .state = statement_string(st, 9),
            .proof_json = statement_string(st, 10),
            .revert = statement_string(st, 11),
            .started = zero_is_none(statement_int(st, 12)),
            .expires = zero_is_none(statement_int(st, 13)),
            .proved = zero_is_none(statement_int(st, 14)),
            .ended = zero_is_none(statement_int(st, 15))};
        stop = sink(owner, &row);
        given++;
    }
    statement_done(st);
    return rc < 0 ? -1 : given;
}

int ledger_each(struct store *s, bool open_only, ledger_sink *sink, void *owner, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s (?2=0 OR " OPEN ") ORDER BY id DESC", row_sql);
    int rc = each(db_bind(s->record, e, sql.p, "id", clock_now(), (int)open_only), sink, owner, e);
    str_release(&sql);
    return rc < 0 ? -1 : 0;
}

int ledger_of_host(struct store *s, const char *host, ledger_sink *sink, void *owner, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s host=?2 COLLATE NOCASE AND " OPEN " ORDER BY id DESC LIMIT 1", row_sql);
    int rc = each(db_bind(s->record, e, sql.p, "it", clock_now(), host), sink, owner, e);
    str_release(&sql);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "nothing is in force on %s", host);
    return rc < 0 ? -1 : 0;
}
