/* A host by its name: what the configuration says, and the way there. Records only ever give the
 * name, which is validated; addresses, users and jumps come from the configuration or ssh -G. */
#ifndef HINOMI_APP_INVENTORY_H
#define HINOMI_APP_INVENTORY_H

#include "app/app.h"
#include "remote/target.h"

/* The way to it, at most four hops. ERR_USAGE: the name is none that ssh may be asked for. */
int inventory_resolve_name(
    const struct app *a, const char *name, struct target **out, struct err *e);

/* linux, windows or macos: configuration first, then the operating system that records name; "" if
 * nobody says. `os` may be NULL. */
const char *inventory_platform(const struct host_config *h, const char *os);

/* true and the entry that hit, when a never_touch word is one of the host's names or addresses
 * (whatever its case) or the fingerprint of its key ("" or NULL: not known yet). */
bool inventory_never_touch(const struct config *c, const char *name, const struct target *t,
    const char *fingerprint, const char **entry);

#endif
