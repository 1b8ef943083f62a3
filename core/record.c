#include "core/record.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void batch_init(struct batch *b)
{
    *b = (struct batch){.arena = ARENA_INIT};
}

void batch_reset(struct batch *b)
{
    arena_reset(&b->arena);
    b->count = b->bad_count = 0;
    b->cursor = (struct slice){NULL, 0};
    b->pages = 0;
}

void batch_release(struct batch *b)
{
    arena_release(&b->arena);
    free(b->records);
    free(b->bad);
    batch_init(b);
}

struct record *batch_add(struct batch *b, enum record_kind kind)
{
    if (b->count == b->capacity) {
        b->capacity = b->capacity ? b->capacity * 2 : 64;
        b->records = mem_grow(b->records, b->capacity, sizeof *b->records);
    }
    struct record *r = &b->records[b->count++];
    memset(r, 0, sizeof *r);
    r->kind = kind;
    r->time = r->shipped = CLOCK_NONE;
    return r;
}

void batch_drop_last(struct batch *b)
{
    if (b->count)
        b->count--;
}

void batch_add_bad(struct batch *b, struct slice raw, struct slice place, const char *reason, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, reason);
    vsnprintf(text, sizeof text, reason, ap);
    va_end(ap);
    if (b->bad_count == b->bad_capacity) {
        b->bad_capacity = b->bad_capacity ? b->bad_capacity * 2 : 16;
        b->bad = mem_grow(b->bad, b->bad_capacity, sizeof *b->bad);
    }
    b->bad[b->bad_count++] = (struct bad_record){
        .raw = arena_copy(&b->arena, raw),
        .place = arena_copy(&b->arena, place),
        .reason = arena_copy(&b->arena, slice_of(text)),
    };
}

static bool is_absent(struct slice v)
{
    return v.n == 0 || (v.n == 1 && v.p[0] == '-') || slice_is(v, "N/A");
}

static void append(struct record *r, struct arena *a, enum field field, struct slice value)
{
    struct record_value **end = &r->more;
    if (slice_equal(r->first[field], value))
        return;
    for (; *end; end = &(*end)->next)
        if ((*end)->field == field && slice_equal((*end)->value, value))
            return;
    *end = arena_alloc(a, sizeof **end);
    **end = (struct record_value){field, value, NULL};
}

void record_set(struct record *r, struct arena *a, enum field field, struct slice value)
{
    if (is_absent(value))
        return;
    if (field_table[field].many && r->first[field].p)
        append(r, a, field, value);
    else
        r->first[field] = value;
}

void record_set_text(struct record *r, struct arena *a, enum field field, const char *text)
{
    if (text)
        record_set(r, a, field, arena_copy(a, slice_of(text)));
}

void record_set_int(struct record *r, struct arena *a, enum field field, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    record_set_text(r, a, field, digits);
}

void record_set_time(struct record *r, struct arena *a, int64_t ns)
{
    r->time = ns;
    r->first[FIELD_TIMESTAMP] = (struct slice){NULL, 0};
    record_set_int(r, a, FIELD_TIMESTAMP, ns);
}

bool record_get_int(const struct record *r, enum field field, int64_t *value)
{
    return r->first[field].p && slice_int(r->first[field], value);
}

bool record_next(
    const struct record *r, enum field field, const struct record_value **at, struct slice *value)
{
    static const struct record_value start;
    const struct record_value *v;
    if (!*at) {
        if (!r->first[field].p)
            return false;
        *at = &start;
        *value = r->first[field];
        return true;
    }
    for (v = *at == &start ? r->more : (*at)->next; v; v = v->next)
        if (v->field == field) {
            *at = v;
            *value = v->value;
            return true;
        }
    return false;
}
