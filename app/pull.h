/* The loop behind ingest_pull, with the kind given: `hinomi watch`, tests. */
#ifndef HINOMI_APP_PULL_H
#define HINOMI_APP_PULL_H

#include "app/ingest.h"
#include "app/source_open.h"

struct pull_request {
    const struct source_config *config;
    const struct connector_ops *ops;
    size_t max_pages; /* 0: until up to date */
    const struct progress *progress;
};
int pull_source(struct app *a, struct store *s, const struct pull_request *request,
    struct put_counts *counts, struct err *e);

/* How long to wait before try number `tries` (1…) after a failure: what the source said, else
 * doubling from one second to a minute; plus up to a quarter of it by chance, so that many who
 * were sent away together do not come back together. ns. */
int64_t pull_backoff(int64_t told_ns, unsigned tries);

#endif
