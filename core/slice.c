#include "core/slice.h"

#include <endian.h>

static inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool slice_starts(struct slice a, struct slice prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

bool slice_ends(struct slice a, struct slice suffix)
{
    return a.n >= suffix.n &&
           (suffix.n == 0 || memcmp(a.p + a.n - suffix.n, suffix.p, suffix.n) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice a)
{
    while (a.n && is_space(a.p[0])) {
        a.p++;
        a.n--;
    }
    while (a.n && is_space(a.p[a.n - 1]))
        a.n--;
    return a;
}

static int digit(char c, int base)
{
    int d = c >= '0' && c <= '9'                 ? c - '0'
            : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10
                                                 : 99;
    return d < base ? d : -1;
}

static bool parse(struct slice a, int base, uint64_t *value)
{
    uint64_t v = 0;
    if (!a.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        int d = digit(a.p[i], base);
        if (d < 0 || __builtin_mul_overflow(v, (uint64_t)base, &v) ||
            __builtin_add_overflow(v, (uint64_t)d, &v))
            return false;
    }
    *value = v;
    return true;
}

bool slice_uint(struct slice a, uint64_t *value)
{
    if (a.n > 2 && a.p[0] == '0' && lower(a.p[1]) == 'x')
        return parse((struct slice){a.p + 2, a.n - 2}, 16, value);
    return parse(a, 10, value);
}

bool slice_int(struct slice a, int64_t *value)
{
    bool negative = a.n && a.p[0] == '-';
    uint64_t v;
    if (a.n && (a.p[0] == '-' || a.p[0] == '+')) {
        a.p++;
        a.n--;
    }
    if (!parse(a, 10, &v) || v > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *value = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9fb21c651e98df25u;
    return h ^ (h >> 35);
}

/* Eight bytes a step: whole raw records are hashed. Little-endian everywhere, since it is stored.
 */
uint64_t slice_hash(struct slice a, uint64_t seed)
{
    uint64_t h = 0xcbf29ce484222325u ^ seed ^ (a.n * 0x100000001b3u), word;
    size_t i = 0;
    for (; i + sizeof word <= a.n; i += sizeof word) {
        memcpy(&word, a.p + i, sizeof word);
        h = mix(h, le64toh(word));
    }
    word = 0;
    if (i < a.n)
        memcpy(&word, a.p + i, a.n - i);
    h = mix(h, le64toh(word));
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    h ^= h >> 32;
    return h;
}
