/* Names of keys in tables, help and the user's keymap file: "e", "gg", "Ctrl-D", "PgDn", "f c". */
#ifndef HINOMI_TUI_KEYS_H
#define HINOMI_TUI_KEYS_H

#include "core/slice.h"
#include "tui/input.h"

enum { KEYS_MAX = 3, KEY_TEXT_MAX = 32 };

struct key_stroke {
    uint32_t key;
    unsigned modifiers; /* INPUT_CTRL only, or INPUT_SHIFT with Tab */
};

struct key_sequence {
    struct key_stroke stroke[KEYS_MAX];
    size_t count;
};

/* "gg" → g g; "Ctrl-D" → one stroke. False when a part is no key. */
bool keys_parse(struct slice text, struct key_sequence *out);
const char *keys_text(const struct key_sequence *keys, char out[KEY_TEXT_MAX]);
const char *key_text(struct key_stroke stroke, char out[KEY_TEXT_MAX]);

/* What was pressed, with what does not matter taken off (Shift of a capital letter). */
struct key_stroke key_of(const struct input_event *event);

static inline bool key_equal(struct key_stroke a, struct key_stroke b)
{
    return a.key == b.key && a.modifiers == b.modifiers;
}

#endif
