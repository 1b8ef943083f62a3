/* The built-ins and a user's own folder, read through the same parser. */
#include "core/embedded.h"
#include "core/mem.h"
#include "remote/runbook.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char ending[] = ".runbook";

struct runbooks {
    struct runbook **list;
    size_t count;
};

struct folder {
    struct runbooks *all;
    const char *path;
    int fd;
};

static void add(struct runbooks *all, struct runbook *r)
{
    all->list = mem_grow(all->list, all->count + 1, sizeof *all->list);
    all->list[all->count++] = r;
}

static int add_builtins(struct runbooks *all, struct err *e)
{
    for (const struct embedded_file *f = embedded_files; f->name; f++) {
        struct runbook *r;
        if (strcmp(f->folder, "remote/runbooks") != 0)
            continue;
        if (runbook_parse(&r, f->name, (struct slice){f->bytes, f->size}, f->name, e))
            return -1;
        r->is_builtin = true;
        add(all, r);
    }
    return 0;
}

/* A runbook is code that will run as root on other machines: only its owner may write it. */
static int read_guarded(int at, const char *name, struct str *text, struct err *e)
{
    char buffer[16384];
    struct stat st;
    ssize_t n;
    int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: %s", name, strerror(errno));
    int rc = 0;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        rc = err_set(e, ERR_DENIED, "%s: not a regular file", name);
    else if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022))
        rc = err_set(e, ERR_DENIED, "%s: others may write it, so it is not run: chmod go-w", name);
    while (rc == 0 && (n = read(fd, buffer, sizeof buffer)) != 0) {
        if (n < 0)
            rc = err_set(e, ERR_IO, "%s: %s", name, strerror(errno));
        else if (text->n > 1024 * 1024)
            rc = err_set(e, ERR_CONFIG, "%s: too long for a runbook", name);
        else
            str_add(text, buffer, (size_t)n);
    }
    close(fd);
    return rc;
}

static int add_file(struct folder *f, const char *file, struct err *e)
{
    char name[128];
    struct str text = STR_INIT;
    struct runbook *r = NULL;
    snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - strlen(ending)), file);
    const struct runbook *twin = runbooks_find(f->all, name);
    int rc = twin ? err_set(e, ERR_DENIED, "%s: there is a built-in of this name", file) : 0;
    if (rc == 0)
        rc = read_guarded(f->fd, file, &text, e);
    if (rc == 0)
        rc = runbook_parse(&r, name, str_as_slice(&text), file, e);
    if (rc == 0)
        add(f->all, r);
    str_release(&text);
    return rc;
}

static int wanted(const struct dirent *d)
{
    return d->d_name[0] != '.' && slice_ends(slice_of(d->d_name), slice_of(ending)) &&
           strlen(d->d_name) < 120;
}

static int open_folder(struct folder *f, struct err *e)
{
    struct stat st;
    f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->fd < 0)
        return errno == ENOENT ? 0 : err_set(e, ERR_IO, "%s: %s", f->path, strerror(errno));
    if (fstat(f->fd, &st) || (st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022)) {
        close(f->fd);
        f->fd = -1;
        return err_set(e, ERR_DENIED,
            "%s: others may write this folder, so no runbook in it is used: chmod go-w", f->path);
    }
    return 0;
}

int runbooks_load(struct runbooks **out, const char *folder,
    void (*refused)(void *owner, const struct err *why), void *owner, struct err *e)
{
    struct runbooks *all = mem_zalloc(1, sizeof *all);
    struct folder f = {.all = all, .path = folder, .fd = -1};
    struct dirent **names = NULL;
    if (add_builtins(all, e)) {
        runbooks_free(all);
        return -1;
    }
    struct err why = ERR_INIT;
    if (folder && open_folder(&f, &why) && refused)
        refused(owner, &why);
    int count = f.fd >= 0 ? scandirat(f.fd, ".", &names, wanted, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        if (add_file(&f, names[i]->d_name, &why) && refused)
            refused(owner, &why);
        free(names[i]);
    }
    free(names);
    if (f.fd >= 0)
        close(f.fd);
    *out = all;
    return 0;
}

void runbooks_free(struct runbooks *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->count; i++)
        runbook_free(all->list[i]);
    free(all->list);
    free(all);
}

const struct runbook *runbooks_find(const struct runbooks *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->list[i]->name, name) == 0)
            return all->list[i];
    return NULL;
}

size_t runbooks_count(const struct runbooks *all)
{
    return all->count;
}

const struct runbook *runbooks_at(const struct runbooks *all, size_t i)
{
    return all->list[i];
}
