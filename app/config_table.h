/* How a key of hinomi.conf lands in its struct: one row a key, beside config_keys. */
#ifndef HINOMI_APP_CONFIG_TABLE_H
#define HINOMI_APP_CONFIG_TABLE_H

#include "app/config.h"

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH, /* ~/ is the home folder */
    CONFIG_BOOL,
    CONFIG_TRISTATE, /* int: -1 not said */
    CONFIG_DURATION,
    CONFIG_SINCE, /* a length of time back from now, or a time */
    CONFIG_PORT,
    CONFIG_WORDS, /* NULL-terminated array; blanks and commas divide */
    CONFIG_CHOICE /* one of the words in `choices` */
};

struct config_binding {
    enum config_type type;
    size_t offset;
    const char *choices; /* blank-separated, for CONFIG_CHOICE */
};

/* Same order and length as config_keys. */
extern const struct config_binding config_bindings[];

/* Row of (section, key), -1 if there is none. */
int config_key_find(const char *section, const char *name);

/* Puts `value` where the row says, inside *base (struct config, source_config or host_config).
 * Fails with a sentence about what was expected; the caller adds file and line. */
int config_value_set(struct arena *arena, int row, const char *value, void *base, struct err *e);

/* Reads `text` into a config made by config_read (c->file names it). `only_ours`: nobody else can
 * write the file, so that it may name commands. Also the fuzz target's door. */
int config_parse(struct config *c, struct slice text, bool only_ours, struct err *e);

/* The nearest of the candidates to a mistyped word, or NULL when none is near enough. Call for
 * each candidate with the same `best` (start {NULL, 0}). */
struct config_guess {
    const char *word;
    size_t distance;
};
void config_guess(struct config_guess *best, const char *typed, const char *candidate);

#endif
