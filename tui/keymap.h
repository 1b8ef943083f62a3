/* Keys → commands. Built from the command table; a user's file changes keys:
 *   # comment
 *   close = e           (command = keys, blank-separated; "none" takes its keys away)
 * An act on a host, a run or a source takes no key but under x: such a line is refused. */
#ifndef HINOMI_TUI_KEYMAP_H
#define HINOMI_TUI_KEYMAP_H

#include "tui/commands.h"
#include "tui/keys.h"

enum { KEYS_PER_COMMAND = 10 };

struct keymap {
    struct key_sequence keys[COMMAND_COUNT][KEYS_PER_COMMAND];
    size_t count[COMMAND_COUNT];
};

typedef void keymap_warning(void *owner, int line, const char *text);

void keymap_init(struct keymap *k);
void keymap_read(struct keymap *k, struct slice text, keymap_warning *warn, void *owner);

enum keymap_result { KEYMAP_NONE, KEYMAP_PREFIX, KEYMAP_COMMAND };

/* Which of the commands for which `available` is true the keys mean. Views list their own commands
 * first, so that of two with the same key the view's own wins; a test proves there is no other
 * clash. */
struct keymap_query {
    const int *commands; /* in order of precedence, ends with -1 */
    const struct key_sequence *typed;
};
enum keymap_result keymap_find(const struct keymap *k, const struct keymap_query *q, int *command);

/* The first key of a command, "" if it has none. */
const char *keymap_key(const struct keymap *k, int command, char out[KEY_TEXT_MAX]);

#endif
