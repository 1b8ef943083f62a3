/* Suricata EVE: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html. alert.severity
 * 1 is the highest.
 * `host` is the sensor's name (sensor-name in suricata.yaml), not a host that it saw: left out. */
#include "connectors/mapped.h"
#include "core/command.h"
#include "core/vocabulary.h"

static const struct map_row rows[] = {
    {"timestamp", FIELD_TIMESTAMP, MAP_TIME},
    {"event_type", FIELD_EVENT_ACTION, MAP_LOWER},
    {"src_ip", FIELD_SOURCE_IP, MAP_IP},
    {"src_port", FIELD_SOURCE_PORT, MAP_NUMBER},
    {"dest_ip", FIELD_DESTINATION_IP, MAP_IP},
    {"dest_port", FIELD_DESTINATION_PORT, MAP_NUMBER},
    {"proto", FIELD_NETWORK_TRANSPORT, MAP_LOWER},
    {"alert.signature", FIELD_RULE_NAME, MAP_TEXT},
    {"alert.signature_id", FIELD_RULE_ID, MAP_TEXT},
    {"alert.category", FIELD_RULE_DESCRIPTION, MAP_TEXT},
    {"alert.severity", FIELD_SCORE, MAP_NUMBER},
    {"alert.action", FIELD_DISPOSITION, MAP_LOWER},
    {"alert.metadata.signature_severity", FIELD_SEVERITY, MAP_SEVERITY},
    {"alert.metadata.mitre_technique_id", FIELD_THREAT_TECHNIQUE, MAP_TECHNIQUE},
    {"alert.metadata.mitre_tactic_name", FIELD_THREAT_TACTIC, MAP_TEXT},
    {"dns.rrname", FIELD_DNS_QUESTION, MAP_TEXT},
    {"dns.query.rrname", FIELD_DNS_QUESTION, MAP_TEXT},
    {"dns.queries.rrname", FIELD_DNS_QUESTION, MAP_TEXT},
    {"dns.grouped.A", FIELD_DNS_ANSWERS, MAP_IP},
    {"dns.answers.rdata", FIELD_DNS_ANSWERS, MAP_IP},
    {"http.hostname", FIELD_DESTINATION_DOMAIN, MAP_TEXT},
    {"http.url", FIELD_URL_FULL, MAP_TEXT},
    {"http.http_user_agent", FIELD_HTTP_USER_AGENT, MAP_TEXT},
    {"tls.sni", FIELD_DESTINATION_DOMAIN, MAP_TEXT},
    {"tls.ja3.hash", FIELD_TLS_JA3, MAP_TEXT},
    {"fileinfo.filename", FIELD_FILE_PATH, MAP_TEXT},
    {"fileinfo.sha256", FIELD_FILE_HASH_SHA256, MAP_HASH},
    {"flow.bytes_toserver", FIELD_NETWORK_BYTES, MAP_NUMBER},
    {NULL, FIELD_NONE, MAP_TEXT},
};

static void fill_alert(struct record *r, struct arena *a)
{
    static const enum severity by_priority[] = {
        SEVERITY_CRITICAL, SEVERITY_HIGH, SEVERITY_MEDIUM, SEVERITY_LOW, SEVERITY_INFO};
    struct slice action = r->first[FIELD_DISPOSITION];
    bool blocked = slice_is(action, "blocked") || slice_is(action, "drop");
    int64_t priority = 3;
    r->kind = RECORD_ALERT;
    record_get_int(r, FIELD_SCORE, &priority);
    if (!r->first[FIELD_SEVERITY].p) {
        size_t at = priority < 1 ? 1 : priority > 4 ? 4 : (size_t)priority;
        record_set(r, a, FIELD_SEVERITY, slice_of(severity_name(by_priority[at])));
    }
    record_set(r, a, FIELD_DISPOSITION, blocked ? SLICE("prevented") : SLICE("allowed"));
}

static const char *after(struct record *r, struct arena *a, struct slice piece)
{
    (void)piece;
    if (!r->first[FIELD_EVENT_ACTION].p)
        return "no event_type: not an EVE record";
    if (slice_is(r->first[FIELD_EVENT_ACTION], "alert") && r->first[FIELD_RULE_NAME].p)
        fill_alert(r, a);
    else
        r->first[FIELD_DISPOSITION] = (struct slice){NULL, 0};
    r->first[FIELD_SCORE] = (struct slice){NULL, 0};
    return NULL;
}

static const struct mapped_format suricata = {
    .rows = rows,
    .marks = (const char *const[]){"\"event_type\"", "\"timestamp\"", NULL},
    .sure = 92,
    .kind = RECORD_EVENT,
    .provider = "suricata",
    .named_by = FIELD_NONE,
    .category = "network",
    .after = after,
};

MAPPED_FILE_FORMAT(suricata, N_("Suricata EVE: alerts, flows, DNS, HTTP, TLS, files"))
