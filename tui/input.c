#include "tui/input_state.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>

static const char paste_end[] = "\033[201~";

struct input *input_new(int escape_ms)
{
    struct input *in = mem_zalloc(1, sizeof *in);
    in->escape_ns = escape_ms * CLOCK_MILLISECOND;
    return in;
}

void input_free(struct input *in)
{
    if (!in) {
        return;
    }
    str_release(&in->paste);
    str_release(&in->texts);
    free(in->events);
    free(in);
}

void input_push(struct input *in, const struct input_event *event)
{
    if (in->count == EVENTS_MAX) {
        return;
    }
    if (in->count == in->capacity) {
        size_t capacity = in->capacity ? in->capacity * 2 : 64;
        struct input_event *events = mem_alloc(capacity * sizeof *events);
        for (size_t i = 0; i < in->count; i++) {
            events[i] = in->events[(in->head + i) % in->capacity];
        }
        free(in->events);
        in->events = events;
        in->capacity = capacity;
        in->head = 0;
    }
    in->events[(in->head + in->count++) % in->capacity] = *event;
}

void input_push_key(struct input *in, uint32_t key, unsigned modifiers)
{
    input_push(in, &(struct input_event){.kind = INPUT_KEY, .key = key, .modifiers = modifiers});
}

/* Text is kept as offset + 1 while buffers may still move; input_next turns it into a pointer. */
static void push_paste(struct input *in, struct slice text, bool bracketed)
{
    size_t at = in->texts.n;
    if (at + text.n > INPUT_PASTE_MAX) {
        text.n = INPUT_PASTE_MAX - at;
    }
    str_slice(&in->texts, text);
    input_push(
        in, &(struct input_event){
                .kind = INPUT_PASTE, .bracketed = bracketed, .x = (int)at, .text = {NULL, text.n}});
}

bool input_next(struct input *in, struct input_event *event)
{
    if (in->count == 0) {
        return false;
    }
    *event = in->events[in->head];
    in->head = (in->head + 1) % in->capacity;
    in->count--;
    if (event->kind == INPUT_PASTE) {
        event->text.p = in->texts.p ? in->texts.p + event->x : "";
        event->x = 0;
    }
    return true;
}

void input_drop(struct input *in)
{
    in->count = 0;
}

uint64_t input_unknown(const struct input *in)
{
    return in->unknown;
}

int64_t input_deadline(const struct input *in)
{
    return in->mode == MODE_ESCAPE ? in->escape_at : CLOCK_NONE;
}

void input_expire(struct input *in, int64_t now)
{
    if (in->mode == MODE_ESCAPE && now >= in->escape_at) {
        in->mode = MODE_GROUND;
        input_push_key(in, INPUT_ESC, 0);
    }
}

static void control_key(struct input *in, unsigned char byte)
{
    unsigned alt = in->alt;
    in->alt = 0;
    switch (byte) {
    case '\r':
    case '\n':
        input_push_key(in, INPUT_ENTER, alt);
        return;
    case '\t':
        input_push_key(in, INPUT_TAB, alt);
        return;
    case 0x08:
    case 0x7f:
        input_push_key(in, INPUT_BACKSPACE, alt);
        return;
    case 0:
        input_push_key(in, ' ', alt | INPUT_CTRL);
        return;
    default:
        /* 0x01..0x1a are letters, 0x1c..0x1f are \ ] ^ _ */
        input_push_key(in, byte <= 0x1a ? byte + 0x60U : byte + 0x40U, alt | INPUT_CTRL);
    }
}

/* False when the byte does not continue the character in progress: it starts anew. */
static bool utf8_continue(struct input *in, unsigned char byte)
{
    if ((byte & 0xc0) != 0x80) {
        in->left = 0;
        in->unknown++;
        return false;
    }
    in->code = in->code << 6 | (byte & 0x3fU);
    if (--in->left == 0) {
        bool good = in->code >= in->least && in->code <= 0x10ffff &&
                    (in->code < 0xd800 || in->code > 0xdfff);
        if (good && in->code >= 0xa0) {
            input_push_key(in, in->code, in->alt);
        } else {
            in->unknown++;
        }
        in->alt = 0;
    }
    return true;
}

static void utf8_start(struct input *in, unsigned char byte)
{
    if (byte >= 0xc2 && byte < 0xe0) {
        in->code = byte & 0x1fU;
        in->left = 1;
        in->least = 0x80;
    } else if (byte >= 0xe0 && byte < 0xf0) {
        in->code = byte & 0x0fU;
        in->left = 2;
        in->least = 0x800;
    } else if (byte >= 0xf0 && byte < 0xf5) {
        in->code = byte & 0x07U;
        in->left = 3;
        in->least = 0x10000;
    } else {
        in->unknown++;
        in->alt = 0;
    }
}

static void ground(struct input *in, unsigned char byte, int64_t now)
{
    if (in->left > 0 && utf8_continue(in, byte)) {
        return;
    }
    if (byte == 0x1b) {
        in->mode = MODE_ESCAPE;
        in->escape_at = now + in->escape_ns;
    } else if (byte < 0x20 || byte == 0x7f) {
        control_key(in, byte);
    } else if (byte < 0x80) {
        input_push_key(in, byte, in->alt);
        in->alt = 0;
    } else {
        utf8_start(in, byte);
    }
}

static void after_escape(struct input *in, unsigned char byte, int64_t now)
{
    in->mode = MODE_GROUND;
    in->sequence_n = 0;
    in->overlong = false;
    if (byte == '[') {
        in->mode = MODE_CSI;
    } else if (byte == 'O') {
        in->mode = MODE_SS3;
    } else if (byte == ']' || byte == 'P' || byte == '_' || byte == '^' || byte == 'X') {
        in->mode = MODE_STRING;
    } else if (byte == 0x1b) {
        input_push_key(in, INPUT_ESC, 0);
        in->mode = MODE_ESCAPE;
        in->escape_at = now + in->escape_ns;
    } else {
        in->alt = INPUT_ALT;
        ground(in, byte, now);
    }
}

static void csi_byte(struct input *in, unsigned char byte)
{
    if (byte < 0x20 || byte > 0x7e) {
        /* a broken sequence ends here; the byte itself is no letter of a command */
        in->mode = MODE_GROUND;
        in->unknown++;
        return;
    }
    if (in->sequence_n + 1 < SEQUENCE_MAX) {
        in->sequence[in->sequence_n++] = (char)byte;
    } else {
        in->overlong = true;
    }
    if (byte < 0x40) {
        return;
    }
    in->mode = MODE_GROUND;
    if (in->overlong) {
        in->unknown++;
        return;
    }
    in->sequence[in->sequence_n] = '\0';
    if (strcmp(in->sequence, "200~") == 0) {
        in->mode = MODE_PASTE;
        in->matched = 0;
        str_clear(&in->paste);
        return;
    }
    input_csi(in);
}

static void paste_byte(struct input *in, unsigned char byte)
{
    if (byte == (unsigned char)paste_end[in->matched]) {
        if (++in->matched == sizeof paste_end - 1) {
            in->mode = MODE_GROUND;
            push_paste(in, str_as_slice(&in->paste), true);
            str_clear(&in->paste);
        }
        return;
    }
    if (in->paste.n + in->matched < INPUT_PASTE_MAX) {
        str_add(&in->paste, paste_end, in->matched);
    }
    in->matched = 0;
    if (byte == 0x1b) {
        in->matched = 1;
    } else if (in->paste.n < INPUT_PASTE_MAX) {
        str_char(&in->paste, (char)byte);
    }
}

static void string_byte(struct input *in, unsigned char byte)
{
    if (byte == 0x07 || (in->mode == MODE_STRING_ESC && byte == '\\')) {
        in->mode = MODE_GROUND;
        in->unknown++;
    } else {
        in->mode = byte == 0x1b ? MODE_STRING_ESC : MODE_STRING;
    }
}

static void feed_byte(struct input *in, unsigned char byte, int64_t now)
{
    switch (in->mode) {
    case MODE_GROUND:
        ground(in, byte, now);
        return;
    case MODE_ESCAPE:
        after_escape(in, byte, now);
        return;
    case MODE_SS3:
        in->mode = MODE_GROUND;
        input_ss3(in, byte);
        return;
    case MODE_CSI:
        csi_byte(in, byte);
        return;
    case MODE_STRING:
    case MODE_STRING_ESC:
        string_byte(in, byte);
        return;
    case MODE_PASTE:
        paste_byte(in, byte);
        return;
    }
}

/* Hands type eight keys a read only when one is held down: then they are all alike. */
static bool is_burst(const char *bytes, size_t n)
{
    bool seen[256] = {false};
    size_t different = 0;
    if (n <= 8) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte < 0x20 && byte != '\r' && byte != '\n' && byte != '\t') || byte == 0x7f) {
            return false;
        }
        different += !seen[byte];
        seen[byte] = true;
    }
    return different >= 5;
}

void input_feed(struct input *in, const char *bytes, size_t n, int64_t now)
{
    if (in->count == 0) {
        str_clear(&in->texts);
    }
    if (in->mode == MODE_ESCAPE && now >= in->escape_at) {
        input_expire(in, now);
    }
    if (in->mode == MODE_GROUND && in->left == 0 && is_burst(bytes, n)) {
        push_paste(in, (struct slice){bytes, n}, false);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        feed_byte(in, (unsigned char)bytes[i], now);
    }
}
