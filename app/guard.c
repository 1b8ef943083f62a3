#include "app/inventory.h"
#include "app/plan_inside.h"
#include "cases/plans.h"
#include "core/mem.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <jansson.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HOUR (3600 * CLOCK_SECOND)

void plan_block(struct plan *p, struct plan_host *h, const char *format, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    h->verdict = PLAN_BLOCKED;
    h->why = arena_strdup(&p->arena, text);
}

static bool same(const char *a, const char *b)
{
    return a && b && slice_equal_nocase(slice_of(a), slice_of(b));
}

/* Is this literal one of our own addresses? */
static bool is_own_address(const char *address)
{
    struct ifaddrs *list = NULL;
    bool found = false;
    if (getifaddrs(&list) < 0)
        return false;
    for (const struct ifaddrs *i = list; i && !found; i = i->ifa_next) {
        char text[INET6_ADDRSTRLEN] = "";
        if (!i->ifa_addr)
            continue;
        if (i->ifa_addr->sa_family == AF_INET)
            inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr,
                text, sizeof text);
        else if (i->ifa_addr->sa_family == AF_INET6)
            inet_ntop(AF_INET6,
                &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr, text,
                sizeof text);
        found = *text && strcmp(text, address) == 0;
    }
    freeifaddrs(list);
    return found;
}

/* With jumps, an address is the jump's view: 127.0.0.1 there is not ours. */
static bool is_this_machine(const struct plan_host *h, const struct target *t)
{
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return t->hop_count == 1 && (same(h->name, name) || is_own_address(target_last(t)->address));
}

/* Names a source or a host of the configuration reaches something through: cutting it off would cut
 * off what lies behind it. */
static const char *is_way_to(const struct config *c, const struct plan_host *h)
{
    for (size_t i = 0; i < c->source_count; i++)
        if (same(c->sources[i].via, h->name))
            return c->sources[i].name;
    for (size_t i = 0; i < c->host_count; i++) {
        const char *at = c->hosts[i].via ? c->hosts[i].via : "";
        while (*at) {
            at += strspn(at, ", \t");
            size_t n = strcspn(at, ", \t");
            if (n && slice_equal_nocase((struct slice){at, n}, slice_of(h->name)))
                return c->hosts[i].pattern;
            at += n;
        }
    }
    return NULL;
}

static bool is_hop_of(const struct target *t, const struct plan_host *h)
{
    for (size_t i = 0; t && i + 1 < t->hop_count; i++)
        if (same(t->hops[i].name, h->name) || same(t->hops[i].address, h->address))
            return true;
    return false;
}

static void judge(struct app *a, struct plan *p, struct plan_host *h, const struct runbook *r,
    struct target *const *ways)
{
    const struct target *own = ways[h - p->hosts];
    const char *entry;
    if (h->verdict == PLAN_BLOCKED || !own)
        return;
    if (r->danger != RUNBOOK_READS && inventory_never_touch(a->config, h->name, own, NULL, &entry))
        plan_block(p, h, "\"%.80s\" stands in never_touch", entry);
    else if (h->is_protected && r->danger != RUNBOOK_READS)
        plan_block(p, h, "it is protected: only runbooks that read run there");
    else if (*h->platform && !runbook_runs_on(r, h->platform))
        plan_block(p, h, "%s runs on %s, and this host is %s", r->name, r->platforms, h->platform);
    else if (r->danger == RUNBOOK_CUTS && is_this_machine(h, own))
        plan_block(p, h, "it is the machine that hinomi runs on");
    else if (r->danger == RUNBOOK_CUTS && is_way_to(a->config, h))
        plan_block(p, h, "it is the way to %.80s", is_way_to(a->config, h));
    else if (!*h->platform) {
        h->verdict = PLAN_NEEDS_WORD;
        h->why = "its platform is not known: set platform in its [host] section";
    }
    for (size_t i = 0; r->danger == RUNBOOK_CUTS && i < p->host_count; i++)
        if (is_hop_of(ways[i], h))
            plan_block(p, h, "it is on the way to %.80s in this plan", p->hosts[i].name);
}

struct recent {
    struct store *store;
    int64_t since;
    size_t hosts;
    const char **plans; /* of the runs of the last hour: asked for after the walk */
    size_t count;
    struct arena arena;
};

static int collect_recent(void *owner, const struct run_row *row)
{
    struct recent *r = owner;
    if (row->started == CLOCK_NONE || row->started < r->since)
        return 0;
    r->plans = mem_grow(r->plans, r->count + 1, sizeof *r->plans);
    r->plans[r->count++] = arena_strdup(&r->arena, row->plan_sha256);
    return 0;
}

/* Hosts that runs of the last hour acted on, reading ones left out. */
static int hosts_of_last_hour(struct store *s, size_t *hosts, struct err *e)
{
    struct recent r = {.store = s, .since = clock_now() - HOUR, .arena = ARENA_INIT};
    struct str json = STR_INIT;
    int rc = runs_each(s, 200, collect_recent, &r, e);
    for (size_t i = 0; rc == 0 && i < r.count; i++) {
        int64_t made;
        struct plan *p = NULL;
        str_clear(&json);
        rc = plan_get(s, r.plans[i], &json, &made, e);
        if (rc == 0)
            rc = plan_read_json(&p, str_as_slice(&json), e);
        if (rc == 0 && !p->reads_only && strcmp(p->runbook, "release") != 0)
            r.hosts += p->host_count;
        plan_free(p);
    }
    *hosts = r.hosts;
    str_release(&json);
    arena_release(&r.arena);
    free(r.plans);
    return rc;
}

int guard_apply(struct app *a, struct store *s, struct plan *p, const struct runbook *runbook,
    struct target *const *ways, struct err *e)
{
    size_t recent = 0;
    for (size_t i = 0; i < p->host_count; i++)
        judge(a, p, &p->hosts[i], runbook, ways);
    if (runbook->danger == RUNBOOK_READS)
        return 0;
    if (hosts_of_last_hour(s, &recent, e) < 0)
        return -1;
    /* letting hosts back is never held up */
    bool frees = strcmp(runbook->name, "release") == 0;
    for (size_t i = 0; !frees && i < p->host_count; i++)
        if (p->host_count > GUARD_HOSTS_A_RUN)
            plan_block(p, &p->hosts[i], "%zu hosts in one run: at most %d", p->host_count,
                GUARD_HOSTS_A_RUN);
        else if (recent + p->host_count > GUARD_HOSTS_AN_HOUR)
            plan_block(p, &p->hosts[i],
                "%zu hosts were acted on within the last hour: at most %d with these", recent,
                GUARD_HOSTS_AN_HOUR);
    return 0;
}
