/* LD_PRELOAD: counts the calls that change the data folder, over all processes of a run, and ends
 * the caller at the k-th, before it is made. kill -9 alone never shows a missing fsync, because the
 * kernel keeps what was written; so in mode 2 every byte written since its file's last fsync is put
 * back first. FAULT_DIR    the data folder          FAULT_STATE  a file outside it: counter and
 * undo log FAULT_AT     k; 0 or unset: count     FAULT_MODE   1 or 2 The state begins with struct
 * head; what follows is the undo log, oldest first. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    uint64_t calls, dead;
};

enum { UNDO_BYTES, UNDO_SYNCED };
struct undo {
    uint64_t inode, offset, length, size; /* size of the file before */
    uint64_t what;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static size_t folder_n;
static const char *state_path;
static uint64_t fatal;
static int mode, ready;

static void set_up(void)
{
    const char *dir = getenv("FAULT_DIR"), *at = getenv("FAULT_AT"), *m = getenv("FAULT_MODE");
    state_path = getenv("FAULT_STATE");
    ready = 1;
    if (!dir || !state_path || !realpath(dir, folder))
        folder[0] = '\0';
    folder_n = strlen(folder);
    fatal = at ? strtoull(at, NULL, 10) : 0;
    mode = m ? (int)strtol(m, NULL, 10) : 1;
}

static int inside(const char *path)
{
    char full[4096];
    if (!ready)
        set_up();
    if (!folder_n)
        return 0;
    if (path[0] != '/') {
        if (!getcwd(full, sizeof full - 1))
            return 0;
        strncat(full, "/", sizeof full - strlen(full) - 1);
        strncat(full, path, sizeof full - strlen(full) - 1);
        path = full;
    }
    return strncmp(path, folder, folder_n) == 0 && (path[folder_n] == '/' || !path[folder_n]);
}

static int fd_inside(int fd)
{
    char link[64], path[4096];
    struct stat st;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return 0;
    path[n] = '\0';
    return inside(path) && fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static ssize_t full_pread(int fd, void *p, size_t n, uint64_t at)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = syscall(SYS_pread64, fd, (char *)p + got, n - got, at + got);
        if (r <= 0)
            break;
        got += (size_t)r;
    }
    return (ssize_t)got;
}

/* The log forwards once, to learn where each file was last synced; then backwards to put bytes
 * back. */
struct entry {
    struct undo u;
    uint64_t at; /* of its bytes in the log */
};

static int find_inode(const char *dir, uint64_t inode, char *out, size_t size)
{
    DIR *d = opendir(dir);
    int found = 0;
    for (struct dirent *one; d && !found && (one = readdir(d));) {
        struct stat st;
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
            continue;
        snprintf(out, size, "%s/%s", dir, one->d_name);
        if (lstat(out, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            char deeper[4096];
            snprintf(deeper, sizeof deeper, "%s", out);
            found = find_inode(deeper, inode, out, size);
        } else {
            found = st.st_ino == inode;
        }
    }
    if (d)
        closedir(d);
    return found;
}

static void put_back(int log, const struct entry *e)
{
    char path[4096], *bytes = malloc(e->u.length + 1);
    int fd = find_inode(folder, e->u.inode, path, sizeof path)
                 ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0)
                 : -1;
    if (fd >= 0 && bytes) {
        size_t n = (size_t)full_pread(log, bytes, e->u.length, e->at);
        if (n)
            syscall(SYS_pwrite64, fd, bytes, n, e->u.offset);
        syscall(SYS_ftruncate, fd, e->u.size);
    }
    if (fd >= 0)
        syscall(SYS_close, fd);
    free(bytes);
}

static int synced_later(const struct entry *all, size_t n, size_t i)
{
    for (size_t j = i + 1; j < n; j++)
        if (all[j].u.what == UNDO_SYNCED && all[j].u.inode == all[i].u.inode)
            return 1;
    return 0;
}

static void lose_unsynced(int log)
{
    struct entry *all = NULL;
    size_t n = 0;
    uint64_t at = sizeof(struct head);
    struct undo u;
    while (full_pread(log, &u, sizeof u, at) == (ssize_t)sizeof u) {
        all = realloc(all, (n + 1) * sizeof *all);
        if (!all)
            abort();
        all[n++] = (struct entry){u, at + sizeof u};
        at += sizeof u + u.length;
    }
    for (size_t i = n; i-- > 0;)
        if (all[i].u.what == UNDO_BYTES && !synced_later(all, n, i))
            put_back(log, &all[i]);
    free(all);
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Takes the state's lock, counts, and does not return from the fatal call, nor from any call of
 * another process after it. */
static int begin(void)
{
    struct head h = {0, 0};
    pthread_mutex_lock(&lock);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, state_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        abort();
    syscall(SYS_flock, fd, LOCK_EX);
    full_pread(fd, &h, sizeof h, 0);
    h.calls++;
    if (!h.dead && fatal && h.calls == fatal) {
        if (mode == 2)
            lose_unsynced(fd);
        h.dead = 1;
    }
    syscall(SYS_pwrite64, fd, &h, sizeof h, 0);
    if (h.dead)
        die();
    return fd;
}

static void end(int state)
{
    syscall(SYS_close, state);
    pthread_mutex_unlock(&lock);
}

static void append(int state, const struct undo *u, const void *bytes)
{
    uint64_t at = (uint64_t)syscall(SYS_lseek, state, 0, SEEK_END);
    syscall(SYS_pwrite64, state, u, sizeof *u, at);
    if (u->length)
        syscall(SYS_pwrite64, state, bytes, u->length, at + sizeof *u);
}

/* What stands at [offset, offset + n) of fd, before it is changed. */
static void remember(int state, int fd, uint64_t offset, size_t n)
{
    struct stat st;
    char *old;
    if (mode != 2 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    struct undo u = {.inode = st.st_ino, .offset = offset, .size = (uint64_t)st.st_size};
    if (offset < u.size)
        u.length = u.size - offset < n ? u.size - offset : n;
    old = malloc(u.length + 1);
    /* the caller's fd may be write-only */
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int in = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (!old || in < 0)
        abort();
    u.length = (uint64_t)full_pread(in, old, u.length, offset);
    append(state, &u, old);
    syscall(SYS_close, in);
    free(old);
}

static void remember_synced(int state, uint64_t inode)
{
    struct undo u = {.inode = inode, .what = UNDO_SYNCED};
    if (mode == 2)
        append(state, &u, NULL);
}

static uint64_t place_of(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && flags & O_APPEND && fstat(fd, &st) == 0)
        return (uint64_t)st.st_size;
    off_t at = lseek(fd, 0, SEEK_CUR);
    return at < 0 ? 0 : (uint64_t)at;
}

#define EXPORT __attribute__((visibility("default")))

EXPORT ssize_t write(int fd, const void *p, size_t n)
{
    if (!fd_inside(fd))
        return syscall(SYS_write, fd, p, n);
    int state = begin();
    remember(state, fd, place_of(fd), n);
    ssize_t r = syscall(SYS_write, fd, p, n);
    end(state);
    return r;
}

EXPORT ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    if (!fd_inside(fd))
        return syscall(SYS_pwrite64, fd, p, n, at);
    int state = begin();
    remember(state, fd, (uint64_t)at, n);
    ssize_t r = syscall(SYS_pwrite64, fd, p, n, at);
    end(state);
    return r;
}

EXPORT ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return pwrite64(fd, p, n, at);
}

EXPORT ssize_t writev(int fd, const struct iovec *v, int count)
{
    size_t n = 0;
    if (!fd_inside(fd))
        return syscall(SYS_writev, fd, v, count);
    for (int i = 0; i < count; i++)
        n += v[i].iov_len;
    int state = begin();
    remember(state, fd, place_of(fd), n);
    ssize_t r = syscall(SYS_writev, fd, v, count);
    end(state);
    return r;
}

static int sync_call(long number, int fd)
{
    struct stat st;
    if (!fd_inside(fd))
        return (int)syscall(number, fd);
    int state = begin();
    int r = (int)syscall(number, fd);
    if (r == 0 && fstat(fd, &st) == 0)
        remember_synced(state, st.st_ino);
    end(state);
    return r;
}

EXPORT int fsync(int fd)
{
    return sync_call(SYS_fsync, fd);
}

EXPORT int fdatasync(int fd)
{
    return sync_call(SYS_fdatasync, fd);
}

EXPORT int ftruncate64(int fd, off_t n)
{
    struct stat st;
    if (!fd_inside(fd) || fstat(fd, &st) != 0)
        return (int)syscall(SYS_ftruncate, fd, n);
    int state = begin();
    if (n < st.st_size)
        remember(state, fd, (uint64_t)n, (size_t)(st.st_size - n));
    else
        remember(state, fd, (uint64_t)st.st_size, 0);
    int r = (int)syscall(SYS_ftruncate, fd, n);
    end(state);
    return r;
}

EXPORT int ftruncate(int fd, off_t n)
{
    return ftruncate64(fd, n);
}

EXPORT int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    if (!inside(from) && !inside(to))
        return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    int state = begin();
    int r = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    end(state);
    return r;
}

EXPORT int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int renameat(int from_at, const char *from, int to_at, const char *to)
{
    return renameat2(from_at, from, to_at, to, 0);
}

EXPORT int unlinkat(int at, const char *path, int flags)
{
    struct stat st;
    if (!inside(path) || fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return (int)syscall(SYS_unlinkat, at, path, flags);
    int state = begin();
    /* its inode may serve another file soon */
    remember_synced(state, st.st_ino);
    int r = (int)syscall(SYS_unlinkat, at, path, flags);
    end(state);
    return r;
}

EXPORT int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}
