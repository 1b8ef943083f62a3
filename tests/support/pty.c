#include "tests/support/pty.h"

#include "core/clock.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

enum { DEADLINE_SECONDS = 30 };

char *pty_program(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);
    path[n > 0 ? n : 0] = '\0';
    for (int up = 0; up < 3; up++) { /* build/tests/tui/test_x → build */
        char *slash = strrchr(path, '/');
        if (slash) {
            *slash = '\0';
        }
    }
    memcpy(path + strlen(path), "/hinomi", 8);
    return mem_strdup(path);
}

static void pin_environment(const struct pty_options *o)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC", 1);
    setenv("TERM", o && o->term ? o->term : "xterm-256color", 1);
    setenv("HOME", "/nonexistent", 1);
    setenv("HINOMI_ANALYST", "kmori", 1);
    unsetenv("TMUX");
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_DATA_HOME");
    if (o && o->language) {
        setenv("LANGUAGE", o->language, 1);
    } else {
        unsetenv("LANGUAGE");
    }
}

static void exec_command(const char *const *argv)
{
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void exec_with(const char *const *arguments)
{
    const char *argv[32] = {pty_program()};
    for (int i = 0; arguments[i] && i < 30; i++) {
        argv[i + 1] = arguments[i];
    }
    exec_command(argv);
}

/* In the child: never returns. */
static void become(const struct pty_options *o, int sync)
{
    char fd[16];
    const char *pinned[] = {pty_program(), "--data", o->data, "--now", "2026-03-11T11:42:07Z",
        "--theme", "default", NULL};
    const char *argv[32];
    size_t n = 0;
    snprintf(fd, sizeof fd, "%d", sync);
    const char *const *command = o->command ? o->command : pinned;
    for (size_t i = 0; command[i] && n < 24; i++) {
        argv[n++] = command[i];
    }
    argv[n++] = "--test-sync-fd";
    argv[n++] = fd;
    for (size_t i = 0; o->more && o->more[i] && n < 30; i++) {
        argv[n++] = o->more[i];
    }
    argv[n] = NULL;
    pin_environment(o);
    exec_command(argv);
}

static int run_into(const char *const *arguments, int out, int err)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        dup2(out, STDOUT_FILENO);
        if (err >= 0) {
            dup2(err, STDERR_FILENO);
        }
        pin_environment(NULL);
        exec_with(arguments);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int pty_run(const char *const *arguments)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int status = run_into(arguments, null, -1);
    close(null);
    return status;
}

int pty_capture(const char *const *arguments, struct str *out)
{
    char part[8192];
    int file = memfd_create("output", MFD_CLOEXEC);
    int status = run_into(arguments, file, file);
    lseek(file, 0, SEEK_SET);
    for (ssize_t n; (n = read(file, part, sizeof part)) > 0;) {
        str_add(out, part, (size_t)n);
    }
    close(file);
    return status;
}

static void take_sync(struct pty *p)
{
    char bytes[512];
    ssize_t n = read(p->sync, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] != '\n' && p->line_n + 1 < sizeof p->line) {
            p->line[p->line_n++] = bytes[i];
            continue;
        }
        p->line[p->line_n] = '\0';
        p->line_n = 0;
        sscanf(p->line, "idle %llu %llu", &p->consumed, &p->frame);
    }
}

static bool take_screen(struct pty *p)
{
    char bytes[8192];
    ssize_t n = read(p->master, bytes, sizeof bytes);
    if (n <= 0) {
        return false;
    }
    p->received += (unsigned long long)n;
    if (p->bytes) {
        str_add(p->bytes, bytes, (size_t)n);
    }
    vterm_input_write(p->terminal, bytes, (size_t)n);
    return true;
}

/* Until the program has taken all bytes and a frame later than `frame` is settled and read. */
static bool settle(struct pty *p, unsigned long long frame)
{
    int64_t end = clock_monotonic() + DEADLINE_SECONDS * CLOCK_SECOND;
    while (clock_monotonic() < end) {
        bool done = p->consumed >= p->sent && p->frame > frame;
        struct pollfd fds[2] = {{p->master, POLLIN, 0}, {p->sync, POLLIN, 0}};
        int ready = poll(fds, 2, done ? 0 : 1000);
        if (ready == 0 && done) {
            return true;
        }
        if (fds[0].revents && !take_screen(p)) {
            return false;
        }
        if (fds[1].revents & POLLIN) {
            take_sync(p);
        }
    }
    return false;
}

bool pty_start(struct pty *p, const struct pty_options *o)
{
    int sync[2];
    struct winsize size = {(unsigned short)o->rows, (unsigned short)o->columns, 0, 0};
    *p = (struct pty){.columns = o->columns, .rows = o->rows, .bytes = o->bytes};
    if (pipe(sync) != 0) {
        return false;
    }
    fcntl(sync[0], F_SETFD, FD_CLOEXEC);
    p->child = forkpty(&p->master, NULL, NULL, &size);
    if (p->child == 0) {
        become(o, sync[1]);
    }
    close(sync[1]);
    p->sync = sync[0];
    p->terminal = vterm_new(o->rows, o->columns);
    vterm_set_utf8(p->terminal, 1);
    p->screen = vterm_obtain_screen(p->terminal);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
    return settle(p, 0);
}

void pty_stop(struct pty *p)
{
    if (p->child > 0) {
        kill(p->child, SIGTERM);
        while (waitpid(p->child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close(p->master);
    close(p->sync);
    if (p->terminal) {
        vterm_free(p->terminal);
    }
    *p = (struct pty){.child = -1};
}

/* A frame may be half drawn while it is looked at: what is sought is then sought again. */
bool pty_wait(struct pty *p, const char *text, int seconds)
{
    int64_t end = clock_monotonic() + seconds * CLOCK_SECOND;
    while (!pty_shows(p, text)) {
        struct pollfd fds[2] = {{p->master, POLLIN, 0}, {p->sync, POLLIN, 0}};
        if (clock_monotonic() >= end) {
            return false;
        }
        poll(fds, 2, 200);
        if (fds[0].revents && !take_screen(p)) {
            return pty_shows(p, text);
        }
        if (fds[1].revents & POLLIN) {
            take_sync(p);
        }
    }
    return true;
}

int pty_end(struct pty *p, int seconds)
{
    int64_t end = clock_monotonic() + seconds * CLOCK_SECOND;
    int status;
    while (clock_monotonic() < end) {
        struct pollfd fd = {p->master, POLLIN, 0};
        poll(&fd, 1, 100);
        if (fd.revents) {
            take_screen(p);
        }
        if (waitpid(p->child, &status, WNOHANG) == p->child) {
            p->child = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    return -1;
}

bool pty_alive(const struct pty *p)
{
    return waitpid(p->child, NULL, WNOHANG) == 0;
}

bool pty_send(struct pty *p, const char *bytes, size_t n)
{
    unsigned long long frame = p->frame;
    for (size_t at = 0; at < n;) {
        ssize_t wrote = write(p->master, bytes + at, n - at);
        if (wrote <= 0) {
            return false;
        }
        at += (size_t)wrote;
    }
    p->sent += n;
    return settle(p, n ? frame : frame - 1);
}

/* One key at a time, as a person types; an escape sequence goes whole. */
bool pty_type(struct pty *p, const char *keys)
{
    while (*keys) {
        size_t n = 1;
        if (*keys == '\033' && keys[1] == '[') {
            n = 2 + strcspn(keys + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~") + 1;
        }
        while (((unsigned char)keys[n] & 0xc0) == 0x80) {
            n++;
        }
        if (!pty_send(p, keys, n)) {
            return false;
        }
        keys += n;
    }
    return true;
}

bool pty_resize(struct pty *p, int columns, int rows)
{
    struct winsize size = {(unsigned short)rows, (unsigned short)columns, 0, 0};
    if (columns == p->columns && rows == p->rows) {
        return true;
    }
    p->columns = columns;
    p->rows = rows;
    vterm_set_size(p->terminal, rows, columns);
    if (ioctl(p->master, TIOCSWINSZ, &size) != 0) {
        return false;
    }
    return settle(p, p->frame);
}

static VTermScreenCell cell_at(const struct pty *p, int row, int column)
{
    VTermScreenCell cell;
    memset(&cell, 0, sizeof cell);
    vterm_screen_get_cell(p->screen, (VTermPos){row, column}, &cell);
    return cell;
}

static void add_code(struct str *out, uint32_t code)
{
    if (code < 0x80) {
        str_char(out, (char)code);
    } else if (code < 0x800) {
        str_char(out, (char)(0xc0 | code >> 6));
    } else if (code < 0x10000) {
        str_char(out, (char)(0xe0 | code >> 12));
        str_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    } else {
        str_char(out, (char)(0xf0 | code >> 18));
        str_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
        str_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    }
    if (code >= 0x80) {
        str_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

static void add_row(const struct pty *p, int row, struct str *out)
{
    size_t end = out->n;
    for (int column = 0; column < p->columns; column++) {
        VTermScreenCell cell = cell_at(p, row, column);
        if (cell.chars[0] == (uint32_t)-1) {
            continue; /* right half of a wide one */
        }
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
            add_code(out, cell.chars[i]);
        }
        if (!cell.chars[0]) {
            str_char(out, ' ');
        }
        end = cell.chars[0] && cell.chars[0] != ' ' ? out->n : end;
    }
    if (out->p) {
        out->n = end;
        out->p[end] = '\0';
    }
    str_char(out, '\n');
}

void pty_text(const struct pty *p, struct str *out)
{
    for (int row = 0; row < p->rows; row++) {
        add_row(p, row, out);
    }
}

bool pty_shows(const struct pty *p, const char *text)
{
    struct str screen = STR_INIT;
    pty_text(p, &screen);
    bool found = screen.p && strstr(screen.p, text);
    str_release(&screen);
    return found;
}

static void add_colour(struct str *out, const char *name, const VTermColor *c)
{
    if (VTERM_COLOR_IS_INDEXED(c)) {
        str_printf(out, ",%s%d", name, c->indexed.idx);
    } else if (!VTERM_COLOR_IS_DEFAULT_FG(c) && !VTERM_COLOR_IS_DEFAULT_BG(c)) {
        str_printf(out, ",%s#%02x%02x%02x", name, c->rgb.red, c->rgb.green, c->rgb.blue);
    }
}

static void look_of(const VTermScreenCell *cell, struct str *out)
{
    str_clear(out);
    str_puts(out, "");
    str_puts(out, cell->attrs.bold ? "b" : "");
    str_puts(out, cell->attrs.underline ? "u" : "");
    str_puts(out, cell->attrs.reverse ? "r" : "");
    add_colour(out, "fg", &cell->fg);
    add_colour(out, "bg", &cell->bg);
}

void pty_dump(const struct pty *p, struct str *out)
{
    struct str look = STR_INIT, before = STR_INIT;
    pty_text(p, out);
    for (int row = 0; row < p->rows; row++) {
        int from = 0;
        str_clear(&before);
        str_puts(&before, "");
        str_printf(out, "%d", row);
        for (int column = 0; column <= p->columns; column++) {
            VTermScreenCell cell = cell_at(p, row, column < p->columns ? column : 0);
            look_of(&cell, &look);
            if (column < p->columns && strcmp(look.p, before.p) == 0) {
                continue;
            }
            if (before.n) {
                str_printf(out, " %d-%d:%s", from, column - 1, before.p);
            }
            from = column;
            str_clear(&before);
            str_puts(&before, look.p);
        }
        str_char(out, '\n');
    }
    str_release(&look);
    str_release(&before);
}

static char *read_golden(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY);
    char *bytes = mem_zalloc(1, 1 << 20);
    ssize_t got;
    *n = 0;
    while (fd >= 0 && (got = read(fd, bytes + *n, (1 << 20) - 1 - *n)) > 0) {
        *n += (size_t)got;
    }
    if (fd >= 0) {
        close(fd);
    }
    return bytes;
}

static void print_difference(const char *name, const char *want, const char *have)
{
    for (int line = 1; *want || *have; line++) {
        size_t a = strcspn(want, "\n"), b = strcspn(have, "\n");
        if (a != b || memcmp(want, have, a) != 0) {
            fprintf(stderr, "%s: line %d\n want |%.*s|\n have |%.*s|\n", name, line, (int)a, want,
                (int)b, have);
            return;
        }
        want += a + (want[a] != '\0');
        have += b + (have[b] != '\0');
    }
}

bool pty_golden(const struct pty *p, const char *name)
{
    char path[256];
    struct str dump = STR_INIT;
    size_t n;
    pty_dump(p, &dump);
    snprintf(path, sizeof path, "tests/screens/%s.txt", name);
    if (getenv("UPDATE_GOLDEN")) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        bool fine = fd >= 0 && write(fd, dump.p, dump.n) == (ssize_t)dump.n;
        close(fd);
        str_release(&dump);
        return fine;
    }
    char *want = read_golden(path, &n);
    bool same = n == dump.n && memcmp(want, dump.p, n) == 0;
    if (!same) {
        print_difference(name, want, dump.p);
    }
    free(want);
    str_release(&dump);
    return same;
}
