/* The workstation on the practice range: hands over to hinomi-range, which stands beside this
 * program. */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct option_spec cmd_demo_options[] = {{NULL, 0, NULL, NULL}};

int cmd_demo(struct cli *c, struct err *e)
{
    const char *self = c->app->program, *slash = strrchr(self, '/');
    char range[4096];
    snprintf(range, sizeof range, "%.*shinomi-range", slash ? (int)(slash - self + 1) : 0, self);
    execl(range, "hinomi-range", "demo", "--", self, (char *)NULL);
    return err_set(e, ERR_IO, "%s: %s; `make` builds it", range, strerror(errno));
}
