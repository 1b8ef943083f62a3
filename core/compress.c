#include "core/compress.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT_SIZE = 128 * 1024, WINDOW_LOG_MAX = 27 };

enum packing { PLAIN, GZIP, ZSTD };

struct inflow {
    int fd;
    char *name;
    enum packing packing;
    uint64_t done, total;
    char input[INPUT_SIZE];
    size_t have, at; /* bytes in input, and how many are used */
    bool ended;      /* the file has no more */
    bool in_frame;   /* an archive member is open: an end now is a cut */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

static int refill(struct inflow *in, struct err *e)
{
    if (in->at < in->have || in->ended)
        return 0;
    ssize_t n;
    do
        n = read(in->fd, in->input, sizeof in->input);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set(e, ERR_IO, "%s: %s", in->name, strerror(errno));
    in->have = (size_t)n;
    in->at = 0;
    in->done += (uint64_t)n;
    in->ended = n == 0;
    return 0;
}

static int start(struct inflow *in, struct err *e)
{
    static const unsigned char gzip_magic[] = {0x1f, 0x8b}, zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    if (refill(in, e))
        return -1;
    if (in->have >= 2 && memcmp(in->input, gzip_magic, 2) == 0)
        in->packing = GZIP;
    else if (in->have >= 4 && memcmp(in->input, zstd_magic, 4) == 0)
        in->packing = ZSTD;
    if (in->packing == GZIP && inflateInit2(&in->gzip, 16 + MAX_WBITS) != Z_OK)
        return err_set(e, ERR_IO, "%s: gzip could not be set up", in->name);
    if (in->packing == ZSTD) {
        in->zstd = ZSTD_createDStream();
        ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    }
    return 0;
}

int inflow_open_fd(struct inflow **out, int fd, const char *name, struct err *e)
{
    struct inflow *in = mem_zalloc(1, sizeof *in);
    struct stat st;
    in->fd = fd;
    in->name = mem_strdup(name);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        in->total = (uint64_t)st.st_size;
    if (start(in, e)) {
        inflow_close(in);
        return -1;
    }
    *out = in;
    return 0;
}

int inflow_open(struct inflow **out, const char *path, struct err *e)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return err_set(
            e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_INPUT, "%s: is a folder", path);
    }
    return inflow_open_fd(out, fd, is_stdin ? "stdin" : path, e);
}

void inflow_close(struct inflow *in)
{
    if (!in)
        return;
    if (in->packing == GZIP)
        inflateEnd(&in->gzip);
    ZSTD_freeDStream(in->zstd);
    close(in->fd);
    free(in->name);
    free(in);
}

static int cut(const struct inflow *in, struct err *e)
{
    return err_set(e, ERR_INPUT, "%s: the archive ends in the middle, after %llu bytes", in->name,
        (unsigned long long)in->done);
}

static ssize_t damaged(const struct inflow *in, struct err *e, const char *what)
{
    return err_set(e, ERR_INPUT, "%s: the archive is damaged near byte %llu: %s", in->name,
        (unsigned long long)(in->done - in->have + in->at), what);
}

static ssize_t read_gzip(struct inflow *in, char *buffer, size_t size, struct err *e)
{
    z_stream *z = &in->gzip;
    z->next_out = (Bytef *)buffer;
    z->avail_out = (uInt)size;
    while (z->avail_out == size) {
        if (refill(in, e))
            return -1;
        if (in->ended)
            return in->in_frame ? cut(in, e) : 0;
        z->next_in = (Bytef *)in->input + in->at;
        z->avail_in = (uInt)(in->have - in->at);
        int rc = inflate(z, Z_NO_FLUSH);
        in->at = in->have - z->avail_in;
        in->in_frame = rc != Z_STREAM_END;
        if (rc == Z_STREAM_END)
            inflateReset(z); /* members may follow one another */
        else if (rc != Z_OK && rc != Z_BUF_ERROR)
            return damaged(in, e, z->msg ? z->msg : "gzip");
    }
    return (ssize_t)(size - z->avail_out);
}

static ssize_t read_zstd(struct inflow *in, char *buffer, size_t size, struct err *e)
{
    ZSTD_outBuffer o = {buffer, size, 0};
    while (o.pos == 0) {
        ZSTD_inBuffer i;
        if (refill(in, e))
            return -1;
        if (in->ended && !in->in_frame)
            return 0;
        i = (ZSTD_inBuffer){in->input, in->have, in->at};
        size_t rc = ZSTD_decompressStream(in->zstd, &o, &i);
        in->at = i.pos;
        if (ZSTD_isError(rc))
            return damaged(in, e, ZSTD_getErrorName(rc));
        in->in_frame = rc != 0;
        if (in->ended && o.pos == 0)
            return cut(in, e);
    }
    return (ssize_t)o.pos;
}

ssize_t inflow_read(struct inflow *in, char *buffer, size_t size, struct err *e)
{
    if (in->packing == GZIP)
        return read_gzip(in, buffer, size, e);
    if (in->packing == ZSTD)
        return read_zstd(in, buffer, size, e);
    if (refill(in, e))
        return -1;
    size_t n = in->have - in->at < size ? in->have - in->at : size;
    memcpy(buffer, in->input + in->at, n);
    in->at += n;
    return (ssize_t)n;
}

uint64_t inflow_done(const struct inflow *in)
{
    return in->done - (in->have - in->at);
}

uint64_t inflow_total(const struct inflow *in)
{
    return in->total;
}

bool inflow_is_plain(const struct inflow *in)
{
    return in->packing == PLAIN && in->total > 0;
}

int inflow_seek(struct inflow *in, uint64_t offset, struct err *e)
{
    if (lseek(in->fd, (off_t)offset, SEEK_SET) < 0)
        return err_set(e, ERR_IO, "%s: %s", in->name, strerror(errno));
    in->have = in->at = 0;
    in->done = offset;
    in->ended = false;
    return 0;
}

void compress_block(int level, struct slice in, struct str *out)
{
    size_t most = ZSTD_compressBound(in.n);
    char *packed = mem_alloc(most);
    size_t n = ZSTD_compress(packed, most, in.p, in.n, level);
    if (!ZSTD_isError(n))
        str_add(out, packed, n);
    free(packed);
}

int compress_open_block(struct slice in, size_t expect, struct str *out, struct err *e)
{
    char *plain = mem_alloc(expect);
    size_t n = ZSTD_decompress(plain, expect, in.p, in.n);
    bool good = !ZSTD_isError(n) && n == expect;
    if (good)
        str_add(out, plain, n);
    free(plain);
    return good ? 0 : err_set(e, ERR_CORRUPT, "a block of raw records is damaged");
}
