#include "cases/segment.h"

#include "cases/pack.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *file_name(const struct store *s, int64_t id)
{
    struct str name = STR_INIT;
    str_printf(&name, "%s/events-%06lld.raw", s->folder, (long long)id);
    return str_take(&name);
}

static int open_file(struct store *s, int64_t id, bool write, struct err *e)
{
    char *name = file_name(s, id);
    int flags = write ? O_RDWR | O_CREAT : O_RDONLY;
    int fd = open(name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        err_set(e, ERR_IO, "cannot open %s: %s", name, strerror(errno));
    free(name);
    return fd;
}

void segment_free(struct segment *g)
{
    if (!g)
        return;
    if (g->fd >= 0)
        close(g->fd);
    str_release(&g->buffer);
    free(g);
}

void segment_abort(struct store *s)
{
    segment_free(s->segment);
    s->segment = NULL;
}

static int create(struct store *s, int64_t id, int64_t first_row, struct err *e)
{
    char sql[160];
    snprintf(sql, sizeof sql,
        "CREATE VIRTUAL TABLE text_%lld USING fts5(t, content='', detail=none, columnsize=0,"
        " tokenize='hinomi')",
        (long long)id);
    if (db_script(s->events, sql, e))
        return -1;
    return db_run(s->events, e, "INSERT INTO segment VALUES(?1, ?2, 0, 0, 0, 1, ?3, ?3)", "iii", id,
               first_row, clock_now()) < 0
               ? -1
               : 0;
}

static int read_newest(struct store *s, struct segment *g, struct err *e)
{
    struct statement *st = db_prepare(s->events,
        "SELECT id, first_row, rows, raw, stored, open_block, began, newest FROM segment"
        " ORDER BY id DESC LIMIT 1",
        e);
    int rc = st ? statement_step(st, e) : -1;
    int64_t *members[] = {&g->id, &g->first_row, &g->rows, &g->raw, &g->stored, &g->open_block,
        &g->began, &g->newest};
    for (int i = 0; rc > 0 && i < 8; i++)
        *members[i] = statement_int(st, i);
    statement_done(st);
    return rc;
}

static int load_tail(
    struct store *s, int64_t segment, int64_t block, struct str *out, struct err *e)
{
    struct statement *st = db_bind(s->events, e,
        "SELECT bytes FROM tail WHERE segment=?1 AND block=?2 ORDER BY at", "ii", segment, block);
    int rc = -1;
    while (st && (rc = statement_step(st, e)) > 0)
        str_slice(out, statement_blob(st, 0));
    statement_done(st);
    return rc;
}

int segment_begin(struct store *s, struct err *e)
{
    struct segment now = {0}, *g = s->segment;
    int rc = read_newest(s, &now, e);
    if (rc == 0) {
        int64_t last = 0;
        if (db_number(s->events, e, &last, "SELECT max(id) FROM event", "") < 0 ||
            create(s, 1, last + 1, e) || (rc = read_newest(s, &now, e)) < 0)
            return -1;
    }
    if (rc < 0)
        return -1;
    if (g && g->id == now.id && g->rows == now.rows && g->open_block == now.open_block)
        return 0;
    segment_abort(s);
    g = s->segment = mem_zalloc(1, sizeof *g);
    *g = now;
    snprintf(g->insert_text, sizeof g->insert_text,
        "INSERT INTO text_%lld(rowid, t) VALUES(?1, ?2)", (long long)g->id);
    g->fd = -1;
    if (load_tail(s, g->id, g->open_block, &g->buffer, e) < 0)
        return -1;
    g->tail_from = g->buffer.n;
    return 0;
}

static int write_all(int fd, struct slice bytes, int64_t at, struct err *e)
{
    while (bytes.n) {
        ssize_t n = pwrite(fd, bytes.p, bytes.n, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(e, ERR_IO, "cannot write raw events: %s", strerror(n ? errno : ENOSPC));
        bytes = (struct slice){bytes.p + n, bytes.n - (size_t)n};
        at += n;
    }
    return 0;
}

static int close_block(struct store *s, struct err *e)
{
    struct segment *g = s->segment;
    struct str packed = STR_INIT;
    if (g->fd < 0 && (g->fd = open_file(s, g->id, true, e)) < 0)
        return -1;
    pack(str_as_slice(&g->buffer), &packed);
    int rc = write_all(g->fd, str_as_slice(&packed), g->stored, e);
    g->written = true;
    if (!rc && db_run(s->events, e, "INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "iiiiii",
                   g->id, g->open_block, g->stored, (int64_t)packed.n, (int64_t)g->buffer.n,
                   (int64_t)slice_hash(str_as_slice(&packed), 0)) < 0)
        rc = -1;
    if (!rc && g->tail_from &&
        db_run(s->events, e, "DELETE FROM tail WHERE segment=?1 AND block=?2", "ii", g->id,
            g->open_block) < 0)
        rc = -1;
    g->stored += (int64_t)packed.n;
    g->open_block++;
    g->tail_from = 0;
    str_clear(&g->buffer);
    str_release(&packed);
    return rc;
}

int segment_prepare(struct store *s, struct err *e)
{
    struct segment *g = s->segment;
    bool full = (uint64_t)g->rows >= s->segment_rows || (uint64_t)g->raw >= s->segment_bytes;
    if (g->buffer.n && (full || g->buffer.n >= s->block_bytes) && close_block(s, e))
        return -1;
    if (!full)
        return 0;
    int64_t id = g->id + 1, first = segment_next_row(g);
    if (segment_end(s, e) || create(s, id, first, e))
        return -1;
    return segment_begin(s, e);
}

int segment_add(
    struct store *s, struct slice extra, struct slice raw, struct slice words, struct err *e)
{
    struct segment *g = s->segment;
    if (words.n && db_run(s->events, e, g->insert_text, "is", segment_next_row(g), words) < 0)
        return -1;
    str_slice(&g->buffer, extra);
    str_slice(&g->buffer, raw);
    g->rows++;
    g->raw += (int64_t)(extra.n + raw.n);
    return 0;
}

int segment_end(struct store *s, struct err *e)
{
    struct segment *g = s->segment;
    struct slice rest = {g->buffer.p + g->tail_from, g->buffer.n - g->tail_from};
    if (rest.n && db_run(s->events, e, "INSERT INTO tail VALUES(?1, ?2, ?3, ?4)", "iiib", g->id,
                      g->open_block, (int64_t)g->tail_from, rest) < 0)
        return -1;
    g->tail_from = g->buffer.n;
    if (g->written && fdatasync(g->fd))
        return err_set(e, ERR_IO, "cannot write raw events to the disk: %s", strerror(errno));
    g->written = false;
    return db_run(s->events, e,
               "UPDATE segment SET rows=?2, raw=?3, stored=?4, open_block=?5, newest=?6"
               " WHERE id=?1",
               "iiiiii", g->id, g->rows, g->raw, g->stored, g->open_block, clock_now()) < 0
               ? -1
               : 0;
}

static int lost(struct err *e)
{
    return err_set(e, ERR_CORRUPT, "raw lost, pull again");
}

static int read_file(struct store *s, int64_t id, const int64_t block[4], struct str *out)
{
    int fd = open_file(s, id, false, NULL);
    if (fd < 0)
        return -1;
    char *bytes = mem_alloc((size_t)block[1]);
    ssize_t n = pread(fd, bytes, (size_t)block[1], block[0]);
    close(fd);
    struct slice packed = {bytes, n > 0 ? (size_t)n : 0};
    bool good = n == block[1] && (int64_t)slice_hash(packed, 0) == block[3];
    int rc = good ? unpack(packed, (size_t)block[2], out, NULL) : -1;
    free(bytes);
    return rc;
}

static int load_block(struct store *s, int64_t id, int64_t number, struct err *e)
{
    int64_t block[4];
    struct statement *st = db_bind(s->events, e,
        "SELECT offset, length, size, hash FROM block WHERE segment=?1 AND number=?2", "ii", id,
        number);
    int rc = st ? statement_step(st, e) : -1;
    for (int i = 0; rc > 0 && i < 4; i++)
        block[i] = statement_int(st, i);
    statement_done(st);
    if (rc < 0)
        return -1;
    str_clear(&s->block);
    s->block_segment = 0;
    if (rc == 0)
        return load_tail(s, id, number, &s->block, e); /* still open: may grow, so not kept */
    if (read_file(s, id, block, &s->block))
        return lost(e);
    s->block_segment = id;
    s->block_number = number;
    return 0;
}

int segment_read(struct store *s, const struct segment_place *place, struct str *out, struct err *e)
{
    int64_t id = 0;
    int rc = db_number(s->events, e, &id,
        "SELECT id FROM segment WHERE first_row<=?1 ORDER BY first_row DESC LIMIT 1", "i",
        place->row);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return lost(e);
    if ((s->block_segment != id || s->block_number != place->block) &&
        load_block(s, id, place->block, e))
        return -1;
    if (place->at < 0 || place->n < 0 || (uint64_t)place->at + (uint64_t)place->n > s->block.n)
        return lost(e);
    str_add(out, s->block.p + place->at, (size_t)place->n);
    return 0;
}
