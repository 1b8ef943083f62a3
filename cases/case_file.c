#include "cases/case_file.h"

#include "cases/case_inside.h"
#include "cases/triage_inside.h"

#include <inttypes.h>
#include <stdio.h>

static const char default_organization[] = "default";

int case_organization(
    struct store *s, int64_t id, const struct actor *who, struct str *organization, struct err *e)
{
    if (!id) {
        str_puts(organization, who->organization ? who->organization : default_organization);
        return 0;
    }
    struct statement *st = db_bind(
        s->record, e, "SELECT organization FROM case_file WHERE id=?1 AND removed=0", "i", id);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        str_slice(organization, statement_text(st, 0));
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no case %" PRId64, id);
    if (rc > 0 && who->organization && strcmp(who->organization, organization->p) != 0)
        return err_set(e, ERR_DENIED, "case %" PRId64 " belongs to %s, not to %s", id,
            organization->p, who->organization);
    return rc < 0 ? -1 : 0;
}

int case_touch(struct store *s, int64_t id, struct err *e)
{
    return db_run(s->record, e, "UPDATE case_file SET updated=?2 WHERE id=?1", "ii", id,
               clock_now()) < 0
               ? -1
               : 0;
}

int case_uid(struct store *s, int64_t id, char uid[80], struct err *e)
{
    struct statement *st =
        db_bind(s->record, e, "SELECT uid FROM case_file WHERE id=?1 AND removed=0", "i", id);
    int rc = st ? statement_step(st, e) : -1;
    snprintf(uid, 80, "%s", rc > 0 ? statement_string(st, 0) : "");
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no case %" PRId64, id);
    return rc < 0 ? -1 : 0;
}

static void tell(struct act_result *r, const struct edit *edit, const char *sentence, int64_t id)
{
    r->seq = edit->seq;
    r->changed = edit->seq ? 1 : 0;
    snprintf(r->summary, sizeof r->summary, "%s %" PRId64, sentence, id);
}

int case_new(struct store *s, const struct actor *who, const char *title, int64_t *id,
    struct act_result *r, struct err *e)
{
    struct edit edit;
    char uid[33];
    *r = (struct act_result){0};
    struct slice trimmed = slice_trim(slice_of(title ? title : ""));
    if (!trimmed.n)
        return err_set(e, ERR_USAGE, "a case needs a title");
    store_uid(uid);
    struct actor sealed = {
        who->analyst, who->organization ? who->organization : default_organization};
    struct journal_act act = {.verb = "case-new"};
    if (edit_begin(&edit, s, "case", uid, e))
        return -1;
    int64_t done = db_run(s->record, e,
        "INSERT INTO case_file(uid, organization, opened, updated, status, title, lead)"
        " VALUES(?1, ?2, ?3, ?3, 'new', ?4, ?5)",
        "ttist", uid, sealed.organization, clock_now(), trimmed, who->analyst);
    *id = db_last_id(s->record);
    if (edit_end(&edit, done < 0 ? -1 : 0, &sealed, &act, e))
        return -1;
    tell(r, &edit, "opened case", *id);
    return 0;
}

int case_change(struct store *s, const struct actor *who, int64_t id, const struct case_change *c,
    struct act_result *r, struct err *e)
{
    struct edit edit;
    char uid[80];
    struct str organization = STR_INIT;
    bool closes = c->status == CASE_CLOSED;
    *r = (struct act_result){0};
    int rc = case_organization(s, id, who, &organization, e) || case_uid(s, id, uid, e) ||
                     edit_begin(&edit, s, "case", uid, e)
                 ? -1
                 : 0;
    if (!rc) {
        struct actor sealed = {who->analyst, organization.p};
        struct journal_act act = {.verb = closes           ? "case-close"
                                          : c->status >= 0 ? "case-status"
                                                           : "case-edit",
            .reason = c->reason};
        int64_t done = db_run(s->record, e,
            "UPDATE case_file SET status=coalesce(?2, status), severity=CASE WHEN ?3<0 THEN "
            "severity"
            " ELSE ?3 END, verdict=coalesce(?4, verdict), title=coalesce(?5, title),"
            " summary=coalesce(?6, summary), lead=coalesce(?7, lead), updated=?8,"
            " closed=CASE WHEN ?2 IS NULL THEN closed WHEN ?2<>'closed' THEN 0"
            " WHEN closed=0 THEN ?8 ELSE closed END WHERE id=?1",
            "itdtttti", id, c->status >= 0 ? case_status_name((enum case_status)c->status) : NULL,
            c->severity, c->verdict >= 0 ? verdict_name((enum verdict)c->verdict) : NULL, c->title,
            c->summary, c->lead, clock_now());
        rc = edit_end(&edit, done < 0 ? -1 : 0, &sealed, &act, e);
        tell(r, &edit, closes ? "closed case" : "changed case", id);
    }
    str_release(&organization);
    return rc;
}

int case_add_alerts(struct store *s, const struct actor *who, int64_t id, const int64_t *alerts,
    size_t n, struct act_result *r, struct err *e)
{
    struct str organization = STR_INIT;
    struct triage t = TRIAGE_INIT("case-add");
    *r = (struct act_result){0};
    t.case_id = id;
    int rc = case_organization(s, id, who, &organization, e);
    struct actor sealed = {who->analyst, organization.p};
    if (!rc)
        rc = triage_apply(s, &sealed, &t, alerts, n, r, e);
    if (!rc && r->changed && (store_begin(s, e) || case_touch(s, id, e) || store_commit(s, e))) {
        store_rollback(s);
        rc = -1;
    }
    str_release(&organization);
    if (!rc)
        snprintf(r->summary, sizeof r->summary, "added %zu alert%s to case %" PRId64, r->changed,
            r->changed == 1 ? "" : "s", id);
    return rc;
}

/* An object that belongs to a case: what it is called, the row that makes it. */
struct part {
    const char *kind, *verb, *sql;
    const char *texts[3];
    int64_t due;
};

static int add_part(struct store *s, const struct actor *who, int64_t id, const struct part *p,
    struct act_result *r, struct err *e)
{
    struct edit edit;
    char uid[33];
    struct str organization = STR_INIT;
    *r = (struct act_result){0};
    store_uid(uid);
    int rc =
        case_organization(s, id, who, &organization, e) || edit_begin(&edit, s, p->kind, uid, e)
            ? -1
            : 0;
    if (!rc) {
        struct actor sealed = {who->analyst, organization.p};
        struct journal_act act = {.verb = p->verb};
        struct statement *st = db_bind(s->record, e, p->sql, "tiitttti", uid, id, clock_now(),
            who->analyst, p->texts[0], p->texts[1], p->texts[2], p->due);
        int64_t done = st ? statement_run(st, e) : -1;
        statement_done(st);
        rc = edit_end(&edit, done < 0 ? -1 : case_touch(s, id, e), &sealed, &act, e);
        tell(r, &edit, p->verb, id);
    }
    str_release(&organization);
    return rc;
}

int case_task_add(struct store *s, const struct actor *who, int64_t id, const struct case_task *t,
    struct act_result *r, struct err *e)
{
    struct part p = {"task", "task-add",
        "INSERT INTO task(uid, case_id, time, author, text, assignee, due)"
        " VALUES(?1, ?2, ?3, ?4, ?5, coalesce(?6, ''), ?8)",
        {t->text, t->assignee, NULL}, t->due == CLOCK_NONE ? 0 : t->due};
    if (!t->text || !*t->text)
        return err_set(e, ERR_USAGE, "a task needs a text");
    return add_part(s, who, id, &p, r, e);
}

int case_ioc_add(struct store *s, const struct actor *who, int64_t id, const struct case_ioc *ioc,
    struct act_result *r, struct err *e)
{
    struct part p = {"ioc", "ioc-add",
        "INSERT INTO ioc(uid, case_id, time, author, type, value, note)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, ''))",
        {ioc->type, ioc->value, ioc->note}, 0};
    if (!ioc->type || !*ioc->type || !ioc->value || !*ioc->value)
        return err_set(e, ERR_USAGE, "an indicator needs a type and a value");
    return add_part(s, who, id, &p, r, e);
}

int case_task_done(struct store *s, const struct actor *who, int64_t task, bool done,
    struct act_result *r, struct err *e)
{
    struct edit edit;
    int64_t id = 0;
    char uid[80] = "";
    struct str organization = STR_INIT;
    *r = (struct act_result){0};
    struct statement *st =
        db_bind(s->record, e, "SELECT case_id, uid FROM task WHERE id=?1 AND removed=0", "i", task);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0) {
        id = statement_int(st, 0);
        snprintf(uid, sizeof uid, "%s", statement_string(st, 1));
    }
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no task %" PRId64, task);
    rc = rc < 0 || case_organization(s, id, who, &organization, e) ||
                 edit_begin(&edit, s, "task", uid, e)
             ? -1
             : 0;
    if (!rc) {
        struct actor sealed = {who->analyst, organization.p};
        struct journal_act act = {.verb = done ? "task-done" : "task-open"};
        int64_t changed =
            db_run(s->record, e, "UPDATE task SET done=?2 WHERE id=?1", "id", task, (int)done);
        rc = edit_end(&edit, changed < 0 ? -1 : case_touch(s, id, e), &sealed, &act, e);
        tell(r, &edit, done ? "done: task" : "open again: task", task);
    }
    str_release(&organization);
    return rc;
}

static int alert_organization(
    struct store *s, int64_t id, const struct actor *who, struct str *organization, struct err *e)
{
    struct statement *st =
        db_bind(s->record, e, "SELECT organization FROM alert WHERE id=?1", "i", id);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        str_slice(organization, statement_text(st, 0));
    statement_done(st);
    if (rc == 0)
        return err_set(e, ERR_NOT_FOUND, "there is no alert %" PRId64, id);
    if (rc > 0 && who->organization && strcmp(who->organization, organization->p) != 0)
        return err_set(e, ERR_DENIED, "alert %" PRId64 " belongs to %s, not to %s", id,
            organization->p, who->organization);
    return rc < 0 ? -1 : 0;
}

int triage_note(struct store *s, const struct actor *who, const char *kind, int64_t id,
    const char *text, struct act_result *result, struct err *e)
{
    struct edit edit;
    char uid[33];
    struct str organization = STR_INIT;
    bool on_case = strcmp(kind, "case") == 0;
    *result = (struct act_result){0};
    if (!text || !slice_trim(slice_of(text)).n)
        return err_set(e, ERR_USAGE, "a note needs a text");
    if (!on_case && strcmp(kind, "alert") != 0)
        return err_set(e, ERR_USAGE, "notes stand on alerts and cases, not on a %s", kind);
    store_uid(uid);
    int rc = on_case ? case_organization(s, id, who, &organization, e)
                     : alert_organization(s, id, who, &organization, e);
    if (!rc)
        rc = edit_begin(&edit, s, "note", uid, e);
    if (!rc) {
        struct actor sealed = {who->analyst, organization.p};
        struct journal_act act = {.verb = "note"};
        int64_t done = db_run(s->record, e,
            "INSERT INTO note(uid, parent_kind, parent, time, author, text)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
            "ttiitt", uid, kind, id, clock_now(), who->analyst, text);
        rc = edit_end(
            &edit, done < 0 || (on_case && case_touch(s, id, e)) ? -1 : 0, &sealed, &act, e);
        tell(result, &edit, on_case ? "note on case" : "note on alert", id);
    }
    str_release(&organization);
    return rc;
}
