/* Everything kept on this machine, as one handle: record.db (precious), events.db (a cache),
 * evidence/. A store belongs to one thread; every lane opens its own. Processes share a folder. */
#ifndef HINOMI_CASES_STORE_H
#define HINOMI_CASES_STORE_H

#include "core/err.h"
#include "core/record.h"

struct store;

enum store_flags { STORE_READ_WRITE = 0, STORE_READ_ONLY = 1 };

/* Creates folder (0700) and files (0600) when writing; migrates an older version under an exclusive
 * lock after a copy; refuses a newer one with a sentence. Read-only of an absent folder: error. */
int store_open(struct store **out, const char *folder, enum store_flags flags, struct err *e);
void store_close(struct store *s);

const char *store_folder(const struct store *s);
bool store_read_only(const struct store *s);

/* Any thread: the statement that runs now returns ERR_CANCELLED soon (sqlite3_interrupt). */
void store_interrupt(struct store *s);

/* Changes whenever any process committed to record.db or events.db: cheap, asked 4 times a second.
 */
uint64_t store_version(struct store *s);

/* The newest revision given to an alert; rows changed since r have alert_row.revision > r. */
int64_t store_revision(struct store *s);

/* Tests only: how many rows or raw bytes fill a segment of the event cache, and the bytes of a
 * block (1,000,000 rows, 1 GiB and 256 KiB otherwise). */
void store_set_segments(struct store *s, uint64_t rows, uint64_t bytes, uint32_t block);

#endif
