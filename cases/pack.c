#include "cases/pack.h"

#include "core/compress.h"

enum { FORMAT_PLAIN = 0, FORMAT_ZSTD = 1, LEVEL = 1, HEAD = 9, LEAST = 64 };

/* The format, then for zstd the size as eight bytes, lowest first. */
void pack(struct slice bytes, struct str *out)
{
    if (bytes.n < LEAST) {
        str_char(out, FORMAT_PLAIN);
        str_slice(out, bytes);
        return;
    }
    str_char(out, FORMAT_ZSTD);
    for (int i = 0; i < 8; i++)
        str_char(out, (char)(unsigned char)((uint64_t)bytes.n >> 8 * i));
    compress_block(LEVEL, bytes, out);
}

static int damaged(struct err *e)
{
    return err_set(e, ERR_CORRUPT, "stored bytes are damaged");
}

int unpack(struct slice packed, size_t size, struct str *out, struct err *e)
{
    uint64_t stored = 0;
    if (packed.n && packed.p[0] == FORMAT_PLAIN) {
        if (size != SIZE_MAX && packed.n - 1 != size)
            return damaged(e);
        str_add(out, packed.p + 1, packed.n - 1);
        return 0;
    }
    if (packed.n < HEAD || packed.p[0] != FORMAT_ZSTD)
        return damaged(e);
    for (int i = 0; i < 8; i++)
        stored |= (uint64_t)(unsigned char)packed.p[1 + i] << 8 * i;
    if ((size != SIZE_MAX && stored != size) || stored > UINT32_MAX)
        return damaged(e);
    return compress_open_block(
        (struct slice){packed.p + HEAD, packed.n - HEAD}, (size_t)stored, out, e);
}
