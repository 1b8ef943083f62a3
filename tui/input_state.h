/* Inside of the decoder, shared by input.c (bytes, paste) and input_sequence.c (CSI and SS3). */
#ifndef HINOMI_TUI_INPUT_STATE_H
#define HINOMI_TUI_INPUT_STATE_H

#include "core/str.h"
#include "tui/input.h"

enum input_mode {
    MODE_GROUND,
    MODE_ESCAPE, /* ESC seen: a key of its own, Alt, or the start of a sequence */
    MODE_SS3,
    MODE_CSI,
    MODE_STRING,     /* OSC, DCS, APC, PM, SOS: to BEL or ST */
    MODE_STRING_ESC, /* ESC inside a string */
    MODE_PASTE
};

enum { SEQUENCE_MAX = 64, EVENTS_MAX = 4096 };

struct input {
    enum input_mode mode;
    int64_t escape_ns, escape_at;
    char sequence[SEQUENCE_MAX]; /* parameters and final byte of a CSI */
    size_t sequence_n;
    bool overlong;
    uint32_t code; /* UTF-8 in progress */
    int left;
    uint32_t least;
    unsigned alt;     /* INPUT_ALT when ESC came just before */
    struct str paste; /* text of the paste in progress, or of the one last given */
    size_t matched;   /* bytes of ESC [ 201 ~ seen inside a paste */
    struct input_event *events;
    size_t head, count, capacity;
    struct str texts; /* of pastes queued */
    uint64_t unknown;
};

/* Queues an event; drops it when the queue is full (a flood is no intent). */
void input_push(struct input *in, const struct input_event *event);
void input_push_key(struct input *in, uint32_t key, unsigned modifiers);

/* in->sequence holds parameters and the final byte of a CSI. */
void input_csi(struct input *in);
void input_ss3(struct input *in, unsigned char final);

#endif
