/* A borrowed run of bytes: not terminated, may hold NUL, owned by whoever owns the buffer. */
#ifndef HINOMI_CORE_SLICE_H
#define HINOMI_CORE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *p; /* NULL: absent; "" with n 0: present and empty */
    size_t n;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
    return slice_equal(a, slice_of(text));
}

/* ASCII case only; other bytes must be equal. */
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_starts(struct slice a, struct slice prefix);
bool slice_ends(struct slice a, struct slice suffix);

/* Without ASCII white space at both ends. */
struct slice slice_trim(struct slice a);

/* Whole slice as a number; false if anything else stands in it or it does not fit.
 * slice_int takes an optional sign and decimal digits; slice_uint decimal or 0x hex. */
bool slice_int(struct slice a, int64_t *value);
bool slice_uint(struct slice a, uint64_t *value);

/* 64 bits, well mixed, not cryptographic; stable across versions and machines (stored in
 * databases). */
uint64_t slice_hash(struct slice a, uint64_t seed);

#endif
