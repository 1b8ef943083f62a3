#include "app/source_open.h"

#include "app/inventory.h"
#include "app/secret.h"
#include "core/command.h"
#include "core/mem.h"
#include "core/str.h"
#include "remote/remote.h"

#include <stdlib.h>

static const char *option_value(const struct source_settings *settings, const char *name)
{
    const struct source_handle *h = settings->owner;
    for (size_t i = 0; i < h->config->entry_count; i++)
        if (strcmp(h->config->entries[i].key, name) == 0)
            return h->config->entries[i].value;
    return NULL;
}

static int secret_value(
    const struct source_settings *settings, const char *name, char **out, struct err *e)
{
    const struct source_handle *h = settings->owner;
    return secret_fetch(h->all, h->config, name, out, e);
}

static int dial(
    struct http_dialer *d, const char *host, int port, int64_t timeout_ns, struct err *e)
{
    const struct source_handle *h =
        (const struct source_handle *)(const void *)((const char *)d -
                                                     offsetof(struct source_handle, dialer));
    int fd = remote_dial(h->way, host, port, timeout_ns, e);
    return fd >= 0 ? fd : err_prefix(e, "via %s: ", h->config->via);
}

static int find_way(struct source_handle *h, const struct app *a, struct err *e)
{
    if (h->config->proxy)
        h->dialer.proxy = h->config->proxy;
    if (h->config->via) {
        if (inventory_resolve_name(a, h->config->via, &h->way, e) < 0)
            return err_prefix(e, "via %s: ", h->config->via);
        h->way->known_hosts = a->config->known_hosts;
        h->dialer.dial = dial;
    }
    if (h->config->proxy || h->config->via)
        h->settings.dialer = &h->dialer;
    return 0;
}

int source_open(struct source_handle *h, const struct app *a, const struct source_config *config,
    const struct connector_ops *ops, struct err *e)
{
    memset(h, 0, sizeof *h);
    h->ops = ops;
    h->config = config;
    h->all = a->config;
    h->settings = (struct source_settings){.name = config->name,
        .kind = ops->name,
        .organization = config->organization,
        .option = option_value,
        .secret = secret_value,
        .since = config->since,
        .timeout_ns = 60 * CLOCK_SECOND,
        .owner = h};
    h->state = mem_zalloc(1, ops->state_size);
    if (find_way(h, a, e) < 0)
        return -1;
    if (ops->open(h->state, &h->settings, e) < 0)
        return -1;
    h->opened = true;
    return 0;
}

void source_close(struct source_handle *h)
{
    if (h->opened && h->ops->close)
        h->ops->close(h->state);
    free(h->state);
    target_free(h->way);
    memset(h, 0, sizeof *h);
}

const struct source_config *source_named(const struct app *a, const char *name, struct err *e)
{
    const struct source_config *found = config_source(a->config, name);
    struct str all = STR_INIT;
    if (found)
        return found;
    for (size_t i = 0; i < a->config->source_count; i++)
        str_printf(&all, "%s%s", i ? ", " : "", a->config->sources[i].name);
    if (all.n)
        err_set(e, ERR_NOT_FOUND, "no source \"%.64s\" is configured; there are: %s", name, all.p);
    else
        err_set(e, ERR_NOT_FOUND, "no source is configured: add a [source NAME] section to %s",
            a->config->file ? a->config->file : "hinomi.conf");
    str_release(&all);
    return NULL;
}

const char *source_next_step(enum err_code code)
{
    static const char *const steps[] = {
        [ERR_CONFIG] = N_("correct the section in hinomi.conf; `hinomi config --check` reads it"),
        [ERR_INPUT] = N_("the source answered something else than expected: check url and index"),
        [ERR_IO] = N_("check that the file or folder is there, readable, and the disk not full"),
        [ERR_BUSY] = N_("another hinomi reads it: nothing to do"),
        [ERR_NOT_FOUND] = N_("check the index, path or name in the section"),
        [ERR_AUTH] = N_("check the secret: run its command by hand, or renew the key"),
        [ERR_DENIED] = N_("the key is known but lacks a permission: ask for read on the index"),
        [ERR_NETWORK] = N_("check the way: url, via, proxy, firewall; `hinomi sources --check`"),
        [ERR_TLS] = N_("check the certificate: name its authority (ca_file)"),
        [ERR_HOSTKEY] = N_("compare the SSH host key by another way before you trust it"),
        [ERR_LIMITED] = N_("the source asks for patience: raise interval; it is tried again"),
        [ERR_TIMEOUT] = N_("the source is slow or far: it is tried again"),
        [ERR_CANCELLED] = N_("it was stopped; it goes on where it was"),
        [ERR_CONFLICT] = N_("somebody changed it at the source: look at both and decide"),
        [ERR_CORRUPT] = N_("run `hinomi verify`"),
        [ERR_UNSUPPORTED] = N_("this kind of source cannot do it"),
    };
    return (size_t)code < sizeof steps / sizeof *steps ? steps[code] : NULL;
}
