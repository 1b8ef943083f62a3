/* Help from the tables: nothing here that a table does not say. */
#ifndef HINOMI_CLI_HELP_H
#define HINOMI_CLI_HELP_H

#include "cli/options.h"
#include "core/command.h"

void help_all(void);
void help_command(const struct command *command, const struct option_spec *options);

#endif
