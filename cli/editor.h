/* Text of more than one line: $VISUAL, $EDITOR or vi on a terminal, else stdin to its end. */
#ifndef HINOMI_CLI_EDITOR_H
#define HINOMI_CLI_EDITOR_H

#include "cli/cli.h"

/* *text is malloced; ERR_USAGE when it is empty. */
int editor_text(const struct cli *c, char **text, struct err *e);

#endif
