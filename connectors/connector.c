#include "connectors/connector.h"

#include "core/mem.h"

const struct connector_ops *connector_find(const char *kind)
{
    for (const struct connector_ops *const *k = connector_kinds; *k; k++)
        if (strcmp((*k)->name, kind) == 0)
            return *k;
    return NULL;
}

void secret_free(char *secret)
{
    if (secret)
        mem_wipe_free(secret, strlen(secret));
}
