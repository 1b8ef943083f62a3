#include "cases/case_inside.h"

static const char row_sql[] =
    "SELECT c.id, c.opened, c.updated, c.closed, c.status, CASE WHEN c.severity>=0 THEN c.severity"
    " ELSE coalesce((SELECT max(severity) FROM alert WHERE case_id=c.id), 0) END, c.verdict,"
    " (SELECT count(*) FROM alert WHERE case_id=c.id),"
    " (SELECT count(*) FROM pin WHERE case_id=c.id AND removed=0),"
    " (SELECT count(*) FROM note WHERE parent_kind='case' AND parent=c.id AND removed=0),"
    " (SELECT count(*) FROM task WHERE case_id=c.id AND removed=0),"
    " (SELECT count(*) FROM task WHERE case_id=c.id AND removed=0 AND done),"
    " (SELECT count(*) FROM evidence WHERE case_id=c.id AND removed=0),"
    " (SELECT count(*) FROM ioc WHERE case_id=c.id AND removed=0),"
    " c.uid, c.title, c.summary, c.lead, c.organization FROM case_file c WHERE c.removed=0 AND ";

static const char *text(struct arena *a, struct statement *st, int column)
{
    return arena_copy(a, statement_text(st, column)).p;
}

static int read_rows(struct statement *st, struct case_list *out, struct err *e)
{
    size_t capacity = 0;
    int rc = -1;
    *out = (struct case_list){0};
    while (st && (rc = statement_step(st, e)) > 0) {
        if (out->count == capacity) {
            size_t larger = capacity ? capacity * 2 : 32;
            struct case_row *rows = arena_alloc(&out->arena, larger * sizeof *rows);
            if (capacity)
                memcpy(rows, out->rows, capacity * sizeof *rows);
            out->rows = rows;
            capacity = larger;
        }
        int status = case_status_find(statement_text(st, 4)),
            verdict = verdict_find(statement_text(st, 6));
        struct arena *a = &out->arena;
        out->rows[out->count++] = (struct case_row){.id = statement_int(st, 0),
            .opened = statement_int(st, 1),
            .updated = statement_int(st, 2),
            .closed = statement_int(st, 3) ? statement_int(st, 3) : CLOCK_NONE,
            .status = status < 0 ? CASE_NEW : (enum case_status)status,
            .severity = (enum severity)statement_int(st, 5),
            .verdict = verdict < 0 ? VERDICT_NONE : (enum verdict)verdict,
            .alerts = (uint32_t)statement_int(st, 7),
            .events = (uint32_t)statement_int(st, 8),
            .notes = (uint32_t)statement_int(st, 9),
            .tasks = (uint32_t)statement_int(st, 10),
            .tasks_done = (uint32_t)statement_int(st, 11),
            .evidence = (uint32_t)statement_int(st, 12),
            .iocs = (uint32_t)statement_int(st, 13),
            .uid = text(a, st, 14),
            .title = text(a, st, 15),
            .summary = text(a, st, 16),
            .lead = text(a, st, 17),
            .organization = text(a, st, 18)};
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

int cases_list(struct store *s, bool with_closed, struct case_list *out, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s (?1 OR c.status<>'closed') ORDER BY c.updated DESC, c.id DESC", row_sql);
    int rc = read_rows(db_bind(s->record, e, sql.p, "d", (int)with_closed), out, e);
    str_release(&sql);
    return rc;
}

int case_get(struct store *s, int64_t id, struct case_list *out, struct err *e)
{
    struct str sql = STR_INIT;
    str_printf(&sql, "%s c.id=?1", row_sql);
    int rc = read_rows(db_bind(s->record, e, sql.p, "i", id), out, e);
    str_release(&sql);
    if (!rc && !out->count)
        return err_set(e, ERR_NOT_FOUND, "there is no case %lld", (long long)id);
    return rc;
}

void case_list_release(struct case_list *list)
{
    arena_release(&list->arena);
    list->rows = NULL;
    list->count = 0;
}

/* time, id, kind, who, text, detail, uid, severity, done */
static const char story_sql[] =
    "SELECT time, id, 'note' AS kind, author, text, '', uid, -1, 0 FROM note"
    " WHERE parent_kind='case' AND parent=?1 AND removed=0 UNION ALL "
    "SELECT ts, id, 'alert', assignee, coalesce(\"rule.name\", message, ''),"
    " coalesce(\"host.name\", ''), CAST(id AS TEXT), severity, status='closed' FROM alert"
    " WHERE case_id=?1 UNION ALL "
    "SELECT ts, id, 'event', author, text, host, uid, -1, 0 FROM pin"
    " WHERE case_id=?1 AND removed=0 UNION ALL "
    "SELECT time, id, 'task', CASE assignee WHEN '' THEN author ELSE assignee END, text, '', uid,"
    " -1, done FROM task WHERE case_id=?1 AND removed=0 UNION ALL "
    "SELECT time, id, 'ioc', author, value, CASE note WHEN '' THEN type ELSE type||': '||note END,"
    " uid, -1, 0 FROM ioc WHERE case_id=?1 AND removed=0 UNION ALL "
    "SELECT time, id, 'evidence', author, name, sha256||' '||size||' bytes'||CASE origin WHEN ''"
    " THEN '' ELSE ' from '||origin END, uid, -1, 0 FROM evidence"
    " WHERE case_id=?1 AND removed=0 UNION ALL "
    "SELECT started, id, 'containment', owner, runbook||' '||host, state, CAST(id AS TEXT), -1,"
    " ended>0 FROM ledger WHERE case_id=?1 AND removed=0 UNION ALL "
    "SELECT a.time, a.seq, 'act', a.actor, a.verb, a.reason, CAST(a.seq AS TEXT), -1, 0 FROM"
    " act_item i JOIN act a USING(seq) WHERE i.kind='case' AND"
    " i.uid=(SELECT uid FROM case_file WHERE id=?1) ORDER BY 1, 3, 2";

static int each(struct statement *st, case_sink *sink, void *owner, struct err *e)
{
    int rc = -1, stop = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        struct case_entry entry = {.time = statement_int(st, 0),
            .id = statement_int(st, 1),
            .kind = statement_string(st, 2),
            .who = statement_string(st, 3),
            .text = statement_string(st, 4),
            .detail = statement_string(st, 5),
            .uid = statement_string(st, 6),
            .severity = (int)statement_int(st, 7),
            .done = statement_int(st, 8) != 0};
        stop = sink(owner, &entry);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

int case_each(struct store *s, int64_t id, case_sink *sink, void *owner, struct err *e)
{
    char uid[80];
    if (case_uid(s, id, uid, e))
        return -1;
    return each(db_bind(s->record, e, story_sql, "i", id), sink, owner, e);
}

int alert_notes_each(struct store *s, int64_t alert, case_sink *sink, void *owner, struct err *e)
{
    return each(db_bind(s->record, e,
                    "SELECT time, id, 'note', author, text, '', uid, -1, 0 FROM note"
                    " WHERE parent_kind='alert' AND parent=?1 AND removed=0 ORDER BY time, id",
                    "i", alert),
        sink, owner, e);
}
