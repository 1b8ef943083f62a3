#include "core/command.h"

#include <stddef.h>

static const struct {
    unsigned bit;
    const char *reason;
} reasons[] = {
    {NEEDS_WRITE, N_("read-only: nothing is written in this session")},
    {NEEDS_SELECTION, N_("nothing is selected")},
    {NEEDS_ALERT, N_("no alert under the cursor")},
    {NEEDS_HOST, N_("no host is known for this row")},
    {NEEDS_PROCESS, N_("no process is known for this row")},
    {NEEDS_CASE, N_("no case under the cursor")},
    {NEEDS_TERMINAL, N_("needs a terminal")},
};

const char *command_reason(unsigned missing)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (missing & reasons[i].bit)
            return reasons[i].reason;
    return NULL;
}
