#include "cases/tally.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static struct tally_entry *slot(struct tally *t, const int64_t key[3])
{
    uint64_t h = (uint64_t)key[0] * 0x9e3779b97f4a7c15u ^ (uint64_t)key[1] * 0xc2b2ae3d27d4eb4fu ^
                 (uint64_t)key[2] * 0x165667b19e3779f9u;
    for (size_t at = (h ^ h >> 29) & (t->size - 1);; at = (at + 1) & (t->size - 1)) {
        struct tally_entry *x = &t->slots[at];
        if (!x->count || (x->a == key[0] && x->b == key[1] && x->c == key[2]))
            return x;
    }
}

static void grow(struct tally *t)
{
    struct tally old = *t;
    t->size = old.size ? old.size * 2 : 1024;
    t->slots = mem_zalloc(t->size, sizeof *t->slots);
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].count)
            *slot(t, (int64_t[3]){old.slots[i].a, old.slots[i].b, old.slots[i].c}) = old.slots[i];
    free(old.slots);
}

void tally_add(struct tally *t, const int64_t key[3], int64_t time)
{
    if (2 * t->used >= t->size)
        grow(t);
    struct tally_entry *x = slot(t, key);
    if (!x->count++) {
        *x = (struct tally_entry){key[0], key[1], key[2], time, time, 1};
        t->used++;
        return;
    }
    if (time < x->first)
        x->first = time;
    if (time > x->last)
        x->last = time;
}

struct tally_entry *tally_find(struct tally *t, const int64_t key[3])
{
    if (2 * t->used >= t->size)
        grow(t);
    struct tally_entry *x = slot(t, key);
    if (!x->count) {
        *x = (struct tally_entry){.a = key[0], .b = key[1], .c = key[2]};
        t->used++;
    }
    return x;
}

void tally_clear(struct tally *t)
{
    if (t->used)
        memset(t->slots, 0, t->size * sizeof *t->slots);
    t->used = 0;
}

void tally_release(struct tally *t)
{
    free(t->slots);
    *t = (struct tally){NULL, 0, 0};
}
