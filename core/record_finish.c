#include "core/record.h"

#include <stdio.h>

/* What an event number says by itself. Sysmon's:
 * https://learn.microsoft.com/sysinternals/downloads/sysmon#events; Windows Security's:
 * https://learn.microsoft.com/windows/security/threat-protection/auditing/. Categories are ECS's.
 */
static const struct meaning {
    const char *provider; /* a part of event.provider */
    int code;
    const char *category, *action;
} meanings[] = {
    {"Sysmon", 1, "process", "start"},
    {"Sysmon", 2, "file", "timestamp_changed"},
    {"Sysmon", 3, "network", "connection_attempted"},
    {"Sysmon", 5, "process", "end"},
    {"Sysmon", 6, "driver", "load"},
    {"Sysmon", 7, "library", "load"},
    {"Sysmon", 8, "process", "remote_thread"},
    {"Sysmon", 9, "file", "raw_read"},
    {"Sysmon", 10, "process", "access"},
    {"Sysmon", 11, "file", "creation"},
    {"Sysmon", 12, "registry", "key_changed"},
    {"Sysmon", 13, "registry", "modification"},
    {"Sysmon", 14, "registry", "renamed"},
    {"Sysmon", 15, "file", "stream_created"},
    {"Sysmon", 17, "file", "pipe_created"},
    {"Sysmon", 18, "file", "pipe_connected"},
    {"Sysmon", 19, "configuration", "wmi_filter"},
    {"Sysmon", 20, "configuration", "wmi_consumer"},
    {"Sysmon", 21, "configuration", "wmi_binding"},
    {"Sysmon", 22, "network", "lookup_requested"},
    {"Sysmon", 23, "file", "deletion"},
    {"Sysmon", 25, "process", "image_changed"},
    {"Sysmon", 26, "file", "deletion"},
    {"Sysmon", 29, "file", "executable_detected"},
    {"Security-Auditing", 4624, "authentication", "logged-in"},
    {"Security-Auditing", 4625, "authentication", "logon-failed"},
    {"Security-Auditing", 4634, "authentication", "logged-out"},
    {"Security-Auditing", 4648, "authentication", "logged-in-explicit"},
    {"Security-Auditing", 4657, "registry", "modification"},
    {"Security-Auditing", 4663, "file", "access"},
    {"Security-Auditing", 4672, "iam", "logged-in-special"},
    {"Security-Auditing", 4688, "process", "start"},
    {"Security-Auditing", 4689, "process", "end"},
    {"Security-Auditing", 4697, "configuration", "service-installed"},
    {"Security-Auditing", 4698, "configuration", "scheduled-task-created"},
    {"Security-Auditing", 4699, "configuration", "scheduled-task-deleted"},
    {"Security-Auditing", 4702, "configuration", "scheduled-task-updated"},
    {"Security-Auditing", 4720, "iam", "added-user-account"},
    {"Security-Auditing", 4726, "iam", "deleted-user-account"},
    {"Security-Auditing", 4728, "iam", "added-member-to-group"},
    {"Security-Auditing", 4732, "iam", "added-member-to-group"},
    {"Security-Auditing", 4768, "authentication", "kerberos-ticket-requested"},
    {"Security-Auditing", 4769, "authentication", "kerberos-service-ticket-requested"},
    {"Security-Auditing", 4776, "authentication", "credential-validated"},
    {"Security-Auditing", 5140, "file", "network-share-accessed"},
    {"Security-Auditing", 5145, "file", "network-share-accessed"},
    {"Security-Auditing", 5156, "network", "connection_allowed"},
    {"Security-Auditing", 5158, "network", "bind_allowed"},
    {"Eventlog", 1102, "configuration", "audit-log-cleared"},
    {"Service Control Manager", 7045, "configuration", "service-installed"},
    {"PowerShell", 4103, "process", "module-logged"},
    {"PowerShell", 4104, "process", "script-block-logged"},
};

static bool contains_nocase(struct slice text, struct slice part)
{
    for (size_t i = 0; i + part.n <= text.n; i++)
        if (slice_equal_nocase((struct slice){text.p + i, part.n}, part))
            return true;
    return false;
}

static const struct meaning *meaning_of(const struct record *r)
{
    int64_t code;
    struct slice provider = r->first[FIELD_EVENT_PROVIDER];
    if (!provider.p || !record_get_int(r, FIELD_EVENT_CODE, &code))
        return NULL;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == code && contains_nocase(provider, slice_of(meanings[i].provider)))
            return &meanings[i];
    return NULL;
}

static void set_missing(struct record *r, enum field field, struct slice value)
{
    if (!r->first[field].p && value.n)
        r->first[field] = value;
}

/* Behind the last slash of either kind. */
static struct slice base_name(struct slice path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/' && path.p[n - 1] != '\\')
        n--;
    return (struct slice){path.p ? path.p + n : NULL, path.n - n};
}

/* hash(host, pid, start): the same process has the same id whichever record names it. */
static struct slice entity_id(
    struct arena *a, const struct record *r, enum field pid_field, enum field start_field)
{
    int64_t pid, start;
    struct slice host = r->first[FIELD_HOST_NAME];
    if (!host.n || !record_get_int(r, pid_field, &pid) || !record_get_int(r, start_field, &start))
        return (struct slice){NULL, 0};
    char key[48], *name = arena_alloc(a, host.n);
    for (size_t i = 0; i < host.n; i++)
        name[i] = host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] + 32) : host.p[i];
    snprintf(key, sizeof key, "%lld %lld", (long long)pid, (long long)start);
    uint64_t hash = slice_hash(slice_of(key), slice_hash((struct slice){name, host.n}, 0));
    return slice_of(arena_printf(a, "h:%016llx", (unsigned long long)hash));
}

static void finish_times(struct record *r, struct arena *a)
{
    struct slice action = r->first[FIELD_EVENT_ACTION];
    bool process = r->kind == RECORD_EVENT && r->first[FIELD_EVENT_CATEGORY].p &&
                   slice_is(r->first[FIELD_EVENT_CATEGORY], "process");
    if (!process || r->time == CLOCK_NONE)
        return;
    if (!r->first[FIELD_PROCESS_START].p && (slice_is(action, "start") || slice_is(action, "fork")))
        record_set_int(r, a, FIELD_PROCESS_START, r->time);
    if (!r->first[FIELD_PROCESS_END].p && slice_is(action, "end"))
        record_set_int(r, a, FIELD_PROCESS_END, r->time);
}

static void finish_ids(struct record *r, struct arena *a)
{
    if (r->first[FIELD_PROCESS_ENTITY_ID].p)
        return;
    set_missing(
        r, FIELD_PROCESS_ENTITY_ID, entity_id(a, r, FIELD_PROCESS_PID, FIELD_PROCESS_START));
    set_missing(r, FIELD_PARENT_ENTITY_ID, entity_id(a, r, FIELD_PARENT_PID, FIELD_PARENT_START));
}

void record_finish(struct record *r, struct arena *a)
{
    const struct meaning *m = meaning_of(r);
    if (m) {
        set_missing(r, FIELD_EVENT_CATEGORY, slice_of(m->category));
        set_missing(r, FIELD_EVENT_ACTION, slice_of(m->action));
    }
    set_missing(r, FIELD_PROCESS_NAME, base_name(r->first[FIELD_PROCESS_EXECUTABLE]));
    set_missing(r, FIELD_PARENT_NAME, base_name(r->first[FIELD_PARENT_EXECUTABLE]));
    set_missing(r, FIELD_FILE_NAME, base_name(r->first[FIELD_FILE_PATH]));
    finish_times(r, a);
    finish_ids(r, a);
    if (r->kind != RECORD_ALERT)
        return;
    set_missing(r, FIELD_SEVERITY, SLICE("info"));
    set_missing(r, FIELD_DISPOSITION, SLICE("unknown"));
}
