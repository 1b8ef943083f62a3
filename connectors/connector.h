/* The contract of a source. A kind is one file with one `const struct connector_ops` and one line
 * in connectors/kinds_table.c. A NULL hook means "not supported"; `unsupported` says why in a
 * sentence. */
#ifndef HINOMI_CONNECTORS_CONNECTOR_H
#define HINOMI_CONNECTORS_CONNECTOR_H

#include "core/err.h"
#include "core/query.h"
#include "core/record.h"
#include "core/str.h"
#include "core/vocabulary.h"

/* One configuration key that a kind understands; `hinomi sources add` and --check walk these. */
struct connector_option {
    const char *name;    /* "url" */
    const char *example; /* "https://es.example:9200" */
    const char *help;    /* N_() literal */
    bool required;
    bool secret; /* never plain: NAME_command, NAME_env or NAME_file give it */
};

/* What app has settled for one [source NAME] section. All strings borrowed, alive until close(). */
struct source_settings {
    const char *name, *kind, *organization;
    /* value of a plain option or NULL; for a secret: fetched now, caller wipes with secret_free */
    const char *(*option)(const struct source_settings *, const char *name);
    int (*secret)(const struct source_settings *, const char *name, char **out, struct err *);
    int64_t since;              /* first pull reaches back to here; ns */
    int64_t timeout_ns;         /* of one request */
    struct http_dialer *dialer; /* NULL: straight; else every connection goes through it */
    const void *owner;
};

void secret_free(char *secret);

/* While polling. */
struct poll_context {
    int64_t deadline;               /* clock_monotonic() */
    bool (*cancelled)(void *owner); /* asked between pages and in every wait */
    void *owner;
    const char *cursor; /* where both stores are; NULL or "" at first */
};

/* What a verdict or a status means at the source. */
struct update_request {
    struct slice native_id, raw;
    enum status status;
    enum verdict verdict;
    const char *assignee, *comment; /* may be NULL */
};

enum contain_state { CONTAIN_FREE, CONTAIN_PENDING, CONTAIN_DONE, CONTAIN_FAILED, CONTAIN_UNKNOWN };

struct connector_ops {
    const char *name;                       /* kind */
    const char *help;                       /* N_() literal: the product and versions */
    const struct connector_option *options; /* ends with a NULL name */
    size_t state_size;
    const char *unsupported; /* why NULL hooks below are NULL; N_() literal */

    int (*open)(void *state, const struct source_settings *, struct err *);
    void (*close)(void *state);

    /* Is the way, the certificate, the secret, the permission and the index right? `report` gets
     * one line a fact. */
    int (*check)(void *state, struct str *report, struct err *);

    /* Appends one page to `out` with the cursor that goes with it. Returns 1: more is waiting, call
     * again; 0: up to date; -1: error (ERR_LIMITED carries in *retry_ns how long to wait). Fetches
     * newest first on the first pull, then fills back; afterwards by update time ascending,
     * inclusive, with overlap. */
    int (*poll)(void *state, const struct poll_context *, struct batch *out, int64_t *retry_ns,
        struct err *);

    /* Runs a query where the data lies; pages by *after (owned by the state; NULL at first). 1
     * more, 0 end. */
    int (*search)(void *state, const struct query *, size_t limit, const struct poll_context *,
        struct batch *out, struct err *);

    /* Status and verdict back. ERR_CONFLICT if the vendor's copy changed meanwhile. */
    int (*update)(void *state, const struct update_request *, struct err *);

    /* Vendor isolation by the record's agent id; `ticket` is what contain_state polls. */
    int (*contain)(void *state, const char *agent_id, bool release, const char *comment,
        struct str *ticket, struct err *);
    int (*contain_state)(void *state, const char *ticket, enum contain_state *, struct err *);
};

/* All kinds, ending with NULL. By name, NULL if there is none. */
extern const struct connector_ops *const connector_kinds[];
const struct connector_ops *connector_find(const char *kind);

#endif
