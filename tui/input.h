/* Bytes from the terminal → events. A pure state machine: no terminal, no clock of its own.
 * ncurses' own input loses split UTF-8, blocks on ESC and leaks unknown sequences as letters, so it
 * is not used. Sequences: ECMA-48, xterm ctlseqs, kitty keyboard protocol (CSI u), SGR mouse
 * (1006). */
#ifndef HINOMI_TUI_INPUT_H
#define HINOMI_TUI_INPUT_H

#include "core/slice.h"

/* A key is a Unicode code point, or one of these. */
enum input_key {
    INPUT_NONE = 0,
    INPUT_ENTER = 0x110000,
    INPUT_TAB,
    INPUT_ESC,
    INPUT_BACKSPACE,
    INPUT_UP,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_HOME,
    INPUT_END,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_INSERT,
    INPUT_DELETE,
    INPUT_F1,
    INPUT_F12 = INPUT_F1 + 11,
    INPUT_WHEEL_UP,
    INPUT_WHEEL_DOWN
};

/* As xterm sends them: parameter = 1 + bits. */
enum input_modifier { INPUT_SHIFT = 1, INPUT_ALT = 2, INPUT_CTRL = 4 };

enum input_kind {
    INPUT_KEY,
    INPUT_PASTE, /* text; one event whatever its length, at most INPUT_PASTE_MAX bytes */
    INPUT_MOUSE, /* x, y, button, pressed */
    INPUT_FOCUS, /* pressed: focus gained */
    INPUT_REPLY  /* the terminal answered a status request (DSR) */
};

enum { INPUT_PASTE_MAX = 1 << 20, INPUT_ESCAPE_MS = 50 };

struct input_event {
    enum input_kind kind;
    uint32_t key;
    unsigned modifiers;
    int x, y,
        button; /* cells from 0; button 0 left, 1 middle, 2 right; 32 is added while dragged */
    bool pressed;
    bool bracketed;    /* a paste told by the terminal, not guessed from a burst */
    struct slice text; /* of a paste; good until the next input_feed */
};

struct input;

struct input *input_new(int escape_ms); /* never NULL */
void input_free(struct input *in);

/* Takes bytes that arrived at `now` (monotonic ns). More than eight printable bytes in one read
 * with five or more different ones were not typed: they become one unbracketed paste. */
void input_feed(struct input *in, const char *bytes, size_t n, int64_t now);

/* The next event, oldest first; false when there is none. */
bool input_next(struct input *in, struct input_event *event);

/* When input_expire has something to do (a lone ESC); CLOCK_NONE: never. */
int64_t input_deadline(const struct input *in);
void input_expire(struct input *in, int64_t now);

/* Forgets events not taken yet: a question of consequence takes no type-ahead. */
void input_drop(struct input *in);

/* Sequences that nothing here knows, dropped whole. */
uint64_t input_unknown(const struct input *in);

#endif
