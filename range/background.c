/* Ordinary alerts and processes of the last day, so that the queue looks as a queue does. The same
 * in each range but for the time. */
#include "range/background_table.h"

#include "core/clock.h"
#include "core/slice.h"

#include <stdio.h>
#include <string.h>

enum { ALERTS = 64, PROCESSES = 240 };

struct filler {
    int64_t now;
    uint64_t seed;
    void (*put)(void *owner, const char *index, const char *id, json_t *document);
    void *owner;
};

static uint64_t draw(struct filler *f, uint64_t below)
{
    /* a generator of the range's own: the same day is played whatever core/ hashes with */
    uint64_t h = 0xcbf29ce484222325u ^ 1;
    for (size_t i = 0; i < sizeof(f->seed); i++)
        h = (h ^ (f->seed >> (8 * i) & 255)) * 0x100000001b3u;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    f->seed = h ^ h >> 32;
    return f->seed % below;
}

static json_t *words_of(const char *command)
{
    json_t *args = json_array();
    while (*command) {
        size_t n = strcspn(command, " ");
        json_array_append_new(args, json_stringn(command, n));
        command += n + (command[n] == ' ');
    }
    return args;
}

static void fill(struct telemetry_process *p, const struct telemetry_host *h,
    const struct background_program *what, int pid, int64_t start)
{
    *p = (struct telemetry_process){.pid = pid, .start = start, .args = words_of(what->command)};
    snprintf(p->executable, sizeof(p->executable), "%s", what->executable);
    snprintf(p->command, sizeof(p->command), "%s", what->command);
    snprintf(p->user, sizeof(p->user), "%s", what->user);
    snprintf(p->working, sizeof(p->working), "/");
    telemetry_id(what->executable, p->sha256, sizeof(p->sha256));
    telemetry_entity(p, h);
}

/* One process under its machine's init, begun at `when`. */
static json_t *make_event(struct filler *f, const struct telemetry_host *h,
    const struct background_program *what, int64_t when)
{
    static const struct background_program init = {
        "/usr/lib/systemd/systemd", "/sbin/init", "root"};
    struct telemetry_process parent, child;
    fill(&parent, h, &init, 1, f->now - 9 * 86400 * CLOCK_SECOND);
    fill(&child, h, what, 900 + (int)draw(f, 60000), when);
    child.parent = &parent;
    json_t *event = telemetry_event(h, "process", "exec", when, what->user);
    json_object_set_new(event, "process", telemetry_process_json(&child));
    json_decref(parent.args);
    json_decref(child.args);
    return event;
}

static const char *event_id(const json_t *event)
{
    return json_string_value(json_object_get(json_object_get(event, "event"), "id"));
}

static void add_event(struct filler *f, size_t i)
{
    const struct telemetry_host *h = &background_hosts[draw(f, background_host_count)];
    const struct background_program *what = &background_programs[draw(f, background_program_count)];
    int64_t when = f->now - (int64_t)(i * 45 + draw(f, 45) + 5) * CLOCK_SECOND;
    json_t *event = make_event(f, h, what, when);
    char id[25];
    snprintf(id, sizeof(id), "%s", event_id(event));
    f->put(f->owner, STREAM_PROCESS, id, event);
}

static void add_alert(struct filler *f, size_t i)
{
    const struct telemetry_rule *rule = &background_rules[draw(f, background_rule_count)];
    const struct telemetry_host *h = &background_hosts[draw(f, background_host_count)];
    const struct background_program *what = &background_programs[draw(f, background_program_count)];
    int64_t minute = 60 * CLOCK_SECOND;
    int64_t detected = f->now - (int64_t)(i * 22 + draw(f, 20) + 2) * minute;
    json_t *event = make_event(f, h, what, detected - (int64_t)(draw(f, 200) + 20) * CLOCK_SECOND);
    char seed[64], uuid[37], id[25];
    snprintf(seed, sizeof(seed), "background %zu", i);
    telemetry_uuid(seed, uuid);
    snprintf(id, sizeof(id), "%s", event_id(event));
    json_t *alert = telemetry_alert(rule, event, detected, uuid, id);
    if (i > 20 && draw(f, 4) == 0) /* yesterday's are partly done */
        json_object_set_new(alert, "kibana.alert.workflow_status",
            json_string(draw(f, 2) ? "closed" : "acknowledged"));
    f->put(f->owner, STREAM_PROCESS, id, event);
    f->put(f->owner, ".alerts-security.alerts-default", uuid, alert);
}

void background_fill(int64_t now,
    void (*put)(void *owner, const char *index, const char *id, json_t *document), void *owner)
{
    struct filler f = {now, 20261122, put, owner};
    for (size_t i = PROCESSES; i-- > 0;)
        add_event(&f, i);
    for (size_t i = ALERTS; i-- > 0;)
        add_alert(&f, i);
}
