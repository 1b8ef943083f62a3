/* Pieces that views share: section rules, fact lines, bars, sparklines, columns, times. */
#ifndef HINOMI_TUI_DRAW_H
#define HINOMI_TUI_DRAW_H

#include "core/vocabulary.h"
#include "tui/canvas.h"

struct theme;

/* The theme whose glyphs draw_glyph gives; set once when a theme is chosen. */
void draw_use_theme(const struct theme *t);
const char *draw_glyph(enum glyph glyph);

/* "── TITLE ────── note ─" over the width. */
void draw_rule(struct canvas *c, struct area line, const char *title, const char *note);

/* " Label    value" ; returns the cell behind the value. */
struct fact {
    const char *label;
    enum role role;
    const char *value;
};
int draw_fact(struct canvas *c, struct area line, int label_width, const struct fact *fact);

enum role draw_severity_role(int severity);

/* Eighth blocks, one cell a value, scaled to the largest; 0 leaves a blank. */
void draw_sparkline(struct canvas *c, struct area line, const uint32_t *values, size_t count);
/* Filled part of `width` in `done` of `total`. */
void draw_progress(struct canvas *c, struct area line, uint64_t done, uint64_t total);

/* 12:34:56Z (date in front when it is not today's), or local time with its offset. */
enum { DRAW_TIME_MAX = 40 };
const char *draw_time(int64_t ns, int64_t now, bool utc, char out[DRAW_TIME_MAX]);
const char *draw_clock(int64_t ns, bool utc, bool milliseconds, char out[DRAW_TIME_MAX]);

/* 1,284 */
const char *draw_count(uint64_t value, char out[32]);

/* A frame with a title over what is there; the ground is blanked. Returns the inside. */
struct area draw_box(struct canvas *c, struct area area, const char *title, bool danger);

#endif
