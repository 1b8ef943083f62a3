/* Our own surface: text and roles, no colours, no terminal. Every view draws here, whole, each
 * frame; screen.c sends the difference. A wide character is never halved: what is left of one that
 * is overdrawn becomes a blank. All text passes the sanitiser on its way in. */
#ifndef HINOMI_TUI_CANVAS_H
#define HINOMI_TUI_CANVAS_H

#include "core/slice.h"
#include "tui/role.h"

enum { CELL_CODES = 3 }; /* a character and at most two combining marks */

struct cell {
    uint32_t
        code[CELL_CODES]; /* 0-terminated unless full; code[0] 0: the right half of a wide one */
    unsigned char role, over; /* over: ROLE_NONE, or what lies over it (selection, match) */
    unsigned char width;      /* 1, 2; 0: right half */
};

struct area {
    int x, y, width, height;
};

struct canvas {
    int width, height;
    struct cell *cells;     /* owned; height × width */
    struct area clip;       /* nothing is drawn outside */
    int cursor_x, cursor_y; /* where the terminal's cursor rests; -1: nowhere */
    bool cursor_shown;      /* a text field is being typed in */
};

void canvas_init(struct canvas *c, int width, int height);
void canvas_release(struct canvas *c);
void canvas_clear(struct canvas *c); /* all blank, clip whole, no cursor */

static inline struct area canvas_area(const struct canvas *c)
{
    return (struct area){0, 0, c->width, c->height};
}

/* Returns the former clip; the new one is cut to it. */
struct area canvas_clip(struct canvas *c, struct area area);
void canvas_unclip(struct canvas *c, struct area former);

/* How a text is fitted into `width` cells. */
enum fit {
    FIT_CUT,    /* ends with … when it does not fit */
    FIT_MIDDLE, /* … in the middle: the tail often tells more */
    FIT_RIGHT   /* right-aligned, else as FIT_CUT */
};

struct put {
    int x, y;
    int width; /* cells at most; 0: to the right edge */
    enum role role;
    enum fit fit;
};

/* One line. Returns how many cells it took. */
int canvas_put(struct canvas *c, const struct put *at, struct slice text);
int canvas_text(struct canvas *c, int x, int y, enum role role, const char *text);
int canvas_format(struct canvas *c, int x, int y, enum role role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Hard-wrapped at cell width over at most `area.height` lines; returns the lines it needs. */
int canvas_wrap(struct canvas *c, struct area area, enum role role, struct slice text);

void canvas_fill(struct canvas *c, struct area area, const char *glyph, enum role role);
/* Lays a role over cells that are there. */
void canvas_over(struct canvas *c, struct area area, enum role over);
/* Sets the role of blanks too: for bars and popups, whose ground is coloured. */
void canvas_ground(struct canvas *c, struct area area, enum role role);

/* Cells a text takes, sanitised as it would be drawn. */
int canvas_measure(struct slice text);

/* A row's text in UTF-8, trailing blanks cut: for tests and copies. */
struct str;
void canvas_row_text(const struct canvas *c, int y, struct str *out);

#endif
