#include "range/agent.h"
#include "range/play_table.h"

#include "core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An engine needs a moment: alerts come after their events, as they do. */
#define DETECTION_DELAY (1200 * CLOCK_MILLISECOND)

static const char *event_id(const json_t *event)
{
    return json_string_value(json_object_get(json_object_get(event, "event"), "id"));
}

static void set_step(struct agent *a, const char *step)
{
    snprintf(a->room->state->play_step, sizeof(a->room->state->play_step), "%s", step);
}

static void raise_alert(struct agent *a, enum play_rule rule, const json_t *event)
{
    for (size_t i = 0; i < AGENT_ALERTS_MAX; i++) {
        struct agent_alert *q = &a->alerts[i];
        char seed[128];
        if (q->document)
            continue;
        snprintf(seed, sizeof(seed), "%s %s", play_rules[rule].id, event_id(event));
        telemetry_uuid(seed, q->uuid);
        q->due = clock_monotonic() + DETECTION_DELAY;
        q->document = telemetry_alert(
            &play_rules[rule], event, clock_now() + DETECTION_DELAY, q->uuid, event_id(event));
        return;
    }
}

void agent_send_due(struct agent *a)
{
    for (size_t i = 0; i < AGENT_ALERTS_MAX; i++) {
        struct agent_alert *q = &a->alerts[i];
        if (!q->document || q->due > clock_monotonic())
            continue;
        telemetry_send(
            a->room->documents[1], ".alerts-security.alerts-default", q->uuid, q->document);
        q->document = NULL;
    }
}

bool agent_has_more(const struct agent *a)
{
    for (size_t i = 0; i < AGENT_ALERTS_MAX; i++)
        if (a->alerts[i].document)
            return true;
    return false;
}

static void send_event(struct agent *a, const char *stream, json_t *event)
{
    char id[32];
    snprintf(id, sizeof(id), "%s", event_id(event));
    telemetry_send(a->room->documents[1], stream, id, event);
}

static bool ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), m = strlen(tail);
    return n >= m && strcmp(text + n - m, tail) == 0;
}

static void judge(struct agent *a, const struct telemetry_process *p, const json_t *event)
{
    if (p->parent && strcmp(p->parent->executable, PLAY_VIEWER) == 0) {
        set_step(a, "the viewer has started a shell");
        raise_alert(a, RULE_VIEWER_SHELL, event);
    } else if (ends_with(p->executable, "/base64")) {
        set_step(a, "an encoded launcher runs");
        raise_alert(a, RULE_ENCODED, event);
    } else if (strcmp(p->executable, PLAY_BEACON) == 0) {
        set_step(a, "the beacon runs");
        a->beacon_seen = true;
        a->room->state->play_pid = p->pid;
        raise_alert(a, RULE_HIDDEN_PROGRAM, event);
    }
}

void agent_report_process(struct agent *a, struct telemetry_process *p, const char *action)
{
    json_t *event = telemetry_event(&a->host, "process", action, clock_now(), p->user);
    json_t *process = telemetry_process_json(p);
    if (strcmp(action, "end") == 0)
        json_object_set_new(process, "exit_code", json_integer(p->exit_code));
    json_object_set_new(event, "process", process);
    /* two processes may do the same in the same nanosecond's millisecond: the id must tell them
     * apart */
    char seed[160], id[25];
    snprintf(seed, sizeof(seed), "%s %d %s", event_id(event), p->pid, action);
    telemetry_id(seed, id, sizeof(id));
    json_object_set_new(json_object_get(event, "event"), "id", json_string(id));
    if (strcmp(action, "exec") == 0)
        judge(a, p, event);
    send_event(a, STREAM_PROCESS, event);
}

static void report_file(
    struct agent *a, const struct play_file *f, struct telemetry_process *writer)
{
    struct stat st;
    const char *name = strrchr(f->path, '/') + 1;
    json_t *event = telemetry_event(&a->host, "file", "creation", clock_now(), writer->user);
    json_object_set_new(event, "process", telemetry_process_json(writer));
    if (stat(f->path, &st) < 0)
        st.st_size = 0;
    json_object_set_new(event, "file",
        json_pack("{s:s,s:s,s:I}", "path", f->path, "name", name, "size", (json_int_t)st.st_size));
    set_step(a, f->step);
    if (f->rule != RULE_NONE)
        raise_alert(a, f->rule, event);
    send_event(a, STREAM_FILE, event);
}

/* Called when `writer` has just stopped: what is new is its work, or that of a command it waited
 * for. */
void agent_report_files(struct agent *a, struct telemetry_process *writer)
{
    for (size_t i = 0; i < play_file_count; i++) {
        if (a->file_seen[i] || access(play_files[i].path, F_OK) < 0)
            continue;
        a->file_seen[i] = true;
        report_file(a, &play_files[i], writer);
    }
}

void agent_report_network(struct agent *a, struct telemetry_process *p, int port)
{
    json_t *event =
        telemetry_event(&a->host, "network", "connection_attempted", clock_now(), p->user);
    json_object_set_new(event, "process", telemetry_process_json(p));
    json_object_set_new(
        event, "source", json_pack("{s:s,s:i}", "ip", a->host.address, "port", port));
    json_object_set_new(event, "destination",
        json_pack("{s:s,s:i}", "ip", RANGE_C2_ADDRESS, "port", RANGE_C2_PORT));
    json_object_set_new(event, "network",
        json_pack("{s:s,s:s,s:s}", "transport", "tcp", "type", "ipv4", "direction", "egress"));
    if (a->network_seen) { /* the second call is the pattern, not the connection */
        raise_alert(a, RULE_BEACON, event);
        a->beacon_alerted = true;
        json_decref(event);
        return;
    }
    a->network_seen = true;
    send_event(a, STREAM_NETWORK, event);
}
