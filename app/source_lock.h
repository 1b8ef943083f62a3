/* One process at a time pulls a source or pushes to it: flock on data/locks/NAME.lock, which also
 * says who has it. The kernel gives it back when the process dies. */
#ifndef HINOMI_APP_SOURCE_LOCK_H
#define HINOMI_APP_SOURCE_LOCK_H

#include "app/app.h"

/* The descriptor to close when done, or -1: ERR_BUSY names who has it. `doing`: "pull". */
int source_lock(const struct app *a, const char *source, const char *doing, struct err *e);

/* Letters, digits, dot, dash, underscore; at most 64: it becomes a file's name. */
bool source_name_valid(const char *name);

/* mkdir 0700 of data/NAME; the path is malloced. NULL with err. */
char *app_subfolder(const struct app *a, const char *name, struct err *e);

#endif
