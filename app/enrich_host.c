#include "app/enrich_host.h"

#include "cases/ledger.h"
#include "core/mem.h"

#include <stdlib.h>

void enrich_host_init(
    struct enrich_host *x, const struct app *a, struct store *s, const char *organization)
{
    *x = (struct enrich_host){.app = a,
        .store = s,
        .organization = organization && *organization ? organization : "default"};
}

void enrich_host_release(struct enrich_host *x)
{
    arena_release(&x->arena);
    free(x->entries);
    x->entries = NULL;
    x->count = x->capacity = 0;
}

/* Every host has these: they name none. */
static bool is_nobodys(struct slice address)
{
    static const char *const prefixes[] = {"127.", "169.254.", "0.", "fe80:", "::"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(address, slice_of(prefixes[i])))
            return true;
    return address.n == 0;
}

static void add(struct enrich_host *x, struct slice name, struct slice address)
{
    if (!name.n || is_nobodys(address))
        return;
    for (size_t i = 0; i < x->count; i++)
        if (slice_equal_nocase(slice_of(x->entries[i].name), name) &&
            slice_equal_nocase(slice_of(x->entries[i].address), address))
            return;
    if (x->count == x->capacity) {
        x->capacity = x->capacity ? x->capacity * 2 : 64;
        x->entries = mem_grow(x->entries, x->capacity, sizeof *x->entries);
    }
    x->entries[x->count++] =
        (struct enrich_host_entry){arena_copy(&x->arena, name).p, arena_copy(&x->arena, address).p};
}

/* A [host] section names no customer: it counts for the one whose records name that host, or for
 * the only one there is. */
static bool is_the_only_customer(const struct enrich_host *x)
{
    const struct config *c = x->app->config;
    for (size_t i = 0; i < c->source_count; i++)
        if (strcmp(c->sources[i].organization, x->organization) != 0)
            return false;
    return true;
}

static void add_seen(void *owner, struct slice host, struct slice addresses)
{
    struct enrich_host *x = owner;
    for (size_t from = 0, i = 0; i <= addresses.n; i++)
        if (i == addresses.n || addresses.p[i] == ' ') {
            add(x, host, (struct slice){addresses.p + from, i - from});
            from = i + 1;
        }
}

static int add_configured(void *owner, const struct host_row *row)
{
    struct enrich_host *x = owner;
    const char *address = config_host(x->app->config, row->name).address;
    if (address && strcmp(row->organization, x->organization) == 0)
        add(x, slice_of(row->name), slice_of(address));
    return 0;
}

static int load(struct enrich_host *x, struct err *e)
{
    const struct config *c = x->app->config;
    bool only = is_the_only_customer(x);
    for (size_t i = 0; only && i < c->host_count; i++)
        if (c->hosts[i].address && !strpbrk(c->hosts[i].pattern, "*?["))
            add(x, slice_of(c->hosts[i].pattern), slice_of(c->hosts[i].address));
    if (!only && c->host_count && hosts_each(x->store, add_configured, x, e))
        return -1;
    return hosts_addresses(x->store, x->organization, add_seen, x, e);
}

static void learn(struct enrich_host *x, const struct record *r)
{
    const struct record_value *at = NULL;
    struct slice address;
    while (r->first[FIELD_HOST_NAME].n && record_next(r, FIELD_HOST_IP, &at, &address))
        add(x, r->first[FIELD_HOST_NAME], address);
}

/* The one host that has either address; NULL: none, or more than one. */
static const char *only_host(const struct enrich_host *x, const struct record *r)
{
    const char *found = NULL;
    for (size_t i = 0; i < x->count; i++) {
        struct slice address = slice_of(x->entries[i].address);
        if (!slice_equal_nocase(address, r->first[FIELD_SOURCE_IP]) &&
            !slice_equal_nocase(address, r->first[FIELD_DESTINATION_IP]))
            continue;
        if (found && !slice_equal_nocase(slice_of(found), slice_of(x->entries[i].name)))
            return NULL;
        found = x->entries[i].name;
    }
    return found;
}

static bool lacks_host(const struct record *r)
{
    return r->kind == RECORD_ALERT && !r->first[FIELD_HOST_NAME].n &&
           (r->first[FIELD_SOURCE_IP].n || r->first[FIELD_DESTINATION_IP].n);
}

int enrich_host_batch(struct enrich_host *x, struct batch *b, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < b->count && !any; i++)
        any = lacks_host(&b->records[i]);
    if (!any)
        return 0;
    if (!x->loaded && load(x, e))
        return -1;
    x->loaded = true;
    for (size_t i = 0; i < b->count; i++)
        learn(x, &b->records[i]);
    for (size_t i = 0; i < b->count; i++) {
        const char *name = lacks_host(&b->records[i]) ? only_host(x, &b->records[i]) : NULL;
        if (name)
            record_set_text(&b->records[i], &b->arena, FIELD_HOST_NAME, name);
    }
    return 0;
}
