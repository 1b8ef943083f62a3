/* What import is measured against: a bare Jansson parse of the same lines, and a bare sqlite3
 * insert of the very rows that the import made of them, read into memory before: same columns,
 * indexes, page size and pragmas, BATCH a transaction; no full text, no raw.
 * usage: bench_bare FILE IMPORTED-events.db NEW.db; prints lines, rows and both in seconds. */
#include "core/clock.h"
#include "core/mem.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 10000, MOST_COLUMNS = 256 };

/* as cases/db.c opens events.db */
static const char pragmas[] = "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;"
                              "PRAGMA page_size=8192; PRAGMA journal_mode=WAL;"
                              "PRAGMA secure_delete=OFF; PRAGMA wal_autocheckpoint=4000;"
                              "PRAGMA synchronous=NORMAL";

struct rows {
    sqlite3_value **values;
    size_t count, capacity;
    int columns;
};

static double seconds_since(int64_t start)
{
    return (double)(clock_monotonic() - start) / (double)CLOCK_SECOND;
}

static _Noreturn void give_up(sqlite3 *db)
{
    fprintf(stderr, "bench_bare: %s\n", db ? sqlite3_errmsg(db) : "cannot open");
    exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        give_up(db);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        give_up(db);
    return s;
}

/* The lines are read before, so that only the parse is in the time. */
static double parse_all(const char *path, size_t *n)
{
    char *line = NULL;
    size_t size = 0;
    int64_t spent = 0;
    FILE *f = fopen(path, "r");
    if (!f)
        give_up(NULL);
    for (ssize_t got; (got = getline(&line, &size, f)) > 0; (*n)++) {
        int64_t start = clock_monotonic();
        json_decref(json_loadb(line, (size_t)got, 0, NULL));
        spent += clock_monotonic() - start;
    }
    fclose(f);
    free(line);
    return (double)spent / (double)CLOCK_SECOND;
}

static void read_rows(sqlite3 *from, struct rows *r)
{
    sqlite3_stmt *s = prepare(from, "SELECT * FROM event ORDER BY id");
    r->columns = sqlite3_column_count(s);
    if (r->columns > MOST_COLUMNS)
        give_up(from);
    while (sqlite3_step(s) == SQLITE_ROW) {
        size_t at = r->count * (size_t)r->columns;
        if (r->count == r->capacity) {
            r->capacity = r->capacity ? r->capacity * 2 : 1024;
            r->values = mem_grow(r->values, r->capacity * (size_t)r->columns, sizeof *r->values);
        }
        for (int c = 0; c < r->columns; c++)
            r->values[at + (size_t)c] = sqlite3_value_dup(sqlite3_column_value(s, c));
        r->count++;
    }
    sqlite3_finalize(s);
}

static void copy_shape(sqlite3 *from, sqlite3 *to)
{
    run(to, pragmas);
    sqlite3_stmt *s =
        prepare(from, "SELECT sql FROM sqlite_master WHERE tbl_name='event' AND sql IS NOT NULL"
                      " ORDER BY type='index'");
    while (sqlite3_step(s) == SQLITE_ROW)
        run(to, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
}

static double insert_all(sqlite3 *to, const struct rows *r)
{
    char sql[64 + MOST_COLUMNS * 2] = "INSERT INTO event VALUES(?";
    size_t n = strlen(sql);
    for (int c = 1; c < r->columns; c++, n += 2)
        memcpy(sql + n, ",?", 3);
    memcpy(sql + n, ")", 2);
    int64_t start = clock_monotonic();
    sqlite3_stmt *s = prepare(to, sql);
    for (size_t i = 0; i < r->count; i++) {
        if (i % BATCH == 0)
            run(to, i ? "COMMIT; BEGIN" : "BEGIN");
        for (int c = 0; c < r->columns; c++)
            sqlite3_bind_value(s, c + 1, r->values[i * (size_t)r->columns + (size_t)c]);
        if (sqlite3_step(s) != SQLITE_DONE)
            give_up(to);
        sqlite3_reset(s);
    }
    run(to, r->count ? "COMMIT" : "SELECT 1");
    sqlite3_finalize(s);
    sqlite3_close(to); /* with its last checkpoint, as the import's own end */
    return seconds_since(start);
}

int main(int argc, char **argv)
{
    sqlite3 *from = NULL, *to = NULL;
    struct rows rows = {0};
    size_t lines = 0;
    if (argc != 4)
        return 2;
    double parse = parse_all(argv[1], &lines);
    if (sqlite3_open_v2(argv[2], &from, SQLITE_OPEN_READWRITE, NULL) || sqlite3_open(argv[3], &to))
        give_up(from);
    read_rows(from, &rows);
    copy_shape(from, to);
    sqlite3_close(from);
    double insert = insert_all(to, &rows);
    printf("%zu %zu %.6f %.6f\n", lines, rows.count, parse, insert);
    for (size_t i = 0; i < rows.count * (size_t)rows.columns; i++)
        sqlite3_value_free(rows.values[i]);
    free(rows.values);
    return 0;
}
