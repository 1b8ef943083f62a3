/* Cells of code points, as sorted ranges. */
#ifndef HINOMI_CORE_WIDTH_TABLE_H
#define HINOMI_CORE_WIDTH_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum width_class {
    WIDTH_ONE, /* what no row names */
    WIDTH_HIDDEN,
    WIDTH_MARK, /* no cell of its own: combines with what stands before it */
    WIDTH_WIDE,
    WIDTH_AMBIGUOUS
};

struct width_range {
    uint32_t first, last;
    enum width_class width;
};

extern const struct width_range width_table[];
extern const size_t width_table_count;

#endif
