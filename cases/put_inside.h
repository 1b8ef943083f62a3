/* The two halves of put_batch. */
#ifndef HINOMI_CASES_PUT_INSIDE_H
#define HINOMI_CASES_PUT_INSIDE_H

#include "cases/put.h"
#include "cases/store_inside.h"

/* Inside a write transaction of the database they write. They add to counts. */
int put_events(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e);
int put_alerts(struct store *s, const struct put_context *context, const struct batch *batch,
    struct put_counts *counts, struct err *e);

static inline const char *put_organization(const struct put_context *context)
{
    return context->organization && *context->organization ? context->organization : "default";
}

#endif
