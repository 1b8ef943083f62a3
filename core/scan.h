/* JSON text in one pass: every leaf with its path, checked on the way, nothing allocated. A path is
 * known by its hash, in which a literal dotted key and nesting are the same ("a.b" equals
 * {"a":{"b":…}}), as Elasticsearch documents need it, and the elements of an array share the
 * array's path. Grammar: RFC 8259, with what real sources send tolerated: integers of any size,
 * lone surrogates, \u0000, duplicate keys (all are told), invalid UTF-8 inside strings, one BOM in
 * front. */
#ifndef HINOMI_CORE_SCAN_H
#define HINOMI_CORE_SCAN_H

#include "core/arena.h"

enum scan_type {
    SCAN_NULL,
    SCAN_TRUE,
    SCAN_FALSE,
    SCAN_NUMBER,
    SCAN_STRING,
    SCAN_EMPTY,  /* {} or [] */
    SCAN_OBJECT, /* scan_element and scan_find only: raw is the whole text of it */
    SCAN_ARRAY
};

enum { SCAN_DEPTH_MAX = 256 };

struct scan_leaf {
    uint64_t path;     /* scan_path("a.b.c") */
    uint64_t key;      /* scan_key("c"): the last key alone, its first letter's case ignored */
    struct slice name; /* the last key as written, between its quotes */
    struct slice raw;  /* string: between the quotes; else the literal */
    enum scan_type type;
    bool escaped; /* raw needs scan_text: a backslash or a byte that is no UTF-8 */
};

struct scan_fault {
    size_t position;  /* byte */
    const char *what; /* "expected a comma", static */
};

/* Non-zero ends the scan and is returned. */
typedef int scan_sink(void *owner, const struct scan_leaf *leaf);

/* 0 at the end; -1 with *fault when the text is no JSON value, or nested too deep. Leaves told
 * before a fault were told: a caller that must not keep half a record drops it. `sink` NULL: only
 * checks. */
int scan_each(struct slice text, scan_sink *sink, void *owner, struct scan_fault *fault);

uint64_t scan_path(const char *path);
uint64_t scan_key(const char *key);
uint64_t scan_key_of(struct slice key);

/* The value of a leaf: raw itself when nothing is escaped, else decoded into the arena; always
 * valid UTF-8. */
struct slice scan_text(const struct scan_leaf *leaf, struct arena *a);

/* One member or element by path ("hits.hits", "pit_id"), of whatever type, without a full check;
 * strings between their quotes. False: not there. */
struct scan_value {
    enum scan_type type;
    struct slice raw;
    bool escaped;
};
bool scan_find(struct slice text, const char *path, struct scan_value *value);
struct slice scan_value_text(const struct scan_value *value, struct arena *a);

/* Elements of an array's text one by one: *at starts 0. 1: *element is the next; 0: the end; -1: no
 * array any more at *at. An element that is itself broken still has its end found where brackets
 * and strings allow. */
int scan_element(struct slice array, size_t *at, struct scan_value *element);

#endif
