/* How the files of cases/ write acts. Items go straight into act_item (set-based for bulk), then
 * the act is sealed over them. */
#ifndef HINOMI_CASES_JOURNAL_INSIDE_H
#define HINOMI_CASES_JOURNAL_INSIDE_H

#include "cases/journal.h"
#include "cases/store_inside.h"

/* Inside a write transaction: the seq that the next act will have; -1 on failure. */
int64_t journal_next(struct store *s, struct err *e);
int journal_item(struct store *s, int64_t seq, const struct journal_item *item, struct err *e);

/* Hashes the items of seq and writes the act. `act->items` is not looked at. The seq or -1. */
int64_t journal_seal(struct store *s, const struct actor *who, const struct journal_act *act,
    int64_t seq, struct err *e);

/* After the commit: names the newest act in FOLDER/record.head, on the disk when it returns. */
int journal_head_save(struct store *s, int64_t seq, const char *hash, struct err *e);
/* 1 and the head, 0 when there is none, -1. */
int journal_head_read(struct store *s, int64_t *seq, char hash[65], struct err *e);

/* The SHA-256 of an act's link and of its items, as format 1 says. */
struct act_link {
    int64_t seq, time, undoes, items;
    struct slice organization, actor, signer, signature, verb, reason, items_hash, previous;
};
void journal_link_hash(const struct act_link *link, char out[65]);
int journal_items_hash(struct store *s, int64_t seq, char out[65], int64_t *count, struct err *e);

/* Kinds of journaled objects and their columns. */
struct journal_kind {
    const char *name, *table, *key; /* key: the column that uid names */
    const char *columns[20];        /* ends with NULL */
    const char *fresh; /* JSON of an object that no act has touched; NULL: acts create it */
};
extern const struct journal_kind journal_kinds[]; /* ends with a NULL name */
const struct journal_kind *journal_kind_find(struct slice name);
/* The object's journaled columns as JSON; 1 found, 0 absent or removed, -1. Appends to out. */
int journal_state(struct store *s, const struct journal_kind *kind, struct slice uid,
    struct str *out, struct err *e);

#endif
