#include "app/config.h"

#include "core/arena.h"

#include <fnmatch.h>

/* Host names compare without ASCII case, as DNS does. */
static bool matches(const char *pattern, const char *name)
{
    return fnmatch(pattern, name, FNM_CASEFOLD) == 0;
}

struct host_config config_host(const struct config *c, const char *name)
{
    struct host_config joined = {.is_protected = -1};
    for (size_t i = 0; i < c->host_count; i++) {
        const struct host_config *h = &c->hosts[i];
        if (!matches(h->pattern, name))
            continue;
#define FIRST(member)                                                                              \
    if (!joined.member)                                                                            \
    joined.member = h->member
        FIRST(pattern);
        FIRST(platform);
        FIRST(criticality);
        FIRST(via);
        FIRST(address);
        FIRST(user);
        FIRST(identity);
        FIRST(config);
        FIRST(tags);
        FIRST(port);
        FIRST(line);
#undef FIRST
        if (joined.is_protected < 0)
            joined.is_protected = h->is_protected;
    }
    return joined;
}
