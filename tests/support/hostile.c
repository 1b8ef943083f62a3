#include "tests/support/hostile.h"

#define S(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
#define TEN_ACUTES                                                                                 \
    "\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"

const struct slice hostile[] = {
    S("\x1b]0;pwn\x07"),
    S("\x1b]52;c;cm0gLXJm\x07"),
    S("\x1bP$q\x1b\\"),
    S("\x1b[6n"),
    S("\x1b[?1049l"),
    S("\x1b[2J\x1b[H"),
    S("\x9b"
      "31m"),
    S("\xc2\x9b"
      "31m"),
    S("\xc2\x9d"
      "0;t\xc2\x9c"),
    S("\xc0\x9b"),
    S("\xed\xa0\x80"),
    S("\xf4\x90\x80\x80"),
    S("\xff\xfe"),
    S("user\rroot"),
    S("a\b\b\bX"),
    S("a\tb\nc"),
    S("\x7f"),
    S("invoice\xe2\x80\xae"
      "fdp.exe"),
    S("\xe2\x81\xa6"
      "a\xe2\x81\xa9"),
    S("p\xe2\x80\x8b"
      "aypal"),
    S("\xef\xbb\xbf"
      "x"),
    S("g\xce\xbf\xce\xbfgle"),
    S("e" TEN_ACUTES TEN_ACUTES),
    S("\xcc\x81"
      "first"),
    S("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"),
    S("\xe2\x9d\xa4\xef\xb8\x8f"),
    S("\xf0\x9f\x87\xa6"),
    S("\xf3\xa0\x81\x81\xf3\xa0\x81\x82"),
    S("%n%s%x"),
    S("\\x1b[31m"),
    S("a\0b"),
    S("=1+1"),
    S("+1"),
    S("-1"),
    S("@SUM(1)"),
    S("\t=1"),
    S("\r=1"),
    S(" =1"),
    S("\"=1"),
    S("\xef\xbc\x9d"
      "1"),
    S("=HYPERLINK(\"http://x\",\"y\")"),
    S("a\"b,c\nd"),
    S("[x](javascript:alert(1))"),
    S("![x](http://x/)"),
    S("|a|"),
    S("```"),
    S("<img src=x onerror=1>"),
    S("</td>"),
    S("-oProxyCommand=x"),
    S("$(id)"),
    S(";id"),
    S("a b"),
};
const size_t hostile_count = sizeof hostile / sizeof *hostile;

/* One character of UTF-8 (RFC 3629, section 4); 0: broken. Written apart from core/text.c, which is
 * what is tested. */
static size_t one(const unsigned char *p, size_t n, unsigned long *c)
{
    size_t more = p[0] < 0x80 ? 0 : p[0] < 0xc2 ? 9 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    *c = more == 0 ? p[0] : more == 1 ? p[0] & 0x1fU : more == 2 ? p[0] & 0xfU : p[0] & 7U;
    if (more >= n || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (p[i] & 0x3fU);
    }
    if ((more == 2 && *c < 0x800) || (more == 3 && *c < 0x10000) || *c > 0x10ffff ||
        (*c >= 0xd800 && *c < 0xe000))
        return 0;
    return more + 1;
}

static bool acts(unsigned long c)
{
    static const unsigned long ranges[][2] = {{0, 9}, {11, 31}, {0x7f, 0x9f}, {0x200b, 0x200b},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
        {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

const char *hostile_leak(struct slice output)
{
    unsigned long c;
    for (size_t i = 0, n; i < output.n; i += n) {
        n = one((const unsigned char *)output.p + i, output.n - i, &c);
        if (!n || acts(c))
            return output.p + i;
    }
    return NULL;
}
