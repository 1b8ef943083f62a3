/* What the files of cases/ share about a store; no other room includes this. */
#ifndef HINOMI_CASES_STORE_INSIDE_H
#define HINOMI_CASES_STORE_INSIDE_H

#include "cases/columns.h"
#include "cases/db.h"
#include "cases/store.h"
#include "core/query.h"
#include "core/str.h"

struct strings;
struct segment;

struct store {
    char *folder;
    bool read_only;
    struct db *record, *events;
    struct column alert_columns[FIELD_COUNT], event_columns[FIELD_COUNT];
    struct strings *strings;
    struct segment *segment; /* the one that is being written; NULL until the first event */
    uint64_t segment_rows, segment_bytes;
    uint32_t block_bytes;
    struct str block; /* the raw block read last, and which one: 0 none */
    int64_t block_segment, block_number;
    int64_t act_seq; /* of the act that the open transaction wrote; 0: none */
    char act_hash[65];
    char *matched_key; /* which query temp.matched answers, at which version */
};

/* Refuses under read-only; else begins on record.db. */
int store_begin(struct store *s, struct err *e);
int store_refuse_read_only(const struct store *s, struct err *e);

/* The next revision, given to all that one transaction changes; -1 on failure. */
int64_t store_next_revision(struct store *s, struct err *e);

/* A fresh uid for an object that leaves this machine: 128 random bits in hex. */
void store_uid(char out[33]);

/* Commits record.db; if an act was journaled in it, the head beside the database follows. */
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);

#endif
