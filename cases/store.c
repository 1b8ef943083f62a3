#include "cases/store_inside.h"

#include "cases/journal_inside.h"
#include "cases/schema.h"
#include "cases/segment.h"
#include "cases/strings.h"
#include "core/hash.h"
#include "core/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEGMENT_ROWS = 1000000, BLOCK_BYTES = 256 * 1024 };
#define SEGMENT_BYTES (UINT64_C(1) << 30)

static int make_folders(const char *path, struct err *e)
{
    char *copy = mem_strdup(path);
    int rc = 0;
    for (char *p = copy + 1; !rc; p++) {
        if (*p && *p != '/')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(copy, 0700) && errno != EEXIST)
            rc = err_set(e, ERR_IO, "cannot make the folder %s: %s", copy, strerror(errno));
        *p = kept;
        if (!kept)
            break;
    }
    free(copy);
    return rc;
}

static int check_folder(const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st))
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
            "cannot open the data folder %s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "%s is not a folder", path);
    if (st.st_uid != geteuid() && geteuid() != 0)
        return err_set(e, ERR_DENIED, "the data folder %s belongs to somebody else", path);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return err_set(e, ERR_DENIED, "others may write to the data folder: chmod 700 %s", path);
    return 0;
}

static int open_one(struct store *s, struct db **db, const struct schema *schema,
    const struct column *columns, struct err *e)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/%s", s->folder, schema->file);
    struct db_options options = {
        .path = path.p, .read_only = s->read_only, .durable = schema == &schema_record};
    int rc = db_open(db, &options, e);
    if (!rc)
        rc = schema_open(*db, schema, path.p, s->read_only, e);
    if (!rc && !s->read_only)
        rc = schema_columns(*db, schema, columns, e);
    str_release(&path);
    return rc;
}

int store_open(struct store **out, const char *folder, enum store_flags flags, struct err *e)
{
    *out = NULL;
    bool read_only = flags & STORE_READ_ONLY;
    if (!read_only && make_folders(folder, e))
        return -1;
    if (check_folder(folder, e))
        return -1;
    struct store *s = mem_zalloc(1, sizeof *s);
    s->folder = mem_strdup(folder);
    s->read_only = read_only;
    s->segment_rows = SEGMENT_ROWS;
    s->segment_bytes = SEGMENT_BYTES;
    s->block_bytes = BLOCK_BYTES;
    columns_of_alerts(s->alert_columns);
    columns_of_events(s->event_columns);
    if (open_one(s, &s->record, &schema_record, s->alert_columns, e) ||
        open_one(s, &s->events, &schema_events, s->event_columns, e)) {
        store_close(s);
        return -1;
    }
    s->strings = strings_new(s->events);
    *out = s;
    return 0;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    segment_free(s->segment);
    strings_free(s->strings);
    db_close(s->record);
    db_close(s->events);
    str_release(&s->block);
    free(s->matched_key);
    free(s->folder);
    free(s);
}

void store_set_segments(struct store *s, uint64_t rows, uint64_t bytes, uint32_t block)
{
    s->segment_rows = rows;
    s->segment_bytes = bytes;
    s->block_bytes = block;
}

const char *store_folder(const struct store *s)
{
    return s->folder;
}

bool store_read_only(const struct store *s)
{
    return s->read_only;
}

void store_interrupt(struct store *s)
{
    db_interrupt(s->record);
    db_interrupt(s->events);
}

uint64_t store_version(struct store *s)
{
    return db_version(s->record) * 31 + db_version(s->events);
}

int64_t store_revision(struct store *s)
{
    int64_t revision = 0;
    db_number(s->record, NULL, &revision, "SELECT value FROM meta WHERE name='revision'", "");
    return revision;
}

int store_refuse_read_only(const struct store *s, struct err *e)
{
    return s->read_only ? err_set(e, ERR_DENIED, "refused: hinomi runs read-only") : 0;
}

int store_begin(struct store *s, struct err *e)
{
    if (store_refuse_read_only(s, e))
        return -1;
    return db_begin(s->record, e);
}

int64_t store_next_revision(struct store *s, struct err *e)
{
    if (db_run(s->record, e, "UPDATE meta SET value=value+1 WHERE name='revision'", "") < 0)
        return -1;
    return store_revision(s);
}

void store_uid(char out[33])
{
    unsigned char bytes[16];
    hash_random(bytes, sizeof bytes);
    hash_hex(bytes, sizeof bytes, out);
}

int store_commit(struct store *s, struct err *e)
{
    int64_t seq = s->act_seq;
    s->act_seq = 0;
    if (db_commit(s->record, e))
        return -1;
    return seq ? journal_head_save(s, seq, s->act_hash, e) : 0;
}

void store_rollback(struct store *s)
{
    s->act_seq = 0;
    db_rollback(s->record);
}
