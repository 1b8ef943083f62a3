#include "core/utf8.h"

static bool continues(unsigned char b)
{
    return (b & 0xc0) == 0x80;
}

size_t utf8_decode(struct slice a, uint32_t *c)
{
    const unsigned char *p = (const unsigned char *)a.p;
    if (a.n == 0)
        return 0;
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    if (p[0] >= 0xc2 && p[0] <= 0xdf && a.n >= 2 && continues(p[1])) {
        *c = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
        return 2;
    }
    if ((p[0] & 0xf0) == 0xe0 && a.n >= 3 && continues(p[1]) && continues(p[2])) {
        *c = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        return *c < 0x800 || (*c >= 0xd800 && *c <= 0xdfff) ? 0 : 3;
    }
    if ((p[0] & 0xf8) == 0xf0 && a.n >= 4 && continues(p[1]) && continues(p[2]) &&
        continues(p[3])) {
        *c = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
             (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
        return *c < 0x10000 || *c > 0x10ffff ? 0 : 4;
    }
    return 0;
}

size_t utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t utf8_check(struct slice a)
{
    size_t i = 0;
    while (i < a.n) {
        uint32_t c;
        size_t n = utf8_decode((struct slice){a.p + i, a.n - i}, &c);
        if (n == 0)
            return i;
        i += n;
    }
    return a.n;
}

bool utf8_valid(struct slice a)
{
    return utf8_check(a) == a.n;
}

struct slice utf8_cut(struct slice a, size_t n)
{
    if (a.n <= n)
        return a;
    while (n > 0 && continues((unsigned char)a.p[n]))
        n--;
    return (struct slice){a.p, n};
}
