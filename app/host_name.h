/* A host as a person names it → the name that the record holds. */
#ifndef HINOMI_APP_HOST_NAME_H
#define HINOMI_APP_HOST_NAME_H

#include "cases/store.h"
#include "core/arena.h"

/* The name as recorded if there is one (whatever its case), else the only recorded name whose first
 * label it is ("PRD01" for PRD01.example.com), else the name as typed. ERR_USAGE when several hosts
 * share the short name: the message says which. */
int host_name_full(
    struct store *s, const char *typed, struct arena *a, const char **name, struct err *e);

#endif
