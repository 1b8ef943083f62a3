/* Who is acted on and by which way: validated names, and a chain of at most three jump hosts before
 * the target itself. Built from what the inventory says over what `ssh -G` says. */
#ifndef HINOMI_REMOTE_TARGET_H
#define HINOMI_REMOTE_TARGET_H

#include "core/arena.h"
#include "core/err.h"

enum { TARGET_HOPS_MAX = 4, TARGET_LIST_MAX = 8 };

/* What the inventory knows; every member may be NULL or 0. `via` is the jump host before it (again
 * with its own via). Without one, ProxyJump of the user's own ssh configuration decides. */
struct target_wish {
    const char *name; /* the name by which ssh -G is asked; never text from an alert */
    const char *address, *user, *identity;
    int port;
    const struct target_wish *via;
};

struct target_hop {
    const char *name;    /* as wished */
    const char *address; /* where to connect: name or literal */
    const char *alias;   /* the name looked up in known_hosts: HostKeyAlias, else the address */
    const char *user;
    int port;
    bool is_aliased;                             /* HostKeyAlias: looked up without a port */
    const char *identities[TARGET_LIST_MAX + 1]; /* private key files, NULL-terminated */
    const char *known_hosts[TARGET_LIST_MAX + 1];
    const char *agent;       /* socket path; NULL: none */
    bool identities_only;    /* IdentitiesOnly: offer from the agent only what `identities` name */
    const char *needs_child; /* why only the system's ssh can go there (ProxyCommand, …), or NULL */
};

struct target {
    struct arena arena;
    struct target_hop hops[TARGET_HOPS_MAX]; /* in the order of travel; the last is the target */
    size_t hop_count;
    const char *known_hosts; /* one more file for remote_dial(), set by the owner; NULL: none */
    const char *config;      /* ssh_config file given to ssh -F; NULL: ssh's own default */
};

/* Syntax of ssh.md: host ^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$ or an IP literal, user
 * ^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$, port 1–65535. */
bool target_host_valid(const char *host);
bool target_user_valid(const char *user);
bool target_port_valid(int port);

/* Runs `ssh -G` for each hop (about 6 ms each; it also runs the user's own `Match exec`). `config`
 * NULL: the user's own. ERR_USAGE for a bad name, ERR_CONFIG for loops, more than four hops or an
 * ssh that refuses. Caller frees. */
int target_resolve(
    struct target **out, const struct target_wish *wish, const char *config, struct err *e);
void target_free(struct target *t);

struct target *target_copy(const struct target *t); /* caller frees */
void target_hop_copy(struct arena *a, struct target_hop *out, const struct target_hop *hop);

static inline const struct target_hop *target_last(const struct target *t)
{
    return &t->hops[t->hop_count - 1];
}

/* "bastion:22 → web-1:22" for people; the hops before the last for `via`. Borrowed from t. */
const char *target_text(struct target *t);

#endif
