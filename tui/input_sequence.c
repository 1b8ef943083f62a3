#include "tui/input_state.h"

struct final_key {
    char final;
    uint32_t key;
};

/* CSI 1;mod X and SS3 X: xterm's cursor and function keys, in both cursor modes. */
static const struct final_key final_keys[] = {
    {'A', INPUT_UP},
    {'B', INPUT_DOWN},
    {'C', INPUT_RIGHT},
    {'D', INPUT_LEFT},
    {'H', INPUT_HOME},
    {'F', INPUT_END},
    {'P', INPUT_F1},
    {'Q', INPUT_F1 + 1},
    {'R', INPUT_F1 + 2},
    {'S', INPUT_F1 + 3},
    {'M', INPUT_ENTER}, /* keypad Enter in application mode */
    {0, INPUT_NONE},
};

/* CSI number ~: the VT220 editing and function keys; linux and rxvt use 7 and 8 too. */
static const struct {
    int number;
    uint32_t key;
} tilde_keys[] = {
    {1, INPUT_HOME},
    {2, INPUT_INSERT},
    {3, INPUT_DELETE},
    {4, INPUT_END},
    {5, INPUT_PAGE_UP},
    {6, INPUT_PAGE_DOWN},
    {7, INPUT_HOME},
    {8, INPUT_END},
    {11, INPUT_F1},
    {12, INPUT_F1 + 1},
    {13, INPUT_F1 + 2},
    {14, INPUT_F1 + 3},
    {15, INPUT_F1 + 4},
    {17, INPUT_F1 + 5},
    {18, INPUT_F1 + 6},
    {19, INPUT_F1 + 7},
    {20, INPUT_F1 + 8},
    {21, INPUT_F1 + 9},
    {23, INPUT_F1 + 10},
    {24, INPUT_F1 + 11},
};

struct parameters {
    int value[8];
    size_t count;
};

/* "1;5" → {1, 5}; sub-parameters after ':' are skipped; absent ones are 0. */
static struct parameters parse(const char *p)
{
    struct parameters out = {.count = 0};
    bool sub = false;
    int value = 0;
    for (;; p++) {
        if (*p >= '0' && *p <= '9') {
            if (!sub && value < 0x200000) {
                value = value * 10 + (*p - '0');
            }
            continue;
        }
        if (*p == ':') {
            sub = true;
            continue;
        }
        if (out.count < 8) {
            out.value[out.count++] = value;
        }
        value = 0;
        sub = false;
        if (*p != ';') {
            return out;
        }
    }
}

static unsigned modifiers_of(const struct parameters *p)
{
    if (p->count < 2 || p->value[1] < 2) {
        return 0;
    }
    return (unsigned)(p->value[1] - 1) & (INPUT_SHIFT | INPUT_ALT | INPUT_CTRL);
}

static uint32_t find_final(char final)
{
    for (const struct final_key *k = final_keys; k->final; k++) {
        if (k->final == final) {
            return k->key;
        }
    }
    return INPUT_NONE;
}

/* CSI < button ; x ; y M (press) or m (release) */
static void sgr_mouse(struct input *in, const struct parameters *p, bool pressed)
{
    if (p->count != 3 || p->value[1] < 1 || p->value[2] < 1) {
        in->unknown++;
        return;
    }
    int button = p->value[0];
    struct input_event event = {.kind = INPUT_MOUSE,
        .x = p->value[1] - 1,
        .y = p->value[2] - 1,
        .button = button & ~28,
        .modifiers = ((unsigned)button >> 2) & 7U,
        .pressed = pressed};
    if (button >= 64) {
        event.kind = INPUT_KEY;
        event.key = (button & 1) ? INPUT_WHEEL_DOWN : INPUT_WHEEL_UP;
    }
    input_push(in, &event);
}

/* CSI code ; modifiers u */
static void kitty_key(struct input *in, const struct parameters *p)
{
    uint32_t key = (uint32_t)p->value[0];
    switch (p->value[0]) {
    case 13:
        key = INPUT_ENTER;
        break;
    case 9:
        key = INPUT_TAB;
        break;
    case 27:
        key = INPUT_ESC;
        break;
    case 127:
        key = INPUT_BACKSPACE;
        break;
    default:
        break;
    }
    if (key < 0x20 || (key >= 0xd800 && key < 0xf900)) {
        in->unknown++; /* private use: media keys, bare modifiers */
        return;
    }
    input_push_key(in, key, modifiers_of(p));
}

static void tilde_key(struct input *in, const struct parameters *p)
{
    if (p->value[0] == 27 && p->count == 3) { /* xterm modifyOtherKeys: 27;mod;code~ */
        struct parameters moved = {.value = {p->value[2], p->value[1]}, .count = 2};
        kitty_key(in, &moved);
        return;
    }
    for (size_t i = 0; i < sizeof tilde_keys / sizeof *tilde_keys; i++) {
        if (tilde_keys[i].number == p->value[0]) {
            input_push_key(in, tilde_keys[i].key, modifiers_of(p));
            return;
        }
    }
    in->unknown++;
}

void input_csi(struct input *in)
{
    const char *s = in->sequence;
    char final = s[in->sequence_n - 1];
    struct parameters p = parse(*s == '<' ? s + 1 : s);
    bool private = *s == '?' || *s == '>' || *s == '=' || strpbrk(s, " !\"#$%&'()*+,-./");

    if (*s == '<' && (final == 'M' || final == 'm')) {
        sgr_mouse(in, &p, final == 'M');
    } else if (private || *s == '<') {
        in->unknown++;
    } else if (final == '~') {
        tilde_key(in, &p);
    } else if (final == 'u') {
        kitty_key(in, &p);
    } else if (final == 'Z') {
        input_push_key(in, INPUT_TAB, INPUT_SHIFT);
    } else if ((final == 'I' || final == 'O') && in->sequence_n == 1) {
        input_push(in, &(struct input_event){.kind = INPUT_FOCUS, .pressed = final == 'I'});
    } else if (final == 'n') {
        input_push(in, &(struct input_event){.kind = INPUT_REPLY, .x = p.value[0]});
    } else if (final != 'M' && find_final(final) && (in->sequence_n == 1 || p.value[0] == 1)) {
        input_push_key(in, find_final(final), modifiers_of(&p));
    } else {
        in->unknown++; /* a cursor position report (CSI row;col R) too */
    }
}

void input_ss3(struct input *in, unsigned char final)
{
    uint32_t key = find_final((char) final);
    if (!key) {
        in->unknown++;
        return;
    }
    input_push_key(in, key, 0);
}
