#include "tui/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The first byte says where to split: what is whole and what is cut must both be survived. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input *in = input_new(50);
    struct input_event event;
    size_t first = n ? bytes[0] % n : 0;
    int64_t now = 0;
    for (size_t at = 0; at < n;) {
        size_t piece = at == 0 && first ? first : n - at;
        input_feed(in, (const char *)bytes + at, piece, now);
        at += piece;
        now += 60000000;
        input_expire(in, now);
        while (input_next(in, &event)) {
            if (event.kind == INPUT_PASTE && event.text.n > INPUT_PASTE_MAX) {
                __builtin_trap();
            }
            if (event.kind == INPUT_KEY && event.key == 0) {
                __builtin_trap();
            }
        }
    }
    input_free(in);
    return 0;
}
