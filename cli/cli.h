/* The command line: one file per command, one row per command in commands.h. */
#ifndef HINOMI_CLI_CLI_H
#define HINOMI_CLI_CLI_H

#include "app/app.h"
#include "cli/options.h"
#include "core/command.h"
#include "core/str.h"

struct cli {
    struct app *app;
    struct store *store; /* NULL for commands that need none */
    struct options options;
    bool json, terminal_in, terminal_out, terminal_err, color, utc;
};

/* Global options that every command takes, parsed out of argv wherever they stand. */
struct cli_globals {
    const char *config_file, *data_folder, *lang, *color;
    bool read_only, verbose, utc, local, help, version;
};

/* `argv` without the program and without globals; argv[0] is the verb. Returns the exit status. */
int cli_main(const struct cli_globals *globals, const char *program, int argc, char **argv);

/* Prints "hinomi: sentence" on stderr, sanitised, with the next step; returns the exit status. */
int cli_fail(const struct err *e);
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* stderr */
void cli_out(const struct str *s); /* stdout; ends quietly when the reader is gone */

/* Ids as "20931", "A-20931"; *ids malloced. Prefix is 'A', 'C', 'R' or 'E'. */
int cli_ids(
    const struct cli *c, size_t first, char prefix, int64_t **ids, size_t *count, struct err *e);
int cli_id(const char *text, char prefix, int64_t *id, struct err *e);

/* The operands from `first` on, joined with blanks, parsed as KQL; a caret under the fault. */
struct query;
int cli_query(const struct cli *c, size_t first, struct query **query, struct err *e);
int cli_query_text(const char *text, struct query **query, struct err *e);

/* A time for a person: ISO UTC, or local with its offset. */
const char *cli_time(const struct cli *c, int64_t ns, char out[CLOCK_TEXT_MAX]);

/* Asks on the terminal for exactly `expected`. ERR_USAGE with what to say instead when there is
 * none. */
int cli_confirm(const struct cli *c, const char *question, const char *expected, struct err *e);

/* "closed 3 alerts", failures named; 0, 1 or 3. */
struct act_result;
int cli_act_end(const struct cli *c, const struct act_result *r);

/* Words of several lines, cleaned: the further ones are set in, so that none passes for a row of
 * ours; tabs become blanks. */
void cli_put_lines(struct str *out, const char *text);

#endif
