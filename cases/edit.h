/* One act on one journaled object other than bulk triage: what it was, the change, what it is. */
#ifndef HINOMI_CASES_EDIT_H
#define HINOMI_CASES_EDIT_H

#include "cases/journal_inside.h"

struct edit {
    struct store *s;
    const struct journal_kind *kind;
    char uid[80];
    int64_t seq;
    struct str before; /* its columns as JSON; empty: it is not there yet */
};

/* Begins the transaction and remembers the object. On failure nothing is open. */
int edit_begin(
    struct edit *edit, struct store *s, const char *kind, const char *uid, struct err *e);
/* The item, the act and the commit; an object that did not change leaves no act and seq 0. `rc` is
 * what became of the change: unless 0 all is rolled back and -1 returned. */
int edit_end(struct edit *edit, int rc, const struct actor *who, const struct journal_act *act,
    struct err *e);

/* Within a transaction of the caller: the item of object kind/uid under seq, from its columns as
 * they were (empty: absent) to what they are. 1 written, 0 nothing changed, -1. */
int edit_item(struct store *s, int64_t seq, const struct journal_kind *kind, const char *uid,
    const struct str *before, struct err *e);

#endif
