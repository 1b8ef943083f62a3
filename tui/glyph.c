#include "tui/glyph.h"

#include <stdio.h>
#include <wchar.h>

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

/* One code point; an invalid byte comes back as 0xdc00 + byte, as no character can. */
static uint32_t take(struct slice *rest)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t n = 1;
    uint32_t code = p[0], least = 0;
    if (p[0] >= 0xc2 && p[0] < 0xe0) {
        n = 2, code = p[0] & 0x1fU, least = 0x80;
    } else if (p[0] >= 0xe0 && p[0] < 0xf0) {
        n = 3, code = p[0] & 0x0fU, least = 0x800;
    } else if (p[0] >= 0xf0 && p[0] < 0xf5) {
        n = 4, code = p[0] & 0x07U, least = 0x10000;
    }
    bool bad = n == 1 && p[0] >= 0x80;
    for (size_t i = 1; i < n && !bad; i++) {
        bad = i >= rest->n || (p[i] & 0xc0) != 0x80;
        code = bad ? 0 : code << 6 | (p[i] & 0x3fU);
    }
    bad = bad || code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
    n = bad ? 1 : n;
    code = bad ? 0xdc00U + p[0] : code;
    rest->p += n;
    rest->n -= n;
    return code;
}

struct range {
    uint32_t from, to;
};

/* Bidi controls, zero-width characters, variation selectors, tags, separators: none may reach a
 * terminal, for they change how other text reads. UAX #9, UTR #36. */
static const struct range hidden[] = {
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xfff0, 0xfffb},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (code >= hidden[i].from && code <= hidden[i].to) {
            return true;
        }
    }
    return false;
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

static bool spell(struct glyph_reader *r, struct glyph_cell *out, uint32_t code)
{
    bool invalid = code >= 0xdc00 && code < 0xdd00;
    if (invalid || code < 0xa0) {
        unsigned byte = invalid ? code - 0xdc00 : code;
        r->spelled_n = snprintf(r->spelled, sizeof r->spelled, "\\x%02x", byte);
    } else {
        r->spelled_n = snprintf(r->spelled, sizeof r->spelled, "<U+%04X>", (unsigned)code);
    }
    r->spelled_at = 0;
    return spelled(r, out);
}

static int width_of(uint32_t code)
{
    return code < 0x7f ? 1 : wcwidth((wchar_t)code);
}

bool glyph_next(struct glyph_reader *r, struct glyph_cell *out)
{
    if (spelled(r, out)) {
        return true;
    }
    if (r->rest.n == 0) {
        return false;
    }
    uint32_t code = take(&r->rest);
    if (code == '\n' || code == '\t') {
        *out = (struct glyph_cell){.code = {' '}, .width = 1, .newline = code == '\n'};
        return true;
    }
    int width = code < 0x20 || (code >= 0x7f && code < 0xa0) ? -1 : width_of(code);
    bool invalid = code >= 0xdc00 && code < 0xdd00;
    if (width <= 0 || invalid || is_hidden(code)) {
        return spell(r, out, code);
    }
    *out = (struct glyph_cell){.code = {code}, .width = width};
    for (int marks = 0; r->rest.n > 0;) {
        struct slice ahead = r->rest;
        uint32_t next = take(&ahead);
        if (next < 0x300 || is_hidden(next) || (next >= 0xdc00 && next < 0xdd00) ||
            wcwidth((wchar_t)next) != 0) {
            break;
        }
        r->rest = ahead; /* more than two marks on one character only hide what is below */
        if (marks < 2) {
            out->code[++marks] = next;
        }
    }
    return true;
}

void glyph_utf8(uint32_t code, struct str *out)
{
    if (code < 0x80) {
        str_char(out, (char)code);
        return;
    }
    if (code < 0x800) {
        str_char(out, (char)(0xc0 | code >> 6));
    } else if (code < 0x10000) {
        str_char(out, (char)(0xe0 | code >> 12));
        str_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    } else {
        str_char(out, (char)(0xf0 | code >> 18));
        str_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
        str_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    }
    str_char(out, (char)(0x80 | (code & 0x3f)));
}
