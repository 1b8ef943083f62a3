/* The little XML that Windows writes inside strings: elements without nesting of interest,
 * attributes, five entities. */
#include "connectors/windows.h"
#include "core/utf8.h"

/* One entity at p (on its &): its length, 0 if it is none that is known. &#10; and &#xA; too. */
static size_t entity(struct slice at, uint32_t *c)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    const char *end = memchr(at.p, ';', at.n < 12 ? at.n : 12);
    struct slice whole = {at.p, end ? (size_t)(end + 1 - at.p) : 0};
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_is(whole, names[i].name)) {
            *c = (uint32_t)names[i].c;
            return whole.n;
        }
    if (whole.n < 4 || whole.p[1] != '#')
        return 0;
    char digits[16] = "0";
    bool hex = (whole.p[2] | 32) == 'x';
    memcpy(digits + (hex ? 1 : 0), whole.p + 2, whole.n - 3);
    struct slice text = {digits, whole.n - 3 + (hex ? 1 : 0)};
    if (!slice_uint(text, &number) || number == 0 || number > 0x10ffff ||
        (number >= 0xd800 && number <= 0xdfff))
        return 0;
    *c = (uint32_t)number;
    return whole.n;
}

static struct slice unescape(struct slice text, struct arena *a)
{
    if (!text.n || !memchr(text.p, '&', text.n))
        return text;
    char *out = arena_alloc(a, text.n), *to = out;
    for (size_t i = 0; i < text.n;) {
        uint32_t c;
        size_t n = text.p[i] == '&' ? entity((struct slice){text.p + i, text.n - i}, &c) : 0;
        if (n)
            to += utf8_encode(c, to);
        else
            *to++ = text.p[i];
        i += n ? n : 1;
    }
    return (struct slice){out, (size_t)(to - out)};
}

/* name="value" or name='value' inside a tag */
static struct slice attribute(struct slice tag, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i + n + 2 < tag.n; i++) {
        if (tag.p[i] != ' ' || memcmp(tag.p + i + 1, name, n) != 0 || tag.p[i + 1 + n] != '=')
            continue;
        char quote = tag.p[i + n + 2];
        const char *begin = tag.p + i + n + 3;
        const char *end = (quote == '"' || quote == '\'') && begin < tag.p + tag.n
                              ? memchr(begin, quote, (size_t)(tag.p + tag.n - begin))
                              : NULL;
        if (end)
            return (struct slice){begin, (size_t)(end - begin)};
    }
    return (struct slice){NULL, 0};
}

static struct slice tag_name(struct slice tag)
{
    size_t n = 0;
    while (n < tag.n && tag.p[n] != ' ' && tag.p[n] != '/' && tag.p[n] != '\r' && tag.p[n] != '\n')
        n++;
    return (struct slice){tag.p, n};
}

/* A tag with the text up to the next "<": what it says, if anything. */
static void element(struct windows_event *w, struct slice tag, struct slice text)
{
    struct slice name = tag_name(tag), data = attribute(tag, "Name");
    struct slice time = attribute(tag, "SystemTime");
    if (slice_is(name, "Data") && data.n)
        windows_set(w, data, unescape(text, w->arena));
    else if (slice_is(name, "Provider") && data.n)
        windows_set(w, SLICE("provider"), data);
    else if (slice_is(name, "TimeCreated") && time.n)
        windows_set(w, SLICE("SystemTime"), time);
    else if (slice_trim(text).n)
        windows_set(w, name, unescape(text, w->arena));
}

void windows_xml(struct windows_event *w, struct slice xml)
{
    const char *p = xml.p, *end = xml.p + xml.n;
    while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
        const char *close = memchr(p, '>', (size_t)(end - p));
        if (!close)
            return;
        const char *next = memchr(close, '<', (size_t)(end - close));
        struct slice tag = {p + 1, (size_t)(close - p - 1)};
        struct slice text = {close + 1, (size_t)((next ? next : end) - close - 1)};
        if (tag.n && tag.p[0] != '/' && tag.p[0] != '?' && tag.p[0] != '!')
            element(w, tag, text);
        p = close + 1;
    }
}
