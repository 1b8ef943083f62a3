/* One error: a code to branch on and one English sentence that a person can act on.
 * What can fail takes a `struct err *` last and returns -1; the caller owns the struct. */
#ifndef HINOMI_CORE_ERR_H
#define HINOMI_CORE_ERR_H

enum err_code {
    ERR_NONE,
    ERR_USAGE,       /* the caller's words are wrong: exit status 2 */
    ERR_CONFIG,      /* a configuration file: the text names file and line */
    ERR_INPUT,       /* a record, a reply or a file is not what it says it is */
    ERR_IO,          /* a local read or write failed */
    ERR_BUSY,        /* another process holds it: try again */
    ERR_NOT_FOUND,   /* no such alert, case, host, source, file */
    ERR_AUTH,        /* credentials were refused */
    ERR_DENIED,      /* known, but not allowed: read-only, protected, never-touch, permission */
    ERR_NETWORK,     /* no way to the other side */
    ERR_TLS,         /* the other side is not who it must be: certificate */
    ERR_HOSTKEY,     /* the other side is not who it must be: SSH host key */
    ERR_LIMITED,     /* told to slow down (429, 503) */
    ERR_TIMEOUT,     /* a deadline of ours passed */
    ERR_CANCELLED,   /* the user asked for it */
    ERR_CONFLICT,    /* it changed meanwhile */
    ERR_PARTIAL,     /* done in part, each failure named: exit status 3 */
    ERR_CORRUPT,     /* a chain, a hash, a database that does not add up */
    ERR_UNSUPPORTED, /* the source or the host cannot do it, and the text says why */
};

struct err {
    enum err_code code;
    char text[480]; /* UTF-8, no final stop or newline; never holds a secret */
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        ERR_NONE, ""                                                                               \
    }

/* Sets code and text (cut at a character boundary when too long). Returns -1, so that a
 * failing function can `return err_set(…)`. `e` may be NULL. */
int err_set(struct err *e, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts a place before the sentence: "FILE:12: " + text. Returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A stable lower-case word for JSON and logs: "auth", "timeout", … Borrowed, static. */
const char *err_code_name(enum err_code code);

/* The exit status that CLI.md promises for the code: 0, 1, 2 or 3. */
int err_exit_status(enum err_code code);

#endif
