#include "tui/keys.h"

#include "core/str.h"
#include "tui/glyph.h"

#include <ctype.h>
#include <stdio.h>

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"Enter", INPUT_ENTER},
    {"Tab", INPUT_TAB},
    {"Esc", INPUT_ESC},
    {"Backspace", INPUT_BACKSPACE},
    {"Up", INPUT_UP},
    {"Down", INPUT_DOWN},
    {"Left", INPUT_LEFT},
    {"Right", INPUT_RIGHT},
    {"Home", INPUT_HOME},
    {"End", INPUT_END},
    {"PgUp", INPUT_PAGE_UP},
    {"PgDn", INPUT_PAGE_DOWN},
    {"Insert", INPUT_INSERT},
    {"Delete", INPUT_DELETE},
    {"Space", ' '},
    {"WheelUp", INPUT_WHEEL_UP},
    {"WheelDown", INPUT_WHEEL_DOWN},
    {"F1", INPUT_F1},
    {"F5", INPUT_F1 + 4},
    {"F10", INPUT_F1 + 9},
};

static bool named(struct slice *rest, struct key_stroke *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_starts(*rest, slice_of(names[i].name))) {
            out->key = names[i].key;
            rest->p += strlen(names[i].name);
            rest->n -= strlen(names[i].name);
            return true;
        }
    }
    return false;
}

static bool one(struct slice *rest, struct key_stroke *out)
{
    *out = (struct key_stroke){0, 0};
    if (slice_starts(*rest, SLICE("Ctrl-"))) {
        if (rest->n < 6) {
            return false;
        }
        *out = (struct key_stroke){(uint32_t)tolower((unsigned char)rest->p[5]), INPUT_CTRL};
        rest->p += 6;
        rest->n -= 6;
        return true;
    }
    if (slice_starts(*rest, SLICE("Shift-Tab"))) {
        *out = (struct key_stroke){INPUT_TAB, INPUT_SHIFT};
        rest->p += 9;
        rest->n -= 9;
        return true;
    }
    if (named(rest, out)) {
        return true;
    }
    unsigned char byte = (unsigned char)rest->p[0];
    if (byte <= 0x20 || byte >= 0x7f) {
        return false;
    }
    out->key = byte;
    rest->p++;
    rest->n--;
    return true;
}

bool keys_parse(struct slice text, struct key_sequence *out)
{
    out->count = 0;
    text = slice_trim(text);
    while (text.n > 0) {
        if (out->count == KEYS_MAX || !one(&text, &out->stroke[out->count])) {
            return false;
        }
        out->count++;
        text = slice_trim(text);
    }
    return out->count > 0;
}

const char *key_text(struct key_stroke stroke, char out[KEY_TEXT_MAX])
{
    const char *ctrl = stroke.modifiers & INPUT_CTRL ? "Ctrl-" : "";
    const char *shift = stroke.modifiers & INPUT_SHIFT ? "Shift-" : "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == stroke.key) {
            snprintf(out, KEY_TEXT_MAX, "%s%s%s", ctrl, shift, names[i].name);
            return out;
        }
    }
    struct str text = STR_INIT;
    bool upper = stroke.modifiers & INPUT_CTRL && stroke.key < 0x80;
    glyph_utf8(upper ? (uint32_t)toupper((int)stroke.key) : stroke.key, &text);
    snprintf(out, KEY_TEXT_MAX, "%s%s", ctrl, text.p);
    str_release(&text);
    return out;
}

const char *keys_text(const struct key_sequence *keys, char out[KEY_TEXT_MAX])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < keys->count; i++) {
        char one_key[KEY_TEXT_MAX];
        key_text(keys->stroke[i], one_key);
        int wrote = snprintf(out + n, KEY_TEXT_MAX - n, "%s", one_key);
        n += wrote > 0 ? (size_t)wrote : 0;
        if (n >= KEY_TEXT_MAX) {
            break;
        }
    }
    return out;
}

struct key_stroke key_of(const struct input_event *event)
{
    unsigned kept = event->modifiers & INPUT_CTRL;
    if (event->key == INPUT_TAB) {
        kept |= event->modifiers & INPUT_SHIFT;
    }
    uint32_t key = event->key;
    if (key >= 0xff01 && key <= 0xff5e) {
        key -= 0xfee0; /* an input method left on: full-width letters are still commands */
    }
    if (event->modifiers & INPUT_SHIFT && key >= 'a' && key <= 'z') {
        key -= 0x20;
    }
    return (struct key_stroke){key, kept};
}
