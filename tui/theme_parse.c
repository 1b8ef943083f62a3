#include "tui/theme_state.h"

#include "core/embedded.h"
#include "core/mem.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

enum section { SECTION_HEAD, SECTION_PALETTE, SECTION_ROLES, SECTION_GLYPHS, SECTION_UNKNOWN };
enum { THEME_FILE_MAX = 256 * 1024, INHERIT_MAX = 4 };

struct parser {
    struct theme *theme;
    theme_warning *warn;
    void *owner;
    int line;
    enum section section;
};

static const char *const ansi_names[16] = {"black", "red", "green", "yellow", "blue", "magenta",
    "cyan", "white", "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
    "bright-magenta", "bright-cyan", "bright-white"};

static const struct {
    const char *name;
    unsigned bit;
} attribute_names[] = {
    {"bold", ATTRIBUTE_BOLD},
    {"underline", ATTRIBUTE_UNDERLINE},
    {"reverse", ATTRIBUTE_REVERSE},
    {"dim", ATTRIBUTE_DIM},
    {"italic", ATTRIBUTE_ITALIC},
};

static const struct {
    const char *name;
    const char *text[2];
} glyph_defaults[GLYPH_COUNT] = {
#define GLYPH_ROW(id, name, utf8, ascii) [GLYPH_##id] = {name, {utf8, ascii}},
    GLYPH_LIST(GLYPH_ROW)
#undef GLYPH_ROW
};

static void warn(struct parser *p, const char *what, struct slice word)
{
    char text[160];
    if (p->warn) {
        snprintf(text, sizeof text, "%s \"%.*s\"", what, word.n > 60 ? 60 : (int)word.n, word.p);
        p->warn(p->owner, p->line, text);
    }
}

/* The first blank-separated word; `rest` moves behind it. */
static struct slice next_word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    struct slice word = {rest->p, 0};
    while (word.n < rest->n && word.p[word.n] != ' ' && word.p[word.n] != '\t') {
        word.n++;
    }
    rest->p += word.n;
    rest->n -= word.n;
    return word;
}

static struct slice cut(struct slice *rest, char separator)
{
    const char *at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    struct slice head = {rest->p, at ? (size_t)(at - rest->p) : rest->n};
    rest->p += head.n + (at != NULL);
    rest->n -= head.n + (at != NULL);
    return head;
}

/* In "#ff6b6b | 203 | red" the last word may name a palette's colour too: it fills what is not
 * said. */
static void merge(struct colour *out, struct colour in)
{
    out->rgb = out->rgb == COLOUR_UNSET ? in.rgb : out->rgb;
    out->index = out->index == COLOUR_UNSET ? in.index : out->index;
    out->ansi = out->ansi == COLOUR_UNSET ? in.ansi : out->ansi;
}

static bool one_colour(const struct theme *t, struct slice word, struct colour *out)
{
    uint64_t value;
    if (slice_is(word, "default")) {
        *out = (struct colour){COLOUR_DEFAULT, COLOUR_DEFAULT, COLOUR_DEFAULT};
        return true;
    }
    for (size_t i = 0; i < t->palette_count; i++) {
        if (slice_is(word, t->palette[i].name)) {
            merge(out, t->palette[i].colour);
            return true;
        }
    }
    for (int i = 0; i < 16; i++) {
        if (slice_is(word, ansi_names[i])) {
            out->ansi = i;
            return true;
        }
    }
    if (word.n == 7 && word.p[0] == '#') {
        char hex[10] = "0x";
        memcpy(hex + 2, word.p + 1, 6);
        if (slice_uint(slice_of(hex), &value)) {
            out->rgb = (int)value;
            return true;
        }
        return false;
    }
    if (slice_uint(word, &value) && value < 256) {
        out->index = (int)value;
        return true;
    }
    return false;
}

static bool parse_colour(struct parser *p, struct slice text, struct colour *out)
{
    *out = (struct colour){COLOUR_UNSET, COLOUR_UNSET, COLOUR_UNSET};
    while (text.n > 0) {
        struct slice word = slice_trim(cut(&text, '|'));
        if (!one_colour(p->theme, word, out)) {
            warn(p, "unknown colour", word);
            return false;
        }
    }
    return true;
}

static void palette_line(struct parser *p, struct slice name, struct slice value)
{
    struct theme *t = p->theme;
    struct colour colour;
    if (name.n >= sizeof t->palette[0].name || !parse_colour(p, value, &colour)) {
        return;
    }
    size_t i = 0;
    while (i < t->palette_count && !slice_is(name, t->palette[i].name)) {
        i++;
    }
    if (i == PALETTE_MAX) {
        warn(p, "too many colours in the palette at", name);
        return;
    }
    t->palette_count += i == t->palette_count;
    snprintf(t->palette[i].name, sizeof t->palette[i].name, "%.*s", (int)name.n, name.p);
    t->palette[i].colour = colour;
}

static bool add_attribute(struct slice word, unsigned *attributes)
{
    for (size_t i = 0; i < sizeof attribute_names / sizeof *attribute_names; i++) {
        if (slice_is(word, attribute_names[i].name)) {
            *attributes |= attribute_names[i].bit;
            return true;
        }
    }
    return false;
}

static void role_line(struct parser *p, struct slice name, struct slice value)
{
    bool mono = slice_ends(name, SLICE(".mono"));
    enum role role = role_find((struct slice){name.p, name.n - (mono ? 5 : 0)});
    struct colour none = {COLOUR_DEFAULT, COLOUR_DEFAULT, COLOUR_DEFAULT};
    struct style style = {.set = true, .fg = none, .bg = none};
    bool fg_seen = false;
    if (role == ROLE_COUNT) {
        warn(p, "unknown role", name);
        return;
    }
    for (struct slice word = next_word(&value); word.n > 0; word = next_word(&value)) {
        if (add_attribute(word, &style.attributes)) {
            continue;
        }
        bool on = slice_is(word, "on");
        if (on) {
            word = next_word(&value);
        } else if (fg_seen) {
            warn(p, "unknown word", word);
            continue;
        }
        if (!parse_colour(p, word, on ? &style.bg : &style.fg)) {
            return;
        }
        fg_seen |= !on;
    }
    *(mono ? &p->theme->mono[role] : &p->theme->roles[role]) = style;
}

static bool quoted(struct slice *rest, struct slice *text)
{
    *rest = slice_trim(*rest);
    if (rest->n < 2 || rest->p[0] != '"') {
        return false;
    }
    rest->p++;
    rest->n--;
    if (!memchr(rest->p, '"', rest->n)) {
        return false;
    }
    *text = cut(rest, '"');
    return true;
}

/* Exactly one cell, or the table of widths would lie. */
static bool one_cell(struct slice text)
{
    char copy[GLYPH_BYTES];
    wchar_t wide[4];
    if (text.n == 0 || text.n >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    size_t n = mbstowcs(wide, copy, 4);
    return n == 1 && wcwidth(wide[0]) == 1;
}

static void glyph_line(struct parser *p, struct slice name, struct slice value)
{
    struct slice text;
    for (int g = 0; g < GLYPH_COUNT; g++) {
        if (!slice_is(name, glyph_defaults[g].name)) {
            continue;
        }
        for (int ascii = 0; ascii < 2; ascii++) {
            if (!quoted(&value, &text) || !one_cell(text) || (ascii && text.n != 1)) {
                warn(p, "not two quoted texts of one cell each:", name);
                return;
            }
            snprintf(p->theme->glyphs[g][ascii], GLYPH_BYTES, "%.*s", (int)text.n, text.p);
        }
        return;
    }
    warn(p, "unknown glyph", name);
}

static void head_line(struct parser *p, struct slice name, struct slice value)
{
    if (slice_is(name, "name")) {
        snprintf(p->theme->name, sizeof p->theme->name, "%.*s", (int)(value.n < 60 ? value.n : 60),
            value.p);
    } else if (!slice_is(name, "inherit") && !slice_is(name, "variant")) {
        warn(p, "unknown key", name);
    }
}

static void section_line(struct parser *p, struct slice line)
{
    static const char *const names[] = {"", "[palette]", "[roles]", "[glyphs]"};
    p->section = SECTION_UNKNOWN;
    for (int s = SECTION_PALETTE; s <= SECTION_GLYPHS; s++) {
        if (slice_is(line, names[s])) {
            p->section = (enum section)s;
        }
    }
    if (p->section == SECTION_UNKNOWN) {
        warn(p, "unknown section", line);
    }
}

/* A comment begins with a # at the start of the line or a blank before it; #rrggbb is none. */
static struct slice without_comment(struct slice line)
{
    for (size_t i = 0; i < line.n; i++) {
        bool blank_after = i + 1 == line.n || line.p[i + 1] == ' ';
        if (line.p[i] == '#' && (i == 0 || (line.p[i - 1] == ' ' && blank_after))) {
            line.n = i;
        }
    }
    return slice_trim(line);
}

static void parse_line(struct parser *p, struct slice line)
{
    static void (*const rows[])(struct parser *, struct slice, struct slice) = {
        head_line, palette_line, role_line, glyph_line};
    line = without_comment(line);
    if (line.n == 0 || p->section == SECTION_UNKNOWN) {
        if (line.n == 0 || line.p[0] != '[') {
            return;
        }
    }
    if (line.p[0] == '[') {
        section_line(p, line);
        return;
    }
    struct slice value = line;
    struct slice name = slice_trim(cut(&value, '='));
    if (name.n == line.n || name.n == 0) {
        warn(p, "not \"name = value\":", line);
        return;
    }
    rows[p->section](p, name, slice_trim(value));
}

static struct slice embedded_theme(struct slice name)
{
    for (const struct embedded_file *f = embedded_files; f->name; f++) {
        if (strcmp(f->folder, "themes") == 0 && slice_is(name, f->name)) {
            return (struct slice){f->bytes, f->size};
        }
    }
    return (struct slice){NULL, 0};
}

/* What "inherit = NAME" in the head says; "default" if it says nothing. */
static struct slice inherited(struct slice text)
{
    while (text.n > 0) {
        struct slice line = without_comment(cut(&text, '\n'));
        if (line.n && line.p[0] == '[') {
            break;
        }
        struct slice value = line;
        if (slice_is(slice_trim(cut(&value, '=')), "inherit")) {
            return slice_trim(value);
        }
    }
    return SLICE("default");
}

static void parse_into(struct parser *p, struct slice text, int depth)
{
    struct slice base = embedded_theme(inherited(text));
    if (base.p && base.p != text.p && depth < INHERIT_MAX) {
        struct parser quiet = {.theme = p->theme};
        parse_into(&quiet, base, depth + 1);
    }
    p->line = 0;
    p->section = SECTION_HEAD;
    while (text.n > 0) {
        p->line++;
        parse_line(p, cut(&text, '\n'));
    }
}

struct theme *theme_parse(struct slice text, theme_warning *warning, void *owner)
{
    struct theme *t = mem_zalloc(1, sizeof *t);
    for (int g = 0; g < GLYPH_COUNT; g++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            snprintf(t->glyphs[g][ascii], GLYPH_BYTES, "%s", glyph_defaults[g].text[ascii]);
        }
    }
    struct parser p = {.theme = t, .warn = warning, .owner = owner};
    parse_into(&p, text, 0);
    return t;
}

static char *read_file(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    char *bytes = mem_alloc(THEME_FILE_MAX);
    ssize_t got;
    *n = 0;
    while (*n < THEME_FILE_MAX && (got = read(fd, bytes + *n, THEME_FILE_MAX - *n)) > 0) {
        *n += (size_t)got;
    }
    close(fd);
    return bytes;
}

struct theme *theme_load(
    const char *name, const char *folder, theme_warning *warning, void *owner, struct err *e)
{
    struct slice text = embedded_theme(slice_of(name));
    if (text.p) {
        return theme_parse(text, warning, owner);
    }
    char path[PATH_MAX];
    size_t n = 0;
    bool safe = folder && !strchr(name, '/') && *name;
    if (safe && snprintf(path, sizeof path, "%s/%s.theme", folder, name) < (int)sizeof path) {
        char *bytes = read_file(path, &n);
        if (bytes) {
            struct theme *t = theme_parse((struct slice){bytes, n}, warning, owner);
            free(bytes);
            return t;
        }
    }
    err_set(e, ERR_NOT_FOUND, "there is no theme \"%s\"; `hinomi theme` lists them", name);
    return NULL;
}
