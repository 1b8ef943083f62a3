#include "tui/field.h"

#include "core/command.h"
#include "tui/glyph.h"

#include <ctype.h>

void field_set(struct text_field *f, const char *text)
{
    str_clear(&f->text);
    str_puts(&f->text, text);
    f->at = f->text.n;
}

void field_release(struct text_field *f)
{
    str_release(&f->text);
    str_release(&f->killed);
}

static size_t before(const struct text_field *f, size_t at)
{
    while (at > 0 && ((unsigned char)f->text.p[--at] & 0xc0) == 0x80) {
    }
    return at;
}

static size_t after(const struct text_field *f, size_t at)
{
    if (at >= f->text.n) {
        return f->text.n;
    }
    at++;
    while (at < f->text.n && ((unsigned char)f->text.p[at] & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

static size_t word_left(const struct text_field *f)
{
    size_t at = f->at;
    while (at > 0 && isspace((unsigned char)f->text.p[at - 1])) {
        at--;
    }
    while (at > 0 && !isspace((unsigned char)f->text.p[at - 1])) {
        at = before(f, at);
    }
    return at;
}

static enum field_result cut(struct text_field *f, size_t from, size_t to, bool keep)
{
    if (from == to) {
        return FIELD_MOVED;
    }
    if (keep) {
        str_clear(&f->killed);
        str_add(&f->killed, f->text.p + from, to - from);
    }
    memmove(f->text.p + from, f->text.p + to, f->text.n - to + 1);
    f->text.n -= to - from;
    f->at = from;
    return FIELD_EDITED;
}

static enum field_result insert(struct text_field *f, struct slice text)
{
    if (text.n == 0) {
        return FIELD_MOVED;
    }
    if (f->text.n + text.n > FIELD_BYTES_MAX) {
        f->hint = N_("too long for one line");
        return FIELD_REFUSED;
    }
    struct str joined = STR_INIT;
    str_add(&joined, f->text.p ? f->text.p : "", f->at);
    str_slice(&joined, text);
    str_add(&joined, f->text.p ? f->text.p + f->at : "", f->text.n - f->at);
    str_release(&f->text);
    f->text = joined;
    f->at += text.n;
    return FIELD_EDITED;
}

/* One line: newlines and tabs are blanks, other controls go. */
static enum field_result paste(struct text_field *f, struct slice text)
{
    struct str line = STR_INIT;
    if (f->no_paste) {
        f->hint = N_("paste is refused here: type it");
        return FIELD_REFUSED;
    }
    text = slice_trim(text);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        bool blank = byte == '\n' || byte == '\r' || byte == '\t';
        if (blank || (byte >= 0x20 && byte != 0x7f)) {
            str_char(&line, blank ? ' ' : text.p[i]);
        }
    }
    enum field_result result = insert(f, str_as_slice(&line));
    str_release(&line);
    return result;
}

static enum field_result type(struct text_field *f, uint32_t code)
{
    struct str bytes = STR_INIT;
    if (f->narrow && code >= 0xff01 && code <= 0xff5e) {
        code -= 0xfee0; /* an input method left on: full-width letters */
    } else if (f->narrow && code == 0x3000) {
        code = ' ';
    } else if (f->no_paste && code >= 0x3040 && code < 0x3100) {
        f->hint = N_("input method is on: 半角/全角 switches it off");
        return FIELD_REFUSED;
    }
    glyph_utf8(code, &bytes);
    enum field_result result = insert(f, str_as_slice(&bytes));
    str_release(&bytes);
    return result;
}

static enum field_result control(struct text_field *f, uint32_t letter)
{
    switch (letter) {
    case 'a':
        f->at = 0;
        return FIELD_MOVED;
    case 'e':
        f->at = f->text.n;
        return FIELD_MOVED;
    case 'b':
        f->at = before(f, f->at);
        return FIELD_MOVED;
    case 'f':
        f->at = after(f, f->at);
        return FIELD_MOVED;
    case 'k':
        return cut(f, f->at, f->text.n, true);
    case 'u':
        return cut(f, 0, f->at, true);
    case 'w':
        return cut(f, word_left(f), f->at, true);
    case 'd':
        return cut(f, f->at, after(f, f->at), false);
    case 'h':
        return cut(f, before(f, f->at), f->at, false);
    case 'y':
        return f->no_paste ? FIELD_REFUSED : insert(f, str_as_slice(&f->killed));
    case 'c':
    case 'g':
        return FIELD_CANCEL;
    default:
        return FIELD_UNUSED;
    }
}

static enum field_result named(struct text_field *f, uint32_t key)
{
    switch (key) {
    case INPUT_ENTER:
        return FIELD_ACCEPT;
    case INPUT_ESC:
        return FIELD_CANCEL;
    case INPUT_LEFT:
        f->at = before(f, f->at);
        return FIELD_MOVED;
    case INPUT_RIGHT:
        f->at = after(f, f->at);
        return FIELD_MOVED;
    case INPUT_HOME:
        f->at = 0;
        return FIELD_MOVED;
    case INPUT_END:
        f->at = f->text.n;
        return FIELD_MOVED;
    case INPUT_BACKSPACE:
        return cut(f, before(f, f->at), f->at, false);
    case INPUT_DELETE:
        return cut(f, f->at, after(f, f->at), false);
    default:
        return FIELD_UNUSED;
    }
}

enum field_result field_input(struct text_field *f, const struct input_event *event)
{
    f->hint = NULL;
    if (!f->text.p) {
        str_clear(&f->text);
        str_puts(&f->text, "");
    }
    if (event->kind == INPUT_PASTE) {
        return paste(f, event->text);
    }
    if (event->kind != INPUT_KEY) {
        return FIELD_UNUSED;
    }
    if (event->modifiers & INPUT_CTRL && event->key < 0x80) {
        return control(f, event->key);
    }
    if (event->key >= INPUT_ENTER) {
        return named(f, event->key);
    }
    return event->modifiers & INPUT_ALT ? FIELD_UNUSED : type(f, event->key);
}

void field_draw(const struct text_field *f, struct canvas *c, int x, int y, int width)
{
    struct slice text = str_as_slice(&f->text);
    struct slice head = {text.p, f->at};
    size_t skip = 0;
    while (canvas_measure((struct slice){head.p + skip, head.n - skip}) >= width && skip < f->at) {
        skip = after(f, skip);
    }
    struct slice shown = {text.p + skip, text.n - skip};
    canvas_put(c, &(struct put){.x = x, .y = y, .width = width, .role = ROLE_INPUT}, shown);
    c->cursor_x = x + canvas_measure((struct slice){head.p + skip, head.n - skip});
    c->cursor_y = y;
    c->cursor_shown = true;
}
