/* Words of a command line → options and operands, by a table per command. */
#ifndef HINOMI_CLI_OPTIONS_H
#define HINOMI_CLI_OPTIONS_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTIONS_MAX = 24 };

struct option_spec {
    const char *name;     /* "limit": --limit N or --limit=N */
    char letter;          /* 0: none */
    const char *argument; /* "N": takes one; NULL: a flag */
    const char *help;     /* N_() literal */
};

struct options {
    const struct option_spec *specs; /* ends with a NULL name; borrowed */
    const char *values[OPTIONS_MAX]; /* by spec; "" for a flag that is set; NULL: not given */
    const char **operands;           /* malloced array, borrowed words */
    size_t count;
};

/* Options may stand anywhere; `--` ends them; "-" is an operand. ERR_USAGE names the word. */
int options_parse(
    struct options *o, const struct option_spec *specs, int argc, char **argv, struct err *e);
void options_release(struct options *o);

/* Does the command have this option at all? */
bool options_offers(const struct options *o, const char *name);
/* Asking for one that it does not have is our bug. */
const char *options_value(const struct options *o, const char *name); /* NULL: not given */
bool options_has(const struct options *o, const char *name);
/* Fallback when not given; ERR_USAGE when it is no number or below 0. */
int options_number(
    const struct options *o, const char *name, int64_t fallback, int64_t *value, struct err *e);

#endif
