/* A source's paths → fields, as data. One table a format; the loop is here once. */
#ifndef HINOMI_CORE_MAP_H
#define HINOMI_CORE_MAP_H

#include "core/record.h"
#include "core/scan.h"

enum map_how {
    MAP_TEXT,
    MAP_LOWER,  /* ASCII lower case */
    MAP_TIME,   /* any shape of clock_parse */
    MAP_NUMBER, /* decimal, or hexadecimal behind 0x; a fraction is cut */
    MAP_GUID,   /* braces off, lower case; all zero is absent */
    MAP_HASHES, /* "SHA1=…,MD5=…,SHA256=…" → process.hash.* (the row's field says which set) */
    MAP_HASH,      /* hexadecimal, lower case */
    MAP_IP,        /* "::ffff:192.0.2.1" → v4; several parted by , or blanks are several values */
    MAP_ACCOUNT,   /* DOMAIN\name or name@domain → user.name and user.domain */
    MAP_SEVERITY,  /* a word that names a severity, whatever the vendor's spelling of it */
    MAP_TECHNIQUE, /* ATT&CK ids found anywhere in the text */
    MAP_SID,       /* S-1-0-0, nobody's, is absent */
    MAP_PROTOCOL   /* 6 or "TCP" → tcp */
};

struct map_row {
    const char *path; /* "process.parent.pid"; with by_key the last key alone */
    enum field field;
    enum map_how how;
};

/* Rows compiled for look-up. Zeroed memory is an empty one; owns nothing. */
enum { MAP_SLOTS = 512 };
struct map {
    const struct map_row *rows;
    bool by_key;
    uint64_t hashes[MAP_SLOTS];
    uint16_t first[MAP_SLOTS]; /* row + 1; rows of one path stand together in the table */
};

/* `rows` ends with a NULL path; at most MAP_SLOTS / 2 of them. */
void map_compile(struct map *m, const struct map_row *rows, bool by_key);

/* Which row gave a field of one value: the earliest row of the table wins, whatever the order of
 * the members in the text; of an array the first element. Zeroed for each record. */
struct map_ranks {
    uint16_t by[FIELD_COUNT];
};

/* Sets the fields of a leaf's path; true if there was a row for it. */
bool map_leaf(const struct map *m, const struct scan_leaf *leaf, struct map_ranks *ranks,
    struct record *r, struct arena *a);

/* One value by hand. False when it says nothing (empty, zero guid, unreadable). */
bool map_set(
    struct record *r, struct arena *a, enum field field, enum map_how how, struct slice value);

/* The whole text through a map: 0, or -1 with *fault. */
int map_text(const struct map *m, struct slice text, struct record *r, struct arena *a,
    struct scan_fault *fault);

#endif
