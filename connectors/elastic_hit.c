#include "connectors/elastic_hit.h"

#include "connectors/format.h"
#include "core/clock.h"
#include "core/scan.h"
#include "core/vocabulary.h"

/* What the detection engine writes about an event, beside the event's own ECS fields: 8.x under
 * kibana.alert, 7.x under signal.
 * https://www.elastic.co/docs/reference/security/fields-and-object-schemas/alert-schema */
enum part {
    PART_FIELD, /* text into `field` */
    PART_UUID,
    PART_NUMBER, /* a whole number into `field` */
    PART_ORIGINAL_TIME,
    PART_SEVERITY,
    PART_EVENT_TYPE,
    PART_QUARANTINE,
    PART_TIMESTAMP
};

struct alert_path {
    const char *path;
    enum part part;
    enum field field;
};

static const struct alert_path alert_paths[] = {
    {"@timestamp", PART_TIMESTAMP, FIELD_NONE},
    {"event.type", PART_EVENT_TYPE, FIELD_NONE},
    {"file.Ext.quarantine_result", PART_QUARANTINE, FIELD_NONE},
    {"kibana.alert.uuid", PART_UUID, FIELD_NONE},
    {"kibana.alert.original_time", PART_ORIGINAL_TIME, FIELD_NONE},
    {"kibana.alert.severity", PART_SEVERITY, FIELD_NONE},
    {"kibana.alert.risk_score", PART_NUMBER, FIELD_SCORE},
    {"kibana.alert.reason", PART_FIELD, FIELD_MESSAGE},
    {"kibana.alert.url", PART_FIELD, FIELD_NATIVE_URL},
    {"kibana.alert.workflow_status", PART_FIELD, FIELD_NATIVE_STATUS},
    {"kibana.alert.rule.name", PART_FIELD, FIELD_RULE_NAME},
    {"kibana.alert.rule.rule_id", PART_FIELD, FIELD_RULE_ID},
    {"kibana.alert.rule.description", PART_FIELD, FIELD_RULE_DESCRIPTION},
    {"kibana.alert.rule.threat.tactic.name", PART_FIELD, FIELD_THREAT_TACTIC},
    {"kibana.alert.rule.threat.technique.id", PART_FIELD, FIELD_THREAT_TECHNIQUE},
    {"kibana.alert.rule.threat.technique.subtechnique.id", PART_FIELD, FIELD_THREAT_TECHNIQUE},
    {"kibana.alert.rule.parameters.threat.tactic.name", PART_FIELD, FIELD_THREAT_TACTIC},
    {"kibana.alert.rule.parameters.threat.technique.id", PART_FIELD, FIELD_THREAT_TECHNIQUE},
    {"kibana.alert.rule.parameters.threat.technique.subtechnique.id", PART_FIELD,
        FIELD_THREAT_TECHNIQUE},
    {"signal.original_time", PART_ORIGINAL_TIME, FIELD_NONE},
    {"signal.reason", PART_FIELD, FIELD_MESSAGE},
    {"signal.status", PART_FIELD, FIELD_NATIVE_STATUS},
    {"signal.rule.name", PART_FIELD, FIELD_RULE_NAME},
    {"signal.rule.rule_id", PART_FIELD, FIELD_RULE_ID},
    {"signal.rule.description", PART_FIELD, FIELD_RULE_DESCRIPTION},
    {"signal.rule.severity", PART_SEVERITY, FIELD_NONE},
    {"signal.rule.risk_score", PART_NUMBER, FIELD_SCORE},
    {"signal.rule.threat.tactic.name", PART_FIELD, FIELD_THREAT_TACTIC},
    {"signal.rule.threat.technique.id", PART_FIELD, FIELD_THREAT_TECHNIQUE},
    {"signal.rule.threat.technique.subtechnique.id", PART_FIELD, FIELD_THREAT_TECHNIQUE},
};
enum { PATHS = sizeof alert_paths / sizeof *alert_paths };

struct alert_reader {
    struct record *r;
    struct arena *a;
    uint64_t hashes[PATHS];
    struct slice uuid;
    int64_t original, updated;
    bool is_alert, denied, allowed, quarantined;
};

static void take(struct alert_reader *x, const struct alert_path *p, const struct scan_leaf *leaf)
{
    struct slice text = scan_text(leaf, x->a);
    int64_t n;
    switch (p->part) {
    case PART_FIELD:
        record_set(x->r, x->a, p->field, text);
        return;
    case PART_UUID:
        if (leaf->type == SCAN_STRING)
            x->uuid = text;
        return;
    case PART_NUMBER: /* 73 and 73.0 */
        for (size_t i = 0; i < text.n; i++)
            if (text.p[i] == '.')
                text.n = i;
        if (slice_int(text, &n))
            record_set_int(x->r, x->a, p->field, n);
        return;
    case PART_ORIGINAL_TIME:
        clock_parse(text, &x->original);
        return;
    case PART_TIMESTAMP:
        clock_parse(text, &x->updated);
        return;
    case PART_SEVERITY:
        if (severity_find(text) >= 0)
            record_set_text(
                x->r, x->a, FIELD_SEVERITY, severity_name((enum severity)severity_find(text)));
        return;
    case PART_EVENT_TYPE: /* Elastic Defend says "denied" when it stopped it, "allowed" when not */
        x->denied |= slice_is(text, "denied");
        x->allowed |= slice_is(text, "allowed");
        return;
    case PART_QUARANTINE:
        x->quarantined |= leaf->type == SCAN_TRUE;
        return;
    }
}

static int take_leaf(void *owner, const struct scan_leaf *leaf)
{
    struct alert_reader *x = owner;
    if (leaf->type == SCAN_NULL || leaf->type == SCAN_EMPTY)
        return 0;
    for (size_t i = 0; i < PATHS; i++)
        if (x->hashes[i] == leaf->path) {
            const char *path = alert_paths[i].path;
            x->is_alert |= path[0] == 'k' || path[0] == 's';
            take(x, &alert_paths[i], leaf);
            return 0;
        }
    return 0;
}

static const char *disposition_of(const struct alert_reader *x)
{
    enum disposition d = x->quarantined ? DISPOSITION_QUARANTINED
                         : x->denied    ? DISPOSITION_PREVENTED
                         : x->allowed   ? DISPOSITION_DETECTED
                                        : DISPOSITION_UNKNOWN;
    return d == DISPOSITION_UNKNOWN ? NULL : disposition_name(d);
}

static void put_url(const struct alert_reader *x, struct slice hit, const struct elastic_page *page)
{
    struct scan_value index;
    char time[CLOCK_TEXT_MAX];
    if (!page->kibana || !x->uuid.n || x->updated == CLOCK_NONE ||
        record_get(x->r, FIELD_NATIVE_URL).p || !scan_find(hit, "_index", &index))
        return;
    char *url = arena_printf(x->a, "%s/app/security/alerts/redirect/%.*s?index=%.*s&timestamp=%s",
        page->kibana, (int)x->uuid.n, x->uuid.p, (int)index.raw.n, index.raw.p,
        clock_format(x->updated, time));
    record_set(x->r, x->a, FIELD_NATIVE_URL, slice_of(url));
}

static void finish_alert(struct alert_reader *x, struct slice hit, const struct elastic_page *page)
{
    x->r->kind = RECORD_ALERT;
    if (x->original != CLOCK_NONE)
        record_set_time(x->r, x->a, x->original);
    if (x->updated != CLOCK_NONE)
        record_set_int(x->r, x->a, FIELD_UPDATED, x->updated);
    if (x->uuid.n)
        x->r->native_id = x->uuid;
    if (disposition_of(x))
        record_set_text(x->r, x->a, FIELD_DISPOSITION, disposition_of(x));
    put_url(x, hit, page);
}

static void read_alert(struct record *r, struct slice hit, struct elastic_page *page)
{
    struct alert_reader x = {
        .r = r, .a = &page->out->arena, .original = CLOCK_NONE, .updated = CLOCK_NONE};
    for (size_t i = 0; i < PATHS; i++)
        x.hashes[i] = scan_path(alert_paths[i].path);
    scan_each(r->raw, take_leaf, &x, NULL);
    if (x.is_alert || page->kind == RECORD_ALERT)
        finish_alert(&x, hit, page);
    record_finish(r, x.a);
}

void elastic_hit_read(struct slice hit, struct slice place, struct elastic_page *page)
{
    const struct file_format *ecs = file_format_find("ecs");
    struct batch *out = page->out;
    size_t before = out->count;
    struct scan_value source, id;
    if (!scan_find(hit, "_source", &source) || source.type != SCAN_OBJECT) {
        batch_add_bad(out, hit, place, "the hit has no _source that can be read");
        return;
    }
    /* the reply's buffer is used again for the next page, the batch may live longer */
    struct slice raw = arena_copy(&out->arena, source.raw);
    ecs->feed(page->ecs_state, raw, arena_copy(&out->arena, place), out);
    if (out->count != before + 1)
        return; /* among the bad, with its reason */
    struct record *r = &out->records[before];
    r->kind = page->kind;
    if (scan_find(hit, "_id", &id))
        r->native_id = scan_value_text(
            &(struct scan_value){id.type, arena_copy(&out->arena, id.raw), id.escaped},
            &out->arena);
    read_alert(r, hit, page);
    if (page->only && !query_match(page->only, r))
        batch_drop_last(out);
}
