#include "core/ini.h"

#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>

struct reading {
    struct ini *ini;
    struct ini_section *section;      /* the one that is open; NULL before the first */
    struct ini_section **section_end; /* where the next new one is hung */
    int section_count, line;
    struct err *err;
};

int ini_fault(const struct ini *i, int line, struct err *e, const char *format, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return err_set(e, ERR_CONFIG, "%.200s:%d: %s", i->file, line, text);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct slice cut_comment(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] == ';' || s.p[i] == '#') && (i == 0 || is_blank(s.p[i - 1])) &&
            (i + 1 == s.n || is_blank(s.p[i + 1])))
            return slice_trim((struct slice){s.p, i});
    return s;
}

static char unescape(char c)
{
    static const char pairs[] = "\"\"\\\\n\nt\t";
    for (size_t i = 0; i + 1 < sizeof pairs; i += 2)
        if (pairs[i] == c)
            return pairs[i + 1];
    return '\0';
}

/* s begins with a quote. */
static int read_quoted(struct reading *r, struct slice s, const char **value)
{
    char *out = arena_alloc(&r->ini->arena, s.n + 1);
    size_t n = 0, i = 1;
    for (; i < s.n && s.p[i] != '"'; i++) {
        char c = s.p[i];
        if (c == '\\') {
            c = i + 1 < s.n ? unescape(s.p[++i]) : '\0';
            if (!c)
                return ini_fault(
                    r->ini, r->line, r->err, "inside quotes a \\ is followed by one of \" \\ n t");
        }
        out[n++] = c;
    }
    if (i == s.n)
        return ini_fault(r->ini, r->line, r->err, "the quote is not closed");
    struct slice rest = cut_comment(slice_trim((struct slice){s.p + i + 1, s.n - i - 1}));
    if (rest.n && rest.p[0] != ';' && rest.p[0] != '#')
        return ini_fault(r->ini, r->line, r->err, "after the closing quote stands \"%.*s\"",
            (int)(rest.n < 40 ? rest.n : 40), rest.p);
    out[n] = '\0';
    *value = out;
    return 0;
}

static int read_value(struct reading *r, struct slice s, const char **value)
{
    if (s.n > INI_VALUE_MAX)
        return ini_fault(
            r->ini, r->line, r->err, "the value is longer than %d bytes", (int)INI_VALUE_MAX);
    if (s.n && s.p[0] == '"')
        return read_quoted(r, s, value);
    *value = arena_copy(&r->ini->arena, cut_comment(s)).p;
    return 0;
}

static struct ini_section *add_section(struct reading *r, const char *title)
{
    struct arena *a = &r->ini->arena;
    struct ini_section *s = arena_zalloc(a, sizeof *s);
    struct slice whole = slice_of(title);
    size_t n = 0;
    while (n < whole.n && !is_blank(whole.p[n]))
        n++;
    s->title = title;
    s->word = title ? arena_copy(a, (struct slice){title, n}).p : "";
    s->name = title ? arena_copy(a, slice_trim((struct slice){title + n, whole.n - n})).p : "";
    s->line = r->line;
    *r->section_end = s;
    r->section_end = &s->next;
    r->section_count++;
    return s;
}

static int read_section(struct reading *r, struct slice line)
{
    size_t close = 1;
    while (close < line.n && line.p[close] != ']')
        close++;
    if (close == line.n)
        return ini_fault(r->ini, r->line, r->err, "the section has no closing ]");
    struct slice rest = slice_trim((struct slice){line.p + close + 1, line.n - close - 1});
    if (rest.n && rest.p[0] != ';' && rest.p[0] != '#')
        return ini_fault(r->ini, r->line, r->err, "after the ] stands \"%.*s\"",
            (int)(rest.n < 40 ? rest.n : 40), rest.p);
    struct slice title = slice_trim((struct slice){line.p + 1, close - 1});
    if (title.n == 0)
        return ini_fault(r->ini, r->line, r->err, "the section has no name");
    const char *text = arena_copy(&r->ini->arena, title).p;
    for (struct ini_section *s = r->ini->sections; s; s = s->next)
        if (s->title && strcmp(s->title, text) == 0) {
            r->section = s;
            return 0;
        }
    if (r->section_count == INI_SECTIONS_MAX)
        return ini_fault(
            r->ini, r->line, r->err, "there are more than %d sections", (int)INI_SECTIONS_MAX);
    r->section = add_section(r, text);
    return 0;
}

static int read_entry(struct reading *r, struct slice line)
{
    const char *equals = memchr(line.p, '=', line.n);
    if (!equals)
        return ini_fault(r->ini, r->line, r->err, "\"%.*s\" is neither [section] nor key = value",
            (int)(line.n < 60 ? line.n : 60), line.p);
    struct slice key = slice_trim((struct slice){line.p, (size_t)(equals - line.p)});
    if (key.n == 0)
        return ini_fault(r->ini, r->line, r->err, "there is no key before the =");
    if (!r->section)
        r->section = add_section(r, NULL);
    struct ini_entry *entry = arena_zalloc(&r->ini->arena, sizeof *entry);
    struct ini_entry **end = &r->section->entries;
    int count = 0;
    for (; *end; end = &(*end)->next, count++)
        if (slice_is(key, (*end)->key))
            return ini_fault(r->ini, r->line, r->err, "\"%s\" was given in line %d already",
                (*end)->key, (*end)->line);
    if (count == INI_KEYS_MAX)
        return ini_fault(r->ini, r->line, r->err, "there are more than %d keys in one section",
            (int)INI_KEYS_MAX);
    entry->section = r->section->title;
    entry->key = arena_copy(&r->ini->arena, key).p;
    entry->line = r->line;
    *end = entry;
    size_t used = (size_t)(equals + 1 - line.p);
    return read_value(r, slice_trim((struct slice){line.p + used, line.n - used}), &entry->value);
}

static int read_line(struct reading *r, struct slice line)
{
    line = slice_trim(line);
    if (line.n == 0 || line.p[0] == ';' || line.p[0] == '#')
        return 0;
    size_t bad = utf8_check(line);
    if (bad < line.n)
        return ini_fault(r->ini, r->line, r->err, "byte %d of the line is not UTF-8", (int)bad + 1);
    if (memchr(line.p, '\0', line.n))
        return ini_fault(r->ini, r->line, r->err, "the line holds a NUL byte");
    return line.p[0] == '[' ? read_section(r, line) : read_entry(r, line);
}

int ini_parse(struct ini *out, const char *file, struct slice text, struct err *e)
{
    *out = (struct ini){.arena = ARENA_INIT};
    out->file = arena_strdup(&out->arena, file ? file : "configuration");
    struct reading r = {.ini = out, .section_end = &out->sections, .err = e};
    if (slice_starts(text, SLICE("\xef\xbb\xbf")))
        text = (struct slice){text.p + 3, text.n - 3};
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        r.line++;
        if (read_line(&r, (struct slice){text.p, n}) < 0) {
            ini_release(out);
            return -1;
        }
        n += end != NULL;
        text = (struct slice){text.p + n, text.n - n};
    }
    return 0;
}

void ini_release(struct ini *i)
{
    arena_release(&i->arena);
    *i = (struct ini){.arena = ARENA_INIT};
}

const struct ini_section *ini_section(const struct ini *i, const char *word, const char *name)
{
    for (const struct ini_section *s = i->sections; s; s = s->next)
        if (strcmp(s->word, word) == 0 && (!name || strcmp(s->name, name) == 0))
            return s;
    return NULL;
}

const struct ini_entry *ini_find(const struct ini_section *s, const char *key)
{
    for (const struct ini_entry *entry = s ? s->entries : NULL; entry; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

int ini_read(struct slice text, const char *file, ini_sink *sink, void *owner, struct err *e)
{
    struct ini ini;
    int rc = ini_parse(&ini, file, text, e);
    for (const struct ini_section *s = ini.sections; rc == 0 && s; s = s->next)
        for (const struct ini_entry *entry = s->entries; rc == 0 && entry; entry = entry->next)
            rc = sink(owner, entry, e);
    ini_release(&ini);
    return rc < 0 ? -1 : 0;
}

int ini_bool(const char *value)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase(slice_of(value), slice_of(words[i])))
            return (int)(i & 1);
    return -1;
}
