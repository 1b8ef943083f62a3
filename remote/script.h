/* How a script travels: over the stdin of `exec /bin/sh -s`, whole or not at all, and how its
 * answer is told from noise. Each rule stands beside its reason in script.c. */
#ifndef HINOMI_REMOTE_SCRIPT_H
#define HINOMI_REMOTE_SCRIPT_H

#include "core/str.h"
#include "remote/runbook.h"

enum { SCRIPT_NONCE_LENGTH = 32, SCRIPT_LINE_MAX = 65536 };

/* The one command line; nothing else is ever put on it. */
#define SCRIPT_COMMAND "exec /bin/sh -s"

/* 32 random hex digits and a NUL. */
void script_nonce(char out[SCRIPT_NONCE_LENGTH + 1]);

/* 'text' for a POSIX shell, whatever bytes but NUL it holds. */
void script_quote(struct str *out, struct slice text);

/* Frames a section. values[i] belongs to parameter i. */
void script_frame(struct str *out, const struct runbook *r, enum runbook_step step,
    const char *const *values, const char *nonce);

enum script_stream { SCRIPT_OUT, SCRIPT_ERR };

/* What the reader found. Slices are good only during the call. */
struct script_events {
    void (*begun)(void *owner);
    void (*line)(void *owner, bool ours, struct slice text); /* ours: between BEGIN and END */
    void (*value)(void *owner, struct slice name, struct slice text);
    void (*data)(void *owner, const char *name, struct slice bytes);
    void (*data_end)(void *owner, const char *name);
    void *owner;
};

struct script_reader {
    struct script_events events;
    char nonce[SCRIPT_NONCE_LENGTH + 1];
    struct str decoded;
    struct str line[2]; /* by stream */
    bool skipping[2];   /* the rest of an overlong line */
    bool begun, ended;
    int rc;               /* once ended */
    int64_t pid, started; /* of the remote shell, for cancelling; 0: not told */
    uint64_t beats;
    char fault[240]; /* the script's own sentence about its failure; "" */
    char data[65];   /* name of the open data stream; "" */
};

void script_reader_init(
    struct script_reader *r, const char *nonce, const struct script_events *events);
void script_reader_feed(struct script_reader *r, enum script_stream stream, struct slice bytes);
void script_reader_release(struct script_reader *r);

#endif
