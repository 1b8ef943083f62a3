/* Secrets of sources: asked for when needed, wiped after use, never logged.
 *   NAME_command  run without a shell, 10 s, its first line
 *   NAME_env      an environment variable
 *   NAME_file     a file of ours that nobody else can read
 *   NAME          in the clear: only with allow_plain_secrets */
#ifndef HINOMI_APP_SECRET_H
#define HINOMI_APP_SECRET_H

#include "app/config.h"

enum { SECRET_MAX = 65536 };

/* *out: NULL when none of the ways is configured; else malloced, for secret_free. Fails with
 * ERR_CONFIG or ERR_DENIED and a sentence that names the way, never the secret. */
int secret_fetch(const struct config *c, const struct source_config *source, const char *name,
    char **out, struct err *e);

/* First line of what the command prints; words divide at blanks, quotes and \ as in sh(1), nothing
 * is expanded. */
int secret_from_command(const char *command, int64_t timeout_ns, char **out, struct err *e);
int secret_from_file(const char *path, char **out, struct err *e);

#endif
