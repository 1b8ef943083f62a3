/* Data files compiled into the program (runbooks, themes). The table ends with a NULL name. */
#ifndef HINOMI_CORE_EMBEDDED_H
#define HINOMI_CORE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *folder; /* "remote/runbooks", "themes" */
    const char *name;   /* without its ending */
    const char *bytes;  /* NUL-terminated; size does not count the NUL */
    size_t size;
};

extern const struct embedded_file embedded_files[];

#endif
