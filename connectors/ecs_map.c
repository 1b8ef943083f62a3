#include "connectors/ecs_map.h"

#include "connectors/ecs_table.h"
#include "core/vocabulary.h"

/* Risk scores of the Security app: 21 low, 47 medium, 73 high, 99 critical are its defaults. */
static enum severity severity_of_score(int64_t score)
{
    static const int least[] = {0, 21, 47, 73, 99};
    int s = SEVERITY_CRITICAL;
    while (s > SEVERITY_INFO && score < least[s])
        s--;
    return (enum severity)s;
}

static bool says(const struct record *r, enum field field, const char *word)
{
    const struct record_value *at = NULL;
    struct slice v;
    while (record_next(r, field, &at, &v))
        if (memmem(v.p, v.n, word, strlen(word)))
            return true;
    return false;
}

/* What the sensor did about it, told by event.action, event.type and event.outcome. */
static enum disposition disposition_of(const struct record *r)
{
    static const struct {
        const char *word;
        enum disposition disposition;
    } words[] = {{"quarantine", DISPOSITION_QUARANTINED}, {"denied", DISPOSITION_PREVENTED},
        {"prevent", DISPOSITION_PREVENTED}, {"block", DISPOSITION_PREVENTED},
        {"allowed", DISPOSITION_ALLOWED}};
    bool failed = slice_is(r->first[FIELD_EVENT_OUTCOME], "failure");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (says(r, FIELD_EVENT_ACTION, words[i].word) || says(r, FIELD_EVENT_TYPE, words[i].word))
            return failed && words[i].disposition != DISPOSITION_ALLOWED ? DISPOSITION_FAILED
                                                                         : words[i].disposition;
    return DISPOSITION_DETECTED;
}

/* A rule's name alone is no alert: winlogbeat puts Sysmon's RuleName there. */
static bool is_alert(const struct record *r)
{
    struct slice kind = r->first[FIELD_KIND];
    return slice_is(kind, "alert") || slice_is(kind, "signal") || r->first[FIELD_NATIVE_STATUS].p;
}

static void fill_alert(struct record *r, struct arena *a)
{
    int64_t score, original;
    r->kind = RECORD_ALERT;
    if (r->time != CLOCK_NONE)
        record_set_int(r, a, FIELD_UPDATED, r->time);
    /* @timestamp of an alert is its last update; what happened, happened at original_time */
    if (record_get_int(r, FIELD_EVENT_INGESTED, &original))
        record_set_time(r, a, original);
    if (!r->first[FIELD_SEVERITY].p && record_get_int(r, FIELD_SCORE, &score))
        record_set(r, a, FIELD_SEVERITY, slice_of(severity_name(severity_of_score(score))));
    record_set(r, a, FIELD_DISPOSITION, slice_of(disposition_name(disposition_of(r))));
    if (!r->first[FIELD_RULE_NAME].p)
        r->first[FIELD_RULE_NAME] = r->first[FIELD_MESSAGE];
}

const char *ecs_fill(struct ecs_state *s, struct slice document, struct record *r, struct arena *a)
{
    struct scan_fault fault;
    if (!s->ready) {
        map_compile(&s->map, ecs_rows, false);
        s->ready = true;
    }
    if (map_text(&s->map, document, r, a, &fault))
        return fault.what;
    r->kind = RECORD_EVENT;
    if (is_alert(r))
        fill_alert(r, a);
    if (r->time == CLOCK_NONE)
        return "no @timestamp that can be read";
    r->first[FIELD_KIND] = (struct slice){NULL, 0};
    r->first[FIELD_EVENT_INGESTED] = (struct slice){NULL, 0};
    r->native_id = r->first[FIELD_NATIVE_ID];
    record_finish(r, a);
    return NULL;
}
