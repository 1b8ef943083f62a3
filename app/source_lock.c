#include "app/source_lock.h"

#include "core/mem.h"
#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool source_name_valid(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return n && n <= 72 && !name[n] && name[0] != '.' && name[0] != '-';
}

char *app_subfolder(const struct app *a, const char *name, struct err *e)
{
    struct str path = STR_INIT;
    str_puts(&path, a->data_folder);
    /* the store makes the data folder; whoever comes first makes this one */
    if (mkdir(path.p, 0700) < 0 && errno != EEXIST && errno != ENOENT) {
        err_set(e, ERR_IO, "cannot make the folder %s: %s", path.p, strerror(errno));
        str_release(&path);
        return NULL;
    }
    str_printf(&path, "/%s", name);
    if (mkdir(path.p, 0700) < 0 && errno != EEXIST) {
        err_set(e, ERR_IO, "cannot make the folder %s: %s", path.p, strerror(errno));
        str_release(&path);
        return NULL;
    }
    return str_take(&path);
}

static int busy(int fd, const char *source, struct err *e)
{
    char who[160];
    ssize_t n = pread(fd, who, sizeof who - 1, 0);
    who[n > 0 ? n : 0] = '\0';
    who[strcspn(who, "\n")] = '\0';
    return err_set(e, ERR_BUSY, "the source %.64s is being read by %s: wait for it or end it",
        source, *who ? who : "another hinomi");
}

int source_lock(const struct app *a, const char *source, const char *doing, struct err *e)
{
    struct str path = STR_INIT;
    char line[160], since[CLOCK_TEXT_MAX];
    if (!source_name_valid(source))
        return err_set(e, ERR_USAGE,
            "\"%.80s\" is no name for a source: letters, digits, dot, dash, underscore", source);
    char *folder = app_subfolder(a, "locks", e);
    if (!folder)
        return -1;
    str_printf(&path, "%s/%s.lock", folder, source);
    free(folder);
    int fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set(e, ERR_IO, "cannot open %s: %s", path.p, strerror(errno));
    str_release(&path);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        busy(fd, source, e);
        close(fd);
        return -1;
    }
    int n = snprintf(line, sizeof line, "%.40s (%.20s, process %ld, since %s)\n", a->actor.analyst,
        doing, (long)getpid(), clock_format(clock_now(), since));
    if (ftruncate(fd, 0) == 0 && pwrite(fd, line, (size_t)n, 0) != n)
        return close(fd), err_set(e, ERR_IO, "cannot write the lock of %s", source);
    return fd;
}
