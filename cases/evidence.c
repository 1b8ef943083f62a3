#include "cases/evidence.h"

#include "cases/case_inside.h"
#include "cases/edit.h"
#include "core/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 65536 };

char *evidence_path(const struct store *s, int64_t case_id, const char *sha256)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/evidence/%" PRId64 "/%s", s->folder, case_id, sha256);
    return str_take(&path);
}

/* Reads `from` to its end; writes what it reads when `to` is not -1. */
static int digest(int from, int to, char sha256[65], uint64_t *size, struct err *e)
{
    char bytes[PIECE];
    struct hash *h = hash_new();
    ssize_t n;
    *size = 0;
    while ((n = read(from, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (to >= 0 && write(to, bytes, (size_t)n) != n)) {
            hash_free(h);
            return err_set(e, ERR_IO, "cannot copy: %s", strerror(errno));
        }
        hash_add(h, (struct slice){bytes, (size_t)n});
        *size += (uint64_t)n;
    }
    hash_end_hex(h, sha256);
    return 0;
}

int evidence_hash(const char *path, char sha256[65], struct err *e)
{
    uint64_t size;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %s: %s", path,
            strerror(errno));
    int rc = digest(fd, -1, sha256, &size, e);
    close(fd);
    return rc;
}

void evidence_pin_hash(struct slice record, struct slice raw, char sha256[65])
{
    char length[24];
    struct hash *h = hash_new();
    snprintf(length, sizeof length, "%zu:", record.n);
    hash_add(h, slice_of(length));
    hash_add(h, record);
    hash_add(h, raw);
    hash_end_hex(h, sha256);
}

static int sync_folder(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int bad = fd < 0 || fsync(fd);
    if (fd >= 0)
        close(fd);
    return bad ? err_set(e, ERR_IO, "cannot write %s to the disk: %s", path, strerror(errno)) : 0;
}

static int make_folder(const struct store *s, int64_t case_id, struct str *folder, struct err *e)
{
    str_printf(folder, "%s/evidence", s->folder);
    if (mkdir(folder->p, 0700) && errno != EEXIST)
        return err_set(e, ERR_IO, "cannot make %s: %s", folder->p, strerror(errno));
    if (sync_folder(s->folder, e))
        return -1;
    struct str parent = STR_INIT;
    str_slice(&parent, str_as_slice(folder));
    str_printf(folder, "/%" PRId64, case_id);
    int rc = mkdir(folder->p, 0700) && errno != EEXIST
                 ? err_set(e, ERR_IO, "cannot make %s: %s", folder->p, strerror(errno))
                 : sync_folder(parent.p, e);
    str_release(&parent);
    return rc;
}

/* A temporary name, its bytes on the disk, then its own name, then the folder on the disk: at no
 * moment does a name stand for half a file. */
static int copy_in(struct store *s, int64_t case_id, struct case_evidence *x, struct err *e)
{
    struct str folder = STR_INIT, temporary = STR_INIT;
    char uid[33];
    int from = open(x->path, O_RDONLY | O_CLOEXEC), to = -1, rc = -1;
    struct stat st;
    if (from < 0 || fstat(from, &st)) {
        err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot read %s: %s", x->path,
            strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(e, ERR_INPUT, "%s is not an ordinary file", x->path);
        goto out;
    }
    if (make_folder(s, case_id, &folder, e))
        goto out;
    store_uid(uid);
    str_printf(&temporary, "%s/.%s.new", folder.p, uid);
    to = open(temporary.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (to < 0) {
        err_set(e, ERR_IO, "cannot write %s: %s", temporary.p, strerror(errno));
        goto out;
    }
    rc = digest(from, to, x->sha256, &x->size, e);
    if (!rc && fsync(to))
        rc = err_set(e, ERR_IO, "cannot write %s to the disk: %s", temporary.p, strerror(errno));
    char *path = evidence_path(s, case_id, rc ? "" : x->sha256);
    if (!rc && rename(temporary.p, path))
        rc = err_set(e, ERR_IO, "cannot name %s: %s", path, strerror(errno));
    if (!rc)
        rc = sync_folder(folder.p, e);
    free(path);
    if (rc)
        unlink(temporary.p);
out:
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    str_release(&folder);
    str_release(&temporary);
    return rc;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int case_evidence_add(struct store *s, const struct actor *who, int64_t id, struct case_evidence *x,
    struct act_result *r, struct err *e)
{
    struct edit edit;
    char uid[33];
    struct str organization = STR_INIT;
    *r = (struct act_result){0};
    if (store_refuse_read_only(s, e) || case_organization(s, id, who, &organization, e) ||
        copy_in(s, id, x, e)) {
        str_release(&organization);
        return -1;
    }
    store_uid(uid);
    struct actor sealed = {who->analyst, organization.p};
    struct journal_act act = {.verb = "evidence"};
    int rc = edit_begin(&edit, s, "evidence", uid, e);
    if (!rc) {
        const char *name = x->name && *x->name ? x->name : base_name(x->path);
        int64_t done = db_run(s->record, e,
            "INSERT INTO evidence(uid, case_id, time, author, name, origin, sha256, size)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            "tiitttti", uid, id, clock_now(), who->analyst, name, x->origin ? x->origin : "",
            x->sha256, (int64_t)x->size);
        rc = edit_end(&edit, done < 0 ? -1 : case_touch(s, id, e), &sealed, &act, e);
    }
    str_release(&organization);
    if (rc)
        return -1;
    r->seq = edit.seq;
    r->changed = 1;
    snprintf(r->summary, sizeof r->summary, "evidence: %.64s", x->sha256);
    return 0;
}
