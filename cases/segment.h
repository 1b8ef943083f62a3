/* A segment of the event cache: a range of rows, its own full-text table and its own file of raw
 * blocks. Blocks are written at the committed length, inside the write transaction, and are on the
 * disk before the commit that names them; what lies beyond is overwritten by the next. */
#ifndef HINOMI_CASES_SEGMENT_H
#define HINOMI_CASES_SEGMENT_H

#include "cases/store_inside.h"

struct segment {
    int64_t id, first_row, rows, raw, stored, open_block, began, newest;
    struct str buffer; /* bytes of the open block */
    size_t tail_from;  /* how many of them are in table tail already */
    int fd;            /* -1: not open */
    bool written;      /* the file has bytes that are not yet on the disk */
    char insert_text[96];
};

/* Inside a write transaction on events.db: takes up the newest segment, as whoever wrote last left
 * it, or begins the first. */
int segment_begin(struct store *s, struct err *e);
/* Makes room: closes a full block, begins a new segment when this one is full. */
int segment_prepare(struct store *s, struct err *e);
/* The row that was just stored: extra and raw bytes, and its words for full text. */
int segment_add(
    struct store *s, struct slice extra, struct slice raw, struct slice words, struct err *e);
static inline int64_t segment_next_row(const struct segment *g)
{
    return g->first_row + g->rows;
}
/* Before the commit; segment_abort after a rollback. */
int segment_end(struct store *s, struct err *e);
void segment_abort(struct store *s);
void segment_free(struct segment *g);

/* Bytes [at, at + n) of a block of the segment that holds `row`, appended. ERR_CORRUPT with "raw
 * lost, pull again" when the block is damaged. */
struct segment_place {
    int64_t row, block, at, n;
};
int segment_read(
    struct store *s, const struct segment_place *place, struct str *out, struct err *e);

#endif
