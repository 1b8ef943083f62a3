/* A file → framed pieces → records, in batches of bounded memory whatever the file's size. JSON
 * lines, one JSON array, or objects one after another over several lines: told by the first bytes.
 * Packed files too (core/compress.h). */
#ifndef HINOMI_CONNECTORS_READER_H
#define HINOMI_CONNECTORS_READER_H

#include "connectors/format.h"

struct reader;

struct reader_options {
    const char *format; /* NULL: sniffed from the head */
    uint64_t offset;    /* resume here: unpacked bytes, where a piece began (reader_offset of an
                           earlier reading) */
    uint64_t line;      /* the line number there, from 1; 0: 1 */
    bool tail;          /* the file still grows: a last line without its newline waits */
};

enum { READER_PIECE_MAX = 64 * 1024 * 1024 };

/* ERR_NOT_FOUND, ERR_INPUT when no format knows the head (the text names what to say). An empty
 * file is fine. */
int reader_open(
    struct reader **out, const char *path, const struct reader_options *options, struct err *e);
int reader_open_fd(struct reader **out, int fd, const char *name,
    const struct reader_options *options, struct err *e); /* takes fd */
void reader_close(struct reader *r);

/* Appends about a MiB's worth of records to `out` (and what could not be understood). 1: there is
 * more; 0: the end; -1: the file could not be read on, after what was appended is good. */
int reader_next(struct reader *r, struct batch *out, struct err *e);

/* Where the next piece begins: store it as the cursor with the batch. */
uint64_t reader_offset(const struct reader *r);
uint64_t reader_line(const struct reader *r);
const char *reader_format(const struct reader *r); /* its name; NULL while the file is empty */

/* For progress, in bytes of the file as it lies there; total 0: unknown. */
uint64_t reader_done(const struct reader *r);
uint64_t reader_total(const struct reader *r);

#endif
