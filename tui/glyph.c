#include "tui/glyph.h"

#include "core/text.h"

#include <stdio.h>

static bool ascii_only;

void glyph_use_ascii(bool ascii)
{
    ascii_only = ascii;
}

bool glyph_ascii(void)
{
    return ascii_only;
}

struct glyph_cell glyph_more(void)
{
    return (struct glyph_cell){.code = {ascii_only ? '~' : 0x2026}, .width = 1};
}

struct glyph_reader glyph_reader(struct slice text)
{
    return (struct glyph_reader){.rest = text};
}

static bool spelled(struct glyph_reader *r, struct glyph_cell *out)
{
    if (r->spelled_at >= r->spelled_n) {
        return false;
    }
    *out = (struct glyph_cell){
        .code = {(unsigned char)r->spelled[r->spelled_at++]}, .width = 1, .sanitised = true};
    return true;
}

/* As the one sanitiser writes it; its spelling is ASCII. */
static bool spell(struct glyph_reader *r, struct glyph_cell *out, struct slice raw)
{
    struct str text = STR_INIT;
    text_clean(&text, raw);
    r->spelled_n = snprintf(r->spelled, sizeof r->spelled, "%s", text.n ? text.p : "?");
    r->spelled_n =
        r->spelled_n < (int)sizeof r->spelled ? r->spelled_n : (int)sizeof r->spelled - 1;
    r->spelled_at = 0;
    str_release(&text);
    return spelled(r, out);
}

/* Only a hundred kinds of byte begin most text: ASCII needs no table. */
static int width_of(int32_t code)
{
    return code >= 0x20 && code < 0x7f ? 1 : code < 0 ? -1 : text_code_width(code);
}

bool glyph_next(struct glyph_reader *r, struct glyph_cell *out)
{
    size_t at = 0;
    if (spelled(r, out)) {
        return true;
    }
    if (r->rest.n == 0) {
        return false;
    }
    int32_t code = text_decode(r->rest, &at);
    struct slice bytes = {r->rest.p, at};
    r->rest = (struct slice){r->rest.p + at, r->rest.n - at};
    if (code == '\n' || code == '\t') {
        *out = (struct glyph_cell){.code = {' '}, .width = 1, .newline = code == '\n'};
        return true;
    }
    int width = width_of(code);
    if (width <= 0) {
        return spell(r, out, bytes);
    }
    *out = (struct glyph_cell){.code = {(uint32_t)code}, .width = width};
    for (int marks = 0; r->rest.n > 0;) {
        size_t next_at = 0;
        int32_t next = text_decode(r->rest, &next_at);
        if (next < 0x300 || width_of(next) != 0) {
            break;
        }
        r->rest = (struct slice){r->rest.p + next_at, r->rest.n - next_at};
        if (marks < 2) { /* more marks on one character only hide what is below */
            out->code[++marks] = (uint32_t)next;
        }
    }
    return true;
}

void glyph_utf8(uint32_t code, struct str *out)
{
    char bytes[4];
    str_add(out, bytes, text_encode((int32_t)code, bytes));
}
