/* Enrichment: an alert of a network sensor names addresses, not a host. When exactly one host of
 * the same customer has its source or destination address, host.name is filled with that host; the
 * vendor's bytes stay as they are. Addresses come from the [host] sections and from host.ip of the
 * customer's other alerts and of the batch itself. */
#ifndef HINOMI_APP_ENRICH_HOST_H
#define HINOMI_APP_ENRICH_HOST_H

#include "app/app.h"
#include "core/record.h"

struct enrich_host_entry {
    const char *name, *address;
};

/* Of one reading of one source. */
struct enrich_host {
    const struct app *app;
    struct store *store;
    const char *organization; /* borrowed */
    struct arena arena;
    struct enrich_host_entry *entries;
    size_t count, capacity;
    bool loaded; /* only once an alert asks for it: reading the inventory costs */
};

void enrich_host_init(
    struct enrich_host *x, const struct app *a, struct store *s, const char *organization);
void enrich_host_release(struct enrich_host *x);

/* Fills host.name of the batch's alerts where it can be known. -1: the record cannot be read. */
int enrich_host_batch(struct enrich_host *x, struct batch *b, struct err *e);

#endif
