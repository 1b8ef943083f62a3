/* Kibana's side: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-detections-api
 * and https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-endpoint-management-api */
#include "range/elastic_query.h"
#include "range/elastic_server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char workflow_status[] = "kibana.alert.workflow_status";

static bool selected(const json_t *body, const struct sim_document *d)
{
    const json_t *ids = json_object_get(body, "signal_ids");
    if (!ids)
        return sim_query_matches(json_object_get(body, "query"), d);
    const char *uuid = json_string_value(json_object_get(d->source, "kibana.alert.uuid"));
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (id && (strcmp(id, d->id) == 0 || (uuid && strcmp(id, uuid) == 0)))
            return true;
    }
    return false;
}

/* A changed copy, so that an open point in time keeps what it saw. */
static void set_status(struct sim_document *d, const char *status, const char *reason)
{
    char now[CLOCK_TEXT_MAX];
    json_t *copy = json_copy(d->source);
    clock_format(clock_now() / CLOCK_MILLISECOND * CLOCK_MILLISECOND, now);
    json_object_set_new(copy, workflow_status, json_string(status));
    json_object_set_new(copy, "kibana.alert.workflow_status_updated_at", json_string(now));
    if (reason)
        json_object_set_new(copy, "kibana.alert.workflow_reason", json_string(reason));
    else
        json_object_del(copy, "kibana.alert.workflow_reason");
    json_decref(d->source);
    d->source = copy;
}

static bool check_status_body(struct sim_request *r, const char *status)
{
    struct err e = ERR_INIT;
    const json_t *ids = json_object_get(r->body, "signal_ids");
    const json_t *query = json_object_get(r->body, "query");
    const char *key;
    json_t *value;
    if (!status || !sim_word_in("open closed acknowledged in-progress", status))
        sim_fail_kibana(r, 400,
            "[request body]: status: Invalid enum value. Expected 'open' | 'closed' | "
            "'acknowledged' | 'in-progress'");
    else if (!ids == !query)
        sim_fail_kibana(r, 400, "either \"signal_ids\" or \"query\" must be set");
    else if (ids && (!json_is_array(ids) || !json_array_size(ids)))
        sim_fail_kibana(
            r, 400, "[request body]: signal_ids: Array must contain at least 1 element(s)");
    else if (query && sim_query_check(query, &e) < 0)
        sim_fail_kibana(r, 400, "%s", e.text);
    if (r->reply.status)
        return false;
    json_object_foreach(r->body, key, value)
    {
        if (!sim_word_in("signal_ids query status reason conflicts", key))
            sim_fail_kibana(r, 400, "[request body]: Unrecognized key(s) in object: '%s'", key);
        if (r->reply.status)
            return false;
    }
    return true;
}

static void answer_updated(struct sim_request *r, json_int_t total)
{
    sim_answer(r, json_pack("{s:i,s:b,s:I,s:I,s:i,s:i,s:i,s:i,s:{s:i,s:i},s:i,s:f,s:i,s:[]}",
                      "took", 5, "timed_out", 0, "total", total, "updated", total, "deleted", 0,
                      "batches", 1, "version_conflicts", 0, "noops", 0, "retries", "bulk", 0,
                      "search", 0, "throttled_millis", 0, "requests_per_second", -1.0,
                      "throttled_until_millis", 0, "failures"));
}

/* Without Kibana: an update by query with a script. Painless is not run here; the one script that
 * sets the status from its parameters is known by what it names. */
void sim_serve_update_by_query(struct sim_request *r)
{
    struct err e = ERR_INIT;
    const json_t *script = json_object_get(r->body, "script");
    const json_t *query = json_object_get(r->body, "query");
    const char *source = json_string_value(json_object_get(script, "source"));
    const char *status =
        json_string_value(json_object_get(json_object_get(script, "params"), "status"));
    json_int_t total = 0;
    if (!source || !status || !strstr(source, workflow_status) ||
        !strstr(source, "params.status")) {
        sim_fail(r, 400, "simulator_limit_exception",
            "the simulator knows only a script that sets %s from params.status", workflow_status);
        return;
    }
    if (sim_query_check(query, &e) < 0) {
        sim_fail(r, 400, "parsing_exception", "%s", e.text);
        return;
    }
    for (size_t i = 0; i < r->sim->store.count; i++) {
        struct sim_document *d = &r->sim->store.documents[i];
        if (!sim_index_matches(d, r->argument, false) || !sim_query_matches(query, d))
            continue;
        set_status(d, status, NULL);
        total++;
    }
    answer_updated(r, total);
}

void sim_serve_status(struct sim_request *r)
{
    const char *status = json_string_value(json_object_get(r->body, "status"));
    const char *reason = json_string_value(json_object_get(r->body, "reason"));
    if (!check_status_body(r, status))
        return;
    json_int_t total = 0;
    for (size_t i = 0; i < r->sim->store.count; i++) {
        struct sim_document *d = &r->sim->store.documents[i];
        if (!sim_index_matches(d, SIM_ALERTS, false) || !selected(r->body, d))
            continue;
        set_status(d, status, strcmp(status, "closed") == 0 ? reason : NULL);
        total++;
    }
    answer_updated(r, total);
}

void sim_serve_signals_search(struct sim_request *r)
{
    struct sim_store seen = sim_store_snapshot(&r->sim->store, SIM_ALERTS, false);
    sim_search_run(r, &seen, NULL);
    sim_store_release(&seen);
}

static struct sim_action *action_new(struct sim_elastic *sim, const char *agent, bool release)
{
    struct sim_action *a = mem_zalloc(1, sizeof(*a));
    uint64_t n = ++sim->made * UINT64_C(0x9e3779b97f4a7c15);
    snprintf(a->id, sizeof(a->id), "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(n >> 32),
        (unsigned)(n >> 16 & 0xffff), (unsigned)(n >> 4 & 0xfff), (unsigned)(n & 0xfff),
        (unsigned long long)(n >> 8 & 0xffffffffffff));
    snprintf(a->agent, sizeof(a->agent), "%s", agent);
    a->release = release;
    a->started = clock_monotonic();
    a->next = sim->actions;
    sim->actions = a;
    return a;
}

/* An agent takes the order at its next check-in: pending for a second, then done. */
static json_t *action_json(const struct sim_action *a)
{
    char started[CLOCK_TEXT_MAX];
    int64_t age = clock_monotonic() - a->started;
    bool done = age > CLOCK_SECOND;
    clock_format((clock_now() - age) / CLOCK_MILLISECOND * CLOCK_MILLISECOND, started);
    return json_pack("{s:s,s:[s],s:s,s:s,s:s,s:b,s:b,s:b,s:s,s:s,s:s}", "id", a->id, "agents",
        a->agent, "agentType", "endpoint", "command", a->release ? "unisolate" : "isolate",
        "startedAt", started, "isCompleted", done, "wasSuccessful", done, "isExpired", 0, "status",
        done ? "successful" : "pending", "createdBy", "range", "comment",
        a->comment ? a->comment : "");
}

static bool has_agent(const struct sim_store *s, const char *agent)
{
    json_t *query = json_pack("{s:{s:s}}", "term", "agent.id", agent);
    bool found = false;
    for (size_t i = 0; i < s->count && !found; i++)
        found = sim_query_matches(query, &s->documents[i]);
    json_decref(query);
    return found;
}

static void isolate(struct sim_request *r, bool release)
{
    const json_t *ids = json_object_get(r->body, "endpoint_ids");
    const char *agent = json_string_value(json_array_get(ids, 0));
    const char *comment = json_string_value(json_object_get(r->body, "comment"));
    if (!agent || !*agent || strlen(agent) >= sizeof(((struct sim_action *)0)->agent)) {
        sim_fail_kibana(r, 400,
            "[request body.endpoint_ids]: array size is [0], but cannot be smaller than [1]");
        return;
    }
    if (!has_agent(&r->sim->store, agent)) {
        sim_fail_kibana(r, 404, "The host does not have Elastic Defend integration installed");
        return;
    }
    struct sim_action *a = action_new(r->sim, agent, release);
    a->comment = mem_strdup(comment);
    sim_answer(r, json_pack("{s:s,s:o}", "action", a->id, "data", action_json(a)));
}

void sim_serve_isolate(struct sim_request *r)
{
    isolate(r, false);
}

void sim_serve_unisolate(struct sim_request *r)
{
    isolate(r, true);
}

/* The routes of 7.x: "308 Permanent Redirect" to the new ones. */
void sim_serve_isolate_old(struct sim_request *r)
{
    const char *verb = strrchr(r->path, '/');
    r->reply.status = 308;
    r->reply.type = "application/json";
    sim_header(r, "Location", "/api/endpoint/action%s", verb);
}

void sim_serve_action(struct sim_request *r)
{
    for (const struct sim_action *a = r->sim->actions; a; a = a->next)
        if (strcmp(a->id, r->argument) == 0) {
            sim_answer(r, json_pack("{s:o}", "data", action_json(a)));
            return;
        }
    sim_fail_kibana(r, 404, "Action with id '%s' not found.", r->argument);
}
