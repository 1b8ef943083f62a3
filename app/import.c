#include "app/ingest.h"

#include "app/enrich_host.h"
#include "app/source_lock.h"
#include "connectors/reader.h"
#include "core/log.h"
#include "core/mem.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 16 };
/* stands as the cursor of a file that was read to its end */
#define CURSOR_END "end"

struct importing {
    struct store *store;
    const struct import_options *options;
    const struct progress *progress;
    struct put_context context;
    struct enrich_host hosts;
    struct put_counts *counts;
    struct batch batch;
    uint64_t before, total; /* bytes of the files before this one; of all */
    size_t failed;
    struct err first; /* failure in a folder */
};

struct file_list {
    char **paths;
    size_t count;
    uint64_t bytes;
};

static bool is_cancelled(const struct importing *im)
{
    return im->progress && im->progress->cancelled && im->progress->cancelled(im->progress->owner);
}

/* Same file, unchanged: what was read of it stays read. */
static char *identity(const char *path)
{
    struct stat st;
    struct str text = STR_INIT;
    if (strcmp(path, "-") == 0 || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return NULL;
    str_printf(&text, "%ju:%ju:%jd:%jd.%09ld", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
        (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    return str_take(&text);
}

/* Where an earlier reading of this file was cut short; from the start otherwise. */
static int find_place(struct importing *im, struct reader_options *where, struct err *e)
{
    struct str name = STR_INIT, cursor = STR_INIT;
    int64_t reading = 0;
    int rc = 0;
    if (im->context.file) {
        str_printf(&name, "%s\n%s", im->context.source, im->context.file);
        rc = put_cursor(im->store, name.p, &cursor, e);
    }
    if (rc == 0 && cursor.n &&
        sscanf(cursor.p, "%" SCNu64 ":%" SCNu64 ":%" SCNd64, &where->offset, &where->line,
            &reading) == 3)
        im->context.reading = reading;
    else if (rc == 0)
        rc = put_reading(im->store, im->context.source, false, &im->context.reading, e);
    str_release(&name);
    str_release(&cursor);
    return rc;
}

/* Leaves the records of the kind that was asked for. */
static void filter(struct batch *b, enum import_as as)
{
    size_t kept = 0;
    if (as == IMPORT_AUTO)
        return;
    for (size_t i = 0; i < b->count; i++)
        if ((b->records[i].kind == RECORD_ALERT) == (as == IMPORT_ALERTS))
            b->records[kept++] = b->records[i];
    b->count = kept;
}

static int store_batch(struct importing *im, const struct reader *r, bool at_end, struct err *e)
{
    struct batch *b = &im->batch;
    filter(b, im->options->as);
    if (!b->pages)
        b->pages = 1;
    if (im->context.file)
        b->cursor = slice_of(at_end ? CURSOR_END
                                    : arena_printf(&b->arena, "%" PRIu64 ":%" PRIu64 ":%" PRId64,
                                          reader_offset(r), reader_line(r), im->context.reading));
    if (enrich_host_batch(&im->hosts, b, e) < 0 ||
        put_batch(im->store, &im->context, b, im->counts, e) < 0)
        return -1;
    if (im->progress && im->progress->report)
        im->progress->report(im->progress->owner, im->counts, im->before + reader_done(r),
            im->total ? im->total : reader_total(r));
    return 0;
}

static int read_through(struct importing *im, struct reader *r, struct err *e)
{
    for (;;) {
        struct err damage = ERR_INIT;
        if (is_cancelled(im))
            return err_set(e, ERR_CANCELLED, "stopped; the same import goes on from here");
        batch_reset(&im->batch);
        int more = reader_next(r, &im->batch, &damage);
        /* what came before the damage is good and is kept */
        if (store_batch(im, r, more == 0, e) < 0)
            return -1;
        if (more < 0) {
            *e = damage;
            return -1;
        }
        if (more == 0)
            return 0;
    }
}

static int import_file(struct importing *im, const char *path, struct err *e)
{
    struct reader_options where = {.format = im->options->format};
    struct reader *r = NULL;
    char *id = identity(path);
    im->context.file = id;
    int rc = find_place(im, &where, e);
    if (rc == 0)
        rc = strcmp(path, "-") == 0
                 ? reader_open_fd(&r, dup(STDIN_FILENO), "standard input", &where, e)
                 : reader_open(&r, path, &where, e);
    if (rc == 0)
        rc = read_through(im, r, e);
    reader_close(r);
    im->context.file = NULL;
    free(id);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_path(struct file_list *list, char *path, uint64_t bytes)
{
    list->paths = mem_grow(list->paths, list->count + 1, sizeof *list->paths);
    list->paths[list->count++] = path;
    list->bytes += bytes;
}

/* Plain files below a folder; symbolic links and hidden entries are left alone. */
static int walk(const char *folder, int depth, struct file_list *list, struct err *e)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int rc = 0;
    if (!dir)
        return err_set(e, ERR_IO, "cannot read the folder %s: %s", folder, strerror(errno));
    while (rc == 0 && (entry = readdir(dir))) {
        struct str path = STR_INIT;
        struct stat st;
        if (entry->d_name[0] == '.')
            continue;
        str_printf(&path, "%s/%s", folder, entry->d_name);
        if (lstat(path.p, &st) == 0 && S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
            rc = walk(path.p, depth + 1, list, e);
        if (rc == 0 && S_ISREG(st.st_mode))
            add_path(list, str_take(&path), (uint64_t)st.st_size);
        str_release(&path);
    }
    closedir(dir);
    return rc;
}

/* A file that cannot be read does not end the import of its neighbours. */
static int import_folder(struct importing *im, const char *folder, struct err *e)
{
    struct file_list list = {NULL, 0, 0};
    int rc = walk(folder, 0, &list, e);
    if (list.count)
        qsort(list.paths, list.count, sizeof *list.paths, by_name);
    im->total = list.bytes;
    for (size_t i = 0; i < list.count; i++) {
        struct stat st;
        struct err why = ERR_INIT;
        if (rc == 0 && import_file(im, list.paths[i], &why) < 0) {
            if (why.code == ERR_CANCELLED || why.code == ERR_IO) {
                *e = why;
                rc = -1;
            } else if (im->failed++ == 0) {
                im->first = why;
            }
            log_write(LOG_WARN, "import: %s", why.text);
        }
        if (stat(list.paths[i], &st) == 0)
            im->before += (uint64_t)st.st_size;
        free(list.paths[i]);
    }
    free(list.paths);
    if (rc == 0 && !list.count)
        return err_set(e, ERR_NOT_FOUND, "no file in the folder %s", folder);
    if (rc == 0 && im->failed)
        return err_set(e, im->failed == list.count ? ERR_INPUT : ERR_PARTIAL,
            "%zu of %zu files could not be read; the first: %.300s", im->failed, list.count,
            im->first.text);
    return rc;
}

static int import_path(struct importing *im, const char *path, struct err *e)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return import_file(im, path, e);
    if (stat(path, &st) < 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot read %s: %s", path,
            strerror(errno));
    return S_ISDIR(st.st_mode) ? import_folder(im, path, e) : import_file(im, path, e);
}

int ingest_import(struct app *a, struct store *s, const char *path,
    const struct import_options *options, const struct progress *progress,
    struct put_counts *counts, struct err *e)
{
    const char *name = options->source ? options->source : "import";
    const struct source_config *config = config_source(a->config, name);
    struct importing im = {.store = s, .options = options, .progress = progress, .counts = counts};
    struct err ignored = ERR_INIT;
    im.context = (struct put_context){.source = name,
        .kind = config ? config->kind : "file", /* takes no verdicts back */
        .organization = config ? config->organization : "default"};
    if (app_may_write(a, e) < 0)
        return -1;
    if (options->format && !file_format_find(options->format))
        return err_set(e, ERR_USAGE, "no format \"%.60s\"; see `hinomi formats`", options->format);
    int lock = source_lock(a, name, "import", e);
    if (lock < 0)
        return -1;
    batch_init(&im.batch);
    enrich_host_init(&im.hosts, a, s, im.context.organization);
    int rc = import_path(&im, path, e);
    batch_release(&im.batch);
    enrich_host_release(&im.hosts);
    if (rc == 0 || e->code != ERR_CANCELLED)
        if (put_source_result(s, name, im.context.kind, clock_now(), rc < 0 ? e : NULL, &ignored) <
            0)
            log_write(LOG_WARN, "%s: its state was not kept: %s", name, ignored.text);
    close(lock);
    return rc;
}
