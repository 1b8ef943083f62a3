/* The contract of a file format: bytes in, records out. A format is one file and one line in
 * connectors/formats_table.c. */
#ifndef HINOMI_CONNECTORS_FORMAT_H
#define HINOMI_CONNECTORS_FORMAT_H

#include "core/err.h"
#include "core/record.h"

enum frame { FRAME_LINES, FRAME_JSON_ARRAY, FRAME_MULTI_LINE };

struct file_format {
    const char *name; /* "sysmon" */
    const char *help; /* N_() literal */
    size_t state_size;

    /* How sure it is that these first bytes of a file (whole lines where possible) are its own: 0
     * no … 100 certain. */
    int (*sniff)(struct slice head);
    enum frame frame;

    /* One framed piece (line or element) → 0..n records in `out`, or batch_add_bad with a reason.
     * `piece` lies in the reader's buffer, which lives until the batch is stored: slices may point
     * into it. Never fails as a whole. */
    void (*feed)(void *state, struct slice piece, struct slice place, struct batch *out);

    /* Ends groups held open (auditd). May be NULL. */
    void (*flush)(void *state, struct batch *out);
};

extern const struct file_format *const file_formats[]; /* ends with NULL */
const struct file_format *file_format_find(const char *name);

/* The surest of them, or NULL when none is. */
const struct file_format *file_format_sniff(struct slice head);

#endif
