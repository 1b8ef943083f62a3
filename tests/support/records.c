#include "tests/support/records.h"

#include "core/str.h"

#include <stdio.h>

static struct slice raw_of(struct batch *b, const char *raw, const char *id, int64_t second)
{
    if (raw)
        return arena_copy(&b->arena, slice_of(raw));
    return slice_of(arena_printf(&b->arena,
        "{\"id\":\"%s\",\"second\":%lld,\"made\":\"by a test\"}", id ? id : "", (long long)second));
}

struct record *records_alert(struct batch *b, const struct alert_spec *spec)
{
    struct record *r = batch_add(b, RECORD_ALERT);
    struct arena *a = &b->arena;
    record_set_time(r, a, records_time(spec->second));
    r->native_id = spec->id ? arena_copy(a, slice_of(spec->id)) : (struct slice){NULL, 0};
    r->raw = raw_of(b, spec->raw, spec->id, spec->second);
    record_set_text(r, a, FIELD_RULE_NAME, spec->rule);
    record_set_text(r, a, FIELD_HOST_NAME, spec->host);
    record_set_text(r, a, FIELD_USER_NAME, spec->user);
    record_set_text(r, a, FIELD_SEVERITY, spec->severity);
    record_set_text(r, a, FIELD_PROCESS_COMMAND_LINE, spec->command_line);
    if (spec->score)
        record_set_int(r, a, FIELD_SCORE, spec->score);
    return r;
}

struct record *records_event(struct batch *b, const struct event_spec *spec)
{
    struct record *r = batch_add(b, RECORD_EVENT);
    struct arena *a = &b->arena;
    record_set_time(r, a, records_time(spec->second));
    r->native_id = spec->id ? arena_copy(a, slice_of(spec->id)) : (struct slice){NULL, 0};
    r->raw = raw_of(b, spec->raw, spec->id, spec->second);
    record_set_text(r, a, FIELD_HOST_NAME, spec->host);
    record_set_text(r, a, FIELD_USER_NAME, spec->user);
    record_set_text(r, a, FIELD_EVENT_CATEGORY, spec->category);
    record_set_text(r, a, FIELD_PROCESS_COMMAND_LINE, spec->command_line);
    record_set_text(r, a, FIELD_PROCESS_ENTITY_ID, spec->entity);
    record_set_text(r, a, FIELD_PARENT_ENTITY_ID, spec->parent);
    record_set_text(r, a, FIELD_DESTINATION_IP, spec->address);
    return r;
}
