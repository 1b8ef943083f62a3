/* Points in time:
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/point-in-time-api.html */
#include "range/elastic_server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

bool sim_keep_alive(const char *text, int64_t *ns)
{
    char *end;
    long n = text ? strtol(text, &end, 10) : 0;
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ms", CLOCK_MILLISECOND}, {"s", CLOCK_SECOND}, {"m", 60 * CLOCK_SECOND},
        {"h", 3600 * CLOCK_SECOND}, {"d", 86400 * CLOCK_SECOND}};
    if (!text || end == text || n < 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(end, units[i].unit) == 0) {
            *ns = n * units[i].ns;
            return true;
        }
    return false;
}

struct sim_pit *sim_pit_find(struct sim_elastic *sim, const char *id)
{
    for (struct sim_pit *p = sim->pits; p; p = p->next)
        if (strcmp(p->id, id) == 0 || strcmp(p->previous, id) == 0)
            return p;
    return NULL;
}

void sim_pit_drop(struct sim_elastic *sim, struct sim_pit *pit)
{
    struct sim_pit **at = &sim->pits;
    while (*at != pit)
        at = &(*at)->next;
    *at = pit->next;
    sim_store_release(&pit->snapshot);
    free(pit);
}

void sim_pit_expire(struct sim_elastic *sim)
{
    int64_t now = clock_monotonic();
    for (struct sim_pit *p = sim->pits, *next; p; p = next) {
        next = p->next;
        if (p->deadline < now)
            sim_pit_drop(sim, p);
    }
}

static bool index_exists(struct sim_request *r, const char *patterns)
{
    char *copy = mem_strdup(patterns), *rest = copy, *one;
    bool ok = true;
    const char *lenient = sim_parameter(r, "ignore_unavailable");
    while (ok && (one = strsep(&rest, ",")))
        if (!strchr(one, '*') && !sim_store_has_index(&r->sim->store, one) &&
            !(lenient && strcmp(lenient, "true") == 0)) {
            sim_fail(r, 404, "index_not_found_exception", "no such index [%s]", one);
            ok = false;
        }
    free(copy);
    return ok;
}

void sim_serve_pit_open(struct sim_request *r)
{
    int64_t keep;
    const char *wildcards = sim_parameter(r, "expand_wildcards");
    const char *text = sim_parameter(r, "keep_alive");
    if (!text) {
        sim_fail(r, 400, "action_request_validation_exception",
            "Validation Failed: 1: keep_alive is [null];");
        return;
    }
    if (!sim_keep_alive(text, &keep)) {
        sim_fail(r, 400, "illegal_argument_exception",
            "failed to parse setting [keep_alive] with value [%s] as a time value", text);
        return;
    }
    if (keep > 86400 * CLOCK_SECOND) { /* search.max_keep_alive */
        sim_fail(r, 400, "illegal_argument_exception",
            "Keep alive for request (%s) is too large. It must be less than (1d).", text);
        return;
    }
    if (!index_exists(r, r->argument))
        return;
    struct sim_pit *pit = mem_zalloc(1, sizeof(*pit));
    sim_make_id(r->sim, "46ToAwMDaWR5", pit->id, sizeof(pit->id));
    bool hidden = wildcards && (strstr(wildcards, "all") || strstr(wildcards, "hidden"));
    pit->snapshot = sim_store_snapshot(&r->sim->store, r->argument, hidden);
    pit->keep_alive = keep;
    pit->deadline = clock_monotonic() + keep;
    pit->next = r->sim->pits;
    r->sim->pits = pit;
    sim_answer(r, json_pack("{s:s,s:{s:i,s:i,s:i,s:i}}", "id", pit->id, "_shards", "total", 1,
                      "successful", 1, "skipped", 0, "failed", 0));
}

void sim_serve_pit_close(struct sim_request *r)
{
    const char *id = json_string_value(json_object_get(r->body, "id"));
    if (!id) {
        sim_fail(r, 400, "illegal_argument_exception", "no PIT id given");
        return;
    }
    struct sim_pit *pit = sim_pit_find(r->sim, id);
    int freed = pit != NULL;
    if (pit)
        sim_pit_drop(r->sim, pit);
    sim_answer(r, json_pack("{s:b,s:i}", "succeeded", 1, "num_freed", freed));
    if (!freed)
        r->reply.status = 404;
}
