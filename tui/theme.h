/* What a role looks like. Code names roles; a theme file gives them colours and weights, glyphs
 * too. File: "name = …", "inherit = default", "variant = dark", then [palette], [roles], [glyphs].
 *   role = FG [on BG] [bold] [underline] [reverse] [dim] [italic]
 *   colour = NAME of the palette, #rrggbb, 0-255, an ANSI name, default; a|b|c: by depth
 *   glyph = "utf8" "ascii"
 * A role that a theme does not name takes the style of its prefix, then that of `text`. */
#ifndef HINOMI_TUI_THEME_H
#define HINOMI_TUI_THEME_H

#include "core/err.h"
#include "core/slice.h"
#include "tui/role.h"

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_DIRECT };

enum attribute {
    ATTRIBUTE_BOLD = 1,
    ATTRIBUTE_UNDERLINE = 2,
    ATTRIBUTE_REVERSE = 4,
    ATTRIBUTE_DIM = 8,
    ATTRIBUTE_ITALIC = 16
};

/* COLOUR_DEFAULT: the terminal's own. Else a palette index, or COLOUR_RGB | 0xrrggbb. */
enum { COLOUR_DEFAULT = -1, COLOUR_RGB = 0x1000000 };

struct look {
    int fg, bg;
    unsigned attributes;
};

struct theme;

typedef void theme_warning(void *owner, int line, const char *text);

/* Parses over what `inherit` names (default: the built-in one). Never fails: what is not understood
 * is told to `warn` (may be NULL) with its line, and skipped. */
struct theme *theme_parse(struct slice text, theme_warning *warn, void *owner);

/* A built-in theme by name, or the file NAME.theme in `folder` (may be NULL). ERR_NOT_FOUND. */
struct theme *theme_load(
    const char *name, const char *folder, theme_warning *warn, void *owner, struct err *e);
void theme_free(struct theme *t);

const char *theme_name(const struct theme *t);

/* `over` is ROLE_NONE or a role that lies over the cell (selection, match): its background wins,
 * its weight is added, and its foreground is taken when the cell's own would be hard to read on it.
 */
struct look theme_look(const struct theme *t, enum role role, enum role over, enum depth depth);

/* One cell of text. ASCII when `ascii`. */
const char *theme_glyph(const struct theme *t, enum glyph glyph, bool ascii);

/* Contrast (WCAG 2.1, 1 to 21) of a role's text on its ground; 0 when one is the terminal's own. */
double theme_contrast(const struct theme *t, enum role role);

#endif
