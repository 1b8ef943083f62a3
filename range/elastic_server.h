/* The inside of the simulator: one server, its routes, faults and points in time. */
#ifndef HINOMI_RANGE_ELASTIC_SERVER_H
#define HINOMI_RANGE_ELASTIC_SERVER_H

#include "core/str.h"

#include "range/elastic_store.h"
#include "range/sim_elastic.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>

enum { SIM_FAULTS_MAX = 16, SIM_HEADERS_MAX = 4, SIM_BODY_MAX = 64 << 20 };

enum fault_kind {
    FAULT_NONE,
    FAULT_STATUS,    /* 401, 403, 429, 503: the vendor's own body */
    FAULT_SLOW,      /* answers after NUMBER ms */
    FAULT_DROP,      /* the connection ends without an answer */
    FAULT_HTML,      /* a gateway's page with status 200 */
    FAULT_WRONG,     /* JSON, but not what was asked for */
    FAULT_REDIRECT,  /* 302 to another host */
    FAULT_PIT,       /* the point in time is gone */
    FAULT_TRUNCATED, /* the body ends half-way */
    FAULT_GZIP,      /* compressed, whether asked for or not */
    FAULT_TIMED_OUT, /* 200 with timed_out true */
    FAULT_SHARDS,    /* 200 with a failed shard */
    FAULT_HIT,       /* the first hit is damaged in one of the ways below */
};

struct sim_fault {
    const struct fault_row *row;
    long number; /* status' retry-after seconds, slow's ms */
    long times;  /* left; 0: for ever */
    char route[24];
};

struct fault_row {
    const char *name, *help;
    enum fault_kind kind;
    int status;
    long number;
    const char *splice; /* FAULT_HIT: what goes into the first hit's source */
};

struct sim_pit {
    char id[96], previous[96];
    struct sim_store snapshot;
    int64_t deadline, keep_alive; /* monotonic ns */
    struct sim_pit *next;
};

struct sim_action {
    char id[40], agent[64];
    bool release;
    int64_t started; /* monotonic */
    char *comment;
    struct sim_action *next;
};

struct sim_elastic {
    struct MHD_Daemon *daemon;
    char url[96], host[64];
    int port;
    struct in_addr address;
    size_t window;
    pthread_mutex_t lock; /* guards all below */
    struct sim_store store;
    struct sim_pit *pits;
    struct sim_action *actions;
    struct sim_fault faults[SIM_FAULTS_MAX];
    size_t fault_count;
    json_t *ledger;
    uint64_t made; /* for ids */
};

struct sim_reply {
    int status;
    const char *type;
    struct str body;
    struct {
        const char *name;
        char value[160];
    } headers[SIM_HEADERS_MAX];
    size_t header_count;
};

struct sim_request {
    struct sim_elastic *sim;
    struct MHD_Connection *connection;
    const char *method;
    char path[512];
    const char *argument; /* what stood for {x} in the route, or NULL */
    json_t *body;         /* NULL: none sent */
    struct str raw;
    struct sim_fault fault; /* row NULL: none; already counted */
    const struct sim_route *route;
    size_t hits;
    struct sim_reply reply;
};

struct sim_route {
    const char *name, *method;
    const char *path;       /* {x} stands for one segment */
    const char *parameters; /* the URL parameters that the vendor takes, blank-separated */
    bool kibana, admin;
    void (*serve)(struct sim_request *);
    const char *document; /* where the vendor describes it */
};

extern const struct sim_route sim_routes[]; /* ends with a NULL name */

/* Fills the reply: an Elasticsearch error body, or Kibana's. */
void sim_fail(struct sim_request *, int status, const char *type, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void sim_fail_kibana(struct sim_request *, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sim_answer(struct sim_request *, json_t *body); /* 200; takes over body */
void sim_header(struct sim_request *, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *sim_parameter(const struct sim_request *, const char *name);

/* Takes the first fault that meets the route, and counts it. */
struct sim_fault sim_fault_take(struct sim_elastic *, const char *route);
/* True if the fault is the whole answer. */
bool sim_fault_answers(struct sim_request *);

/* An unguessable-looking id, unique in this server. */
void sim_make_id(struct sim_elastic *, const char *prefix, char *out, size_t size);

/* elastic_pit.c; the id may be the latest or the one before. */
struct sim_pit *sim_pit_find(struct sim_elastic *, const char *id);
void sim_pit_drop(struct sim_elastic *, struct sim_pit *);
void sim_pit_expire(struct sim_elastic *);
bool sim_keep_alive(const char *text, int64_t *ns);
void sim_serve_pit_open(struct sim_request *);
void sim_serve_pit_close(struct sim_request *);

/* elastic_search.c */
void sim_serve_search(struct sim_request *);
void sim_serve_count(struct sim_request *);
/* Runs a checked search body over the documents and writes the vendor's answer. */
void sim_search_run(struct sim_request *, const struct sim_store *, struct sim_pit *);

/* elastic_sort.c */
struct sim_sort_key {
    bool missing, is_number;
    int64_t number; /* dates in ns */
    const char *text;
};
struct sim_hit {
    const struct sim_document *document;
    struct sim_sort_key *keys;
};
/* Reads "sort" (and "search_after") of the body; 0, or -1 with the reply filled. `shard_doc`: the
 * implicit tiebreak. */
struct sim_sort;
struct sim_sort *sim_sort_read(struct sim_request *, const struct sim_store *, bool shard_doc);
void sim_sort_free(struct sim_sort *);
void sim_sort_hits(const struct sim_sort *, struct sim_hit *, size_t count);
bool sim_sort_is_after(const struct sim_sort *, const struct sim_hit *);
void sim_sort_keys(const struct sim_sort *, struct sim_hit *);
json_t *sim_sort_values(const struct sim_sort *, const struct sim_hit *); /* NULL: no sort */

/* elastic_fields.c */
json_t *sim_fields(const json_t *wanted, const json_t *source); /* the "fields" of a hit */
json_t *sim_source(const json_t *wanted, json_t *source);       /* "_source"; NULL: switched off */
void sim_serve_field_caps(struct sim_request *);

/* elastic_kibana.c */
void sim_serve_status(struct sim_request *);
void sim_serve_update_by_query(struct sim_request *);
void sim_serve_signals_search(struct sim_request *);
void sim_serve_isolate(struct sim_request *);
void sim_serve_unisolate(struct sim_request *);
void sim_serve_isolate_old(struct sim_request *);
void sim_serve_action(struct sim_request *);

/* elastic_cluster.c */
void sim_serve_root(struct sim_request *);
void sim_serve_authenticate(struct sim_request *);
void sim_serve_privileges(struct sim_request *);
void sim_serve_document(struct sim_request *);
void sim_serve_kibana_status(struct sim_request *);
void sim_serve_fault(struct sim_request *);
void sim_serve_ledger(struct sim_request *);
void sim_serve_add(struct sim_request *);

#endif
