#include "range/telemetry.h"

#include "core/base64.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct telemetry_host telemetry_of(enum range_host h)
{
    return (struct telemetry_host){
        range_hosts[h].name, range_hosts[h].address, range_hosts[h].address6, range_hosts[h].agent};
}

void telemetry_id(const char *text, char *out, size_t size)
{
    char hex[HASH_SHA256_TEXT];
    hash_sha256_hex(slice_of(text), hex);
    snprintf(out, size, "%.*s", (int)(size - 1 < 64 ? size - 1 : 64), hex);
}

void telemetry_uuid(const char *text, char out[37])
{
    char hex[33];
    telemetry_id(text, hex, sizeof(hex));
    snprintf(out, 37, "%.8s-%.4s-4%.3s-9%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

void telemetry_entity(struct telemetry_process *p, const struct telemetry_host *h)
{
    struct str plain = STR_INIT, coded = STR_INIT;
    str_printf(&plain, "%s-%d-%lld", h->agent, p->pid, (long long)(p->start / CLOCK_SECOND));
    base64_encode(&coded, str_as_slice(&plain));
    snprintf(p->entity, sizeof(p->entity), "%s", coded.p);
    str_release(&plain);
    str_release(&coded);
}

/* Milliseconds: what a `date` field keeps. */
static json_t *time_json(int64_t ns)
{
    char text[CLOCK_TEXT_MAX];
    return json_string(clock_format(ns - ns % CLOCK_MILLISECOND, text));
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static json_t *one_process(const struct telemetry_process *p)
{
    json_t *j = json_pack("{s:i,s:s,s:s,s:s,s:o,s:s}", "pid", p->pid, "entity_id", p->entity,
        "executable", p->executable, "name", base_name(p->executable), "start", time_json(p->start),
        "command_line", p->command);
    if (p->args) {
        json_object_set(j, "args", p->args);
        json_object_set_new(j, "args_count", json_integer((json_int_t)json_array_size(p->args)));
    }
    if (*p->working)
        json_object_set_new(j, "working_directory", json_string(p->working));
    if (*p->sha256)
        json_object_set_new(j, "hash", json_pack("{s:s}", "sha256", p->sha256));
    return j;
}

json_t *telemetry_process_json(const struct telemetry_process *p)
{
    json_t *j = one_process(p), *ancestry = json_array();
    if (p->parent)
        json_object_set_new(j, "parent", one_process(p->parent));
    for (const struct telemetry_process *a = p->parent; a && json_array_size(ancestry) < 20;
         a = a->parent)
        json_array_append_new(ancestry, json_string(a->entity));
    json_object_set_new(j, "Ext", json_pack("{s:o}", "ancestry", ancestry));
    return j;
}

static json_t *host_json(const struct telemetry_host *h)
{
    json_t *ip = json_array();
    json_array_append_new(ip, json_string(h->address));
    if (h->address6)
        json_array_append_new(ip, json_string(h->address6));
    return json_pack("{s:s,s:s,s:s,s:o,s:s,s:{s:s,s:s,s:s,s:s}}", "name", h->name, "hostname",
        h->name, "id", h->agent, "ip", ip, "architecture", "x86_64", "os", "type", "linux",
        "family", "debian", "platform", "debian", "name", "Linux");
}

json_t *telemetry_event(const struct telemetry_host *h, const char *category, const char *action,
    int64_t when, const char *user)
{
    struct str seed = STR_INIT;
    char id[25];
    str_printf(&seed, "%s %s %s %lld", h->name, category, action, (long long)when);
    telemetry_id(seed.p, id, sizeof(id));
    str_release(&seed);
    const char *type = strcmp(action, "end") == 0 ? "end" : "start";
    if (strcmp(category, "file") == 0)
        type = "creation";
    json_t *j = json_pack(
        "{s:o,s:{s:s,s:s,s:[s],s:[s],s:s,s:s,s:s,s:s,s:o,s:o},s:o,s:{s:s,s:s,s:s}}", "@timestamp",
        time_json(when), "event", "kind", "event", "action", action, "category", category, "type",
        type, "module", "endpoint", "outcome", "unknown", "id", id, "dataset", "endpoint.events",
        "created", time_json(when), "ingested", time_json(when + 700 * CLOCK_MILLISECOND), "host",
        host_json(h), "agent", "id", h->agent, "type", "endpoint", "version", "8.17.3");
    struct str set = STR_INIT;
    str_printf(&set, "endpoint.events.%s", category);
    json_object_set_new(json_object_get(j, "event"), "dataset", json_string(set.p));
    json_object_set_new(j, "data_stream",
        json_pack("{s:s,s:s,s:s}", "type", "logs", "dataset", set.p, "namespace", "default"));
    json_object_set_new(j, "user", json_pack("{s:s}", "name", user));
    json_object_set_new(j, "message", json_pack("s++", "Endpoint ", category, " event"));
    str_release(&set);
    return j;
}

static json_t *threat_json(const struct telemetry_rule *r)
{
    json_t *technique = json_pack("{s:s,s:s,s:s}", "id", r->technique_id, "name", r->technique,
        "reference", "https://attack.mitre.org/techniques/");
    const char *dot = strchr(r->technique_id, '.');
    if (dot) {
        char id[16];
        snprintf(id, sizeof(id), "%.*s", (int)(dot - r->technique_id), r->technique_id);
        json_t *sub = technique;
        technique =
            json_pack("{s:s,s:s,s:[o]}", "id", id, "name", r->technique, "subtechnique", sub);
    }
    return json_pack("[{s:s,s:{s:s,s:s},s:[o]}]", "framework", "MITRE ATT&CK", "tactic", "id",
        r->tactic_id, "name", r->tactic, "technique", technique);
}

/* What of the event the alert shows beside its own dotted keys. */
static void take_over(json_t *alert, const json_t *event)
{
    static const char *const parts[] = {"host", "agent", "user", "process", "file", "source",
        "destination", "network", "dns", "url"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        json_t *part = json_object_get(event, parts[i]);
        if (part)
            json_object_set(alert, parts[i], part);
    }
}

static void set_rule(json_t *alert, const struct telemetry_rule *r)
{
    char uuid[37];
    telemetry_uuid(r->id, uuid);
    json_t *parameters = json_pack("{s:s,s:s,s:s,s:i,s:o}", "description", r->reason, "rule_id",
        r->id, "severity", r->severity, "risk_score", r->risk, "threat", threat_json(r));
    json_object_set_new(alert, "kibana.alert.rule.name", json_string(r->name));
    json_object_set_new(alert, "kibana.alert.rule.uuid", json_string(uuid));
    json_object_set_new(alert, "kibana.alert.rule.rule_id", json_string(r->id));
    json_object_set_new(alert, "kibana.alert.rule.category", json_string("Custom Query Rule"));
    json_object_set_new(alert, "kibana.alert.rule.rule_type_id", json_string("siem.queryRule"));
    json_object_set_new(alert, "kibana.alert.rule.consumer", json_string("siem"));
    json_object_set_new(alert, "kibana.alert.rule.producer", json_string("siem"));
    json_object_set_new(alert, "kibana.alert.rule.threat", threat_json(r));
    json_object_set_new(alert, "kibana.alert.rule.parameters", parameters);
    json_object_set_new(alert, "kibana.alert.severity", json_string(r->severity));
    json_object_set_new(alert, "kibana.alert.risk_score", json_integer(r->risk));
    json_object_set_new(alert, "kibana.space_ids", json_pack("[s]", "default"));
}

json_t *telemetry_alert(const struct telemetry_rule *r, const json_t *event, int64_t detected,
    const char *uuid, const char *event_id)
{
    char reason[512];
    const char *name =
        json_string_value(json_object_get(json_object_get(event, "process"), "name"));
    const char *host = json_string_value(json_object_get(json_object_get(event, "host"), "name"));
    const char *category = json_string_value(
        json_array_get(json_object_get(json_object_get(event, "event"), "category"), 0));
    json_t *alert = json_object();
    snprintf(reason, sizeof(reason), "%s event%s%s on %s created %s alert %s.",
        category ? category : "an", name ? " with process " : "", name ? name : "",
        host ? host : "?", r->severity, r->name);
    json_object_set_new(alert, "@timestamp", time_json(detected));
    json_object_set_new(alert, "event.kind", json_string("signal"));
    json_object_set_new(alert, "event.category", json_pack("[s]", category ? category : "process"));
    json_object_set_new(alert, "event.module", json_string("endpoint"));
    json_object_set_new(alert, "event.ingested", time_json(detected));
    json_object_set_new(alert, "kibana.alert.uuid", json_string(uuid));
    json_object_set_new(alert, "kibana.alert.status", json_string("active"));
    json_object_set_new(alert, "kibana.alert.workflow_status", json_string("open"));
    json_object_set_new(alert, "kibana.alert.depth", json_integer(1));
    json_object_set_new(alert, "kibana.alert.reason", json_string(reason));
    json_object_set_new(
        alert, "kibana.alert.original_time", json_incref(json_object_get(event, "@timestamp")));
    json_object_set_new(alert, "kibana.alert.start", time_json(detected));
    json_object_set_new(alert, "kibana.alert.ancestors",
        json_pack("[{s:s,s:s,s:s,s:i}]", "id", event_id, "type", "event", "index",
            ".ds-" STREAM_PROCESS "-2026.01.05-000001", "depth", 0));
    json_object_set_new(alert, "kibana.version", json_string("8.17.3"));
    json_object_set_new(alert, "ecs.version", json_string("8.11.0"));
    json_object_set_new(alert, "tags", json_array());
    set_rule(alert, r);
    take_over(alert, event);
    return alert;
}

void telemetry_send(int socket, const char *index, const char *id, json_t *document)
{
    json_t *envelope = json_pack("{s:s,s:s*,s:o}", "index", index, "id", id, "document", document);
    char *text = json_dumps(envelope, JSON_COMPACT);
    if (text)
        send(socket, text, strlen(text), MSG_NOSIGNAL);
    free(text);
    json_decref(envelope);
}
