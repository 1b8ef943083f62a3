/* The hash-chained journal: the one history. Every write to an analyst's column goes through
 * journal_act() in the same transaction. One act = one link; one item per object, with changed
 * columns only. Format 1: hash = SHA-256 over length-prefixed fields; no migration rewrites an act.
 */
#ifndef HINOMI_CASES_JOURNAL_H
#define HINOMI_CASES_JOURNAL_H

#include "cases/triage.h"

struct journal_item {
    const char *kind; /* alert case note task ioc evidence plan run step ledger host outbox … */
    const char *uid;  /* the object's id that never changes */
    const char *before, *after; /* JSON objects of changed columns; NULL: did not exist / is gone */
};

struct journal_act {
    const char *verb, *reason; /* reason may be NULL */
    int64_t undoes;            /* seq it takes back; 0: none */
    const struct journal_item *items;
    size_t count;
};

/* Inside a write transaction of the caller, which also changed the state rows. The seq, or -1. */
int64_t journal_write(
    struct store *s, const struct actor *who, const struct journal_act *act, struct err *e);

struct journal_entry {
    int64_t seq, time, undoes;
    const char *actor, *verb, *reason, *organization;
    size_t items;
    const char *hash;
};
typedef int journal_sink(void *owner, const struct journal_entry *entry);
/* Newest first; kind and uid NULL: all. */
int journal_each(struct store *s, const char *kind, const char *uid, size_t limit,
    journal_sink *sink, void *owner, struct err *e);

struct verify_line {
    const char *check; /* journal, record, events, evidence */
    bool ok;
    uint64_t count;
    char error[320]; /* names what is wrong and where; "" when ok */
};
typedef void verify_sink(void *owner, const struct verify_line *line);
/* Walks the chain, replays items against state, compares the head saved beside it, checks both
 * databases, re-hashes evidence. 0: all is well; 1: something is not; -1: could not look. */
int journal_verify(struct store *s, verify_sink *sink, void *owner, struct err *e);

#endif
