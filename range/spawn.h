/* Programs are started by fork and exec, never through a shell. */
#ifndef HINOMI_RANGE_SPAWN_H
#define HINOMI_RANGE_SPAWN_H

#include "core/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* Runs to the end; its output goes to the file `log` (appended; NULL: inherited). -1 with err if it
 * cannot be run, ends with another status than 0 or lasts longer than 30 s. */
int spawn_run(const char *const argv[], const char *log, struct err *);
/* Starts and returns; the child dies with this process. */
pid_t spawn_start(const char *const argv[], const char *log, struct err *);

/* Room for everything below a folder, and the folder itself; refuses to cross into mounts. */
int spawn_remove_tree(const char *path);

/* A whole small file. Mode as for open. */
int spawn_write_file(const char *path, mode_t mode, struct err *, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
