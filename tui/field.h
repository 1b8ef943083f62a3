/* A text field of one line: readline's keys, a paste is one edit, newlines become blanks. */
#ifndef HINOMI_TUI_FIELD_H
#define HINOMI_TUI_FIELD_H

#include "core/str.h"
#include "tui/canvas.h"
#include "tui/input.h"

enum { FIELD_BYTES_MAX = 4096, FIELD_HISTORY = 20 };

struct text_field {
    struct str text, killed;
    size_t at;        /* byte offset of the cursor, on a character */
    bool no_paste;    /* a confirmation: pasted text is refused */
    bool narrow;      /* full-width ASCII becomes ASCII: commands, queries, confirmations */
    const char *hint; /* why the last key did nothing (IME on, paste refused); NULL: none */
};

enum field_result {
    FIELD_EDITED,
    FIELD_MOVED,
    FIELD_ACCEPT,
    FIELD_CANCEL,
    FIELD_REFUSED,
    FIELD_UNUSED
};

void field_set(struct text_field *f, const char *text);
void field_release(struct text_field *f);
enum field_result field_input(struct text_field *f, const struct input_event *event);

/* Draws text and puts the terminal's cursor there; scrolls so that the cursor shows. */
void field_draw(const struct text_field *f, struct canvas *c, int x, int y, int width);

#endif
