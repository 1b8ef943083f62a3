#include "cases/alert_filter.h"
#include "cases/facets.h"

static int add_record(void *owner, const struct record *r)
{
    struct {
        struct facets *f;
        enum field field;
    } *o = owner;
    facets_add_record(o->f, r, o->field);
    return 0;
}

static void add_joined(struct facets *f, const struct column *c, struct facet_add *add)
{
    struct slice rest = add->value;
    const char *end;
    while (c->many && (end = memchr(rest.p, COLUMN_JOIN, rest.n))) {
        add->value = (struct slice){rest.p, (size_t)(end - rest.p)};
        facets_add(f, add);
        rest = (struct slice){end + 1, rest.n - add->value.n - 1};
    }
    add->value = rest;
    facets_add(f, add);
}

/* Severities are numbers in the table and words outside. */
static struct slice shown(struct statement *st, enum field field)
{
    if (field_table[field].type == TYPE_SEVERITY)
        return slice_of(severity_name((enum severity)statement_int(st, 0)));
    return statement_text(st, 0);
}

static int by_column(struct store *s, const struct alert_list *list, enum field field,
    struct facets *found, struct err *e)
{
    const struct column *c = &s->alert_columns[field];
    struct alert_filter f;
    struct str sql = STR_INIT;
    struct statement *st = NULL;
    int rc = alert_filter_init(s, list, &f, e);
    if (!rc) {
        str_printf(&sql,
            "SELECT %s, count(*), min(ts), max(ts), max(severity) FROM alert WHERE %s IS NOT NULL"
            " AND %s IS NOT %s AND (%s) GROUP BY 1",
            c->name, c->name, c->name, c->absent ? c->absent : "NULL", f.where.p);
        rc = (st = alert_filter_prepare(s, &f, sql.p, e)) ? 0 : -1;
    }
    while (!rc && (rc = statement_step(st, e)) > 0) {
        struct facet_add add = {shown(st, field), (uint64_t)statement_int(st, 1),
            statement_int(st, 2), statement_int(st, 3), (int)statement_int(st, 4)};
        add_joined(found, c, &add);
        rc = 0;
    }
    statement_done(st);
    str_release(&sql);
    alert_filter_release(&f);
    return rc;
}

int alerts_by_field(struct store *s, const struct query *query, enum field field, size_t limit,
    struct field_group **groups, size_t *count, struct err *e)
{
    struct facets found = {0};
    struct alert_list list = {.query = query, .with_hidden = true};
    struct {
        struct facets *f;
        enum field field;
    } owner = {&found, field};
    int rc = s->alert_columns[field].shape == COLUMN_NONE
                 ? alerts_each(s, &list, 0, add_record, &owner, e)
                 : by_column(s, &list, field, &found, e);
    facets_take(&found, limit, groups, count);
    if (rc) {
        field_groups_free(*groups, *count);
        *groups = NULL;
        *count = 0;
    }
    return rc;
}
