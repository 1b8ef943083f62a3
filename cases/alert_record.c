#include "cases/alert_record.h"

#include "cases/fields.h"
#include "cases/pack.h"

void alert_record_columns(const struct store *s, const char *prefix, struct str *sql)
{
    const char *between = "";
    for (int f = 0; f < FIELD_COUNT; f++)
        if (s->alert_columns[f].shape != COLUMN_NONE) {
            str_printf(sql, "%s%s%s", between, prefix, s->alert_columns[f].name);
            between = ", ";
        }
}

int alert_record_read(struct store *s, struct statement *st, struct arena *arena, struct record *r)
{
    int index = 0;
    memset(r, 0, sizeof *r);
    r->kind = RECORD_ALERT;
    r->time = r->shipped = CLOCK_NONE;
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct column *c = &s->alert_columns[f];
        if (c->shape == COLUMN_NONE)
            continue;
        struct field_reading b = {st, index++, c, (enum field)f, s->strings, arena};
        fields_read(&b, r);
    }
    record_get_int(r, FIELD_TIMESTAMP, &r->time);
    r->native_id = r->first[FIELD_NATIVE_ID];
    return index;
}

static int unpack_into(struct slice packed, struct arena *arena, struct slice *out, struct err *e)
{
    struct str bytes = STR_INIT;
    *out = (struct slice){NULL, 0};
    if (!packed.n)
        return 0;
    int rc = unpack(packed, SIZE_MAX, &bytes, e);
    if (!rc)
        *out = arena_copy(arena, str_as_slice(&bytes));
    str_release(&bytes);
    return rc;
}

int alert_record_raw(struct store *s, int64_t id, enum alert_parts parts, struct arena *arena,
    struct record *r, struct err *e)
{
    struct statement *st =
        db_bind(s->record, e, "SELECT extra, raw FROM alert_raw WHERE id=?1", "i", id);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0 && parts & ALERT_EXTRA) {
        struct slice extra;
        if (unpack_into(statement_blob(st, 0), arena, &extra, e))
            rc = -1;
        else
            fields_unpack(extra, r, arena);
    }
    if (rc > 0 && parts & ALERT_RAW && unpack_into(statement_blob(st, 1), arena, &r->raw, e))
        rc = -1;
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

int alert_record_load(struct store *s, int64_t id, enum alert_parts parts, struct arena *arena,
    struct record *r, struct err *e)
{
    struct str sql = STR_INIT;
    str_puts(&sql, "SELECT ");
    alert_record_columns(s, "", &sql);
    str_puts(&sql, " FROM alert WHERE id=?1");
    struct statement *st = db_bind(s->record, e, sql.p, "i", id);
    str_release(&sql);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        alert_record_read(s, st, arena, r);
    statement_done(st);
    if (rc > 0 && parts && alert_record_raw(s, id, parts, arena, r, e))
        return -1;
    return rc;
}
