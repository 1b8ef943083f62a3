/* hinomi-range: a small company on one machine, with an intrusion in it, to practise on. */
#include "range/commands.h"
#include "range/room.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
    /* under these names the program is a part of the play */
    if (strcmp(name, "updated") == 0)
        return beacon_run(argc, argv);
    if (strcmp(name, "docview") == 0)
        return viewer_run(argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0)
        return range_help(0, NULL);
    for (const struct range_command *c = range_commands; c->name; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return c->run(argc - 2, argv + 2);
    fprintf(stderr, "hinomi-range: there is no command \"%s\"; see hinomi-range help\n", argv[1]);
    return 2;
}
