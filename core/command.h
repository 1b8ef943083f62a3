/* What a person can ask for, as data. app/acts.h, tui/commands.h and cli/commands.h pair these
 * rows with their own functions; keymap, help, palette, completion and man page walk them. */
#ifndef HINOMI_CORE_COMMAND_H
#define HINOMI_CORE_COMMAND_H

/* Preconditions, as bits; the first that fails is the reason shown. */
enum command_needs {
    NEEDS_NOTHING = 0,
    NEEDS_WRITE = 1 << 0,     /* refused under --read-only */
    NEEDS_SELECTION = 1 << 1, /* an alert, event, case or host under the cursor or marked */
    NEEDS_ALERT = 1 << 2,
    NEEDS_HOST = 1 << 3,
    NEEDS_PROCESS = 1 << 4,
    NEEDS_CASE = 1 << 5,
    NEEDS_TERMINAL = 1 << 6, /* not when stdin is no terminal */
};

enum command_danger {
    DANGER_NONE,
    DANGER_BULK,   /* asks when it touches more than one screenful */
    DANGER_REACHES /* reaches out to a host, a source or a run: behind x or `:`, a plan first */
};

struct command {
    const char *name;  /* English, kebab-case: the `:` command and the CLI verb */
    const char *group; /* help section: N_() literal */
    const char *keys;  /* default keys, blank-separated ("e", "gg", "Ctrl-D"); NULL: none */
    const char *help;  /* one line: N_() literal */
    unsigned needs;    /* enum command_needs */
    enum command_danger danger;
    const char *arguments; /* usage tail as "ID… --verdict V"; NULL: none */
};

#define N_(text) text

/* The reason, as an N_() literal, for the lowest missing bit of `needs`. */
const char *command_reason(unsigned missing);

#endif
