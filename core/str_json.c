#include "core/str.h"
#include "core/utf8.h"

/* Characters that change how the text around them reads, or cannot be seen at all: bidi controls,
 * zero-width, fillers, tags, line and paragraph separators (ssh.md's repertoire; Unicode 15). */
static bool is_unseen(uint32_t c)
{
    return (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f ||
           c == 0x1160 || c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180f) ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) ||
           c == 0xfeff || c == 0xffa0 || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

static void escape(struct str *s, uint32_t c)
{
    if (c >= 0x10000)
        str_printf(s, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
            (unsigned)(0xdc00 + (c & 0x3ff)));
    else
        str_printf(s, "\\u%04x", (unsigned)c);
}

static void add_character(struct str *s, uint32_t c, struct slice bytes)
{
    static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (size_t i = 0; i + 1 < sizeof shorts; i += 2)
        if (c == (unsigned char)shorts[i]) {
            str_char(s, '\\');
            str_char(s, shorts[i + 1]);
            return;
        }
    if (c < 0x20 || is_unseen(c))
        escape(s, c);
    else
        str_slice(s, bytes);
}

void str_json(struct str *s, struct slice a)
{
    str_char(s, '"');
    for (size_t i = 0; i < a.n;) {
        size_t plain = i;
        while (plain < a.n && a.p[plain] >= 0x20 && a.p[plain] < 0x7f && a.p[plain] != '"' &&
               a.p[plain] != '\\')
            plain++;
        str_add(s, a.p + i, plain - i);
        i = plain;
        if (i == a.n)
            break;
        uint32_t c;
        size_t n = utf8_decode((struct slice){a.p + i, a.n - i}, &c);
        if (n == 0) {
            str_puts(s, "\xef\xbf\xbd");
            i++;
            continue;
        }
        add_character(s, c, (struct slice){a.p + i, n});
        i += n;
    }
    str_char(s, '"');
}
