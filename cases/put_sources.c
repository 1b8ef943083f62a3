#include "cases/put_inside.h"

#include "core/mem.h"

#include <stdlib.h>

#define HOUR_NS (INT64_C(3600) * CLOCK_SECOND)

int put_source_result(struct store *s, const char *source, const char *kind, int64_t when,
    const struct err *failure, struct err *e)
{
    if (store_begin(s, e))
        return -1;
    int64_t done = db_run(s->record, e,
        "INSERT INTO source(name, kind, last_attempt, last_success, last_error, error_code)"
        " VALUES(?1, ?2, ?3, CASE WHEN ?4 IS NULL THEN ?3 END, ?4, ?5) ON CONFLICT DO UPDATE SET"
        " kind=?2, last_attempt=?3, last_success=CASE WHEN ?4 IS NULL THEN ?3 ELSE last_success "
        "END,"
        " last_error=?4, error_code=?5",
        "ttitt", source, kind, when, failure ? failure->text : NULL,
        failure ? err_code_name(failure->code) : NULL);
    if (done < 0 || store_commit(s, e)) {
        store_rollback(s);
        return -1;
    }
    return 0;
}

static struct source_state *find(struct source_state **list, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*list)[i].source, name) == 0)
            return &(*list)[i];
    *list = mem_grow(*list, *count + 1, sizeof **list);
    struct source_state *x = &(*list)[(*count)++];
    *x = (struct source_state){.source = mem_strdup(name),
        .kind = mem_strdup(""),
        .last_success = CLOCK_NONE,
        .last_attempt = CLOCK_NONE,
        .last_record = CLOCK_NONE};
    return x;
}

static int64_t time_or_none(struct statement *st, int column)
{
    return statement_is_null(st, column) ? CLOCK_NONE : statement_int(st, column);
}

static char *text_or_null(struct statement *st, int column)
{
    return statement_is_null(st, column) ? NULL : mem_strdup(statement_string(st, column));
}

static int from_record(struct store *s, struct source_state **list, size_t *count, struct err *e)
{
    struct statement *st = db_prepare(s->record,
        "SELECT name, coalesce(kind, ''), last_success, last_attempt, last_record, last_error,"
        " error_code, alerts, quarantined FROM source WHERE instr(name, char(10))=0 ORDER BY name",
        e);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        struct source_state *x = find(list, count, statement_string(st, 0));
        free(x->kind);
        x->kind = mem_strdup(statement_string(st, 1));
        x->last_success = time_or_none(st, 2);
        x->last_attempt = time_or_none(st, 3);
        x->last_record = time_or_none(st, 4);
        x->last_error = text_or_null(st, 5);
        x->error_code = text_or_null(st, 6);
        x->alerts = (uint64_t)statement_int(st, 7);
        x->quarantined = (uint64_t)statement_int(st, 8);
    }
    statement_done(st);
    return rc;
}

static int from_events(struct store *s, struct source_state **list, size_t *count, struct err *e)
{
    struct statement *st = db_prepare(s->events,
        "SELECT name, events, last_record FROM source WHERE instr(name, char(10))=0 ORDER BY name",
        e);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        struct source_state *x = find(list, count, statement_string(st, 0));
        int64_t newest = time_or_none(st, 2);
        x->events = (uint64_t)statement_int(st, 1);
        if (newest > x->last_record)
            x->last_record = newest;
    }
    statement_done(st);
    return rc;
}

static int add_hours(struct db *db, struct source_state **list, size_t *count, struct err *e)
{
    int64_t now = clock_now() / HOUR_NS;
    struct statement *st = db_bind(db, e,
        "SELECT source, hour, count FROM arrival WHERE hour>?1 AND hour<=?2", "ii", now - 24, now);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0)
        find(list, count, statement_string(st, 0))->hourly[statement_int(st, 1) - now + 23] +=
            (uint32_t)statement_int(st, 2);
    statement_done(st);
    return rc;
}

static int add_cursors(struct store *s, struct source_state *list, size_t count, struct err *e)
{
    struct str cursor = STR_INIT;
    int rc = 0;
    for (size_t i = 0; !rc && i < count; i++) {
        rc = put_cursor(s, list[i].source, &cursor, e);
        if (!rc && cursor.n)
            list[i].cursor = mem_strdup(cursor.p);
    }
    str_release(&cursor);
    return rc;
}

int put_source_states(struct store *s, struct source_state **list, size_t *count, struct err *e)
{
    *list = NULL;
    *count = 0;
    if (from_record(s, list, count, e) < 0 || from_events(s, list, count, e) < 0 ||
        add_hours(s->record, list, count, e) < 0 || add_hours(s->events, list, count, e) < 0 ||
        add_cursors(s, *list, *count, e)) {
        put_source_states_free(*list, *count);
        *list = NULL;
        *count = 0;
        return -1;
    }
    return 0;
}

void put_source_states_free(struct source_state *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].source);
        free(list[i].kind);
        free(list[i].cursor);
        free(list[i].last_error);
        free(list[i].error_code);
    }
    free(list);
}

int put_quarantine(struct store *s, const char *source, size_t limit, put_bad_sink *sink,
    void *owner, struct err *e)
{
    struct statement *st = db_bind(s->record, e,
        "SELECT id, time, source, place, reason, raw FROM quarantine WHERE ?1 IS NULL OR source=?1"
        " ORDER BY id DESC LIMIT ?2",
        "ti", source, limit ? (int64_t)limit : INT64_MAX);
    int rc = -1, stop = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        struct bad_row row = {.id = statement_int(st, 0),
            .time = statement_int(st, 1),
            .source = statement_string(st, 2),
            .place = statement_text(st, 3),
            .reason = statement_text(st, 4),
            .raw = statement_blob(st, 5)};
        stop = sink(owner, &row);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}
