#include "cli/commands.h"

#define CLI_ROW(id, name, group, arguments, store, needs, danger, help)                            \
    {{name, group, NULL, help, needs, danger, arguments}, cmd_##id##_options, store, cmd_##id},

const struct cli_command cli_commands[] = {
    CLI_COMMAND_LIST(CLI_ROW){{0}, NULL, false, NULL},
};
