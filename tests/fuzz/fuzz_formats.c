/* Every format on the same piece: one record or one quarantined piece, never both, never none, and
 * only valid UTF-8 in the fields. */
#include "connectors/format.h"
#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct batch *b, struct slice piece)
{
    if (b->count + b->bad_count != 1)
        abort();
    if (b->bad_count && (!slice_equal(b->bad[0].raw, piece) || !b->bad[0].reason.n))
        abort();
    if (b->count && b->records[0].time == CLOCK_NONE)
        abort();
    for (int f = 0; b->count && f < FIELD_COUNT; f++)
        if (b->records[0].first[f].n && !utf8_valid(b->records[0].first[f]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice piece = {(const char *)data, size};
    if (!size)
        return 0;
    for (size_t i = 0; file_formats[i]; i++) {
        void *state = calloc(1, file_formats[i]->state_size + 1);
        struct batch b;
        batch_init(&b);
        file_formats[i]->feed(state, piece, SLICE("fuzz:1"), &b);
        if (file_formats[i]->flush)
            file_formats[i]->flush(state, &b);
        check(&b, piece);
        batch_release(&b);
        free(state);
    }
    file_format_sniff(piece);
    return 0;
}
