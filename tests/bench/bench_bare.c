/* What import is measured against: a bare Jansson parse of the same lines, and a bare sqlite3
 * insert of eight of their values, already parsed, 10,000 a transaction. Prints seconds. */
#include "core/clock.h"
#include "core/mem.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8 };

static double seconds_since(int64_t start)
{
    return (double)(clock_monotonic() - start) / (double)CLOCK_SECOND;
}

static double parse_all(char **lines, size_t n, json_t **out)
{
    int64_t start = clock_monotonic();
    for (size_t i = 0; i < n; i++)
        out[i] = json_loads(lines[i], 0, NULL);
    return seconds_since(start);
}

static void bind_all(sqlite3_stmt *s, json_t *event)
{
    void *at = json_object_iter(event);
    for (int c = 1; c <= COLUMNS; c++) {
        const char *text = at ? json_string_value(json_object_iter_value(at)) : NULL;
        sqlite3_bind_text(s, c, text, -1, SQLITE_STATIC);
        at = at ? json_object_iter_next(event, at) : NULL;
    }
}

static double insert_all(const char *path, json_t **events, size_t n)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        return -1;
    sqlite3_exec(db,
        "pragma journal_mode=wal; pragma synchronous=normal;"
        "create table t(a,b,c,d,e,f,g,h); create index i on t(a); create index j on t(b);",
        NULL, NULL, NULL);
    int64_t start = clock_monotonic();
    sqlite3_prepare_v2(db, "insert into t values(?,?,?,?,?,?,?,?)", -1, &s, NULL);
    for (size_t i = 0; i < n; i++) {
        if (i % 10000 == 0)
            sqlite3_exec(db, i ? "commit; begin" : "begin", NULL, NULL, NULL);
        bind_all(s, events[i]);
        sqlite3_step(s);
        sqlite3_reset(s);
    }
    sqlite3_exec(db, "commit", NULL, NULL, NULL);
    double took = seconds_since(start);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return took;
}

int main(int argc, char **argv)
{
    char **lines = NULL, *line = NULL;
    size_t n = 0, capacity = 0, size = 0;
    FILE *f = argc == 3 ? fopen(argv[1], "r") : NULL;
    if (!f)
        return 2;
    while (getline(&line, &size, f) > 0) {
        if (n == capacity)
            lines = mem_grow(lines, capacity = capacity ? capacity * 2 : 1024, sizeof *lines);
        lines[n++] = mem_strdup(line);
    }
    fclose(f);
    json_t **events = mem_zalloc(n + 1, sizeof *events);
    double parse = parse_all(lines, n, events);
    double insert = insert_all(argv[2], events, n);
    printf("%zu %.6f %.6f\n", n, parse, insert);
    return 0;
}
