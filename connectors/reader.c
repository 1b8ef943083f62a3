#include "connectors/reader.h"

#include "connectors/framer.h"
#include "core/compress.h"
#include "core/mem.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1024 * 1024, KEPT_OF_GIANT = 64 * 1024 };

struct reader {
    struct inflow *in;
    const struct file_format *format;
    struct framer framer;
    void *state;
    char *name, *carry; /* carry: bytes of the piece that is not whole yet */
    size_t carried, carry_size;
    uint64_t offset, line;
    bool tail, ended, skipping;
};

static int choose_format(struct reader *r, const char *wanted, struct slice head, struct err *e)
{
    if (wanted) {
        r->format = file_format_find(wanted);
        if (!r->format)
            return err_set(e, ERR_USAGE, "no format \"%s\"; `hinomi formats` lists them", wanted);
    } else {
        r->format = file_format_sniff(head);
        if (!r->format)
            return err_set(e, ERR_INPUT,
                "%s: no format knows these records; say --format NAME (`hinomi formats`)", r->name);
    }
    r->state = mem_zalloc(1, r->format->state_size ? r->format->state_size : 1);
    r->framer.frame = framer_guess(head);
    return 0;
}

static void carry_add(struct reader *r, const char *bytes, size_t n)
{
    if (r->carried + n > r->carry_size) {
        r->carry_size = (r->carried + n) * 2;
        r->carry = mem_grow(r->carry, r->carry_size, 1);
    }
    if (n)
        memcpy(r->carry + r->carried, bytes, n);
    r->carried += n;
}

/* Reads into the carry until there is enough to tell a format by, or the file ends. */
static int read_head(struct reader *r, struct err *e)
{
    char buffer[65536];
    while (r->carried < sizeof buffer && !r->ended) {
        ssize_t n = inflow_read(r->in, buffer, sizeof buffer, e);
        if (n < 0)
            return -1;
        r->ended = n == 0;
        carry_add(r, buffer, (size_t)n);
    }
    return 0;
}

static int skip_to(struct reader *r, uint64_t offset, struct err *e)
{
    char buffer[65536];
    if (inflow_is_plain(r->in))
        return inflow_seek(r->in, offset, e);
    while (offset) {
        ssize_t n =
            inflow_read(r->in, buffer, offset < sizeof buffer ? (size_t)offset : sizeof buffer, e);
        if (n < 0)
            return -1;
        if (n == 0)
            return err_set(e, ERR_INPUT, "%s: shorter than it was", r->name);
        offset -= (uint64_t)n;
    }
    return 0;
}

static int start(struct reader *r, const struct reader_options *o, struct err *e)
{
    r->tail = o->tail;
    r->line = o->line ? o->line : 1;
    r->offset = o->offset;
    if (read_head(r, e))
        return -1;
    struct slice head = {r->carry, r->carried};
    if (!r->carried)
        return 0; /* empty: nothing to tell, nothing to read */
    if (choose_format(r, o->format, head, e))
        return -1;
    r->framer.in_array = o->offset > 0;
    if (!o->offset)
        return 0;
    if (o->offset <= r->carried) { /* the head holds it already */
        memmove(r->carry, r->carry + o->offset, r->carried - o->offset);
        r->carried -= o->offset;
        return 0;
    }
    uint64_t beyond = inflow_is_plain(r->in) ? o->offset : o->offset - r->carried;
    r->carried = 0;
    r->ended = false;
    return skip_to(r, beyond, e);
}

static int open_inflow(struct reader **out, struct inflow *in, const char *name,
    const struct reader_options *o, struct err *e)
{
    struct reader *r = mem_zalloc(1, sizeof *r);
    r->in = in;
    r->name = mem_strdup(name);
    if (start(r, o, e)) {
        reader_close(r);
        return -1;
    }
    *out = r;
    return 0;
}

int reader_open(
    struct reader **out, const char *path, const struct reader_options *options, struct err *e)
{
    struct inflow *in;
    if (inflow_open(&in, path, e))
        return -1;
    return open_inflow(out, in, strcmp(path, "-") == 0 ? "stdin" : path, options, e);
}

int reader_open_fd(struct reader **out, int fd, const char *name,
    const struct reader_options *options, struct err *e)
{
    struct inflow *in;
    if (inflow_open_fd(&in, fd, name, e))
        return -1;
    return open_inflow(out, in, name, options, e);
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    inflow_close(r->in);
    free(r->state);
    free(r->name);
    free(r->carry);
    free(r);
}

static uint64_t count_lines(const char *p, size_t n)
{
    uint64_t lines = 0;
    for (const char *end = p + n; n && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        lines++;
    return lines;
}

static void feed(struct reader *r, struct slice piece, struct batch *out)
{
    char *place = arena_printf(&out->arena, "%s:%" PRIu64, r->name, r->line);
    if (piece.n)
        r->format->feed(r->state, piece, slice_of(place), out);
}

/* All whole pieces of `bytes`, which live in the batch's arena; the rest is carried over. */
static void take_pieces(struct reader *r, struct slice bytes, bool last, struct batch *out)
{
    struct slice piece;
    size_t used;
    while (framer_next(&r->framer, bytes, last, &piece, &used)) {
        if (!r->skipping)
            feed(r, piece, out);
        r->skipping = false; /* this was the giant's end, were it only its newline */
        r->line +=
            r->framer.frame == FRAME_LINES ? bytes.p[used - 1] == '\n' : count_lines(bytes.p, used);
        r->offset += used;
        bytes = (struct slice){bytes.p + used, bytes.n - used};
    }
    r->carried = 0;
    carry_add(r, bytes.p, bytes.n);
}

/* A piece past the limit is named once with its beginning; what follows up to its end is left. */
static void give_up_giant(struct reader *r, struct batch *out)
{
    char *place = arena_printf(&out->arena, "%s:%" PRIu64, r->name, r->line);
    if (!r->skipping)
        batch_add_bad(out, (struct slice){r->carry, KEPT_OF_GIANT}, slice_of(place),
            "longer than 64 MiB: its first 64 KiB are kept");
    r->skipping = true;
    r->line += count_lines(r->carry, r->carried);
    r->offset += r->carried;
    r->carried = 0;
    r->framer.scanned = 0;
}

int reader_next(struct reader *r, struct batch *out, struct err *e)
{
    if (!r->format)
        return 0;
    char *bytes = arena_alloc(&out->arena, r->carried + CHUNK);
    size_t have = r->carried, room = have + CHUNK;
    if (have)
        memcpy(bytes, r->carry, have);
    while (have < room && !r->ended) {
        ssize_t n = inflow_read(r->in, bytes + have, room - have, e);
        if (n < 0)
            return -1;
        r->ended = n == 0;
        have += (size_t)n;
    }
    out->pages++;
    take_pieces(r, (struct slice){bytes, have}, r->ended && !r->tail, out);
    if (r->carried > READER_PIECE_MAX)
        give_up_giant(r, out);
    if (!r->ended)
        return 1;
    if (r->format->flush)
        r->format->flush(r->state, out);
    return 0;
}

uint64_t reader_offset(const struct reader *r)
{
    return r->offset;
}

uint64_t reader_line(const struct reader *r)
{
    return r->line;
}

const char *reader_format(const struct reader *r)
{
    return r->format ? r->format->name : NULL;
}

uint64_t reader_done(const struct reader *r)
{
    return inflow_done(r->in);
}

uint64_t reader_total(const struct reader *r)
{
    return inflow_total(r->in);
}
