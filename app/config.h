/* hinomi.conf → settings. An unknown key or a bad value is an error with file, line and nearest
 * name. */
#ifndef HINOMI_APP_CONFIG_H
#define HINOMI_APP_CONFIG_H

#include "connectors/connector.h"
#include "core/err.h"

struct config_entry {
    const char *key, *value;
    int line;
};

struct source_config {
    const char *name, *kind, *organization; /* organization: "default" when left out */
    const char *via, *proxy;                /* NULL: straight */
    int64_t interval_ns, since;             /* since: ns UTC, resolved when read */
    const struct config_entry *entries;     /* the kind's own options */
    size_t entry_count;
    int line;
};

struct host_config {
    const char *pattern; /* shell-like: * and ?; the first match wins per member */
    const char *platform, *criticality, *via, *address, *user, *identity, *config, *tags;
    int port;         /* 0: default */
    int is_protected; /* -1 not said, 0, 1 */
    int line;
};

struct config {
    struct arena arena, text;
    const char *file; /* NULL: none was found, all defaults */
    const char *analyst, *theme, *lang, *time, *ssh_config, *known_hosts;
    bool read_only, allow_plain_secrets;
    int64_t default_lease_ns; /* how long a containment lasts when nobody says: 8h */
    int64_t dead_man_ns;      /* 180s */
    struct source_config *sources;
    size_t source_count;
    struct host_config *hosts;
    size_t host_count;
    const char **never_touch; /* names, addresses, host keys; NULL-terminated */
};

/* `path` NULL: $XDG_CONFIG_HOME/hinomi/hinomi.conf if it is there. Refuses a file that others can
 * write when it names commands. */
int config_read(struct config **out, const char *path, struct err *e);
void config_free(struct config *c);
const struct source_config *config_source(const struct config *c, const char *name);

/* All that the [host …] sections say about one name, joined; members not said are NULL/0/-1. */
struct host_config config_host(const struct config *c, const char *name);

/* Every key there is, with section, example and help: `hinomi config`, completion, docs. */
struct config_key {
    const char *section, *name, *example, *help; /* help: N_() literal */
};
extern const struct config_key config_keys[]; /* ends with a NULL name */

#endif
