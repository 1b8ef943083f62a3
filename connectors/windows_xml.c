/* The little XML that Windows writes inside strings: elements without nesting of interest,
 * attributes, five entities. */
#include "connectors/windows.h"

static struct slice unescape(struct slice text, struct arena *a)
{
    static const struct {
        const char *entity;
        size_t n;
        char c;
    } entities[] = {{"&lt;", 4, '<'}, {"&gt;", 4, '>'}, {"&amp;", 5, '&'}, {"&quot;", 6, '"'},
        {"&apos;", 6, '\''}};
    if (!text.n || !memchr(text.p, '&', text.n))
        return text;
    char *out = arena_alloc(a, text.n), *to = out;
    for (size_t i = 0; i < text.n;) {
        size_t k = 0;
        while (k < 5 && !(text.n - i >= entities[k].n &&
                            memcmp(text.p + i, entities[k].entity, entities[k].n) == 0))
            k++;
        *to++ = k < 5 ? entities[k].c : text.p[i];
        i += k < 5 ? entities[k].n : 1;
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
