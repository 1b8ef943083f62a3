#include "range/elastic_server.h"

#include "core/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fault_row rows[] = {
    {"401", "the key is refused", FAULT_STATUS, 401, 0, NULL},
    {"403", "the key may not read the index", FAULT_STATUS, 403, 0, NULL},
    {"429", "too many requests, with Retry-After (=seconds)", FAULT_STATUS, 429, 1, NULL},
    {"503", "the cluster has no master", FAULT_STATUS, 503, 0, NULL},
    {"slow", "answers late (=milliseconds)", FAULT_SLOW, 0, 3000, NULL},
    {"drop", "the connection ends without an answer", FAULT_DROP, 0, 0, NULL},
    {"html", "a gateway's login page, status 200", FAULT_HTML, 200, 0, NULL},
    {"wrong", "JSON that answers another question", FAULT_WRONG, 200, 0, NULL},
    {"redirect", "302 to another host", FAULT_REDIRECT, 302, 0, NULL},
    {"pit_expired", "every point in time is gone", FAULT_PIT, 0, 0, NULL},
    {"truncated", "the body ends half-way", FAULT_TRUNCATED, 0, 0, NULL},
    {"gzip", "a compressed body that was not asked for", FAULT_GZIP, 0, 0, NULL},
    {"timed_out", "200 with timed_out true and half the hits", FAULT_TIMED_OUT, 0, 0, NULL},
    {"shards_failed", "200 with a failed shard and half the hits", FAULT_SHARDS, 0, 0, NULL},
    {"big_integer", "a number above 2^63 in a hit", FAULT_HIT, 0, 0,
        "\"dns.Ext.options\":9223372036854775808"},
    {"nul", "\\u0000 in a string of a hit", FAULT_HIT, 0, 0, "\"tags\":[\"before\\u0000after\"]"},
    {"lone_surrogate", "half a surrogate pair in a hit", FAULT_HIT, 0, 0,
        "\"tags\":[\"half \\ud800 pair\"]"},
    {"invalid_utf8", "bytes that are no UTF-8 in a hit", FAULT_HIT, 0, 0,
        "\"tags\":[\"bytes \xff\xfe end\"]"},
    {"bad_hit", "a hit that is JSON but no alert", FAULT_HIT, 0, 0, NULL},
    {"broken_hit", "a hit that is no JSON; its neighbours are", FAULT_HIT, 0, 0,
        "\"process\":{tru}"},
};
enum { ROW_COUNT = sizeof(rows) / sizeof(*rows) };

const char *sim_elastic_fault_help(void)
{
    static char text[2048];
    size_t n = 0;
    for (size_t i = 0; i < ROW_COUNT && n < sizeof(text); i++)
        n += (size_t)snprintf(
            text + n, sizeof(text) - n, "  %-14s %s\n", rows[i].name, rows[i].help);
    return text;
}

static const struct fault_row *row_find(const char *name, size_t n)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, name, n) == 0)
            return &rows[i];
    return NULL;
}

static bool known_route(const char *name)
{
    for (const struct sim_route *r = sim_routes; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return true;
    return false;
}

static int parse(const char *spec, struct sim_fault *f, struct err *e)
{
    size_t n = strcspn(spec, "=*@");
    char *end = (char *)(uintptr_t)spec + n;
    *f = (struct sim_fault){.row = row_find(spec, n), .times = 1};
    if (!f->row)
        return err_set(e, ERR_USAGE, "no fault is called \"%.*s\"; known are:\n%s", (int)n, spec,
            sim_elastic_fault_help());
    f->number = f->row->number;
    if (*end == '=')
        f->number = strtol(end + 1, &end, 10);
    if (*end == '*')
        f->times = strtol(end + 1, &end, 10);
    if (*end == '@') {
        snprintf(f->route, sizeof(f->route), "%s", end + 1);
        if (!known_route(f->route))
            return err_set(e, ERR_USAGE, "no route is called \"%s\"", f->route);
    } else if (*end) {
        return err_set(e, ERR_USAGE, "cannot read the fault \"%s\"", spec);
    }
    return 0;
}

int sim_elastic_fault(struct sim_elastic *sim, const char *spec, struct err *e)
{
    struct sim_fault f;
    int rc = 0;
    pthread_mutex_lock(&sim->lock);
    if (strcmp(spec, "none") == 0)
        sim->fault_count = 0;
    else if (sim->fault_count == SIM_FAULTS_MAX)
        rc = err_set(e, ERR_USAGE, "too many faults are waiting");
    else if ((rc = parse(spec, &f, e)) == 0)
        sim->faults[sim->fault_count++] = f;
    pthread_mutex_unlock(&sim->lock);
    return rc;
}

struct sim_fault sim_fault_take(struct sim_elastic *sim, const char *route)
{
    for (size_t i = 0; i < sim->fault_count; i++) {
        struct sim_fault *f = &sim->faults[i], taken = *f;
        if (*f->route && strcmp(f->route, route) != 0)
            continue;
        if (f->times && --f->times == 0)
            memmove(f, f + 1, (--sim->fault_count - i) * sizeof(*f));
        return taken;
    }
    return (struct sim_fault){0};
}

/* Bodies as ES 8 gives them:
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/security-api.html */
static void answer_status(struct sim_request *r)
{
    switch (r->fault.row->status) {
    case 401:
        sim_fail(r, 401, "security_exception",
            "unable to authenticate with provided credentials and anonymous access is not allowed "
            "for this action");
        break;
    case 403:
        sim_fail(r, 403, "security_exception",
            "action [indices:data/read/search] is unauthorized for API key id [range] of user "
            "[range], this action is granted by the index privileges [read,all]");
        break;
    case 429:
        sim_header(r, "Retry-After", "%ld", r->fault.number);
        sim_fail(r, 429, "es_rejected_execution_exception",
            "rejected execution of coordinating operation");
        break;
    default:
        sim_fail(r, 503, "cluster_block_exception",
            "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];");
    }
}

static const char login_page[] =
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Your session has "
    "ended.</body></html>";

static void forget_pits(struct sim_elastic *sim)
{
    while (sim->pits)
        sim_pit_drop(sim, sim->pits);
}

bool sim_fault_answers(struct sim_request *r)
{
    if (!r->fault.row)
        return false;
    switch (r->fault.row->kind) {
    case FAULT_STATUS:
        answer_status(r);
        return true;
    case FAULT_HTML:
        r->reply.status = 200;
        r->reply.type = "text/html; charset=utf-8";
        str_puts(&r->reply.body, login_page);
        return true;
    case FAULT_WRONG:
        sim_answer(r, json_pack("{s:b}", "acknowledged", 1));
        return true;
    case FAULT_REDIRECT:
        r->reply.status = 302;
        sim_header(r, "Location", "http://203.0.113.99:9200%s", r->path);
        return true;
    case FAULT_PIT:
        forget_pits(r->sim);
        return false;
    case FAULT_NONE:
    case FAULT_SLOW:
    case FAULT_DROP:
    case FAULT_TRUNCATED:
    case FAULT_GZIP:
    case FAULT_TIMED_OUT:
    case FAULT_SHARDS:
    case FAULT_HIT:
        break;
    }
    return false;
}
