/* Small files, whole: read with a limit, written so that a crash leaves the old one or the new one.
 */
#ifndef HINOMI_CORE_FILE_H
#define HINOMI_CORE_FILE_H

#include "core/err.h"
#include "core/str.h"

/* Appends the file to `out`. ERR_NOT_FOUND when there is none, ERR_INPUT when it is larger than
 * `limit` or no regular file. */
int file_read(const char *path, size_t limit, struct str *out, struct err *e);

/* Temporary name beside it, 0600, fsync, rename, fsync of the folder. */
int file_write(const char *path, struct slice bytes, struct err *e);

/* The folder and its parents, 0700; fine if it is there. */
int file_make_folder(const char *path, struct err *e);

/* After a create, rename or unlink inside it: makes the entry durable. */
int file_sync_folder(const char *path, struct err *e);

#endif
