/* Where one piece ends in a stream of bytes. Remembers strings and brackets over chunks, so that
 * nothing is scanned twice. */
#ifndef HINOMI_CONNECTORS_FRAMER_H
#define HINOMI_CONNECTORS_FRAMER_H

#include "connectors/format.h"

struct framer {
    enum frame frame;
    size_t scanned; /* bytes of the pending piece looked at already */
    unsigned depth; /* open brackets in it (the array's own not counted) */
    bool in_string, escaped, begun, in_array;
};

/* By the head of a file: an array, objects over several lines, or lines. */
enum frame framer_guess(struct slice head);

/* The next piece at the start of `bytes`: true with *piece (trimmed of separators) and *used bytes;
 * false: more bytes are needed. At the end of the stream (`last`) what remains is a piece, if it is
 * not blank. */
bool framer_next(
    struct framer *f, struct slice bytes, bool last, struct slice *piece, size_t *used);

#endif
