/* Strings that repeat in events (hosts, users, images, …) are kept once, in table `string`; rows
 * hold their ids. Ids never change and are never given twice. */
#ifndef HINOMI_CASES_STRINGS_H
#define HINOMI_CASES_STRINGS_H

#include "cases/db.h"

struct strings;

struct strings *strings_new(struct db *db); /* db is borrowed */
void strings_free(struct strings *s);

/* The id, a new one if need be (inside a write transaction); -1 on failure. Bytes count: "A" and
 * "a" are two strings. */
int64_t strings_id(struct strings *s, struct slice text, struct err *e);

/* Borrowed until strings_forget; p NULL when there is no such id. */
struct slice strings_text(struct strings *s, int64_t id);

/* After a rollback: ids given since the last commit are void. */
void strings_forget(struct strings *s);
/* Before a round of work: forgets when the memory of them has grown large. */
void strings_trim(struct strings *s);

#endif
