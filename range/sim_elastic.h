/* A simulated Elasticsearch with the Kibana routes that a security team uses, in-process: what the
 * practice range serves behind its bastion and what tests of connectors run against. It answers as
 * the vendor documents and refuses what the vendor would refuse. Thread-safe: requests are served
 * on threads of its own. Elasticsearch's and Kibana's routes share one port. */
#ifndef HINOMI_RANGE_SIM_ELASTIC_H
#define HINOMI_RANGE_SIM_ELASTIC_H

#include "core/err.h"

#include <stddef.h>

struct sim_elastic;

/* The pair that a client sends as "Authorization: ApiKey base64(id:key)". */
#define SIM_ELASTIC_KEY "range:practice-only"
#define SIM_ELASTIC_API_KEY "cmFuZ2U6cHJhY3RpY2Utb25seQ=="

/* The alias of the security alerts in Kibana's default space. */
#define SIM_ALERTS ".alerts-security.alerts-default"

struct sim_elastic_options {
    const char *address;                   /* NULL: 127.0.0.1 */
    int port;                              /* 0: an ephemeral one */
    const char *certificate, *private_key; /* PEM text; both: https */
    size_t window;                         /* index.max_result_window; 0: 10,000 */
};

struct sim_elastic *sim_elastic_start(const struct sim_elastic_options *, struct err *);
void sim_elastic_stop(struct sim_elastic *);
int sim_elastic_port(const struct sim_elastic *);
/* "http://127.0.0.1:40123"; borrowed. */
const char *sim_elastic_url(const struct sim_elastic *);

/* Adds one document. `index` is an alias or a data stream (SIM_ALERTS,
 * "logs-endpoint.events.process-default"); hits name the concrete index behind it. `id` NULL: one
 * is made. A known (index, id) is replaced. -1 if `json` is no object. */
int sim_elastic_add(
    struct sim_elastic *, const char *index, const char *id, const char *json, struct err *);

/* One fault, as "NAME[=NUMBER][*TIMES][@ROUTE]": "429=2*3@search" answers the next three searches
 * with 429 and Retry-After: 2. TIMES is 1 if left out, 0 for ever; ROUTE is a name in the route
 * table, any if left out. "none" takes all faults away. Names: sim_elastic_fault_help. */
int sim_elastic_fault(struct sim_elastic *, const char *spec, struct err *);
const char *sim_elastic_fault_help(void);

/* How many requests the route has answered, with whatever status; "" counts all. */
size_t sim_elastic_served(struct sim_elastic *, const char *route);
/* Points in time now open: a client that leaves them open is a bad guest. */
size_t sim_elastic_open_pits(struct sim_elastic *);
/* Everything served, one JSON array; caller frees. Holds no secrets. */
char *sim_elastic_ledger(struct sim_elastic *);
/* The stored document as JSON, or NULL; caller frees. */
char *sim_elastic_document(struct sim_elastic *, const char *index, const char *id);

#endif
