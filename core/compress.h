/* zstd and zlib, nowhere else: streams that are read, blocks that are kept. */
#ifndef HINOMI_CORE_COMPRESS_H
#define HINOMI_CORE_COMPRESS_H

#include "core/err.h"
#include "core/str.h"

#include <sys/types.h>

/* A file or descriptor, plain, gzip or zstd (window up to 2^27), told by its first bytes. */
struct inflow;
int inflow_open(struct inflow **out, const char *path, struct err *e); /* "-": standard input */
int inflow_open_fd(struct inflow **out, int fd, const char *name, struct err *e); /* takes fd */
void inflow_close(struct inflow *in);

/* Up to `size` decompressed bytes; 0 at the end; -1 when the file is cut or damaged (the text says
 * where). */
ssize_t inflow_read(struct inflow *in, char *buffer, size_t size, struct err *e);

/* For progress: compressed bytes consumed, and the file's size (0: unknown). */
uint64_t inflow_done(const struct inflow *in);
uint64_t inflow_total(const struct inflow *in);
bool inflow_is_plain(const struct inflow *in);                      /* seekable by byte offset */
int inflow_seek(struct inflow *in, uint64_t offset, struct err *e); /* plain files only */

/* One zstd frame. Level 1 is what performance asks for. Appends to `out`. */
void compress_block(int level, struct slice in, struct str *out);
/* `expect` is the size it must have; ERR_CORRUPT otherwise. */
int compress_open_block(struct slice in, size_t expect, struct str *out, struct err *e);

#endif
