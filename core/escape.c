#include "core/escape.h"

#include "core/text.h"

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

void escape_markdown(struct str *out, struct slice raw)
{
    struct str clean = STR_INIT;
    text_clean_lines(&clean, raw);
    for (size_t i = 0; i < clean.n; i++) {
        char c = clean.p[i];
        if (c == '\n') {
            str_puts(out, "<br>");
            continue;
        }
        if (c == '<' || c == '>' || c == '&') {
            str_puts(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
            continue;
        }
        if (memchr("\\`*_{}[]()#+-.!|~=$:@", c, 21))
            str_char(out, '\\');
        str_char(out, c);
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
