/* A simulated Elasticsearch, one source that reads it, and a store that keeps ids and a cursor. */
#ifndef HINOMI_TESTS_SUPPORT_ELASTIC_WORLD_H
#define HINOMI_TESTS_SUPPORT_ELASTIC_WORLD_H

#include "connectors/connector.h"
#include "core/clock.h"
#include "core/mem.h"
#include "range/sim_elastic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PROCESSES "logs-endpoint.events.process-default"
enum { KEPT_MAX = 4096 };

/* Every test begins with its own server, its own source and an empty store. */
struct world {
    struct sim_elastic *sim;
    const struct connector_ops *ops;
    void *state;
    struct source_settings settings;
    const char *key, *page_size, *telemetry, *kibana;
    /* the store: ids held, and the cursor stored with them */
    char *kept[KEPT_MAX];
    size_t kept_count, deliveries, bad, pages;
    char *cursor, *last_bad;
    struct record first; /* fields are not kept */
    char first_id[64];
    int64_t retry;
    struct err e;
};

int elastic_world_set_up(void **state);
int elastic_world_tear_down(void **state);

/* Second `s` of 2026-03-11, n-th alert. */
void add_alert(struct world *w, int n, int s);
void add_event(struct world *w, int n, const char *time, const char *ingested);

/* Polls until the source says that there is no more, or `most` calls; the last answer. */
int pull(struct world *w, int most);

/* As after kill -9: nothing but the stored cursor survives. */
void die_and_come_back(struct world *w);

#endif
