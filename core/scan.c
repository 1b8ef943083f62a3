#include "core/scan.h"

#include "core/utf8.h"

#include <emmintrin.h>

static const uint64_t basis = 0xcbf29ce484222325u, prime = 0x100000001b3u;

static uint64_t extend(uint64_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * prime;
    return h;
}

uint64_t scan_path(const char *path)
{
    return extend(basis, path, strlen(path));
}

static uint64_t key_hash(const char *p, size_t n)
{
    char first = n ? p[0] : 0;
    if (first >= 'A' && first <= 'Z')
        first = (char)(first + 32);
    return n ? extend(extend(basis, &first, 1), p + 1, n - 1) : basis;
}

uint64_t scan_key(const char *key)
{
    return key_hash(key, strlen(key));
}

uint64_t scan_key_of(struct slice key)
{
    return key_hash(key.p, key.n);
}

struct frame {
    uint64_t path;     /* of the container itself */
    struct slice name; /* key that led here, for the elements of arrays */
    bool is_array, any;
};

struct scan {
    const char *start, *at, *end;
    const char *what; /* the fault */
    scan_sink *sink;
    void *owner;
    int stopped; /* the sink's word */
    unsigned depth;
    struct frame frames[SCAN_DEPTH_MAX];
};

static void skip_space(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

static bool fail(struct scan *s, const char *what)
{
    s->what = what;
    return false;
}

/* From behind the opening quote to the next byte that is a quote, a backslash or a control; *high
 * tells whether a byte of 0x80 and above was passed. SSE2 is part of x86-64; elsewhere gcc's
 * vectors do the same byte by byte. */
static const char *string_stop(const char *p, const char *end, bool *high)
{
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    while (end - p >= 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        unsigned top = (unsigned)_mm_movemask_epi8(v);
        if (mask) {
            unsigned n = (unsigned)__builtin_ctz(mask);
            *high |= (top & ((1u << n) - 1)) != 0;
            return p + n;
        }
        *high |= top != 0;
        p += 16;
    }
    for (; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\' || c < 0x20)
            return p;
        *high |= c >= 0x80;
    }
    return end;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool check_escape(struct scan *s, const char **p)
{
    const char *q = *p + 1;
    if (q >= s->end)
        return fail(s, "the text ends inside a string");
    if (*q == 'u') {
        for (int i = 1; i <= 4; i++)
            if (q + i >= s->end || !is_hex(q[i]))
                return fail(s, "\\u wants four hexadecimal digits");
        *p = q + 5;
        return true;
    }
    if (!memchr("\"\\/bfnrt", *q, 8))
        return fail(s, "no such escape");
    *p = q + 1;
    return true;
}

/* s->at stands on the opening quote; afterwards behind the closing one. */
static bool string(struct scan *s, struct slice *raw, bool *escaped)
{
    const char *begin = s->at + 1, *p = begin;
    bool high = false;
    *escaped = false;
    for (;;) {
        p = string_stop(p, s->end, &high);
        if (p == s->end) {
            s->at = p;
            return fail(s, "the text ends inside a string");
        }
        if (*p == '"')
            break;
        s->at = p;
        if (*p != '\\')
            return fail(s, "a control character inside a string");
        *escaped = true;
        if (!check_escape(s, &p))
            return false;
    }
    *raw = (struct slice){begin, (size_t)(p - begin)};
    s->at = p + 1;
    if (high && !*escaped && !utf8_valid(*raw))
        *escaped = true;
    return true;
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static bool number(struct scan *s, struct slice *raw)
{
    const char *p = s->at, *begin = p, *q;
    if (p < s->end && *p == '-')
        p++;
    q = digits(p, s->end);
    if (q == p || (*p == '0' && q - p > 1))
        return fail(s, "expected a value");
    p = q;
    if (p < s->end && *p == '.') {
        q = digits(p + 1, s->end);
        if (q == p + 1)
            return fail(s, "a number wants digits behind its point");
        p = q;
    }
    if (p < s->end && (*p | 32) == 'e') {
        p++;
        if (p < s->end && (*p == '+' || *p == '-'))
            p++;
        q = digits(p, s->end);
        if (q == p)
            return fail(s, "a number wants digits in its exponent");
        p = q;
    }
    *raw = (struct slice){begin, (size_t)(p - begin)};
    s->at = p;
    return true;
}

static bool literal(struct scan *s, struct scan_leaf *leaf)
{
    static const struct {
        const char *word;
        size_t n;
        enum scan_type type;
    } words[] = {{"true", 4, SCAN_TRUE}, {"false", 5, SCAN_FALSE}, {"null", 4, SCAN_NULL}};
    for (size_t i = 0; i < 3; i++)
        if ((size_t)(s->end - s->at) >= words[i].n &&
            memcmp(s->at, words[i].word, words[i].n) == 0) {
            leaf->type = words[i].type;
            leaf->raw = (struct slice){s->at, words[i].n};
            s->at += words[i].n;
            return true;
        }
    leaf->type = SCAN_NUMBER;
    return number(s, &leaf->raw);
}

static bool tell(struct scan *s, struct scan_leaf *leaf)
{
    leaf->key = s->sink ? key_hash(leaf->name.p, leaf->name.n) : 0;
    if (s->sink)
        s->stopped = s->sink(s->owner, leaf);
    return s->stopped == 0;
}

static bool open_container(struct scan *s, const struct scan_leaf *leaf)
{
    if (s->depth == SCAN_DEPTH_MAX)
        return fail(s, "nested too deep");
    s->frames[s->depth++] = (struct frame){leaf->path, leaf->name, *s->at == '[', false};
    s->at++;
    return true;
}

/* One value whose path and name are in `leaf`: a leaf is told, a container is entered. */
static bool value(struct scan *s, struct scan_leaf *leaf)
{
    if (s->at >= s->end)
        return fail(s, "the text ends where a value is expected");
    leaf->escaped = false;
    if (*s->at == '{' || *s->at == '[')
        return open_container(s, leaf);
    if (*s->at == '"') {
        leaf->type = SCAN_STRING;
        return string(s, &leaf->raw, &leaf->escaped) && tell(s, leaf);
    }
    return literal(s, leaf) && tell(s, leaf);
}

static bool close_container(struct scan *s, struct frame *f)
{
    struct scan_leaf leaf = {
        .path = f->path, .name = f->name, .type = SCAN_EMPTY, .raw = {s->at, 1}};
    s->at++;
    s->depth--;
    return f->any || tell(s, &leaf);
}

static bool member_key(struct scan *s, struct frame *f, struct scan_leaf *leaf)
{
    bool escaped;
    if (s->at >= s->end || *s->at != '"')
        return fail(s, "expected a key in quotes");
    if (!string(s, &leaf->name, &escaped))
        return false;
    uint64_t prefix = f->path == basis ? basis : extend(f->path, ".", 1);
    leaf->path = extend(prefix, leaf->name.p, leaf->name.n);
    skip_space(s);
    if (s->at >= s->end || *s->at != ':')
        return fail(s, "expected a colon");
    s->at++;
    skip_space(s);
    return true;
}

/* The next member, element or end of the innermost container. */
static bool step(struct scan *s)
{
    struct frame *f = &s->frames[s->depth - 1];
    struct scan_leaf leaf = {.path = f->path, .name = f->name};
    skip_space(s);
    if (s->at >= s->end)
        return fail(s, "the text ends inside an object or array");
    if (*s->at == (f->is_array ? ']' : '}'))
        return close_container(s, f);
    if (f->any) {
        if (*s->at != ',')
            return fail(s, "expected a comma");
        s->at++;
        skip_space(s);
    }
    f->any = true;
    if (!f->is_array && !member_key(s, f, &leaf))
        return false;
    return value(s, &leaf);
}

static int run(struct scan *s, bool whole)
{
    struct scan_leaf root = {.path = basis, .name = {"", 0}};
    skip_space(s);
    bool ok = value(s, &root);
    while (ok && s->depth)
        ok = step(s);
    if (ok && whole) {
        skip_space(s);
        if (s->at != s->end)
            ok = fail(s, "something follows the value");
    }
    return ok ? 0 : -1;
}

int scan_each(struct slice text, scan_sink *sink, void *owner, struct scan_fault *fault)
{
    struct scan s;
    s.start = s.at = text.p;
    s.end = text.p + text.n;
    s.what = NULL;
    s.sink = sink;
    s.owner = owner;
    s.stopped = 0;
    s.depth = 0;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        s.at += 3;
    if (run(&s, true) == 0)
        return 0;
    if (s.stopped)
        return s.stopped;
    if (fault)
        *fault = (struct scan_fault){(size_t)(s.at - s.start), s.what};
    return -1;
}
