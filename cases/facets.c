#include "cases/facets.h"

#include "core/mem.h"

#include <stdlib.h>

struct facet {
    struct facet_add sum;
    uint64_t hash;
};

static uint64_t hash_nocase(struct slice v)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 0x100000001b3u;
    }
    return h ^ h >> 31;
}

static struct facet *slot(struct facets *f, struct slice value, uint64_t hash)
{
    for (size_t at = hash & (f->size - 1);; at = (at + 1) & (f->size - 1)) {
        struct facet *x = &f->slots[at];
        if (!x->sum.count || (x->hash == hash && slice_equal_nocase(x->sum.value, value)))
            return x;
    }
}

static void grow(struct facets *f)
{
    struct facets old = *f;
    f->size = old.size ? old.size * 2 : 256;
    f->slots = mem_zalloc(f->size, sizeof *f->slots);
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].sum.count)
            *slot(f, old.slots[i].sum.value, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

void facets_add(struct facets *f, const struct facet_add *add)
{
    if (2 * f->used >= f->size)
        grow(f);
    uint64_t hash = hash_nocase(add->value);
    struct facet *x = slot(f, add->value, hash);
    if (!x->sum.count) {
        *x = (struct facet){*add, hash};
        x->sum.value = arena_copy(&f->arena, add->value);
        f->used++;
        return;
    }
    x->sum.count += add->count;
    if (add->first < x->sum.first)
        x->sum.first = add->first;
    if (add->last > x->sum.last)
        x->sum.last = add->last;
    if (add->severity > x->sum.severity)
        x->sum.severity = add->severity;
}

void facets_add_record(struct facets *f, const struct record *r, enum field field)
{
    const struct record_value *at = NULL;
    struct facet_add add = {.count = 1,
        .first = r->time,
        .last = r->time,
        .severity = r->first[FIELD_SEVERITY].p ? severity_find(r->first[FIELD_SEVERITY]) : -1};
    while (record_next(r, field, &at, &add.value))
        facets_add(f, &add);
}

static int by_count(const void *a, const void *b)
{
    const struct field_group *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->value, y->value);
}

void facets_take(struct facets *f, size_t limit, struct field_group **groups, size_t *count)
{
    struct field_group *list = mem_zalloc(f->used, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < f->size; i++) {
        const struct facet_add *x = &f->slots[i].sum;
        if (x->count)
            list[n++] = (struct field_group){
                mem_strndup(x->value.p, x->value.n), x->count, x->first, x->last, x->severity};
    }
    qsort(list, n, sizeof *list, by_count);
    for (size_t i = limit; limit && i < n; i++)
        free(list[i].value);
    *groups = list;
    *count = limit && n > limit ? limit : n;
    arena_release(&f->arena);
    free(f->slots);
    *f = (struct facets){0};
}

void field_groups_free(struct field_group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(groups[i].value);
    free(groups);
}
