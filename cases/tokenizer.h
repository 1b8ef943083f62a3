/* What our SQL needs of SQLite beyond SQL: the FTS5 tokenizer `hinomi` (words as core/token.h cuts
 * them) and functions over text: has_word(text, token), in_network(text, address, bits),
 * has_value(joined, value) for many-valued columns. */
#ifndef HINOMI_CASES_TOKENIZER_H
#define HINOMI_CASES_TOKENIZER_H

#include "core/slice.h"

struct sqlite3;

/* Per connection. An SQLite result code. */
int tokenizer_register(struct sqlite3 *handle);

/* An address, v4 mapped into v6; false if it is none. */
bool address_parse(struct slice text, unsigned char out[16]);

/* A text that begins with this byte holds, up to the next one, ready tokens with blanks between:
 * how values of entities enter the index without being cut. */
#define TOKEN_READY '\x01'

#endif
