/* The loop: wait, drain all input, run what finished, draw one frame. */
#include "tui/desk.h"
#include "tui/draw.h"
#include "tui/glyph.h"
#include "tui/screen.h"

#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TICK_MS = 250, READ_MAX = 16384 };

struct loop {
    uint64_t consumed, frame, told_consumed, told_frame;
    int64_t ticked;
    bool hung_up;
};

static void fit_canvas(struct tui *t)
{
    int width, height;
    screen_size(&width, &height);
    canvas_release(&t->canvas);
    canvas_init(&t->canvas, width, height);
    t->dirty = true;
}

static void read_keys(struct tui *t, struct loop *l)
{
    char bytes[READ_MAX];
    ssize_t n = read(screen_fd(), bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        l->hung_up = true;
        return;
    }
    if (n > 0) {
        l->consumed += (uint64_t)n;
        input_feed(t->input, bytes, (size_t)n, clock_monotonic());
    }
}

static void take_events(struct tui *t)
{
    struct input_event event;
    while (!t->quit && !t->asking && input_next(t->input, &event)) {
        dispatch_event(t, &event);
    }
}

static void look_at_record(struct tui *t, struct loop *l)
{
    int64_t now = clock_monotonic();
    if (now - l->ticked < TICK_MS * CLOCK_MILLISECOND) {
        return;
    }
    l->ticked = now;
    uint64_t version = store_version(t->store);
    if (version != t->version) {
        t->version = version;
        for (size_t i = 0; i < t->depth; i++) {
            if (t->views[i]->ops->changed) {
                t->views[i]->ops->changed(t->views[i]);
            }
        }
        t->status_at = 0;
    }
    intake_tick(t);
    status_refresh(t);
}

/* Seconds in the clock change once a second, a message goes when its time is over. */
static bool frame_is_due(struct tui *t)
{
    int64_t second = clock_now() / CLOCK_SECOND;
    bool ended = t->message[0] && clock_monotonic() >= t->message_until;
    if (ended) {
        t->message[0] = '\0';
    }
    return t->dirty || ended || second != t->now / CLOCK_SECOND;
}

static void tell_idle(struct tui *t, struct loop *l)
{
    bool settled = t->busy == 0 && input_deadline(t->input) == CLOCK_NONE && !dispatch_waiting(t);
    bool news = l->consumed != l->told_consumed || l->frame != l->told_frame;
    if (t->sync_fd < 0 || !settled || !news) {
        return;
    }
    dprintf(t->sync_fd, "idle %llu %llu\n", (unsigned long long)l->consumed,
        (unsigned long long)l->frame);
    l->told_consumed = l->consumed;
    l->told_frame = l->frame;
}

static int wait_ms(const struct tui *t)
{
    int64_t deadline = input_deadline(t->input);
    if (deadline != CLOCK_NONE) {
        int64_t left = (deadline - clock_monotonic()) / CLOCK_MILLISECOND + 1;
        return left < 0 ? 0 : (int)(left < TICK_MS ? left : TICK_MS);
    }
    return dispatch_waiting(t) ? 50 : TICK_MS;
}

static void handle_news(struct tui *t, struct loop *l)
{
    struct screen_news news = screen_news();
    l->hung_up |= news.end;
    if (news.suspend) {
        screen_suspend();
    }
    if (news.resized || news.suspend) {
        screen_adapt();
        fit_canvas(t);
    }
}

static void run_loop(struct tui *t)
{
    struct loop l = {.frame = 0, .told_frame = 0};
    while (!t->quit && !l.hung_up) {
        if (frame_is_due(t)) {
            t->dirty = false;
            frame_draw(t);
            screen_show(&t->canvas, t->theme);
            l.frame++;
        }
        tell_idle(t, &l);
        struct pollfd fds[2] = {{screen_fd(), POLLIN, 0}, {work_fd(t->work), POLLIN, 0}};
        screen_wait(fds, 2, wait_ms(t));
        handle_news(t, &l);
        if (fds[0].revents & (POLLHUP | POLLERR)) {
            l.hung_up = true;
        }
        if (fds[0].revents & POLLIN) {
            read_keys(t, &l);
        }
        input_expire(t->input, clock_monotonic());
        take_events(t);
        dispatch_timeout(t);
        if (work_drain(t->work) > 0) {
            t->dirty = true;
            take_events(t);
        }
        if (!t->quit) {
            look_at_record(t, &l);
        }
    }
}

/* What libraries write to stderr would tear the screen; it is often the only clue, so it is kept.
 */
static void keep_stderr(const struct tui *t)
{
    char path[PATH_MAX];
    if (!isatty(STDERR_FILENO) || t->app->read_only ||
        snprintf(path, sizeof path, "%s/stderr.log", t->app->data_folder) >= (int)sizeof path) {
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0) {
        dup2(fd, STDERR_FILENO);
        close(fd);
    }
}

static void theme_says(void *owner, int line, const char *text)
{
    (void)owner;
    log_write(LOG_WARN, "theme, line %d: %s", line, text);
}

static void choose_theme(struct tui *t)
{
    struct err e = ERR_INIT;
    char folder[PATH_MAX];
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const char *name = t->options->theme ? t->options->theme : t->app->config->theme;
    if (base && *base) {
        snprintf(folder, sizeof folder, "%s/hinomi/themes", base);
    } else {
        snprintf(folder, sizeof folder, "%s/.config/hinomi/themes", home ? home : "");
    }
    t->theme = theme_load(name && *name ? name : "default", folder, theme_says, NULL, &e);
    if (!t->theme) {
        desk_fail(t, &e);
        t->theme = theme_load("default", NULL, NULL, NULL, &e);
    }
    if (!t->theme) {
        t->theme = theme_parse(SLICE(""), NULL, NULL);
    }
    draw_use_theme(t->theme);
}

static void keymap_says(void *owner, int line, const char *text)
{
    desk_say(owner, ROLE_STATUS_WARN, N_("keymap, line %d: %s"), line, text);
}

static void read_keymap(struct tui *t)
{
    char path[PATH_MAX], bytes[65536];
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    keymap_init(&t->keymap);
    if (base && *base) {
        snprintf(path, sizeof path, "%s/hinomi/keymap", base);
    } else {
        snprintf(path, sizeof path, "%s/.config/hinomi/keymap", home ? home : "");
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, bytes, sizeof bytes) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (n > 0) {
        keymap_read(&t->keymap, (struct slice){bytes, (size_t)n}, keymap_says, t);
    }
}

static void tui_release(struct tui *t)
{
    if (t->watching) {
        watch_stop(t->watching);
    }
    work_free(t->work);
    while (t->depth > 0) {
        desk_close_top(t);
    }
    popup_release(&t->popup);
    desk_pool_close(t);
    store_close(t->store);
    source_list_release(&t->status.sources);
    theme_free(t->theme);
    draw_use_theme(NULL);
    input_free(t->input);
    canvas_release(&t->canvas);
    str_release(&t->yank);
    free(t->pending);
    free(t->last.verdict);
    free(t->last.reason);
    free(t->last.assignee);
    free(t->last.until);
}

static bool wants_colour(const struct tui_options *o)
{
    const char *plain = getenv("NO_COLOR");
    if (o->color && strcmp(o->color, "auto") != 0) {
        return strcmp(o->color, "always") == 0;
    }
    return !(plain && *plain);
}

static void take_options(struct tui *t)
{
    int64_t now;
    uint64_t fd;
    t->sync_fd = -1;
    t->notice = getenv("HINOMI_NOTICE");
    if (t->options->now && clock_parse(slice_of(t->options->now), &now)) {
        clock_set_fake(now);
    }
    if (t->options->sync_fd && slice_uint(slice_of(t->options->sync_fd), &fd) && fd < 65536) {
        t->sync_fd = (int)fd;
    }
}

int tui_main(struct app *app, const struct tui_options *options)
{
    struct tui t = {.app = app, .options = options, .utc = app->utc, .typed_at = CLOCK_NONE};
    struct err e = ERR_INIT;
    struct screen_options screen = {.no_colour = !wants_colour(options)};
    take_options(&t);
    if (app_store(app, &t.store, &e) != 0 || screen_open(&screen, &e) != 0) {
        fprintf(stderr, "hinomi: %s\n", e.text);
        store_close(t.store);
        return err_exit_status(e.code);
    }
    keep_stderr(&t);
    glyph_use_ascii(screen_plain_glyphs());
    t.now = clock_now();
    t.version = store_version(t.store);
    t.work =
        work_new((int)app->config->source_count < 16 ? (int)app->config->source_count + 1 : 16);
    t.input = input_new(INPUT_ESCAPE_MS);
    t.focused = true;
    choose_theme(&t);
    read_keymap(&t);
    fit_canvas(&t);
    desk_open(&t, &view_queue, NULL);
    intake_start(&t);
    status_refresh(&t);
    run_loop(&t);
    screen_close();
    tui_release(&t);
    return 0;
}
