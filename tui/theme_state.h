/* A parsed theme, shared by theme.c (looks) and theme_parse.c (files). */
#ifndef HINOMI_TUI_THEME_STATE_H
#define HINOMI_TUI_THEME_STATE_H

#include "tui/theme.h"

enum { PALETTE_MAX = 64, GLYPH_BYTES = 12 };

/* One colour at every depth; COLOUR_UNSET where the file gave no alternative. */
enum { COLOUR_UNSET = -2 };
struct colour {
    int rgb;   /* 0xrrggbb, COLOUR_DEFAULT or COLOUR_UNSET */
    int index; /* of the 256, or as above */
    int ansi;  /* of the 16, or as above */
};

struct style {
    bool set;
    struct colour fg, bg;
    unsigned attributes;
};

struct palette_entry {
    char name[32];
    struct colour colour;
};

struct theme {
    char name[64];
    struct style roles[ROLE_COUNT];
    struct style mono[ROLE_COUNT]; /* `role.mono = …`: without colours */
    struct palette_entry palette[PALETTE_MAX];
    size_t palette_count;
    char glyphs[GLYPH_COUNT][2][GLYPH_BYTES];
};

int colour_rgb(struct colour c);              /* best known 0xrrggbb, or COLOUR_DEFAULT */
int colour_at(struct colour c, enum depth d); /* what the terminal is told */
int rgb_of_index(int index);
int index_of_rgb(int rgb);
int ansi_of_rgb(int rgb);
double rgb_contrast(int a, int b);

#endif
