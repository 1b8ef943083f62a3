/* The user's own ssh configuration, as `ssh -G` resolves it (ssh_config(5)). */
#ifndef HINOMI_REMOTE_SSH_CONFIG_H
#define HINOMI_REMOTE_SSH_CONFIG_H

#include "core/arena.h"
#include "core/err.h"

enum { SSH_CONFIG_LIST_MAX = 8 };

struct ssh_config {
    const char *user, *hostname, *hostkeyalias, *proxyjump, *proxycommand, *identityagent;
    const char *pkcs11provider;
    int port;
    bool identities_only;
    const char *identities[SSH_CONFIG_LIST_MAX + 1]; /* NULL-terminated, ~ expanded */
    const char *certificates[SSH_CONFIG_LIST_MAX + 1];
    const char *known_hosts[SSH_CONFIG_LIST_MAX + 1]; /* in the order of ssh -G */
};

/* Reads what `ssh -G` printed. "none" is NULL. Never fails: what it does not know it skips. */
void ssh_config_parse(struct ssh_config *c, struct slice text, struct arena *a, const char *home);

/* Runs `ssh -G [-F config] -- host`. The host must be validated before. */
int ssh_config_ask(
    struct ssh_config *c, const char *config, const char *host, struct arena *a, struct err *e);

/* One element of ProxyJump: [user@]host[:port], [user@][IPv6]:port or ssh:// before it. */
struct ssh_jump {
    char host[256], user[40];
    int port; /* 0: not said */
};
int ssh_jump_parse(struct ssh_jump *j, struct slice element);

#endif
