/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef HINOMI_CORE_UTF8_H
#define HINOMI_CORE_UTF8_H

#include "core/slice.h"

/* Decodes the first character; returns its length in bytes (1 to 4), or 0 if the first byte begins
 * no valid character (skip one byte then). An empty slice gives 0. */
size_t utf8_decode(struct slice a, uint32_t *c);

/* Writes 1 to 4 bytes and returns how many; c must be a scalar value. */
size_t utf8_encode(uint32_t c, char out[4]);

bool utf8_valid(struct slice a);

/* The byte offset of the first invalid byte, or a.n. */
size_t utf8_check(struct slice a);

/* a cut to at most n bytes, never inside a character. */
struct slice utf8_cut(struct slice a, size_t n);

#endif
