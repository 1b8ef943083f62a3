/* The only door to SQLite. One struct db is one connection and belongs to one thread; only
 * db_interrupt may be called from another. Statements are prepared once and kept by their text. */
#ifndef HINOMI_CASES_DB_H
#define HINOMI_CASES_DB_H

#include "core/err.h"
#include "core/slice.h"

struct db;
struct statement;

struct db_options {
    const char *path;
    bool read_only;
    bool durable; /* synchronous=FULL: a commit is on the disk; else NORMAL */
    int version;  /* user_version that every write transaction expects; 0: not yet known */
};

/* Creates the file 0600 unless read_only; never follows a symbolic link. */
int db_open(struct db **out, const struct db_options *options, struct err *e);
void db_close(struct db *db);
void db_interrupt(struct db *db); /* any thread */
void db_expect_version(struct db *db, int version);

/* BEGIN IMMEDIATE; waits up to ten seconds for another process. */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db); /* nothing to do outside a transaction */
bool db_in_transaction(const struct db *db);

/* Changes when this or any other connection committed. */
uint64_t db_version(struct db *db);

/* Statements without parameters, one after the other: schema and pragmas. */
int db_script(struct db *db, const char *sql, struct err *e);

/* Prepared, reset and without bindings; NULL on failure. statement_done gives it back. */
struct statement *db_prepare(struct db *db, const char *sql, struct err *e);
/* The same with parameters by letter: i int64_t, d int, t const char *, s slice as text, b slice as
 * blob; NULL text and absent slices are NULL. */
struct statement *db_bind(struct db *db, struct err *e, const char *sql, const char *letters, ...);
/* Runs to the end; rows changed, or -1. */
int64_t db_run(struct db *db, struct err *e, const char *sql, const char *letters, ...);
/* First column of the first row: 1 found, 0 no row or NULL, -1 failure. */
int db_number(
    struct db *db, struct err *e, int64_t *value, const char *sql, const char *letters, ...);
int64_t db_last_id(const struct db *db);

void statement_bind_int(struct statement *st, int index, int64_t value); /* index from 1 */
/* The bytes stay the caller's until the statement is stepped to its end. */
void statement_bind_text(struct statement *st, int index, struct slice value);
void statement_bind_text_copy(struct statement *st, int index, struct slice value);
void statement_bind_blob(struct statement *st, int index, struct slice value);
void statement_bind_null(struct statement *st, int index);

int statement_step(struct statement *st, struct err *e); /* 1 a row, 0 the end, -1 failure */
/* Steps a statement that gives no rows and makes it ready again with its bindings kept. Rows
 * changed, or -1. */
int statement_run(struct statement *st, struct err *e);
void statement_rewind(struct statement *st); /* ready again, bindings kept */
void statement_done(struct statement *st);   /* NULL is fine */

bool statement_is_null(struct statement *st, int column); /* column from 0 */
bool statement_is_int(struct statement *st, int column);
int64_t statement_int(struct statement *st, int column);
struct slice statement_text(struct statement *st, int column);  /* good until the next step */
const char *statement_string(struct statement *st, int column); /* never NULL; "" for NULL */
struct slice statement_blob(struct statement *st, int column);

#endif
