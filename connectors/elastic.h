/* What the files of the Elastic connector share. One `struct elastic` per open source, one thread.
 * Facts: https://www.elastic.co/guide/en/elasticsearch/reference/8.17/paginate-search-results.html
 * (point in time, search_after) and https://www.elastic.co/docs/api/doc/kibana/v8 (alerts,
 * actions). */
#ifndef HINOMI_CONNECTORS_ELASTIC_H
#define HINOMI_CONNECTORS_ELASTIC_H

#include "connectors/connector.h"
#include "connectors/http.h"

#include <jansson.h>

struct query;

enum { ELASTIC_ALERTS, ELASTIC_TELEMETRY, ELASTIC_STREAMS };
enum { ELASTIC_PAGE_MIN = 10, ELASTIC_PAGE_DEFAULT = 500, ELASTIC_PAGE_MAX = 10000 };

/* One walk through a point in time. */
struct elastic_walk {
    char *pit; /* the newest id that we were given; NULL: not open */
    struct str
        after; /* the last hit's `sort` as it came, echoed byte for byte; empty: first page */
    uint64_t pages;
    size_t size;   /* records a page, from the first page on */
    bool holed;    /* a part was missing: what follows is shown, but the cursor stays before it */
    char why[240]; /* the first such part */
};

/* One index pattern: what is stored up to where. */
struct elastic_stream {
    const char *name;  /* "alerts", "telemetry": key in the cursor */
    const char *index; /* NULL: not asked for */
    const char *by;    /* the field that says when it came or changed; NULL: not settled yet */
    enum record_kind kind;
    int64_t overlap;
    /* the cursor: all between low and high is stored */
    int64_t high, low; /* CLOCK_NONE: nothing yet */
    int64_t since;     /* how far back the fill goes, or went */
    bool filled;       /* it is there */
    /* How often a walk (live, back) was begun whose first page was full and all of one place: the
     * next one takes twice as much, so that restarts get past many records of one time. */
    unsigned stuck[2];
    /* of this round */
    struct elastic_walk live, back;
    bool drained, stopped;
    struct err fault;
};

struct elastic {
    struct source_settings settings;
    struct http *http;
    char *url, *kibana; /* without a last slash; kibana with its space, NULL: not configured */
    char *alerts_index, *telemetry_index; /* telemetry NULL: none */
    size_t page_size;
    struct http_reply reply; /* of the last request */
    bool renewed;            /* the secret was fetched again once since it last worked */
    struct elastic_stream streams[ELASTIC_STREAMS];
    struct str cursor;     /* as last handed out */
    bool in_round;         /* poll said "more" */
    int64_t round_started; /* clock_monotonic() */
    void *ecs_state;       /* of the file format that maps a document */
    struct elastic_walk search;
    struct str search_query;
    struct err search_fault; /* told after the last page */
    uint64_t search_hash;    /* of the query that the walk answers; 0: none */
};

/* One request; `path` begins with '/', at Elasticsearch, or at Kibana (with kbn-xsrf) when
 * `kibana`. A 401 fetches the secret again and asks once more. The body stands in s->reply; -1 for
 * every status but 2xx, with the server's own reason in the sentence and, for ERR_LIMITED,
 * *retry_ns (may be NULL). */
struct elastic_request {
    const char *method, *path;
    struct slice body;
    bool kibana;
    int64_t *retry_ns;
};
int elastic_ask(struct elastic *s, const struct elastic_request *request,
    const struct poll_context *context, struct err *e);
/* The same, with the reply parsed; caller frees with json_decref. */
json_t *elastic_ask_json(struct elastic *s, const struct elastic_request *request,
    const struct poll_context *context, struct err *e);
/* Fetches and sets the secret. */
int elastic_authorize(struct elastic *s, struct err *e);

/* elastic_page.c: reads the reply of one search. Returns -1 (ERR_INPUT) if it is not a whole search
 * reply; a hit that cannot be understood only goes among the bad. */
struct elastic_page {
    struct batch *out; /* in: records and bad records are appended */
    const char *index; /* in: for places */
    enum record_kind kind;
    const char *kibana;       /* in: for links; may be NULL */
    void *ecs_state;          /* in */
    const struct query *only; /* in: records that it does not match are left out; NULL: all */
    uint64_t number;          /* in: of the page, from 1, for places */
    size_t hits;              /* out: how many stood there, good or bad */
    int64_t first, last;      /* out: sort time of the first and last hit; CLOCK_NONE: no hit */
    struct slice pit, after;  /* out: in the reply: the newest id (escaped), the last hit's sort */
    char fault[240];          /* out: "" or what makes the page partial: shards, time */
};
int elastic_page_read(struct slice body, struct elastic_page *page, struct err *e);
/* A short page is the last one, unless it is short because a part is missing. */
bool elastic_page_is_last(const struct elastic_page *page, size_t size);

/* elastic_pit.c: asks for the next page of a walk and reads it. Opens the point in time when it is
 * not open; when it has expired at the server, the walk is closed and *expired set. 0 or -1. */
struct elastic_window {
    const char *index, *by;
    bool ascending;
    struct slice query; /* a query clause as JSON */
    size_t size;
    bool lenient; /* an index that is missing is no error */
    int64_t *retry_ns;
    bool *expired;
};
int elastic_walk_page(struct elastic *s, struct elastic_walk *w,
    const struct elastic_window *window, const struct poll_context *context,
    struct elastic_page *page, struct err *e);
/* "/INDEX" + tail; what has a meaning in a URL is escaped. */
void elastic_index_path(struct str *path, const char *index, const char *tail);
/* Ends the walk and closes its point in time; a failure to close is no one's concern: it expires.
 */
void elastic_walk_end(struct elastic *s, struct elastic_walk *w);

/* elastic_cursor.c: {"v":1,"alerts":{"by":…,"high":…,"low":…|null},…}; times in ISO 8601. A cursor
 * that cannot be read is ERR_INPUT. */
void elastic_cursor_write(const struct elastic *s, struct str *out);
int elastic_cursor_read(struct elastic *s, const char *text, struct err *e);

/* The hooks. */
int elastic_check(void *state, struct str *report, struct err *e);
int elastic_poll(void *state, const struct poll_context *context, struct batch *out,
    int64_t *retry_ns, struct err *e);
int elastic_search(void *state, const struct query *query, size_t limit,
    const struct poll_context *context, struct batch *out, struct err *e);
int elastic_update(void *state, const struct update_request *request, struct err *e);
int elastic_contain(void *state, const char *agent_id, bool release, const char *comment,
    struct str *ticket, struct err *e);
int elastic_contain_state(void *state, const char *ticket, enum contain_state *out, struct err *e);

#endif
