#include "cases/schema.h"

#include "core/str.h"

#include <unistd.h>

static int read_version(struct db *db, int *version, struct err *e)
{
    int64_t v = 0;
    if (db_number(db, e, &v, "PRAGMA user_version", "") < 0)
        return -1;
    *version = (int)v;
    return 0;
}

static int refuse_newer(const struct schema *schema, const char *path, int version, struct err *e)
{
    return err_set(e, ERR_UNSUPPORTED,
        "%s has format %d and this hinomi knows up to %d: use the newer hinomi that wrote it", path,
        version, schema->version);
}

/* The copy is whole before the original is touched, so that a migration that fails half-way, or a
 * person who wants the older program back, loses nothing. */
static int copy_beside(struct db *db, const char *path, int version, struct err *e)
{
    struct str name = STR_INIT;
    str_printf(&name, "%s.before-%d", path, version + 1);
    unlink(name.p);
    int64_t done = db_run(db, e, "VACUUM INTO ?1", "t", name.p);
    str_release(&name);
    return done < 0 ? -1 : 0;
}

static int run_steps(struct db *db, const struct schema *schema, const char *path, struct err *e)
{
    int version;
    struct str sql = STR_INIT;
    if (db_script(db, "BEGIN EXCLUSIVE", e))
        return -1;
    int rc = read_version(db, &version, e);
    if (!rc && version > schema->version)
        rc = refuse_newer(schema, path, version, e);
    for (; !rc && version < schema->version; version++)
        rc = db_script(db, schema->steps[version], e);
    str_printf(&sql, "PRAGMA user_version=%d", schema->version);
    if (!rc)
        rc = db_script(db, sql.p, e);
    str_release(&sql);
    if (!rc)
        rc = db_commit(db, e);
    if (rc)
        db_rollback(db);
    return rc;
}

int schema_open(
    struct db *db, const struct schema *schema, const char *path, bool read_only, struct err *e)
{
    int version;
    if (read_version(db, &version, e))
        return -1;
    if (version > schema->version)
        return refuse_newer(schema, path, version, e);
    if (version < schema->version) {
        if (read_only)
            return err_set(e, ERR_UNSUPPORTED,
                "%s has the older format %d: run hinomi once without --read-only", path, version);
        if (version > 0 && copy_beside(db, path, version, e))
            return -1;
        if (run_steps(db, schema, path, e))
            return -1;
    }
    db_expect_version(db, schema->version);
    return 0;
}

static bool has_column(struct db *db, const char *table, const char *quoted)
{
    int64_t found = 0;
    struct slice name = slice_of(quoted);
    if (name.n > 2 && name.p[0] == '"')
        name = (struct slice){name.p + 1, name.n - 2};
    return db_number(db, NULL, &found, "SELECT 1 FROM pragma_table_info(?1) WHERE name=?2", "ts",
               table, name) > 0;
}

static void missing_columns(struct db *db, const struct schema *schema,
    const struct column columns[FIELD_COUNT], struct str *sql)
{
    str_clear(sql);
    for (int f = 0; f < FIELD_COUNT; f++)
        if (columns[f].shape != COLUMN_NONE && !has_column(db, schema->table, columns[f].name))
            str_printf(sql, "ALTER TABLE %s ADD COLUMN %s %s;", schema->table, columns[f].name,
                columns[f].shape == COLUMN_TEXT ? "TEXT" : "INTEGER");
}

int schema_columns(struct db *db, const struct schema *schema,
    const struct column columns[FIELD_COUNT], struct err *e)
{
    struct str sql = STR_INIT;
    int rc = 0;
    missing_columns(db, schema, columns, &sql);
    if (sql.n) {
        rc = db_begin(db, e);
        /* another process may have opened the same fresh folder and added them meanwhile */
        if (!rc)
            missing_columns(db, schema, columns, &sql);
        if (!rc && sql.n)
            rc = db_script(db, sql.p, e);
        if (!rc)
            rc = db_commit(db, e);
        if (rc)
            db_rollback(db);
    }
    str_release(&sql);
    return rc;
}
