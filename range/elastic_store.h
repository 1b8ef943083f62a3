/* The documents of the simulated Elasticsearch, and how a field is found in one. */
#ifndef HINOMI_RANGE_ELASTIC_STORE_H
#define HINOMI_RANGE_ELASTIC_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_document {
    char *name;     /* the alias or data stream: what a pattern is matched against */
    char *concrete; /* what hits call _index */
    char *id;
    json_t *source;    /* replaced, never changed: a point in time keeps what it saw */
    int64_t shard_doc; /* the order of arrival; breaks ties in a sort */
};

struct sim_store {
    struct sim_document *documents;
    size_t count, capacity;
    int64_t next;
};

void sim_store_release(struct sim_store *);
/* Adds or replaces; takes over `source`. `id` NULL: made from the arrival number. */
void sim_store_put(struct sim_store *, const char *name, const char *id, json_t *source);
/* By index (NULL: any) and id. */
struct sim_document *sim_store_find(struct sim_store *, const char *index, const char *id);

/* A copy of the documents whose index matches. Released with sim_store_release. */
struct sim_store sim_store_snapshot(const struct sim_store *, const char *patterns, bool hidden);
/* Does any document live under this name? The alerts' alias is made at installation. */
bool sim_store_has_index(const struct sim_store *, const char *name);

/* `patterns`: comma-separated names with `*`; a name with a leading dot is matched only by a
 * pattern with one, or with `hidden`. */
bool sim_index_matches(const struct sim_document *, const char *patterns, bool hidden);
/* `*` and `?`; ASCII case is ignored with `fold`. */
bool sim_wildcard(const char *pattern, const char *text, bool fold);

/* Calls `each` for every leaf value at `path`, whether its keys are nested, dotted or a mix, arrays
 * flattened. Stops and returns true when `each` does. */
bool sim_field_each(
    const json_t *source, const char *path, bool (*each)(const json_t *leaf, void *), void *owner);
/* Calls `each` for every leaf with its full dotted path. */
void sim_leaf_each(const json_t *source, const char *prefix,
    void (*each)(const char *path, const json_t *leaf, void *), void *owner);
/* Does the document hold anything at or below the path? */
bool sim_field_exists(const json_t *source, const char *path);

/* A date leaf in ns: ISO text, or epoch milliseconds. */
bool sim_date(const json_t *leaf, int64_t *ns);

#endif
