/* Text → cells, one at a time: a printable character with its combining marks, or a piece of the
 * visible spelling of one that must not reach the terminal. */
#ifndef HINOMI_TUI_GLYPH_H
#define HINOMI_TUI_GLYPH_H

#include "core/slice.h"
#include "core/str.h"

struct glyph_cell {
    uint32_t code[3];
    int width; /* 1 or 2 */
    bool sanitised, newline;
};

struct glyph_reader {
    struct slice rest;
    char spelled[16]; /* of a hostile character, still to be given */
    int spelled_n, spelled_at;
};

struct glyph_reader glyph_reader(struct slice text);
bool glyph_next(struct glyph_reader *r, struct glyph_cell *out);
struct glyph_cell glyph_more(void); /* … or ~ */
void glyph_use_ascii(bool ascii);
bool glyph_ascii(void);
void glyph_utf8(uint32_t code, struct str *out);

#endif
