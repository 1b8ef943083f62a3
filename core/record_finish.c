#include "core/record.h"

#include <stdio.h>

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
