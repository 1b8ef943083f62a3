#include "cases/journal_inside.h"

const struct journal_kind *journal_kind_find(struct slice name)
{
    for (const struct journal_kind *k = journal_kinds; k->name; k++)
        if (slice_is(name, k->name))
            return k;
    return NULL;
}

int journal_state(struct store *s, const struct journal_kind *kind, struct slice uid,
    struct str *out, struct err *e)
{
    struct str sql = STR_INIT;
    bool by_number = strcmp(kind->key, "id") == 0;
    str_puts(&sql, "SELECT json_object(");
    for (const char *const *c = kind->columns; *c; c++)
        str_printf(&sql, "%s'%s',\"%s\"", c == kind->columns ? "" : ",", *c, *c);
    str_printf(&sql, ") FROM %s WHERE %s=%s%s", kind->table, kind->key,
        by_number ? "CAST(?1 AS INTEGER)" : "?1",
        strcmp(kind->name, "alert") == 0 || strcmp(kind->name, "plan") == 0 ? ""
                                                                            : " AND removed=0");
    struct statement *st = db_bind(s->record, e, sql.p, "s", uid);
    str_release(&sql);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        str_slice(out, statement_text(st, 0));
    statement_done(st);
    return rc;
}
