#include "core/scan.h"

#include "core/utf8.h"

enum { REPLACEMENT = 0xfffd };

static unsigned hex4(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)p[i];
        v = v * 16 + (c <= '9' ? c - (unsigned)'0' : (c | 32u) - 'a' + 10u);
    }
    return v;
}

/* Four hexadecimal digits at p (on the u); a pair is joined, a lone surrogate becomes U+FFFD.
 * Returns what was read.
 */
static size_t unicode(const char *p, const char *end, uint32_t *c)
{
    *c = hex4(p + 1);
    if (*c >= 0xd800 && *c <= 0xdbff && end - p >= 11 && p[5] == '\\' && p[6] == 'u') {
        uint32_t low = hex4(p + 7);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
            return 11;
        }
    }
    if (*c >= 0xd800 && *c <= 0xdfff)
        *c = REPLACEMENT;
    return 5;
}

static size_t escape(const char *p, const char *end, char *out, size_t *length)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint32_t c;
    if (*p == 'u') {
        size_t used = unicode(p, end, &c);
        *length = utf8_encode(c, out);
        return used;
    }
    const char *found = memchr(from, *p, sizeof from - 1);
    *out = found ? to[found - from] : *p;
    *length = 1;
    return 1;
}

/* Decoded text is never longer than three times its source: a bad byte becomes U+FFFD. */
static struct slice decode(struct slice raw, struct arena *a)
{
    char *out = arena_alloc(a, raw.n * 3 + 1), *to = out;
    const char *p = raw.p, *end = raw.p + raw.n;
    while (p < end) {
        size_t length;
        uint32_t c;
        if (*p == '\\' && end - p >= 2 && (p[1] != 'u' || end - p >= 6)) {
            p += 1 + escape(p + 1, end, to, &length);
            to += length;
        } else if ((unsigned char)*p < 0x80) {
            *to++ = *p++;
        } else {
            size_t used = utf8_decode((struct slice){p, (size_t)(end - p)}, &c);
            to += utf8_encode(used ? c : REPLACEMENT, to);
            p += used ? used : 1;
        }
    }
    *to = '\0';
    return (struct slice){out, (size_t)(to - out)};
}

struct slice scan_text(const struct scan_leaf *leaf, struct arena *a)
{
    return leaf->escaped ? decode(leaf->raw, a) : leaf->raw;
}

struct slice scan_value_text(const struct scan_value *value, struct arena *a)
{
    return value->escaped ? decode(value->raw, a) : value->raw;
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* Behind the closing quote of the string that opens at p, or NULL. */
static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return NULL;
}

/* Behind the value at p by brackets and quotes alone, or NULL. */
static const char *value_end(const char *p, const char *end)
{
    size_t depth = 0;
    while (p && p < end) {
        if (*p == '"') {
            p = string_end(p, end);
            if (!depth)
                return p;
            continue;
        }
        if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            if (!depth)
                return p;
            if (--depth == 0)
                return p + 1;
        } else if (!depth && (*p == ',' || *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
            return p;
        }
        p++;
    }
    return p && !depth ? p : NULL;
}

static void describe(struct slice text, struct scan_value *v)
{
    v->raw = text;
    v->escaped = false;
    switch (text.n ? text.p[0] : 0) {
    case '{':
        v->type = SCAN_OBJECT;
        break;
    case '[':
        v->type = SCAN_ARRAY;
        break;
    case '"':
        v->type = SCAN_STRING;
        v->raw = (struct slice){text.p + 1, text.n >= 2 ? text.n - 2 : 0};
        v->escaped = memchr(v->raw.p, '\\', v->raw.n) || !utf8_valid(v->raw);
        break;
    case 't':
        v->type = SCAN_TRUE;
        break;
    case 'f':
        v->type = SCAN_FALSE;
        break;
    case 'n':
        v->type = SCAN_NULL;
        break;
    default:
        v->type = SCAN_NUMBER;
    }
}

int scan_element(struct slice array, size_t *at, struct scan_value *element)
{
    const char *p = array.p + *at, *end = array.p + array.n, *stop;
    p = skip_space(p, end);
    if (*at == 0) {
        if (p >= end || *p != '[')
            return -1;
        p = skip_space(p + 1, end);
    } else if (p < end && *p == ',') {
        p = skip_space(p + 1, end);
    } else if (p >= end || *p != ']') {
        return -1;
    }
    if (p >= end)
        return -1;
    if (*p == ']')
        return 0;
    stop = value_end(p, end);
    if (!stop || stop == p)
        return -1;
    describe((struct slice){p, (size_t)(stop - p)}, element);
    *at = (size_t)(stop - array.p);
    return 1;
}

/* The member of this object whose key is the whole of `path`, or a dotted head of it: then the rest
 * inside. */
static bool find_in(struct slice object, struct slice path, struct scan_value *value, int depth)
{
    const char *p = skip_space(object.p, object.p + object.n), *end = object.p + object.n;
    if (p >= end || *p != '{' || depth > 16)
        return false;
    p = skip_space(p + 1, end);
    while (p < end && *p == '"') {
        const char *after = string_end(p, end);
        if (!after)
            return false;
        struct slice key = {p + 1, (size_t)(after - p - 2)};
        p = skip_space(after, end);
        if (p >= end || *p != ':')
            return false;
        p = skip_space(p + 1, end);
        const char *stop = value_end(p, end);
        if (!stop)
            return false;
        struct slice text = {p, (size_t)(stop - p)};
        if (slice_equal(key, path)) {
            describe(text, value);
            return true;
        }
        if (path.n > key.n && path.p[key.n] == '.' && slice_starts(path, key) &&
            find_in(text, (struct slice){path.p + key.n + 1, path.n - key.n - 1}, value, depth + 1))
            return true;
        p = skip_space(stop, end);
        if (p < end && *p == ',')
            p = skip_space(p + 1, end);
    }
    return false;
}

bool scan_find(struct slice text, const char *path, struct scan_value *value)
{
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = (struct slice){text.p + 3, text.n - 3};
    return find_in(text, slice_of(path), value, 0);
}
