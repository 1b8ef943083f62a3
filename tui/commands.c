#include "tui/commands.h"

#include <string.h>

#define GROUP_MOVE N_("Move")
#define GROUP_LOOK_FOR N_("Find and filter")
#define GROUP_MARKS N_("Mark")
#define GROUP_TRIAGE N_("Triage")
#define GROUP_PIVOT N_("Pivot")
#define GROUP_REACH N_("Reach out")
#define GROUP_GO N_("Go")
#define GROUP_SHOW N_("Show")
#define GROUP_CASES N_("Case")

static const struct command view_commands[] = {
#define VIEW_COMMAND_ROW(id, name, group, keys, help, needs, danger, arguments)                    \
    {name, GROUP_##group, keys, help, needs, DANGER_##danger, arguments},
    VIEW_COMMAND_LIST(VIEW_COMMAND_ROW)
#undef VIEW_COMMAND_ROW
};

const struct command *command_of(int id)
{
    return id < ACT_COUNT ? &act_commands[id] : &view_commands[id - ACT_COUNT];
}

int command_find(const char *name)
{
    for (int id = 0; id < COMMAND_COUNT; id++) {
        if (strcmp(command_of(id)->name, name) == 0) {
            return id;
        }
    }
    return -1;
}

bool command_takes_count(int id)
{
    return (id >= COMMAND_NEXT && id <= COMMAND_RIGHT) || id == COMMAND_ITEM_NEXT ||
           id == COMMAND_ITEM_PREVIOUS || id == COMMAND_ZOOM_IN || id == COMMAND_ZOOM_OUT;
}
