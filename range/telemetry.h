/* Documents as an endpoint agent and the detection engine write them: field names and shapes of
 * Elastic 8.x
 * (https://www.elastic.co/docs/reference/security/fields-and-object-schemas/alert-schema and
 * https://github.com/elastic/endpoint-package). */
#ifndef HINOMI_RANGE_TELEMETRY_H
#define HINOMI_RANGE_TELEMETRY_H

#include "range/hosts_table.h"

#include <jansson.h>
#include <stdint.h>

/* Who: a machine that reports. Most are the range's; the background knows a few more by name alone.
 */
struct telemetry_host {
    const char *name, *address, *address6, *agent;
};
struct telemetry_host telemetry_of(enum range_host);

struct telemetry_process {
    int pid;
    int64_t start; /* wall ns */
    char entity[96];
    char executable[256], user[64], working[256], sha256[65];
    json_t *args;       /* array; owned */
    char command[1024]; /* joined */
    int exit_code;
    const struct telemetry_process *parent;
};

/* base64(agent-pid-start), as the agent makes it; stable. */
void telemetry_entity(struct telemetry_process *, const struct telemetry_host *);
/* {"pid":…,"entity_id":…,…,"parent":{…},"Ext":{"ancestry":[…]}} */
json_t *telemetry_process_json(const struct telemetry_process *);

/* The common part of every telemetry document: @timestamp, event, host, agent, user, data_stream.
 */
json_t *telemetry_event(const struct telemetry_host *, const char *category, const char *action,
    int64_t when, const char *user);

struct telemetry_rule {
    const char *id, *name, *severity; /* low, medium, high, critical */
    int risk;
    const char *reason; /* with %s for the process' name */
    const char *tactic_id, *tactic, *technique_id, *technique;
};
/* An alert over `event` (whose process, file, source, destination it takes over). `uuid` is written
 * to out. */
json_t *telemetry_alert(const struct telemetry_rule *, const json_t *event, int64_t detected,
    const char *uuid, const char *event_id);

/* Sends {"index","id","document"} towards the siem; takes over `document`. */
void telemetry_send(int socket, const char *index, const char *id, json_t *document);

#define STREAM_PROCESS "logs-endpoint.events.process-default"
#define STREAM_FILE "logs-endpoint.events.file-default"
#define STREAM_NETWORK "logs-endpoint.events.network-default"

/* A deterministic id of `size` - 1 hex digits from any text. */
void telemetry_id(const char *text, char *out, size_t size);
/* "8-4-4-4-12" */
void telemetry_uuid(const char *text, char out[37]);

/* What was there before: benign processes and ordinary alerts of the last 24 h. Calls put() for
 * each. */
void background_fill(int64_t now,
    void (*put)(void *owner, const char *index, const char *id, json_t *document), void *owner);

#endif
