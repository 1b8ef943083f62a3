#include "cases/ledger.h"

#include "cases/store_inside.h"
#include "cases/strings.h"
#include "core/mem.h"

#include <stdlib.h>

/* Hosts are few thousands; they are gathered, then given. */
struct inventory {
    struct arena arena;
    struct host_row *rows;
    size_t count, capacity;
};

static const char *text(struct arena *a, struct slice v)
{
    return v.p ? arena_copy(a, v).p : "";
}

static struct host_row *find(struct inventory *v, struct slice name, struct slice organization)
{
    for (size_t i = 0; i < v->count; i++)
        if (slice_equal_nocase(slice_of(v->rows[i].name), name) &&
            (!organization.n || slice_is(organization, v->rows[i].organization)))
            return &v->rows[i];
    return NULL;
}

static struct host_row *add(struct inventory *v, struct slice name, struct slice organization)
{
    if (v->count == v->capacity) {
        v->capacity = v->capacity ? v->capacity * 2 : 64;
        v->rows = mem_grow(v->rows, v->capacity, sizeof *v->rows);
    }
    struct host_row *row = &v->rows[v->count++];
    *row = (struct host_row){.name = text(&v->arena, name),
        .organization = text(&v->arena, organization),
        .ips = "",
        .os = "",
        .host_id = "",
        .agent_id = "",
        .first = CLOCK_NONE,
        .last = CLOCK_NONE,
        .state = HOST_STATE_FREE,
        .state_since = CLOCK_NONE};
    return row;
}

static bool is_last(const struct inventory *v, struct slice name, struct slice organization)
{
    const struct host_row *row = v->count ? &v->rows[v->count - 1] : NULL;
    return row && slice_equal_nocase(slice_of(row->name), name) &&
           slice_is(organization, row->organization);
}

/* With one max() SQLite takes the bare columns from that row: the newest alert speaks. What a
 * network sensor says of a host does not describe it, so those alerts are a row of their own, which
 * follows and only adds. */
static int from_alerts(struct store *s, struct inventory *v, const char *only, struct err *e)
{
    /* two texts: with "?1 IS NULL OR" SQLite walks every host's alerts for the one */
    static const char select[] =
        "SELECT coalesce(\"host.name\", '') COLLATE NOCASE AS h, organization, max(ts), count(*),"
        " replace(coalesce(\"host.ip\", ''), char(31), ' '), coalesce(\"host.os.name\", ''),"
        " coalesce(\"host.id\", ''), coalesce(\"agent.id\", ''), (SELECT min(ts) FROM alert b WHERE"
        " coalesce(b.\"host.name\", '') COLLATE NOCASE=coalesce(alert.\"host.name\", '') AND"
        " b.organization=alert.organization), coalesce(\"host.ip\", \"host.os.name\", \"host.id\","
        " \"agent.id\") IS NOT NULL AS told FROM alert WHERE coalesce(\"host.name\", '') COLLATE"
        " NOCASE";
    struct str sql = STR_INIT;
    str_printf(&sql,
        "%s<>''%s%s GROUP BY h, organization, told ORDER BY h, organization, told DESC", select,
        only ? " AND coalesce(\"host.name\", '') COLLATE NOCASE" : "", only ? "=?1" : "");
    struct statement *st =
        only ? db_bind(s->record, e, sql.p, "t", only) : db_bind(s->record, e, sql.p, "");
    str_release(&sql);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        struct slice name = statement_text(st, 0), organization = statement_text(st, 1);
        int64_t last = statement_int(st, 2);
        bool more = is_last(v, name, organization);
        struct host_row *row = more ? &v->rows[v->count - 1] : add(v, name, organization);
        if (row->last == CLOCK_NONE || last > row->last)
            row->last = last;
        row->alerts += (uint64_t)statement_int(st, 3);
        row->first = statement_int(st, 8);
        if (more)
            continue;
        row->ips = text(&v->arena, statement_text(st, 4));
        row->os = text(&v->arena, statement_text(st, 5));
        row->host_id = text(&v->arena, statement_text(st, 6));
        row->agent_id = text(&v->arena, statement_text(st, 7));
    }
    statement_done(st);
    return rc;
}

static int from_events(struct store *s, struct inventory *v, const char *only, struct err *e)
{
    struct statement *st = db_bind(s->events, e,
        "SELECT n.s, e.first, e.last, e.count, (SELECT o.s FROM event x JOIN string o ON"
        " o.id=x.\"organization.id\" WHERE x.\"host.name\"=e.value ORDER BY x.ts DESC LIMIT 1)"
        " FROM entity e JOIN string n ON n.id=e.value WHERE e.kind=?2 AND"
        " (?1 IS NULL OR n.s=?1 COLLATE NOCASE)",
        "td", only, (int)'n');
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0) {
        struct host_row *row = find(v, statement_text(st, 0), statement_text(st, 4));
        int64_t first = statement_int(st, 1), last = statement_int(st, 2);
        if (!row)
            row = add(v, statement_text(st, 0), statement_text(st, 4));
        if (row->first == CLOCK_NONE || first < row->first)
            row->first = first;
        if (row->last == CLOCK_NONE || last > row->last)
            row->last = last;
        row->events += (uint64_t)statement_int(st, 3);
    }
    statement_done(st);
    return rc;
}

static int add_ledger_word(void *owner, const struct ledger_row *row)
{
    struct inventory *v = owner;
    struct host_row *host = find(v, slice_of(row->host), slice_of(row->organization));
    if (!host)
        host = add(v, slice_of(row->host), slice_of(row->organization));
    if (host->state_since != CLOCK_NONE)
        return 0; /* newest first: it has its word */
    bool proved = strcmp(row->state, "contained") == 0,
         unproved = strcmp(row->state, "unproved") == 0,
         unknown = strcmp(row->state, "unknown") == 0;
    host->state = proved     ? HOST_STATE_CONTAINED
                  : unproved ? HOST_STATE_UNPROVED
                  : unknown  ? HOST_STATE_UNKNOWN
                             : HOST_STATE_FREE;
    host->state_since = row->ended != CLOCK_NONE    ? row->ended
                        : row->proved != CLOCK_NONE ? row->proved
                                                    : row->started;
    return 0;
}

static int gather(struct store *s, const char *only, struct inventory *v, struct err *e)
{
    return from_alerts(s, v, only, e) || from_events(s, v, only, e) ||
                   ledger_each(s, false, add_ledger_word, v, e)
               ? -1
               : 0;
}

static int by_name(const void *a, const void *b)
{
    const struct host_row *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->organization, y->organization);
}

int hosts_each(struct store *s, host_sink *sink, void *owner, struct err *e)
{
    struct inventory v = {0};
    int rc = gather(s, NULL, &v, e), stop = 0;
    if (!rc && v.count)
        qsort(v.rows, v.count, sizeof *v.rows, by_name);
    for (size_t i = 0; !rc && !stop && i < v.count; i++)
        stop = sink(owner, &v.rows[i]);
    arena_release(&v.arena);
    free(v.rows);
    return rc;
}

int host_get(struct store *s, const char *name, host_sink *sink, void *owner, struct err *e)
{
    struct inventory v = {0};
    int rc = gather(s, name, &v, e), found = 0;
    for (size_t i = 0; !rc && i < v.count; i++)
        if (slice_equal_nocase(slice_of(v.rows[i].name), slice_of(name))) {
            sink(owner, &v.rows[i]);
            found++;
        }
    arena_release(&v.arena);
    free(v.rows);
    if (!rc && !found)
        return err_set(e, ERR_NOT_FOUND, "no record names a host %s", name);
    return rc;
}

int hosts_addresses(
    struct store *s, const char *organization, host_address_sink *sink, void *owner, struct err *e)
{
    struct statement *st = db_bind(s->record, e,
        "SELECT DISTINCT \"host.name\", replace(\"host.ip\", char(31), ' ') FROM alert WHERE"
        " organization=?1 AND \"host.name\"<>'' AND \"host.ip\"<>''",
        "t", organization);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0)
        sink(owner, statement_text(st, 0), statement_text(st, 1));
    statement_done(st);
    return rc;
}
