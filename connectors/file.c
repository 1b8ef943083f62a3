/* A file that grows: read to its end at each poll, over rotation (another inode under the name: the
 * old one is read out first when it is still open) and truncation (shorter than the cursor: from
 * the start). Cursor: "inode:offset:line". */
#include "connectors/connector.h"
#include "connectors/reader.h"
#include "core/command.h"
#include "core/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_source {
    char *path, *format;
    struct reader *reader;
    uint64_t inode; /* of what is open */
    bool rotated;   /* what is open is the old file; the new one comes after it */
    bool old_done;  /* the old file was read out: begin the new one */
};

static const struct connector_option options[] = {
    {"path", "/var/log/suricata/eve.json", N_("the file, JSON lines"), true, false},
    {"format", "suricata", N_("instead of sniffing it; `hinomi formats` lists them"), false, false},
    {NULL, NULL, NULL, false, false},
};

static int source_open(void *state, const struct source_settings *settings, struct err *e)
{
    struct file_source *f = state;
    const char *path = settings->option(settings, "path");
    const char *format = settings->option(settings, "format");
    if (!path)
        return err_set(e, ERR_CONFIG, "source %s: path is missing", settings->name);
    if (format && strcmp(format, "auto") != 0 && !file_format_find(format))
        return err_set(e, ERR_CONFIG, "source %s: no format \"%s\"", settings->name, format);
    f->path = mem_strdup(path);
    f->format = format && strcmp(format, "auto") != 0 ? mem_strdup(format) : NULL;
    return 0;
}

static void end_reading(struct file_source *f)
{
    reader_close(f->reader);
    f->reader = NULL;
}

static void source_close(void *state)
{
    struct file_source *f = state;
    end_reading(f);
    free(f->path);
    free(f->format);
}

struct place {
    uint64_t inode, offset, line;
};

static struct place parse_cursor(const char *cursor)
{
    struct place p = {0, 0, 1};
    if (!cursor ||
        sscanf(cursor, "%" SCNu64 ":%" SCNu64 ":%" SCNu64, &p.inode, &p.offset, &p.line) != 3)
        return (struct place){0, 0, 1};
    return p;
}

/* The file of that inode beside ours, whose name begins like ours (eve.json.1, eve-20260311.json):
 * -1 when it is gone or packed. */
static int open_rotated(const struct file_source *f, uint64_t inode)
{
    const char *slash = strrchr(f->path, '/');
    const char *base = slash ? slash + 1 : f->path;
    char *folder = slash ? mem_strndup(f->path, (size_t)(slash - f->path) + 1) : mem_strdup(".");
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int fd = -1;
    while (fd < 0 && dir && (entry = readdir(dir)))
        if (entry->d_ino == inode && strncmp(entry->d_name, base, strcspn(base, ".")) == 0)
            fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (dir)
        closedir(dir);
    free(folder);
    return fd;
}

static int open_path(struct file_source *f, struct stat *st, struct err *e)
{
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        return fd;
    enum err_code code = fd < 0 && errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    err_set(e, code, "%s: %s", f->path, fd < 0 ? strerror(errno) : "not a regular file");
    if (fd >= 0)
        close(fd);
    return -1;
}

static int open_at(struct file_source *f, struct place from, struct err *e)
{
    struct stat st;
    struct reader_options o = {.format = f->format, .tail = true};
    int fd = open_path(f, &st, e), old = -1;
    if (fd < 0)
        return -1;
    if (from.inode && from.inode != (uint64_t)st.st_ino && !f->old_done)
        old = open_rotated(f, from.inode);
    f->old_done = false;
    f->rotated = old >= 0;
    if (f->rotated) {
        close(fd);
        fd = old;
        if (fstat(fd, &st))
            st.st_size = 0;
    }
    o.tail = !f->rotated; /* nobody writes to the old one: its last line is whole */
    f->inode = (uint64_t)st.st_ino;
    if (from.inode == f->inode && from.offset <= (uint64_t)st.st_size) {
        o.offset = from.offset;
        o.line = from.line;
    }
    return reader_open_fd(&f->reader, fd, f->path, &o, e);
}

static void put_cursor(const struct file_source *f, struct batch *out)
{
    char *cursor = arena_printf(&out->arena, "%" PRIu64 ":%" PRIu64 ":%" PRIu64, f->inode,
        reader_offset(f->reader), reader_line(f->reader));
    out->cursor = slice_of(cursor);
}

static int source_poll(void *state, const struct poll_context *context, struct batch *out,
    int64_t *retry_ns, struct err *e)
{
    struct file_source *f = state;
    (void)retry_ns;
    if (context->cancelled && context->cancelled(context->owner))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (!f->reader && open_at(f, parse_cursor(context->cursor), e))
        return -1;
    int rc = reader_next(f->reader, out, e);
    if (rc < 0) {
        end_reading(f);
        return -1;
    }
    put_cursor(f, out);
    if (rc > 0)
        return 1;
    end_reading(f); /* at the end: the next poll opens it at the cursor again */
    f->old_done = f->rotated;
    return f->rotated ? 1 : 0;
}

static int source_check(void *state, struct str *report, struct err *e)
{
    struct file_source *f = state;
    if (open_at(f, (struct place){0, 0, 1}, e))
        return -1;
    const char *format = reader_format(f->reader);
    str_printf(
        report, "%s can be read; format: %s\n", f->path, format ? format : "the file is empty");
    end_reading(f);
    return 0;
}

const struct connector_ops connector_file = {
    .name = "file",
    .help =
        N_("a file of JSON lines that grows (EVE, alerts.json, any format of `hinomi formats`)"),
    .options = options,
    .state_size = sizeof(struct file_source),
    .unsupported = N_("a file takes no verdicts and contains no host"),
    .open = source_open,
    .close = source_close,
    .check = source_check,
    .poll = source_poll,
};
