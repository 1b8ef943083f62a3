/* What lies over a view: a menu, a line to fill in, a typed confirmation, the palette, the help. */
#ifndef HINOMI_TUI_POPUP_H
#define HINOMI_TUI_POPUP_H

#include "tui/field.h"

struct tui;

enum popup_kind {
    POPUP_NONE,
    POPUP_MENU,
    POPUP_PROMPT,
    POPUP_CONFIRM, /* what is typed must equal `expected`; paste and type-ahead are refused */
    POPUP_PALETTE,
    POPUP_HELP
};

enum { POPUP_ITEMS = 64, POPUP_LINES = 12, POPUP_TEXT = 160 };

struct popup_item {
    char key; /* 0: none */
    char label[POPUP_TEXT], note[POPUP_TEXT];
    const char *reason; /* why it is off, N_(); NULL: it is on */
    int64_t value;
};

struct popup_answer {
    const char *text; /* typed */
    const struct popup_item *item;
    void *owner;
};
typedef void popup_accept(struct tui *t, const struct popup_answer *answer);

struct popup {
    enum popup_kind kind;
    bool danger;
    char title[POPUP_TEXT], expected[96];
    char lines[POPUP_LINES][POPUP_TEXT];
    size_t line_count;
    struct popup_item *items; /* POPUP_ITEMS of them, malloced on first use */
    size_t item_count, at;
    struct text_field field;
    popup_accept *accept;
    void *owner;              /* freed with the popup */
    int rows[128], row_count; /* palette and help: commands that match what is typed */
};

void popup_close(struct tui *t);
void popup_release(struct popup *p);

/* A confirmation drops keys typed before it opened. `owner` is malloced and taken over; may be
 * NULL.
 */
void popup_menu(struct tui *t, const char *title, popup_accept *accept, void *owner);
struct popup_item *popup_item_add(struct tui *t, char key, int64_t value, const char *label);
void popup_prompt(
    struct tui *t, const char *title, const char *initial, popup_accept *accept, void *owner);
void popup_confirm(
    struct tui *t, const char *title, const char *expected, popup_accept *accept, void *owner);
void popup_line(struct tui *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

void popup_input(struct tui *t, const struct input_event *event);
void popup_draw(struct tui *t, struct canvas *c);

/* palette.c: every command with its key and why it is off; help: those of this view. */
void palette_open(struct tui *t);
void help_open(struct tui *t);
void palette_filter(struct tui *t);
void palette_draw(struct tui *t, struct canvas *c);
void palette_accept(struct tui *t);

#endif
