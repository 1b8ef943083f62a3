#include "cases/export.h"

#include "cases/alert_record.h"
#include "cases/fields.h"
#include "cases/pack.h"

int export_alerts(struct store *s, int64_t case_id, export_sink *sink, void *owner, struct err *e)
{
    struct arena arena = ARENA_INIT;
    struct record r;
    struct statement *st = db_bind(
        s->record, e, "SELECT id FROM alert WHERE case_id=?1 ORDER BY ts, id", "i", case_id);
    int rc = st ? 0 : -1, stop = 0;
    while (rc >= 0 && !stop && (rc = statement_step(st, e)) > 0) {
        rc = alert_record_load(s, statement_int(st, 0), ALERT_EXTRA | ALERT_RAW, &arena, &r, e);
        if (rc > 0)
            stop = sink(owner, &r);
        arena_reset(&arena);
    }
    statement_done(st);
    arena_release(&arena);
    return rc < 0 ? -1 : 0;
}

static int unpack_pin(struct statement *st, struct arena *arena, struct record *r, struct err *e)
{
    struct str packed = STR_INIT, raw = STR_INIT;
    *r = (struct record){.kind = RECORD_EVENT, .time = statement_int(st, 0), .shipped = CLOCK_NONE};
    int rc = unpack(statement_blob(st, 1), SIZE_MAX, &packed, e) ||
                     unpack(statement_blob(st, 2), SIZE_MAX, &raw, e)
                 ? -1
                 : 0;
    if (!rc) {
        fields_unpack(arena_copy(arena, str_as_slice(&packed)), r, arena);
        r->raw = arena_copy(arena, str_as_slice(&raw));
        r->native_id = r->first[FIELD_NATIVE_ID];
    }
    str_release(&packed);
    str_release(&raw);
    return rc;
}

int export_events(struct store *s, int64_t case_id, export_sink *sink, void *owner, struct err *e)
{
    struct arena arena = ARENA_INIT;
    struct record r;
    struct statement *st = db_bind(s->record, e,
        "SELECT ts, record, raw FROM pin WHERE case_id=?1 AND removed=0 ORDER BY ts, id", "i",
        case_id);
    int rc = st ? 0 : -1, stop = 0;
    while (!rc && !stop && (rc = statement_step(st, e)) > 0) {
        rc = unpack_pin(st, &arena, &r, e);
        if (!rc)
            stop = sink(owner, &r);
        arena_reset(&arena);
    }
    statement_done(st);
    arena_release(&arena);
    return rc;
}

static int pass_kind(void *owner, const struct case_entry *entry)
{
    const struct export_kind *k = owner;
    return strcmp(entry->kind, k->kind) == 0 ? k->sink(k->owner, entry) : 0;
}

int export_each(struct store *s, int64_t case_id, const struct export_kind *kind, struct err *e)
{
    struct export_kind copy = *kind;
    return case_each(s, case_id, pass_kind, &copy, e);
}
