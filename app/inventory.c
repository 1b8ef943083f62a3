#include "app/inventory.h"

#include "core/mem.h"

enum { WISHES_MAX = TARGET_HOPS_MAX };

struct wishes {
    struct target_wish list[WISHES_MAX];
    struct arena arena;
    size_t count;
};

static void fill(struct target_wish *w, const struct app *a, const char *name)
{
    struct host_config h = config_host(a->config, name);
    *w = (struct target_wish){
        .name = name, .address = h.address, .user = h.user, .identity = h.identity, .port = h.port};
}

/* Wishes for `via` ("b1, b2": travelled in this order), linked so that the last stands before the
 * host. A jump without a list of its own may have one in its own section. */
static const struct target_wish *add_via(
    struct wishes *all, const struct app *a, const char *via, struct err *e)
{
    const struct target_wish *before = NULL;
    for (const char *at = via; *at;) {
        at += strspn(at, ", \t");
        size_t n = strcspn(at, ", \t");
        if (!n)
            break;
        if (all->count == WISHES_MAX) {
            err_set(
                e, ERR_CONFIG, "more than %d hosts on the way (is it a circle?)", WISHES_MAX - 1);
            return NULL;
        }
        struct target_wish *w = &all->list[all->count++];
        const char *name = arena_copy(&all->arena, (struct slice){at, n}).p;
        fill(w, a, name);
        struct host_config h = config_host(a->config, name);
        if (before)
            w->via = before;
        else if (h.via && !(w->via = add_via(all, a, h.via, e)))
            return NULL;
        before = w;
        at += n;
    }
    if (!before)
        err_set(e, ERR_CONFIG, "via names no host");
    return before;
}

int inventory_resolve_name(
    const struct app *a, const char *name, struct target **out, struct err *e)
{
    struct wishes all = {.arena = ARENA_INIT};
    struct host_config h;
    int rc = -1;
    if (!target_host_valid(name))
        return err_set(e, ERR_USAGE,
            "\"%.80s\" is no host name that ssh may be asked for: letters, digits, dot, dash, "
            "underscore, or an address",
            name);
    h = config_host(a->config, name);
    struct target_wish *w = &all.list[all.count++];
    fill(w, a, name);
    if (h.via && strcmp(h.via, "none") != 0)
        w->via = add_via(&all, a, h.via, e);
    if (!h.via || strcmp(h.via, "none") == 0 || w->via)
        rc = target_resolve(out, w, h.config ? h.config : a->config->ssh_config, e);
    arena_release(&all.arena);
    return rc;
}

static bool contains(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (; *text; text++)
        if (strlen(text) >= n &&
            slice_equal_nocase((struct slice){text, n}, (struct slice){word, n}))
            return true;
    return false;
}

const char *inventory_platform(const struct host_config *h, const char *os)
{
    static const struct {
        const char *word, *platform;
    } words[] = {{"windows", "windows"}, {"mac", "macos"}, {"darwin", "macos"}, {"linux", "linux"},
        {"debian", "linux"}, {"ubuntu", "linux"}, {"red hat", "linux"}, {"rhel", "linux"},
        {"centos", "linux"}, {"fedora", "linux"}, {"suse", "linux"}, {"alma", "linux"},
        {"rocky", "linux"}, {"alpine", "linux"}, {"arch", "linux"}};
    if (h->platform)
        return h->platform;
    for (size_t i = 0; os && i < sizeof words / sizeof *words; i++)
        if (contains(os, words[i].word))
            return words[i].platform;
    return "";
}

bool inventory_never_touch(const struct config *c, const char *name, const struct target *t,
    const char *fingerprint, const char **entry)
{
    const struct target_hop *last = t ? target_last(t) : NULL;
    const char *names[] = {name, last ? last->name : NULL, last ? last->address : NULL,
        last ? last->alias : NULL, fingerprint};
    for (size_t i = 0; c->never_touch && c->never_touch[i]; i++)
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            if (names[n] && slice_equal_nocase(slice_of(names[n]), slice_of(c->never_touch[i]))) {
                *entry = c->never_touch[i];
                return true;
            }
    return false;
}
