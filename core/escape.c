#include "core/escape.h"

#include "core/text.h"

#include <strings.h>

/* OWASP's list of what makes a spreadsheet evaluate a cell, and the full-width forms of the same.
 */
static bool starts_formula(struct slice s)
{
    static const char *const full_width[] = {"＝", "＋", "－", "＠"};
    while (s.n && (s.p[0] == ' ' || s.p[0] == '"')) {
        s.p++;
        s.n--;
    }
    if (s.n && memchr("=+-@\t\r\n", s.p[0], 7))
        return true;
    for (size_t i = 0; i < 4; i++)
        if (slice_starts(s, slice_of(full_width[i])))
            return true;
    return s.n && s.p[0] == '\0';
}

void escape_csv(struct str *out, struct slice raw)
{
    struct str clean = STR_INIT;
    text_clean_lines(&clean, raw);
    str_char(out, '"');
    if (starts_formula(raw))
        str_char(out, '\'');
    for (size_t i = 0; i < clean.n; i++) {
        if (clean.p[i] == '"')
            str_char(out, '"');
        str_char(out, clean.p[i]);
    }
    str_char(out, '"');
    str_release(&clean);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool follows(struct slice s, size_t i, const char *text)
{
    return slice_starts((struct slice){s.p + i, s.n - i}, slice_of(text));
}

/* "12." and "12)" begin a list when a blank or the end follows. */
static bool ends_number(struct slice s, size_t i)
{
    size_t digits = 0;
    while (digits < i && s.p[digits] >= '0' && s.p[digits] <= '9')
        digits++;
    return i && digits == i && (i + 1 == s.n || is_blank(s.p[i + 1]) || s.p[i + 1] == '\n');
}

/* Would Markdown (CommonMark 0.30, GitHub's tables, autolinks and mathematics) act on this byte?
 * What it leaves alone stays as typed, so that names and times in an export can be read. */
static bool acts(struct slice s, size_t i)
{
    char c = s.p[i], before = i ? s.p[i - 1] : '\n', after = i + 1 < s.n ? s.p[i + 1] : '\n';
    if (memchr("`*_[]~|$", c, 8))
        return true;
    if (c == '\\')
        return after == '\n' || (after > ' ' && !is_word(after) && (unsigned char)after < 0x7f);
    if (c == '!')
        return after == '[';
    if (c == ':')
        return follows(s, i, "://");
    if (c == '@')
        return is_word(before) && is_word(after);
    if (c == '#')
        return i == 0 || is_blank(before);
    if (c == '.' && i >= 3 && strncasecmp(s.p + i - 3, "www", 3) == 0)
        return true;
    return (i == 0 && memchr("-+=>", c, 4)) || ((c == '.' || c == ')') && ends_number(s, i));
}

void escape_markdown(struct str *out, struct slice raw)
{
    struct str clean = STR_INIT;
    text_clean_lines(&clean, raw);
    struct slice s = str_as_slice(&clean);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\n') {
            str_puts(out, "<br>");
        } else if (c == '<' || c == '&') {
            str_puts(out, c == '<' ? "&lt;" : "&amp;");
        } else if (i == 0 && is_blank(c)) {
            /* not an indented block, nor a line's start for what follows */
            str_puts(out, c == ' ' ? "&#32;" : "&#9;");
        } else {
            if (acts(s, i))
                str_char(out, '\\');
            str_char(out, c);
        }
    }
    str_release(&clean);
}

static size_t longest_run(struct slice s, char c)
{
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

void escape_markdown_code(struct str *out, struct slice raw)
{
    struct str clean = STR_INIT;
    text_clean_whole(&clean, raw);
    size_t fence = longest_run(str_as_slice(&clean), '`') + 1;
    for (size_t i = 0; i < fence; i++)
        str_char(out, '`');
    str_char(out, ' ');
    for (size_t i = 0; i < clean.n; i++) {
        if (clean.p[i] == '|')
            str_char(out, '\\');
        str_char(out, clean.p[i]);
    }
    str_char(out, ' ');
    for (size_t i = 0; i < fence; i++)
        str_char(out, '`');
    str_release(&clean);
}

void escape_html(struct str *out, struct slice raw)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    struct str clean = STR_INIT;
    text_clean_lines(&clean, raw);
    for (size_t i = 0; i < clean.n; i++) {
        const char *entity = NULL;
        for (size_t k = 0; k < sizeof entities / sizeof *entities; k++)
            if (entities[k].c == clean.p[i])
                entity = entities[k].entity;
        if (entity)
            str_puts(out, entity);
        else
            str_char(out, clean.p[i]);
    }
    str_release(&clean);
}

bool escape_shell(struct str *out, struct slice raw)
{
    if (raw.n && memchr(raw.p, '\0', raw.n))
        return false;
    str_char(out, '\'');
    for (size_t i = 0; i < raw.n; i++)
        if (raw.p[i] == '\'')
            str_puts(out, "'\\''");
        else
            str_char(out, raw.p[i]);
    str_char(out, '\'');
    return true;
}
