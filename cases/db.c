#include "cases/db.h"

#include "cases/tokenizer.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_SLOTS = 512, BUSY_MS = 10000 };

struct statement {
    sqlite3_stmt *st;
    struct db *db;
    bool busy, cached;
    char *sql;
};

struct db {
    sqlite3 *handle;
    const char *name; /* last part of path, for messages */
    char *path;
    int version;
    uint64_t commits;
    struct statement *cache[CACHE_SLOTS]; /* open addressing by hash of the text */
};

static int fail(struct db *db, struct err *e, int rc)
{
    const char *why = sqlite3_errmsg(db->handle);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, ERR_BUSY, "%s is being written by another process: try again", db->name);
    case SQLITE_INTERRUPT:
        return err_set(e, ERR_CANCELLED, "cancelled");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(e, ERR_CORRUPT, "%s is damaged: %s", db->path, why);
    case SQLITE_READONLY:
        return err_set(e, ERR_DENIED, "%s may not be written: %s", db->path, why);
    case SQLITE_FULL:
        return err_set(e, ERR_IO, "no room left on the disk for %s", db->path);
    default:
        return err_set(e, ERR_IO, "%s: %s", db->path, why);
    }
}

/* Never by a descriptor: closing one drops every POSIX lock that this process holds on the file,
 * other connections' too (fcntl_locking(2)). Another process that ends then takes itself for the
 * last one and removes the log that we go on writing into. */
static int prepare_file(const struct db_options *o, struct err *e)
{
    struct stat st;
    if (!o->read_only && mknod(o->path, S_IFREG | 0600, 0) < 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "cannot make %s: %s", o->path, strerror(errno));
    if (lstat(o->path, &st) < 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %s: %s", o->path,
            strerror(errno));
    if (S_ISLNK(st.st_mode))
        return err_set(e, ERR_IO, "cannot open %s: it is a symbolic link", o->path);
    return S_ISREG(st.st_mode) ? 0 : err_set(e, ERR_IO, "%s is not an ordinary file", o->path);
}

static int set_up(struct db *db, const struct db_options *o, struct err *e)
{
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (db_script(
            db, "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-32000", e))
        return -1;
    if (!o->read_only) {
        if (db_script(db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL", e) ||
            db_script(db, "PRAGMA secure_delete=OFF; PRAGMA wal_autocheckpoint=4000", e) ||
            db_script(db, o->durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", e))
            return -1;
    }
    int rc = tokenizer_register(db->handle);
    return rc == SQLITE_OK ? 0 : fail(db, e, rc);
}

int db_open(struct db **out, const struct db_options *o, struct err *e)
{
    *out = NULL;
    if (prepare_file(o, e))
        return -1;
    struct db *db = mem_zalloc(1, sizeof *db);
    db->path = mem_strdup(o->path);
    const char *slash = strrchr(db->path, '/');
    db->name = slash ? slash + 1 : db->path;
    db->version = o->version;
    int flags = o->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(o->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        fail(db, e, rc);
        db_close(db);
        return -1;
    }
    if (set_up(db, o, e)) {
        db_close(db);
        return -1;
    }
    *out = db;
    return 0;
}

static void statement_free(struct statement *st)
{
    sqlite3_finalize(st->st);
    free(st->sql);
    free(st);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        if (db->cache[i])
            statement_free(db->cache[i]);
    sqlite3_close_v2(db->handle);
    free(db->path);
    free(db);
}

void db_interrupt(struct db *db)
{
    sqlite3_interrupt(db->handle);
}

void db_expect_version(struct db *db, int version)
{
    db->version = version;
}

int db_script(struct db *db, const char *sql, struct err *e)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : fail(db, e, rc);
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

int db_begin(struct db *db, struct err *e)
{
    int64_t version = 0;
    if (db_script(db, "BEGIN IMMEDIATE", e))
        return -1;
    if (!db->version)
        return 0;
    int rc = db_number(db, e, &version, "PRAGMA user_version", "");
    if (rc > 0 && version == db->version)
        return 0;
    db_rollback(db);
    if (rc < 0)
        return -1;
    return err_set(e, ERR_DENIED,
        "%s was changed to format %d by another hinomi while this one ran: start this one again",
        db->name, (int)version);
}

int db_commit(struct db *db, struct err *e)
{
    if (db_script(db, "COMMIT", e)) {
        db_rollback(db);
        return -1;
    }
    db->commits++;
    return 0;
}

void db_rollback(struct db *db)
{
    if (db_in_transaction(db))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

uint64_t db_version(struct db *db)
{
    int64_t version = 0;
    db_number(db, NULL, &version, "PRAGMA data_version", "");
    return (uint64_t)version * 0x100000000u + db->commits;
}

int64_t db_last_id(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

/* A statement that is running (a sink asks again) is not shared: the second user gets its own. */
static struct statement *cache_find(struct db *db, const char *sql, struct statement ***slot)
{
    size_t at = slice_hash(slice_of(sql), 0) % CACHE_SLOTS;
    *slot = NULL;
    for (size_t probe = 0; probe < 16; probe++, at = (at + 1) % CACHE_SLOTS) {
        struct statement *st = db->cache[at];
        if (!st || (!st->busy && !*slot))
            *slot = &db->cache[at];
        if (!st)
            return NULL;
        if (strcmp(st->sql, sql) == 0) {
            if (!st->busy)
                return st;
            *slot = NULL;
            return NULL;
        }
    }
    return NULL;
}

struct statement *db_prepare(struct db *db, const char *sql, struct err *e)
{
    struct statement **slot, *st = cache_find(db, sql, &slot);
    if (st) {
        st->busy = true;
        return st;
    }
    sqlite3_stmt *raw;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, NULL);
    if (rc != SQLITE_OK) {
        fail(db, e, rc);
        return NULL;
    }
    st = mem_zalloc(1, sizeof *st);
    *st = (struct statement){
        .st = raw, .db = db, .busy = true, .cached = slot != NULL, .sql = mem_strdup(sql)};
    if (slot) {
        if (*slot)
            statement_free(*slot);
        *slot = st;
    }
    return st;
}

void statement_done(struct statement *st)
{
    if (!st)
        return;
    if (!st->cached) {
        statement_free(st);
        return;
    }
    sqlite3_reset(st->st);
    sqlite3_clear_bindings(st->st);
    st->busy = false;
}

static void bind_letters(struct statement *st, const char *letters, va_list ap)
{
    for (int i = 1; *letters; letters++, i++) {
        if (*letters == 'i')
            statement_bind_int(st, i, va_arg(ap, int64_t));
        else if (*letters == 'd')
            statement_bind_int(st, i, va_arg(ap, int));
        else if (*letters == 't')
            statement_bind_text(st, i, slice_of(va_arg(ap, const char *)));
        else if (*letters == 's')
            statement_bind_text(st, i, va_arg(ap, struct slice));
        else
            statement_bind_blob(st, i, va_arg(ap, struct slice));
    }
}

struct statement *db_bind(struct db *db, struct err *e, const char *sql, const char *letters, ...)
{
    struct statement *st = db_prepare(db, sql, e);
    if (!st)
        return NULL;
    va_list ap;
    va_start(ap, letters);
    bind_letters(st, letters, ap);
    va_end(ap);
    return st;
}

int64_t db_run(struct db *db, struct err *e, const char *sql, const char *letters, ...)
{
    struct statement *st = db_prepare(db, sql, e);
    if (!st)
        return -1;
    va_list ap;
    va_start(ap, letters);
    bind_letters(st, letters, ap);
    va_end(ap);
    int64_t changed = statement_run(st, e);
    statement_done(st);
    return changed;
}

int db_number(
    struct db *db, struct err *e, int64_t *value, const char *sql, const char *letters, ...)
{
    struct statement *st = db_prepare(db, sql, e);
    if (!st)
        return -1;
    va_list ap;
    va_start(ap, letters);
    bind_letters(st, letters, ap);
    va_end(ap);
    int rc = statement_step(st, e);
    if (rc > 0 && statement_is_null(st, 0))
        rc = 0;
    if (rc > 0)
        *value = statement_int(st, 0);
    statement_done(st);
    return rc;
}

void statement_bind_int(struct statement *st, int index, int64_t value)
{
    sqlite3_bind_int64(st->st, index, value);
}

void statement_bind_text(struct statement *st, int index, struct slice value)
{
    if (value.p)
        sqlite3_bind_text64(st->st, index, value.p, value.n, SQLITE_STATIC, SQLITE_UTF8);
    else
        sqlite3_bind_null(st->st, index);
}

void statement_bind_text_copy(struct statement *st, int index, struct slice value)
{
    sqlite3_bind_text64(st->st, index, value.p, value.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void statement_bind_blob(struct statement *st, int index, struct slice value)
{
    if (value.p)
        sqlite3_bind_blob64(st->st, index, value.p, value.n, SQLITE_STATIC);
    else
        sqlite3_bind_null(st->st, index);
}

void statement_bind_null(struct statement *st, int index)
{
    sqlite3_bind_null(st->st, index);
}

int statement_step(struct statement *st, struct err *e)
{
    int rc = sqlite3_step(st->st);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : fail(st->db, e, rc);
}

int statement_run(struct statement *st, struct err *e)
{
    int rc;
    do
        rc = sqlite3_step(st->st);
    while (rc == SQLITE_ROW);
    int result = rc == SQLITE_DONE ? sqlite3_changes(st->db->handle) : fail(st->db, e, rc);
    sqlite3_reset(st->st);
    return result;
}

void statement_rewind(struct statement *st)
{
    sqlite3_reset(st->st);
}

bool statement_is_null(struct statement *st, int column)
{
    return sqlite3_column_type(st->st, column) == SQLITE_NULL;
}

bool statement_is_int(struct statement *st, int column)
{
    return sqlite3_column_type(st->st, column) == SQLITE_INTEGER;
}

int64_t statement_int(struct statement *st, int column)
{
    return sqlite3_column_int64(st->st, column);
}

struct slice statement_text(struct statement *st, int column)
{
    const unsigned char *p = sqlite3_column_text(st->st, column);
    return (struct slice){(const char *)p, p ? (size_t)sqlite3_column_bytes(st->st, column) : 0};
}

const char *statement_string(struct statement *st, int column)
{
    const unsigned char *p = sqlite3_column_text(st->st, column);
    return p ? (const char *)p : "";
}

struct slice statement_blob(struct statement *st, int column)
{
    const void *p = sqlite3_column_blob(st->st, column);
    int n = sqlite3_column_bytes(st->st, column);
    return (struct slice){p ? p : "", p ? (size_t)n : 0};
}
