#include "tui/theme_state.h"

#include <stdlib.h>

/* "a.b.c" → its own style, else a.b's, else a's, else text's. */
static const struct style *find_style(const struct style *styles, enum role role)
{
    struct slice name = slice_of(role_name(role));
    enum role at = role;
    while (at == ROLE_COUNT || !styles[at].set) {
        while (name.n > 0 && name.p[name.n - 1] != '.') {
            name.n--;
        }
        if (name.n == 0) {
            return styles[ROLE_TEXT].set ? &styles[ROLE_TEXT] : NULL;
        }
        name.n--;
        at = role_find(name);
    }
    return &styles[at];
}

/* Without colour a coloured ground becomes reverse, unless the theme says otherwise. */
static struct look mono_look(const struct theme *t, enum role role)
{
    if (t->mono[role].set) {
        return (struct look){COLOUR_DEFAULT, COLOUR_DEFAULT, t->mono[role].attributes};
    }
    const struct style *s = find_style(t->roles, role);
    struct look look = {COLOUR_DEFAULT, COLOUR_DEFAULT, s ? s->attributes : 0};
    if (s && colour_rgb(s->bg) != COLOUR_DEFAULT) {
        look.attributes |= ATTRIBUTE_REVERSE;
    }
    return look;
}

static struct look plain_look(const struct theme *t, enum role role, enum depth depth)
{
    if (depth == DEPTH_MONO) {
        return mono_look(t, role);
    }
    const struct style *s = find_style(t->roles, role);
    if (!s) {
        return (struct look){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
    }
    struct look look = {colour_at(s->fg, depth), colour_at(s->bg, depth), s->attributes};
    if (depth == DEPTH_8 && s->fg.ansi >= 8) {
        look.attributes |= ATTRIBUTE_BOLD;
    }
    return look;
}

struct look theme_look(const struct theme *t, enum role role, enum role over, enum depth depth)
{
    struct look look = plain_look(t, role == ROLE_NONE ? ROLE_TEXT : role, depth);
    if (over == ROLE_NONE) {
        return look;
    }
    struct look top = plain_look(t, over, depth);
    const struct style *own = find_style(t->roles, role == ROLE_NONE ? ROLE_TEXT : role);
    const struct style *ground = find_style(t->roles, over);
    if (look.bg != COLOUR_DEFAULT) {
        look.attributes |= top.attributes & ~(unsigned)ATTRIBUTE_REVERSE;
        return look; /* a badge keeps its own ground */
    }
    int fg = own ? colour_rgb(own->fg) : COLOUR_DEFAULT;
    int bg = ground ? colour_rgb(ground->bg) : COLOUR_DEFAULT;
    bool readable = fg != COLOUR_DEFAULT && bg != COLOUR_DEFAULT && rgb_contrast(fg, bg) >= 4.5;
    look.fg = readable && depth > DEPTH_8 ? look.fg : top.fg;
    look.bg = top.bg;
    look.attributes = (look.attributes | top.attributes) & ~(unsigned)ATTRIBUTE_DIM;
    return look;
}

const char *theme_name(const struct theme *t)
{
    return t->name;
}

const char *theme_glyph(const struct theme *t, enum glyph glyph, bool ascii)
{
    return t->glyphs[glyph][ascii];
}

double theme_contrast(const struct theme *t, enum role role)
{
    const struct style *s = find_style(t->roles, role);
    int fg = s ? colour_rgb(s->fg) : COLOUR_DEFAULT;
    int bg = s ? colour_rgb(s->bg) : COLOUR_DEFAULT;
    return fg == COLOUR_DEFAULT || bg == COLOUR_DEFAULT ? 0 : rgb_contrast(fg, bg);
}

void theme_free(struct theme *t)
{
    free(t);
}
