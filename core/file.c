#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(struct err *e, const char *path)
{
    enum err_code code = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    return err_set(e, code, "%s: %s", path, strerror(errno));
}

int file_read(const char *path, size_t limit, struct str *out, struct err *e)
{
    struct stat st;
    char buffer[16384];
    size_t total = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return failed(e, path);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_INPUT, "%s: not a regular file", path);
    }
    while ((n = read(fd, buffer, sizeof buffer)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        total += (size_t)n;
        if (total > limit)
            break;
        str_add(out, buffer, (size_t)n);
    }
    int saved = errno;
    close(fd);
    errno = saved;
    if (n < 0)
        return failed(e, path);
    if (total > limit)
        return err_set(e, ERR_INPUT, "%s: larger than %zu bytes", path, limit);
    return 0;
}

static int write_all(int fd, struct slice bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return 0;
}

int file_sync_folder(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed(e, path);
    int rc = fsync(fd);
    close(fd);
    return rc ? failed(e, path) : 0;
}

static int sync_parent(const char *path, struct err *e)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash)
        return file_sync_folder(".", e);
    snprintf(folder, sizeof folder, "%.*s", (int)(slash == path ? 1 : slash - path), path);
    return file_sync_folder(folder, e);
}

int file_write(const char *path, struct slice bytes, struct err *e)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.%d.new", path, (int)getpid()) >= PATH_MAX)
        return err_set(e, ERR_IO, "%s: the name is too long", path);
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(e, temporary);
    int rc = write_all(fd, bytes) || fsync(fd) ? -1 : 0;
    int saved = errno;
    rc = close(fd) || rc ? -1 : 0;
    if (rc == 0 && rename(temporary, path) == 0)
        return sync_parent(path, e);
    errno = saved;
    failed(e, path);
    unlink(temporary);
    return -1;
}

int file_make_folder(const char *path, struct err *e)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return err_set(e, ERR_IO, "%s: the name is too long", path);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return failed(e, part);
    }
    return 0;
}
