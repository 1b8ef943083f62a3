/* What the system's ssh is given to go by, and what its log tells. */
#ifndef HINOMI_REMOTE_SSH_FILES_H
#define HINOMI_REMOTE_SSH_FILES_H

#include "core/err.h"
#include "core/str.h"
#include "remote/target.h"

struct ssh_files {
    char folder[256], config[280], log[280]; /* a private folder; "" when there is none */
};

struct ssh_files_wish {
    const char *known_hosts; /* one more file; NULL: none */
    const char *log_level;   /* of the last hop: DEBUG1, DEBUG2 */
};

/* All that we know of the way, as an ssh_config of its own, before the user's: the first value wins
 * (ssh_config(5)). Strict about host keys, never asking. */
int ssh_files_make(
    struct ssh_files *f, const struct target *t, const struct ssh_files_wish *wish, struct err *e);
void ssh_files_remove(struct ssh_files *f);

/* Appends what the log has beyond into->n, up to 64 KiB in all. */
void ssh_files_read_log(const struct ssh_files *f, struct str *into);

/* Behind the last `start` in the log; NULL if there is none (or no log). */
const char *ssh_log_last(const char *text, const char *start);
void ssh_log_word(char *out, size_t size, const char *from);

/* Why ssh ended without a connection, from its log and its stderr (either may be NULL). */
void ssh_log_explain(const char *name, const char *log, const char *noise, struct err *e);

#endif
