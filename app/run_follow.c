#include "app/run_inside.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GRACE                                                                                      \
    (3 * CLOCK_SECOND) /* between the lock that is gone and the end that is not seen yet */
enum { BUFFER_MAX = 4 * RUN_LINE_MAX };

struct seen {
    char *key; /* host, NUL, step */
    size_t n;
    enum run_state state;
};

/* The record says which steps there are; the socket what they print meanwhile. */
struct following {
    struct app *app;
    struct store *store;
    int64_t run;
    run_event_sink *sink;
    void *owner;
    struct seen *seen;
    size_t seen_count;
    bool known, ended, stop;
    int fd; /* -1: nobody speaks */
    struct str buffer;
    uint64_t version;
};

static bool is_news(struct following *f, const struct run_step *step)
{
    size_t host = strlen(step->host) + 1, n = host + strlen(step->step) + 1;
    struct seen *s = f->seen;
    for (; s < f->seen + f->seen_count; s++)
        if (s->n == n && memcmp(s->key, step->host, host) == 0 &&
            memcmp(s->key + host, step->step, n - host) == 0) {
            bool news = s->state != step->state;
            s->state = step->state;
            return news;
        }
    f->seen = mem_grow(f->seen, f->seen_count + 1, sizeof *f->seen);
    s = &f->seen[f->seen_count++];
    *s = (struct seen){mem_alloc(n), n, step->state};
    memcpy(s->key, step->host, host);
    memcpy(s->key + host, step->step, n - host);
    return true;
}

static int take_step(void *owner, const struct run_step *step)
{
    struct following *f = owner;
    if (!is_news(f, step) || f->stop)
        return 0;
    struct run_event event = {step->host, step->step, step->detail ? step->detail : "", step->state,
        step->ended != CLOCK_NONE ? step->ended : step->begun};
    f->stop = f->sink(f->owner, &event) != 0;
    return 0;
}

static int take_run(void *owner, const struct run_row *row)
{
    struct following *f = owner;
    f->known = true;
    f->ended = row->ended != CLOCK_NONE;
    return 0;
}

static int read_record(struct following *f, struct err *e)
{
    if (run_get(f->store, f->run, take_run, f, e) < 0)
        return -1;
    return run_steps_each(f->store, f->run, take_step, f, e);
}

static void attach(struct following *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct str path = STR_INIT;
    char link[64];
    str_printf(&path, "%s/runs/%lld", f->app->data_folder, (long long)f->run);
    int folder = open(path.p, O_PATH | O_DIRECTORY | O_CLOEXEC);
    str_release(&path);
    if (folder < 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d/sock", folder);
    memcpy(address.sun_path, link, strlen(link) + 1);
    f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (f->fd >= 0 && connect(f->fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(f->fd);
        f->fd = -1;
    }
    close(folder);
}

/* Lines of output only: states come from the record, which has the last word. */
static void take_line(struct following *f, const char *line, size_t n)
{
    json_t *j = json_loadb(line, n, 0, NULL);
    const char *host = json_string_value(json_object_get(j, "host"));
    const char *step = json_string_value(json_object_get(j, "step"));
    const char *text = json_string_value(json_object_get(j, "text"));
    enum run_state state = (enum run_state)json_integer_value(json_object_get(j, "state"));
    if (host && step && text && *text && state == RUN_RUNNING) {
        struct run_event event = {
            host, step, text, state, json_integer_value(json_object_get(j, "time"))};
        f->stop |= f->sink(f->owner, &event) != 0;
    }
    json_decref(j);
}

static void read_socket(struct following *f)
{
    char bytes[16384];
    ssize_t n;
    while (f->fd >= 0 && (n = recv(f->fd, bytes, sizeof bytes, 0)) != -1) {
        if (n == 0 || f->buffer.n > BUFFER_MAX) {
            close(f->fd);
            f->fd = -1;
            return;
        }
        str_add(&f->buffer, bytes, (size_t)n);
        size_t from = 0;
        const char *end;
        while ((end = memchr(f->buffer.p + from, '\n', f->buffer.n - from))) {
            size_t length = (size_t)(end - (f->buffer.p + from));
            if (!f->stop)
                take_line(f, f->buffer.p + from, length);
            from += length + 1;
        }
        struct str rest = STR_INIT;
        str_add(&rest, f->buffer.p + from, f->buffer.n - from);
        str_release(&f->buffer);
        f->buffer = rest;
    }
}

/* The runner is gone and left no end: the truth is looked up, if we may write. */
static int mend(struct following *f, struct err *e)
{
    size_t mended = 0;
    if (f->app->read_only)
        return err_set(e, ERR_IO,
            "the runner of run %lld died; `hinomi runs --recover` finds out what it did",
            (long long)f->run);
    if (run_recover(f->app, f->store, &mended, e) < 0 || read_record(f, e) < 0)
        return -1;
    return f->ended ? 0
                    : err_set(e, ERR_IO,
                          "the runner of run %lld died; the hosts are looked after until the truth "
                          "is known",
                          (long long)f->run);
}

static int follow(struct following *f, struct err *e)
{
    int64_t dead_since = 0;
    attach(f);
    for (;;) {
        struct pollfd p = {f->fd, POLLIN, 0};
        uint64_t version = store_version(f->store);
        if (version != f->version && read_record(f, e) < 0)
            return -1;
        f->version = version;
        read_socket(f);
        if (f->stop || f->ended)
            return 0;
        bool alive = run_alive(f->app, f->run);
        if (alive)
            dead_since = 0;
        else if (!dead_since)
            dead_since = clock_monotonic();
        else if (clock_monotonic() - dead_since > GRACE)
            return mend(f, e);
        if (f->fd < 0 && alive)
            attach(f);
        poll(&p, f->fd >= 0 ? 1 : 0, f->fd >= 0 ? 200 : 100);
    }
}

int run_follow(
    struct app *a, struct store *s, int64_t run, run_event_sink *sink, void *owner, struct err *e)
{
    struct following f = {.app = a, .store = s, .run = run, .sink = sink, .owner = owner, .fd = -1};
    int rc = read_record(&f, e);
    f.version = store_version(s);
    if (rc == 0 && !f.known)
        rc = err_set(e, ERR_NOT_FOUND, "there is no run %lld", (long long)run);
    if (rc == 0)
        rc = follow(&f, e);
    for (size_t i = 0; i < f.seen_count; i++)
        free(f.seen[i].key);
    free(f.seen);
    str_release(&f.buffer);
    if (f.fd >= 0)
        close(f.fd);
    return rc;
}
