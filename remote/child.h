/* Child processes without a shell: argv, three pipes, a deadline. */
#ifndef HINOMI_REMOTE_CHILD_H
#define HINOMI_REMOTE_CHILD_H

#include "core/err.h"
#include "core/str.h"

#include <sys/types.h>

struct child {
    pid_t pid;        /* 0: none, or reaped */
    int in, out, err; /* our ends, non-blocking; -1: closed */
};

/* argv[0] is looked up in PATH. The child has its own process group, default signals, no other
 * descriptors, and ends with us. */
int child_start(struct child *c, const char *const *argv, struct err *e);

/* True once it has ended and is reaped; *status as of waitpid(). Never blocks. */
bool child_reap(struct child *c, int *status);

/* Kills the group, reaps, closes. */
void child_stop(struct child *c);

/* Runs to the end: stdin is empty, stdout and stderr are collected up to `limit` bytes each.
 * Returns the exit status, or -1 with ERR_TIMEOUT, ERR_INPUT (too much) or ERR_IO. */
int child_collect(const char *const *argv, size_t limit, int64_t timeout_ns, struct str *out,
    struct str *noise, struct err *e);

#endif
