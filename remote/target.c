#include "remote/target.h"

#include "core/mem.h"
#include "core/str.h"
#include "remote/ssh_config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool target_host_valid(const char *host)
{
    unsigned char address[16];
    if (!host || !*host)
        return false;
    if (inet_pton(AF_INET6, host, address) == 1)
        return true;
    if (!is_alnum(*host) || strlen(host) > 253)
        return false;
    for (const char *c = host; *c; c++)
        if (!is_alnum(*c) && !strchr("._-", *c))
            return false;
    return true;
}

bool target_user_valid(const char *user)
{
    size_t n = user ? strlen(user) : 0;
    if (n > 1 && user[n - 1] == '$')
        n--;
    if (n == 0 || n > 32 || (!is_alnum(*user) && *user != '_') || (*user >= '0' && *user <= '9'))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_alnum(user[i]) && !strchr("_.-", user[i]))
            return false;
    return true;
}

bool target_port_valid(int port)
{
    return port >= 1 && port <= 65535;
}

/* The way from the target back to where we are: one frame a host that is being resolved. */
struct frame {
    const char *name;
    const struct frame *before;
    int depth;
};

struct resolver {
    struct target *t;
    struct err *e;
};

static int resolve(
    struct resolver *r, const struct target_wish *w, const struct frame *before, bool own_jumps);

static const char *lowered(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

/* Certificates, PKCS#11 and commands as a way are what libssh2 1.10 cannot do. */
static const char *child_reason(const struct ssh_config *c, struct arena *a)
{
    if (c->proxycommand)
        return "ProxyCommand in the ssh configuration";
    if (c->certificates[0])
        return "a user certificate in the ssh configuration";
    if (c->pkcs11provider)
        return "a PKCS#11 provider in the ssh configuration";
    for (size_t i = 0; c->identities[i]; i++)
        if (access(arena_printf(a, "%s-cert.pub", c->identities[i]), R_OK) == 0)
            return "a user certificate beside the key";
    return NULL;
}

static const char *agent_socket(const struct ssh_config *c, struct arena *a)
{
    const char *path = getenv("SSH_AUTH_SOCK");
    if (!c->identityagent)
        return NULL;
    if (c->identityagent[0] == '$')
        path = getenv(c->identityagent + 1);
    else if (strcmp(c->identityagent, "SSH_AUTH_SOCK") != 0)
        path = c->identityagent;
    return path && *path ? arena_strdup(a, path) : NULL;
}

static void fill(struct target_hop *hop, const struct target_wish *w, const struct ssh_config *c,
    struct arena *a)
{
    hop->name = arena_strdup(a, w->name);
    hop->address = arena_strdup(a, w->address ? w->address : c->hostname ? c->hostname : w->name);
    hop->user = arena_strdup(a, w->user ? w->user : c->user ? c->user : "root");
    hop->port = w->port ? w->port : c->port;
    hop->is_aliased = c->hostkeyalias != NULL;
    hop->alias = lowered(a, c->hostkeyalias ? c->hostkeyalias : hop->address);
    memcpy(hop->identities, c->identities, sizeof hop->identities);
    memcpy(hop->known_hosts, c->known_hosts, sizeof hop->known_hosts);
    if (w->identity) {
        memset(hop->identities, 0, sizeof hop->identities);
        hop->identities[0] = arena_strdup(a, w->identity);
    }
    hop->identities_only = c->identities_only || w->identity;
    hop->agent = agent_socket(c, a);
    hop->needs_child = child_reason(c, a);
}

static int check(const struct target_hop *hop, struct err *e)
{
    if (!target_host_valid(hop->address) || !target_host_valid(hop->alias))
        return err_set(
            e, ERR_USAGE, "the address of %s is not a host name or an IP address", hop->name);
    if (!target_user_valid(hop->user))
        return err_set(e, ERR_USAGE, "the user for %s is not a user name", hop->name);
    if (!target_port_valid(hop->port))
        return err_set(e, ERR_USAGE, "the port for %s is not one from 1 to 65535", hop->name);
    return 0;
}

/* ProxyJump a,b: by a (whose own jumps count), then b (whose own do not). */
static int resolve_jumps(struct resolver *r, const char *list, const struct frame *before)
{
    struct slice rest = slice_of(list);
    bool first = true;
    while (rest.n) {
        const char *comma = memchr(rest.p, ',', rest.n);
        size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
        struct ssh_jump jump;
        if (ssh_jump_parse(&jump, slice_trim((struct slice){rest.p, n})))
            return err_set(r->e, ERR_CONFIG, "ProxyJump of %s cannot be read", before->name);
        struct target_wish w = {
            .name = jump.host, .user = jump.user[0] ? jump.user : NULL, .port = jump.port};
        if (resolve(r, &w, before, first))
            return -1;
        first = false;
        n += comma ? 1 : 0;
        rest = (struct slice){rest.p + n, rest.n - n};
    }
    return 0;
}

static int resolve(
    struct resolver *r, const struct target_wish *w, const struct frame *before, bool own_jumps)
{
    struct frame here = {w->name, before, before ? before->depth + 1 : 1};
    struct ssh_config c;
    struct target *t = r->t;
    if (!target_host_valid(w->name))
        return err_set(r->e, ERR_USAGE, "%.80s is not a host name", w->name ? w->name : "(none)");
    for (const struct frame *f = before; f; f = f->before)
        if (strcmp(f->name, w->name) == 0)
            return err_set(r->e, ERR_CONFIG, "the way to %s goes in a circle", w->name);
    if (here.depth > TARGET_HOPS_MAX)
        return err_set(r->e, ERR_CONFIG, "the way to this host has more than four hops");
    if (ssh_config_ask(&c, t->config, w->name, &t->arena, r->e))
        return -1;
    if (w->via) {
        if (resolve(r, w->via, &here, true))
            return -1;
        c.proxycommand = NULL;
    } else if (own_jumps && c.proxyjump && resolve_jumps(r, c.proxyjump, &here)) {
        return -1;
    }
    if (t->hop_count == TARGET_HOPS_MAX)
        return err_set(r->e, ERR_CONFIG, "the way to %s has more than four hops", w->name);
    struct target_hop *hop = &t->hops[t->hop_count++];
    fill(hop, w, &c, &t->arena);
    return check(hop, r->e);
}

int target_resolve(
    struct target **out, const struct target_wish *wish, const char *config, struct err *e)
{
    struct target *t = mem_zalloc(1, sizeof *t);
    struct resolver r = {t, e};
    if (config)
        t->config = arena_strdup(&t->arena, config);
    if (resolve(&r, wish, NULL, true)) {
        target_free(t);
        return -1;
    }
    *out = t;
    return 0;
}

void target_free(struct target *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    free(t);
}

static void copy_list(struct arena *a, const char **out, const char *const *list)
{
    size_t i = 0;
    for (; list[i]; i++)
        out[i] = arena_strdup(a, list[i]);
    out[i] = NULL;
}

void target_hop_copy(struct arena *a, struct target_hop *out, const struct target_hop *hop)
{
    *out = *hop;
    out->name = arena_strdup(a, hop->name);
    out->address = arena_strdup(a, hop->address);
    out->alias = arena_strdup(a, hop->alias);
    out->user = arena_strdup(a, hop->user);
    out->agent = hop->agent ? arena_strdup(a, hop->agent) : NULL;
    out->needs_child = hop->needs_child ? arena_strdup(a, hop->needs_child) : NULL;
    copy_list(a, out->identities, hop->identities);
    copy_list(a, out->known_hosts, hop->known_hosts);
}

struct target *target_copy(const struct target *t)
{
    struct target *copy = mem_zalloc(1, sizeof *copy);
    copy->hop_count = t->hop_count;
    for (size_t i = 0; i < t->hop_count; i++)
        target_hop_copy(&copy->arena, &copy->hops[i], &t->hops[i]);
    copy->config = t->config ? arena_strdup(&copy->arena, t->config) : NULL;
    copy->known_hosts = t->known_hosts ? arena_strdup(&copy->arena, t->known_hosts) : NULL;
    return copy;
}

const char *target_text(struct target *t)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < t->hop_count; i++)
        str_printf(
            &s, "%s%s@%s:%d", i ? " → " : "", t->hops[i].user, t->hops[i].address, t->hops[i].port);
    const char *text = arena_strdup(&t->arena, s.p ? s.p : "");
    str_release(&s);
    return text;
}
