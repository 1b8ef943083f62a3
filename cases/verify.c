#include "cases/verify_inside.h"

#include "cases/evidence.h"
#include "cases/segment.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Every block that the database names must be in its file as it was written. */
int verify_events(struct store *s, verify_sink *sink, void *owner, struct err *e)
{
    struct verify_line line = {.check = "events", .ok = true};
    int64_t rows = 0;
    if (verify_database(s->events, &line, e) ||
        db_number(s->events, e, &rows, "SELECT sum(rows) FROM segment", "") < 0)
        return -1;
    line.count = (uint64_t)rows;
    struct statement *st = db_prepare(s->events,
        "SELECT b.segment, b.number, g.first_row FROM block b JOIN segment g ON g.id=b.segment", e);
    int rc = -1;
    while (st && line.ok && (rc = statement_step(st, e)) > 0) {
        struct str bytes = STR_INIT;
        struct segment_place place = {statement_int(st, 2), statement_int(st, 1), 0, 0};
        if (segment_read(s, &place, &bytes, NULL))
            verify_fault(&line,
                "raw events of block %" PRId64 " in segment %" PRId64 " are lost: pull them again",
                place.block, statement_int(st, 0));
        str_release(&bytes);
    }
    statement_done(st);
    if (rc < 0)
        return -1;
    sink(owner, &line);
    return !line.ok;
}

static int check_files(struct store *s, struct verify_line *line, struct err *e)
{
    struct statement *st = db_prepare(
        s->record, "SELECT case_id, sha256, name FROM evidence WHERE removed=0 ORDER BY id", e);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        char hash[65];
        struct err why = ERR_INIT;
        char *path = evidence_path(s, statement_int(st, 0), statement_string(st, 1));
        if (evidence_hash(path, hash, &why))
            verify_fault(line, "evidence %s: %s", statement_string(st, 2), why.text);
        else if (!slice_is(statement_text(st, 1), hash))
            verify_fault(line, "evidence %s is not the file that was taken in (%s)",
                statement_string(st, 2), path);
        free(path);
        line->count++;
    }
    statement_done(st);
    return rc;
}

static int check_pins(struct store *s, struct verify_line *line, struct err *e)
{
    struct statement *st = db_prepare(
        s->record, "SELECT uid, sha256, record, raw FROM pin WHERE removed=0 ORDER BY id", e);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        char hash[65];
        evidence_pin_hash(statement_blob(st, 2), statement_blob(st, 3), hash);
        if (!slice_is(statement_text(st, 1), hash))
            verify_fault(
                line, "pinned event %s is not the one that was pinned", statement_string(st, 0));
        line->count++;
    }
    statement_done(st);
    return rc;
}

int verify_evidence(struct store *s, verify_sink *sink, void *owner, struct err *e)
{
    struct verify_line line = {.check = "evidence", .ok = true};
    if (check_files(s, &line, e) < 0 || check_pins(s, &line, e) < 0)
        return -1;
    sink(owner, &line);
    return !line.ok;
}
