/* A runbook is a data file: what can be done to a host, with its proof and its way back.
 *
 *   name = kill-process
 *   title = End one process                 (title.ja, help.ja: translations)
 *   help = …
 *   platforms = linux
 *   danger = destroys                        (reads, changes, destroys, cuts)
 *   needs = root
 *   reversible-by = NAME | self | nothing: a sentence
 *   timeout = 60s
 *   parameter = pid pid The process id       (NAME TYPE[=DEFAULT] help)
 *   %% script
 *   … POSIX sh; parameters are $p_NAME; value KEY TEXT reports; fail TEXT ends
 *   %% common: put before every section
 *   %% verify  %% commit  %% revert  %% preflight: sections, each optional but script
 *
 * Sections share nothing: each runs alone, with all parameters. */
#ifndef HINOMI_REMOTE_RUNBOOK_H
#define HINOMI_REMOTE_RUNBOOK_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

enum runbook_step {
    STEP_PREFLIGHT,
    STEP_SCRIPT,
    STEP_VERIFY,
    STEP_COMMIT,
    STEP_REVERT,
    STEP_COUNT
};
const char *runbook_step_name(enum runbook_step step);

enum runbook_danger { RUNBOOK_READS, RUNBOOK_CHANGES, RUNBOOK_DESTROYS, RUNBOOK_CUTS };

/* Each type has one check here and one in the script; a value that either refuses never acts. */
enum value_type {
    VALUE_PID,    /* 2 … 4194304 */
    VALUE_NUMBER, /* decimal, up to 20 digits */
    VALUE_SHA256, /* 64 hex digits, lower case */
    VALUE_INODE,  /* DEV:INO, decimal */
    VALUE_PATH,   /* absolute, no NUL, no . or .. element, at most 4096 bytes */
    VALUE_IP,
    VALUE_ADDRESSES, /* IP:PORT or [IP6]:PORT, comma-separated, at most 16 */
    VALUE_SECONDS,   /* 0 … 31536000 */
    VALUE_WORD,      /* [A-Za-z0-9._-]{1,64} */
    VALUE_TEXT       /* one line of printable UTF-8, at most 500 bytes: reasons, names */
};
const char *value_type_name(enum value_type type);

/* -1: no such type. */
int value_type_find(struct slice name);

/* True if `value` is of the type; otherwise `why` is a static phrase. "-" is accepted where the
 * parameter has the default "-" (not given). */
bool value_check(enum value_type type, struct slice value, const char **why);

enum { RUNBOOK_PARAMETERS_MAX = 12 };
struct runbook_parameter {
    const char *name, *help;
    const char *fallback; /* NULL: must be given */
    enum value_type type;
};

struct runbook {
    struct arena arena;
    const char *name, *title, *title_ja, *help, *help_ja;
    const char *platforms;     /* blank-separated */
    const char *reversible_by; /* a runbook's name, "self", or NULL: it cannot be taken back … */
    const char *irreversible;  /* … and this sentence says so */
    enum runbook_danger danger;
    bool needs_root, is_hidden, is_builtin;
    int64_t timeout_ns;
    struct runbook_parameter parameters[RUNBOOK_PARAMETERS_MAX];
    size_t parameter_count;
    const char *sections[STEP_COUNT]; /* shell text; NULL: none */
    const char *common;               /* stands before each; NULL: none */
    char sha256[65];                  /* of the whole file */
};

struct runbook_value {
    const char *name, *value;
};

/* `place` names the file in messages. Every fault names its line. */
int runbook_parse(
    struct runbook **out, const char *name, struct slice text, const char *place, struct err *e);
void runbook_free(struct runbook *r);

/* The built-ins and those of a folder (NULL: none). A user's file may not bear a built-in's name
 * and must not be writable by others; a refused one is named through `refused` and left out. */
struct runbooks;
int runbooks_load(struct runbooks **out, const char *folder,
    void (*refused)(void *owner, const struct err *why), void *owner, struct err *e);
void runbooks_free(struct runbooks *all);
const struct runbook *runbooks_find(const struct runbooks *all, const char *name);
size_t runbooks_count(const struct runbooks *all);
const struct runbook *runbooks_at(const struct runbooks *all, size_t i);

bool runbook_runs_on(const struct runbook *r, const char *platform);

/* Checks names and values (ERR_USAGE with the parameter's name) and fills in defaults: out[i] is
 * the value of parameter i, borrowed from values or the runbook. */
int runbook_bind(const struct runbook *r, const struct runbook_value *values, size_t count,
    const char *out[RUNBOOK_PARAMETERS_MAX], struct err *e);

/* The exact bytes for a step, as a dry run prints them and as the host gets them; only the nonce
 * (32 hex digits) differs from run to run. ERR_UNSUPPORTED if the runbook has no such section. */
int runbook_render(const struct runbook *r, enum runbook_step step,
    const struct runbook_value *values, size_t count, const char *nonce, struct str *out,
    struct err *e);

#endif
