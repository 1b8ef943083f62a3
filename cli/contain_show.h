/* How a plan, a running step and a host's outcome look on the command line. */
#ifndef HINOMI_CLI_CONTAIN_SHOW_H
#define HINOMI_CLI_CONTAIN_SHOW_H

#include "app/run.h"
#include "cli/cli.h"

#include <stdio.h>

void contain_show_plan(struct cli *c, const struct plan *p, FILE *to);
void contain_show_event(struct cli *c, const struct run_event *event);
/* True when the host ended as wished (contained, released, done). */
bool contain_show_result(struct cli *c, int64_t run, const char *host);

#endif
