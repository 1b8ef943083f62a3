#include "app/run_inside.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void transcript_open(struct transcript *t, const char *folder, const char *host)
{
    struct str path = STR_INIT;
    /* the host's name was checked: it holds no slash */
    str_printf(&path, "%s/%s.transcript", folder, host);
    t->path = str_take(&path);
    t->tar = -1;
    t->fd = open(t->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    t->broken = t->fd < 0;
    str_printf(&path, "%s/%s.tar", folder, host);
    t->tar_path = str_take(&path);
}

static void put(struct transcript *t, int fd, struct slice bytes)
{
    while (bytes.n && !t->broken) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            t->broken = true;
            return;
        }
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
}

void transcript_text(struct transcript *t, const char *mark, struct slice text)
{
    struct str lines = STR_INIT;
    char now[CLOCK_TEXT_MAX];
    clock_format(clock_now(), now);
    while (t->fd >= 0 && text.p) {
        const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
        size_t n = end ? (size_t)(end - text.p) : text.n;
        str_printf(&lines, "%s %s ", now, mark);
        str_add(&lines, text.p, n);
        str_char(&lines, '\n');
        if (!end)
            break;
        text.p = end + 1;
        text.n -= n + 1;
        if (!text.n)
            break;
    }
    if (lines.n)
        put(t, t->fd, str_as_slice(&lines));
    str_release(&lines);
}

void transcript_data(struct transcript *t, struct slice bytes)
{
    if (t->tar < 0 && !t->tar_hash) {
        t->tar = open(t->tar_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        t->tar_hash = hash_new();
        t->broken |= t->tar < 0;
    }
    if (t->tar < 0)
        return;
    hash_add(t->tar_hash, bytes);
    put(t, t->tar, bytes);
}

void transcript_data_end(struct transcript *t)
{
    if (t->tar_hash)
        hash_end_hex(t->tar_hash, t->tar_sha256);
    t->tar_hash = NULL;
    if (t->tar >= 0) {
        t->broken |= fsync(t->tar) < 0;
        close(t->tar);
        t->tar = -1;
    }
}

void transcript_close(struct transcript *t)
{
    if (t->fd >= 0) {
        t->broken |= fsync(t->fd) < 0;
        close(t->fd);
        t->fd = -1;
    }
    if (t->tar >= 0)
        close(t->tar);
    t->tar = -1;
    hash_free(t->tar_hash);
    t->tar_hash = NULL;
}
