/* The one normal form. A record is an alert (something judged suspicious) or an event (something
 * observed); both are a set of ECS fields plus the vendor's own bytes. */
#ifndef HINOMI_CORE_RECORD_H
#define HINOMI_CORE_RECORD_H

#include "core/arena.h"
#include "core/clock.h"
#include "core/field.h"

enum record_kind { RECORD_EVENT, RECORD_ALERT };

struct record_value {
    enum field field;
    struct slice value;
    struct record_value *next; /* in the order seen */
};

/* Plain data; every slice is borrowed from the batch's arena or from the buffer that was read.
 * Values are text: a TYPE_TIME holds ns in decimal, a TYPE_NUMBER decimal, a TYPE_SEVERITY and a
 * TYPE_ENUM a word of the vocabulary. An absent field has p == NULL. */
struct record {
    enum record_kind kind;
    int64_t time; /* = FIELD_TIMESTAMP; CLOCK_NONE only while a record is being mapped */
    int64_t
        shipped; /* the shipper's own stamp when it differs, else CLOCK_NONE: the skew to show */
    struct slice native_id; /* unique within the source; empty: identity is hash(raw) */
    struct slice raw;       /* the vendor's bytes, untouched */
    struct slice place;     /* "file.jsonl:12" or "page 3, hit 7": for messages */
    struct slice first[FIELD_COUNT];
    struct record_value *more; /* second and later values of many-valued fields */
};

/* A record that could not be understood: kept whole, named, counted; its neighbours go on. */
struct bad_record {
    struct slice raw, place;
    struct slice reason; /* a sentence */
};

/* What one page or one slice of a file brought. Owns its arena; the strings live with it. */
struct batch {
    struct arena arena;
    struct record *records; /* malloced */
    size_t count, capacity;
    struct bad_record *bad;
    size_t bad_count, bad_capacity;
    struct slice
        cursor;     /* where to resume after this batch is stored; opaque, text; empty: unchanged */
    uint64_t pages; /* pages or read calls behind it */
};

void batch_init(struct batch *b);
void batch_reset(struct batch *b); /* keeps memory */
void batch_release(struct batch *b);

/* A cleared record at the end of the batch; the pointer is good until the next call. */
struct record *batch_add(struct batch *b, enum record_kind kind);
void batch_drop_last(struct batch *b);

/* Copies raw and place into the arena. `reason` is formatted. */
void batch_add_bad(struct batch *b, struct slice raw, struct slice place, const char *reason, ...)
    __attribute__((format(printf, 4, 5)));

/* Sets a field, or appends when it is many-valued and set already (equal values once). Empty
 * values,
 * "-" and "N/A" are absent and are skipped. The slice is borrowed: copy into the arena first if
 * its buffer will go. */
void record_set(struct record *r, struct arena *a, enum field field, struct slice value);
void record_set_text(
    struct record *r, struct arena *a, enum field field, const char *text); /* copies */
void record_set_int(struct record *r, struct arena *a, enum field field, int64_t value);
void record_set_time(struct record *r, struct arena *a, int64_t ns); /* FIELD_TIMESTAMP and time */

static inline struct slice record_get(const struct record *r, enum field field)
{
    return r->first[field];
}
bool record_get_int(const struct record *r, enum field field, int64_t *value);

/* Walks all values of a field: start with *at = NULL; false after the last. */
bool record_next(
    const struct record *r, enum field field, const struct record_value **at, struct slice *value);

/* One JSON object in ECS names, nested, without a newline: what --json prints. The fields that
 * CLI.md promises are there even when unknown (null). */
struct str;
void record_json(const struct record *r, struct str *out);

/* Derived values that every source needs once its fields are mapped: names from paths, entity id
 * `h:` + hash(host, pid, start) where the vendor gives none, severity "info" if an alert has none,
 * disposition "unknown". Idempotent. */
void record_finish(struct record *r, struct arena *a);

#endif
