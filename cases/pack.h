/* How bytes lie on the disk: a byte that names the format (0 as they are, 1 zstd), then they. */
#ifndef HINOMI_CASES_PACK_H
#define HINOMI_CASES_PACK_H

#include "core/err.h"
#include "core/str.h"

/* Appends to out. */
void pack(struct slice bytes, struct str *out);

/* `size` is what must come out, or SIZE_MAX when it is not known. ERR_CORRUPT. Appends to out. */
int unpack(struct slice packed, size_t size, struct str *out, struct err *e);

#endif
