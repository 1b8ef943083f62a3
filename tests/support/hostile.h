/* Text that attacks whoever shows it: terminals, spreadsheets, Markdown, HTML, shells. None of it
 * may leave us raw. */
#ifndef HINOMI_TESTS_SUPPORT_HOSTILE_H
#define HINOMI_TESTS_SUPPORT_HOSTILE_H

#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>

extern const struct slice hostile[];
extern const size_t hostile_count;

/* The first place in `output` where something a terminal acts on, or a reader cannot see, stands
 * raw: control characters but newline, C1, broken UTF-8, bidirectional and invisible characters.
 * NULL: none. */
const char *hostile_leak(struct slice output);

#endif
