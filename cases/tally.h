/* Counts kept in memory while a batch is stored, written once at its end. */
#ifndef HINOMI_CASES_TALLY_H
#define HINOMI_CASES_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally_entry {
    int64_t a, b, c; /* the key; what it means is the owner's */
    int64_t first, last;
    int64_t count; /* 0: a free slot */
};

struct tally {
    struct tally_entry *slots;
    size_t size, used;
};

void tally_add(struct tally *t, const int64_t key[3], int64_t time);
/* The key's slot, its count 0 when the key is new; good until the next call. */
struct tally_entry *tally_find(struct tally *t, const int64_t key[3]);
void tally_clear(struct tally *t);
void tally_release(struct tally *t);

#endif
