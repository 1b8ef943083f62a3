#include "cases/triage_inside.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void act_fail(struct act_result *r, int64_t id, const char *format, ...)
{
    if ((r->failed & (r->failed - 1)) == 0)
        r->failures = mem_grow(r->failures, r->failed ? r->failed * 2 : 1, sizeof *r->failures);
    struct act_failure *f = &r->failures[r->failed++];
    f->id = id;
    va_list ap;
    va_start(ap, format);
    vsnprintf(f->reason, sizeof f->reason, format, ap);
    va_end(ap);
}

void act_result_release(struct act_result *r)
{
    free(r->failures);
    r->failures = NULL;
    r->failed = 0;
}

static int name_failures(struct store *s, const char *sql, int64_t limit, const char *reason,
    struct act_result *r, struct err *e)
{
    struct statement *st = db_prepare(s->record, sql, e);
    int rc = -1;
    if (st && strstr(sql, "?1"))
        statement_bind_int(st, 1, limit);
    while (st && (rc = statement_step(st, e)) > 0)
        act_fail(r, statement_int(st, 0), "%s", reason);
    statement_done(st);
    return rc;
}

int triage_choose(struct store *s, const int64_t *ids, size_t count, int64_t revision_limit,
    struct act_result *r, struct err *e)
{
    if (db_script(s->record,
            "CREATE TEMP TABLE IF NOT EXISTS chosen(id INTEGER PRIMARY KEY);"
            "DELETE FROM temp.chosen",
            e))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (db_run(s->record, e, "INSERT OR IGNORE INTO temp.chosen VALUES(?1)", "i", ids[i]) < 0)
            return -1;
    if (name_failures(s,
            "SELECT id FROM temp.chosen WHERE id NOT IN (SELECT id FROM alert) ORDER BY id", 0,
            "there is no such alert", r, e) ||
        db_run(s->record, e, "DELETE FROM temp.chosen WHERE id NOT IN (SELECT id FROM alert)", "") <
            0)
        return -1;
    if (!revision_limit)
        return 0;
    if (name_failures(s,
            "SELECT c.id FROM temp.chosen c JOIN alert a ON a.id=c.id WHERE a.revision>?1"
            " ORDER BY 1",
            revision_limit, "it changed after it was shown", r, e) ||
        db_run(s->record, e,
            "DELETE FROM temp.chosen WHERE id IN (SELECT id FROM alert WHERE revision>?1)", "i",
            revision_limit) < 0)
        return -1;
    return 0;
}

int triage_organization(
    struct store *s, const struct actor *who, struct str *organization, struct err *e)
{
    struct statement *st = db_prepare(s->record,
        "SELECT DISTINCT organization FROM alert WHERE id IN (SELECT id FROM temp.chosen)"
        " ORDER BY 1 LIMIT 2",
        e);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        str_slice(organization, statement_text(st, 0));
    if (rc > 0 && (rc = statement_step(st, e)) > 0)
        rc = err_set(e, ERR_DENIED,
            "these alerts belong to %s and to %s: an act never spans two customers",
            organization->p, statement_string(st, 0));
    statement_done(st);
    if (rc < 0)
        return -1;
    if (organization->n && who->organization && strcmp(who->organization, organization->p) != 0)
        return err_set(e, ERR_DENIED, "these alerts belong to %s, not to %s", organization->p,
            who->organization);
    if (!organization->n)
        str_puts(organization, who->organization ? who->organization : "default");
    return 0;
}

/* One analyst's column that this act sets: name, its new value as SQL. */
struct setting {
    const char *column;
    const char *value;
};
/* ?1 status, ?2 verdict, ?3 assignee, ?4 reason, ?5 snoozed_until, ?6 and ?7 the tag to add and to
 * remove, ?8 seq, ?9 case_id; those that a statement does not name are not bound. */
enum { SETTINGS_MAX = 7 };

/* Tags are kept as one joined text; a tag is added once and removed whole. */
#define JOIN "char(31)"
static const char tags_value[] =
    "CASE WHEN instr(" JOIN "||tags||" JOIN ", " JOIN "||?6||" JOIN ")>0 THEN tags ELSE"
    " trim(replace(" JOIN "||tags||" JOIN ", " JOIN "||coalesce(?7, '')||" JOIN ", " JOIN
    ")||coalesce(?6, ''), " JOIN ") END";

static size_t settings(const struct triage *t, struct setting out[SETTINGS_MAX])
{
    size_t n = 0;
    if (t->status >= 0)
        out[n++] = (struct setting){"status", "?1"};
    if (t->verdict >= 0)
        out[n++] = (struct setting){"verdict", "?2"};
    if (t->assignee)
        out[n++] = (struct setting){"assignee", "?3"};
    if (t->reason)
        out[n++] = (struct setting){"reason", "?4"};
    if (t->tag_add || t->tag_remove)
        out[n++] = (struct setting){"tags", tags_value};
    if (t->snoozed_until != CLOCK_NONE)
        out[n++] = (struct setting){"snoozed_until", "?5"};
    if (t->case_id >= 0)
        out[n++] = (struct setting){"case_id", "?9"};
    return n;
}

static struct statement *bind_values(
    struct store *s, const char *sql, const struct triage *t, int64_t seq, struct err *e)
{
    struct statement *st = db_prepare(s->record, sql, e);
    if (!st)
        return NULL;
    const char *texts[] = {t->status >= 0 ? status_name((enum status)t->status) : NULL,
        t->verdict >= 0 ? verdict_name((enum verdict)t->verdict) : NULL, t->assignee, t->reason};
    for (int i = 0; i < 4; i++)
        statement_bind_text(st, i + 1, slice_of(texts[i]));
    statement_bind_int(st, 5, t->snoozed_until);
    statement_bind_text(st, 6, slice_of(t->tag_add));
    statement_bind_text(st, 7, slice_of(t->tag_remove));
    statement_bind_int(st, 8, seq);
    statement_bind_int(st, 9, t->case_id);
    return st;
}

static int run_values(
    struct store *s, const char *sql, const struct triage *t, int64_t seq, struct err *e)
{
    struct statement *st = bind_values(s, sql, t, seq, e);
    int64_t changed = st ? statement_run(st, e) : -1;
    statement_done(st);
    return changed < 0 ? -1 : 0;
}

/* before and after hold the changed columns only: what a merge patch does with NULL. */
static int write_items(struct store *s, const struct triage *t, const struct setting *set, size_t n,
    int64_t seq, struct err *e)
{
    struct str sql = STR_INIT, before = STR_INIT, after = STR_INIT, any = STR_INIT;
    for (size_t i = 0; i < n; i++) {
        const char *c = set[i].column, *v = set[i].value, *between = i ? ", " : "";
        str_printf(&before, "%s'%s', CASE WHEN %s<>%s THEN %s END", between, c, c, v, c);
        str_printf(&after, "%s'%s', CASE WHEN %s<>%s THEN %s END", between, c, c, v, v);
        str_printf(&any, "%s%s<>%s", i ? " OR " : "", c, v);
    }
    str_printf(&sql,
        "INSERT INTO act_item SELECT ?8, 'alert', CAST(id AS TEXT),"
        " json_patch('{}', json_object(%s)), json_patch('{}', json_object(%s)) FROM alert"
        " WHERE id IN (SELECT id FROM temp.chosen) AND (%s)",
        before.p, after.p, any.p);
    int rc = run_values(s, sql.p, t, seq, e);
    str_release(&sql);
    str_release(&before);
    str_release(&after);
    str_release(&any);
    return rc;
}

static int write_columns(struct store *s, const struct triage *t, const struct setting *set,
    size_t n, int64_t seq, struct err *e)
{
    struct str sql = STR_INIT;
    int64_t revision = store_next_revision(s, e);
    if (revision < 0)
        return -1;
    str_printf(&sql, "UPDATE alert SET revision=%" PRId64, revision);
    for (size_t i = 0; i < n; i++)
        str_printf(&sql, ", %s=%s", set[i].column, set[i].value);
    str_puts(&sql, " WHERE id IN (SELECT CAST(uid AS INTEGER) FROM act_item WHERE seq=?8)");
    int rc = run_values(s, sql.p, t, seq, e);
    str_release(&sql);
    return rc;
}

static int apply(struct store *s, const struct actor *who, const struct triage *t,
    struct act_result *r, struct err *e)
{
    struct setting set[SETTINGS_MAX];
    struct str organization = STR_INIT;
    size_t n = settings(t, set);
    int64_t count = 0, seq = journal_next(s, e);
    int rc = seq < 0 || triage_organization(s, who, &organization, e) ? -1 : 0;
    if (!rc && n)
        rc = write_items(s, t, set, n, seq, e);
    if (!rc &&
        db_number(s->record, e, &count, "SELECT count(*) FROM act_item WHERE seq=?1", "i", seq) < 0)
        rc = -1;
    if (!rc && count) {
        struct actor sealed = {who->analyst, organization.p};
        struct journal_act act = {.verb = t->verb, .reason = t->reason};
        rc = write_columns(s, t, set, n, seq, e) || outbox_add(s, seq, count, e) ||
                     journal_seal(s, &sealed, &act, seq, e) < 0
                 ? -1
                 : 0;
        r->seq = seq;
        r->changed = (size_t)count;
    }
    str_release(&organization);
    return rc;
}

static void summarise(const struct triage *t, struct act_result *r)
{
    const char *verdict = t->verdict > 0 ? verdict_name((enum verdict)t->verdict) : "";
    snprintf(r->summary, sizeof r->summary, "%s: %zu alert%s%s%s", t->verb, r->changed,
        r->changed == 1 ? "" : "s", *verdict ? " as " : "", verdict);
}

int triage_apply(struct store *s, const struct actor *who, const struct triage *what,
    const int64_t *ids, size_t count, struct act_result *result, struct err *e)
{
    *result = (struct act_result){0};
    if (store_begin(s, e))
        return -1;
    int rc = triage_choose(s, ids, count, what->revision_limit, result, e);
    if (!rc)
        rc = apply(s, who, what, result, e);
    if (!rc)
        rc = store_commit(s, e);
    if (rc) {
        store_rollback(s);
        act_result_release(result);
        result->seq = 0;
        result->changed = 0;
        return -1;
    }
    summarise(what, result);
    return 0;
}
