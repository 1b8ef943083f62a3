/* A whole file of any bytes, packed or not: it ends, counts its pieces and never goes backwards. */
#include "connectors/framer.h"
#include "connectors/reader.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a piece is must not depend on where the chunks are cut. */
static uint64_t pieces_by(size_t chunk, enum frame frame, struct slice text)
{
    struct framer f = {.frame = frame};
    size_t begin = 0, have = 0, used;
    uint64_t hash = 0;
    struct slice piece;
    while (have < text.n) {
        have = have + chunk < text.n ? have + chunk : text.n;
        while (framer_next(
            &f, (struct slice){text.p + begin, have - begin}, have == text.n, &piece, &used)) {
            if (!used || begin + used > have)
                abort();
            hash = piece.n ? slice_hash(piece, hash) : hash;
            begin += used;
        }
    }
    return hash;
}

static void read_file(const uint8_t *data, size_t size, const char *format)
{
    struct reader_options options = {.format = format};
    struct reader *r;
    struct err e = ERR_INIT;
    struct batch b;
    int fd = memfd_create("fuzz", MFD_CLOEXEC), more = 1;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    if (reader_open_fd(&r, fd, "fuzz", &options, &e))
        return;
    batch_init(&b);
    for (uint64_t before = 0; more > 0; before = reader_offset(r)) {
        batch_reset(&b);
        more = reader_next(r, &b, &e);
        if (reader_offset(r) < before)
            abort();
    }
    batch_release(&b);
    reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    for (enum frame f = FRAME_LINES; f <= FRAME_MULTI_LINE; f++)
        if (pieces_by(3, f, text) != pieces_by(size + 1, f, text))
            abort();
    framer_guess(text);
    read_file(data, size, NULL);
    read_file(data, size, "ecs");
    return 0;
}
