#include "tui/role.h"

static const char *const names[ROLE_COUNT] = {
#define ROLE_ROW(id, name) [ROLE_##id] = name,
    ROLE_LIST(ROLE_ROW)
#undef ROLE_ROW
};

const char *role_name(enum role role)
{
    return names[role];
}

enum role role_find(struct slice name)
{
    for (int r = ROLE_NONE + 1; r < ROLE_COUNT; r++) {
        if (slice_is(name, names[r])) {
            return (enum role)r;
        }
    }
    return ROLE_COUNT;
}
