#include "cases/case_inside.h"
#include "cases/events.h"
#include "cases/evidence.h"
#include "cases/fields.h"
#include "cases/pack.h"
#include "cases/triage_inside.h"

#include <inttypes.h>
#include <stdio.h>

/* What stands for the event in a list: the first of these that it has. */
static const enum field telling[] = {FIELD_PROCESS_COMMAND_LINE, FIELD_DNS_QUESTION, FIELD_URL_FULL,
    FIELD_FILE_PATH, FIELD_REGISTRY_PATH, FIELD_DESTINATION_IP, FIELD_PROCESS_EXECUTABLE,
    FIELD_MESSAGE, FIELD_EVENT_ACTION, FIELD_EVENT_CODE};

static struct slice text_of(const struct record *r)
{
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (r->first[telling[i]].p)
            return r->first[telling[i]];
    return SLICE("event");
}

static struct slice or_empty(struct slice v)
{
    return v.p ? v : SLICE("");
}

/* Its name in the source's own terms: event rows are a cache and have no lasting number. */
static int identity_of(struct store *s, int64_t event, struct str *identity, struct err *e)
{
    struct statement *st =
        db_bind(s->events, e, "SELECT key, n FROM event WHERE id=?1", "i", event);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        str_printf(identity, "%016" PRIx64 "-%" PRId64, (uint64_t)statement_int(st, 0),
            statement_int(st, 1));
    statement_done(st);
    return rc;
}

struct pinning {
    struct store *s;
    const struct actor *who;
    const char *organization;
    int64_t case_id, seq;
    struct act_result *result;
};

static int existing_uid(
    struct pinning *p, struct slice source, const char *identity, char uid[80], struct err *e)
{
    struct statement *st = db_bind(p->s->record, e,
        "SELECT uid FROM pin WHERE case_id=?1 AND source=?2 AND identity=?3", "ist", p->case_id,
        source, identity);
    int rc = st ? statement_step(st, e) : -1;
    if (rc > 0)
        snprintf(uid, 80, "%s", statement_string(st, 0));
    statement_done(st);
    return rc;
}

static int insert(
    struct pinning *p, const struct record *r, const char *uid, const char *identity, struct err *e)
{
    static const struct column nothing[FIELD_COUNT]; /* no column: all values are packed */
    char sha256[65];
    struct str packed = STR_INIT, record = STR_INIT, raw = STR_INIT;
    fields_pack(r, nothing, &packed);
    pack(str_as_slice(&packed), &record);
    pack(r->raw, &raw);
    evidence_pin_hash(str_as_slice(&record), str_as_slice(&raw), sha256);
    int64_t done = db_run(p->s->record, e,
        "INSERT INTO pin(uid, case_id, time, author, ts, source, identity, sha256, host, text,"
        " record, raw) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        "tiitisttssbb", uid, p->case_id, clock_now(), p->who->analyst, r->time,
        or_empty(r->first[FIELD_SOURCE]), identity, sha256, or_empty(r->first[FIELD_HOST_NAME]),
        text_of(r), str_as_slice(&record), str_as_slice(&raw));
    str_release(&packed);
    str_release(&record);
    str_release(&raw);
    return done < 0 ? -1 : 0;
}

static int pin_record(
    struct pinning *p, int64_t event, const struct record *r, const char *identity, struct err *e)
{
    char uid[80];
    struct str before = STR_INIT;
    const struct journal_kind *kind = journal_kind_find(SLICE("pin"));
    struct slice organization = or_empty(r->first[FIELD_ORGANIZATION_ID]);
    if (organization.n && !slice_is(organization, p->organization)) {
        act_fail(p->result, event, "it belongs to another customer");
        return 0;
    }
    int found = existing_uid(p, or_empty(r->first[FIELD_SOURCE]), identity, uid, e);
    if (found == 0)
        store_uid(uid);
    int rc = found < 0 ? -1 : journal_state(p->s, kind, slice_of(uid), &before, e);
    if (rc == 0 && found == 0)
        rc = insert(p, r, uid, identity, e);
    else if (rc == 0)
        rc =
            db_run(p->s->record, e, "UPDATE pin SET removed=0 WHERE uid=?1", "t", uid) < 0 ? -1 : 0;
    if (rc >= 0)
        rc = edit_item(p->s, p->seq, kind, uid, &before, e);
    str_release(&before);
    if (rc > 0)
        p->result->changed++;
    return rc < 0 ? -1 : 0;
}

static int pin_one(struct pinning *p, int64_t event, struct err *e)
{
    struct batch batch;
    struct str identity = STR_INIT;
    struct err why = ERR_INIT;
    batch_init(&batch);
    int rc = event_get(p->s, event, &batch, &why);
    if (!rc && identity_of(p->s, event, &identity, &why) < 0)
        rc = -1;
    if (!rc)
        rc = pin_record(p, event, &batch.records[0], identity.p, e);
    else if (why.code == ERR_NOT_FOUND) {
        act_fail(p->result, event, "there is no such event");
        rc = 0;
    } else
        err_set(e, why.code, "%s", why.text);
    str_release(&identity);
    batch_release(&batch);
    return rc;
}

int case_add_events(struct store *s, const struct actor *who, int64_t id, const int64_t *events,
    size_t n, struct act_result *r, struct err *e)
{
    struct str organization = STR_INIT;
    *r = (struct act_result){0};
    if (case_organization(s, id, who, &organization, e) || store_begin(s, e)) {
        str_release(&organization);
        return -1;
    }
    struct pinning p = {s, who, organization.p, id, journal_next(s, e), r};
    struct actor sealed = {who->analyst, organization.p};
    struct journal_act act = {.verb = "pin"};
    int rc = p.seq < 0 ? -1 : 0;
    for (size_t i = 0; !rc && i < n; i++)
        rc = pin_one(&p, events[i], e);
    if (!rc && r->changed) {
        rc = case_touch(s, id, e) || journal_seal(s, &sealed, &act, p.seq, e) < 0 ? -1 : 0;
        r->seq = p.seq;
    }
    if (!rc)
        rc = store_commit(s, e);
    str_release(&organization);
    if (!rc) {
        snprintf(r->summary, sizeof r->summary, "pinned %zu event%s to case %" PRId64, r->changed,
            r->changed == 1 ? "" : "s", id);
        return 0;
    }
    store_rollback(s);
    act_result_release(r);
    *r = (struct act_result){0};
    return -1;
}
