#include "tui/screen.h"

#include "core/mem.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum { PAIRS_MAX = 512, ALTERNATE_STACK = 64 * 1024 };

struct pair {
    int fg, bg, number;
};

static struct {
    SCREEN *handle;
    FILE *in, *out;
    struct termios saved;
    bool saved_ok, open, away, mouse, plain;
    enum depth depth;
    sigset_t waiting_mask;
    struct pair pairs[PAIRS_MAX];
    size_t pair_count;
    char restore[512]; /* what a crash handler writes */
    size_t restore_n;
} terminal;

static volatile sig_atomic_t got_resize, got_end, got_stop;

static void write_all(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = write(STDOUT_FILENO, bytes, n);
        if (sent < 0 && errno != EINTR && errno != EAGAIN) {
            return;
        }
        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
        }
    }
}

static void modes_on(void)
{
    static const char on[] = "\033[?2004h\033[?1004h";
    static const char mouse[] = "\033[?1000h\033[?1002h\033[?1006h";
    write_all(on, sizeof on - 1);
    if (terminal.mouse) {
        write_all(mouse, sizeof mouse - 1);
    }
}

static void modes_off(void)
{
    static const char off[] = "\033[?1006l\033[?1002l\033[?1000l\033[?1004l\033[?2004l";
    write_all(off, sizeof off - 1);
}

/* Only write() and tcsetattr() are safe here (POSIX, async-signal-safe functions). */
static void crash(int number)
{
    write_all(terminal.restore, terminal.restore_n);
    if (terminal.saved_ok) {
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal.saved);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void on_signal(int number)
{
    if (number == SIGWINCH || number == SIGCONT) {
        got_resize = 1;
    } else if (number == SIGTSTP) {
        got_stop = 1;
    } else {
        got_end = 1;
    }
}

static void prepare_restore(void)
{
    const char *names[] = {"sgr0", "cnorm", "rmcup"};
    terminal.restore_n = (size_t)snprintf(terminal.restore, sizeof terminal.restore,
        "\033[?1006l\033[?1002l\033[?1000l\033[?1004l\033[?2004l");
    for (size_t i = 0; i < 3; i++) {
        const char *text = tigetstr(names[i]);
        size_t room = sizeof terminal.restore - terminal.restore_n;
        if (text && text != (char *)-1 && strlen(text) < room) {
            memcpy(terminal.restore + terminal.restore_n, text, strlen(text));
            terminal.restore_n += strlen(text);
        }
    }
}

static void take_signals(void)
{
    static const int held[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT};
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        sigaddset(&set, held[i]);
        sigaction(held[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, &terminal.waiting_mask);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        sigdelset(&terminal.waiting_mask, held[i]);
    }
    stack_t stack = {.ss_sp = mem_alloc(ALTERNATE_STACK), .ss_size = ALTERNATE_STACK};
    sigaltstack(&stack, NULL);
    struct sigaction end = {.sa_handler = crash, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        sigaction(fatal[i], &end, NULL);
    }
}

/* SSH forwards LC_* to hosts that lack that locale; C.UTF-8 is always there. */
static void choose_locale(void)
{
    if (!setlocale(LC_ALL, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        setlocale(LC_ALL, "C.UTF-8");
    }
    setlocale(LC_NUMERIC, "C");
}

static bool try_terminal(const char *name)
{
    terminal.handle = newterm(name, terminal.out, terminal.in);
    return terminal.handle != NULL;
}

/* Debian's terminfo lacks some; their makers say that they are xterm's kin. */
static bool find_terminal(const char *name, bool direct)
{
    char with_direct[64];
    if (direct && strlen(name) < 40) {
        snprintf(with_direct, sizeof with_direct, "%.*s-direct", (int)strcspn(name, "-"), name);
        if (try_terminal(with_direct)) {
            return true;
        }
    }
    if (try_terminal(name)) {
        return true;
    }
    if (strncmp(name, "tmux", 4) == 0 || strncmp(name, "screen", 6) == 0) {
        return try_terminal("screen-256color") || try_terminal("screen");
    }
    static const char *const kin[] = {
        "xterm-", "alacritty", "foot", "wezterm", "rio", "ghostty", "kitty"};
    for (size_t i = 0; i < sizeof kin / sizeof *kin; i++) {
        if (strncmp(name, kin[i], strlen(kin[i])) == 0) {
            return try_terminal("xterm-256color");
        }
    }
    return try_terminal("xterm") || try_terminal("vt100");
}

static enum depth find_depth(bool no_colour)
{
    if (no_colour || !has_colors()) {
        return DEPTH_MONO;
    }
    start_color();
    use_default_colors();
    if (tigetflag("RGB") > 0) {
        return DEPTH_DIRECT;
    }
    return COLORS >= 256 ? DEPTH_256 : COLORS >= 16 ? DEPTH_16 : COLORS >= 8 ? DEPTH_8 : DEPTH_MONO;
}

static void set_modes(void)
{
    raw(); /* Ctrl-S, Ctrl-Q, Ctrl-C and Ctrl-Z are keys */
    noecho();
    nonl();
    typeahead(-1);
    leaveok(stdscr, FALSE);
}

int screen_open(const struct screen_options *options, struct err *e)
{
    const char *name = getenv("TERM");
    choose_locale();
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return err_set(e, ERR_USAGE,
            "the workstation needs a terminal; `hinomi --help` lists the "
            "commands that do not");
    }
    if (tcgetattr(STDIN_FILENO, &terminal.saved) == 0) {
        terminal.saved_ok = true;
    }
    terminal.in = stdin;
    terminal.out = stdout;
    if (!find_terminal(name && *name ? name : "xterm", options->direct_colour)) {
        return err_set(e, ERR_UNSUPPORTED, "no description of the terminal \"%s\"; try TERM=xterm",
            name ? name : "");
    }
    if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
        endwin();
        return err_set(e, ERR_UNSUPPORTED,
            "a \"%s\" terminal cannot place the cursor; use the "
            "commands instead (`hinomi alerts`)",
            name ? name : "");
    }
    terminal.depth = find_depth(options->no_colour);
    terminal.mouse = options->mouse;
    terminal.plain = name && (strcmp(name, "linux") == 0 || strncmp(name, "vt", 2) == 0);
    set_modes();
    prepare_restore();
    take_signals();
    modes_on();
    terminal.open = true;
    mem_on_exhausted(screen_close);
    return 0;
}

void screen_close(void)
{
    if (!terminal.open) {
        return;
    }
    terminal.open = false;
    modes_off();
    if (!terminal.away) {
        endwin();
    }
    if (terminal.saved_ok) {
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal.saved);
    }
}

int screen_fd(void)
{
    return STDIN_FILENO;
}

void screen_size(int *width, int *height)
{
    *width = COLS;
    *height = LINES;
}

enum depth screen_depth(void)
{
    return terminal.depth;
}

bool screen_plain_glyphs(void)
{
    return terminal.plain;
}

int screen_wait(struct pollfd *fds, size_t count, int timeout_ms)
{
    struct timespec time = {timeout_ms / 1000, (timeout_ms % 1000) * 1000000L};
    return ppoll(fds, count, timeout_ms < 0 ? NULL : &time, &terminal.waiting_mask);
}

struct screen_news screen_news(void)
{
    struct screen_news news = {got_resize != 0, got_end != 0, got_stop != 0};
    got_resize = got_end = got_stop = 0;
    return news;
}

static int pair_of(int fg, int bg)
{
    if (fg == COLOUR_DEFAULT && bg == COLOUR_DEFAULT) {
        return 0;
    }
    fg = fg >= COLOUR_RGB ? fg & 0xffffff : fg;
    bg = bg >= COLOUR_RGB ? bg & 0xffffff : bg;
    for (size_t i = 0; i < terminal.pair_count; i++) {
        if (terminal.pairs[i].fg == fg && terminal.pairs[i].bg == bg) {
            return terminal.pairs[i].number;
        }
    }
    int number = (int)terminal.pair_count + 1;
    if (terminal.pair_count == PAIRS_MAX || number >= COLOR_PAIRS ||
        init_extended_pair(number, fg, bg) == ERR) {
        return 0;
    }
    terminal.pairs[terminal.pair_count++] = (struct pair){fg, bg, number};
    return number;
}

static attr_t attributes_of(unsigned attributes)
{
    attr_t out = A_NORMAL;
    out |= attributes & ATTRIBUTE_BOLD ? A_BOLD : 0;
    out |= attributes & ATTRIBUTE_UNDERLINE ? A_UNDERLINE : 0;
    out |= attributes & ATTRIBUTE_REVERSE ? A_REVERSE : 0;
    out |= attributes & ATTRIBUTE_DIM ? A_DIM : 0;
    return out | (attributes & ATTRIBUTE_ITALIC ? A_ITALIC : 0);
}

/* A blank without a ground of its own is pair 0: anything else costs real spaces on the wire where
 * the terminal does not erase with colour. */
static struct look look_of(const struct cell *cell, const struct theme *t)
{
    struct look look = theme_look(t, (enum role)cell->role, (enum role)cell->over, terminal.depth);
    bool ground = look.bg != COLOUR_DEFAULT ||
                  (look.attributes & (ATTRIBUTE_REVERSE | ATTRIBUTE_UNDERLINE)) != 0;
    if (cell->code[0] == ' ' && !ground) {
        look = (struct look){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
    }
    return look;
}

static void put_cell(int x, int y, const struct cell *cell, struct look look)
{
    wchar_t text[CELL_CODES + 1] = {0};
    cchar_t out;
    int pair = terminal.depth == DEPTH_MONO ? 0 : pair_of(look.fg, look.bg);
    for (int i = 0; i < CELL_CODES && cell->code[i]; i++) {
        text[i] = (wchar_t)cell->code[i];
    }
    if (setcchar(&out, text, attributes_of(look.attributes), (short)(pair & 0x7fff), &pair) == OK) {
        mvadd_wch(y, x, &out);
    }
}

void screen_show(const struct canvas *c, const struct theme *t)
{
    struct look cache[ROLE_COUNT][2];
    bool known[ROLE_COUNT][2] = {{false}};
    erase();
    for (int y = 0; y < c->height && y < LINES; y++) {
        for (int x = 0; x < c->width && x < COLS; x++) {
            const struct cell *cell = &c->cells[y * c->width + x];
            if (cell->width == 0) {
                continue;
            }
            int blank = cell->code[0] == ' ';
            if (cell->over != ROLE_NONE) {
                put_cell(x, y, cell, look_of(cell, t));
                continue;
            }
            if (!known[cell->role][blank]) {
                cache[cell->role][blank] = look_of(cell, t);
                known[cell->role][blank] = true;
            }
            put_cell(x, y, cell, cache[cell->role][blank]);
        }
    }
    bool placed = c->cursor_x >= 0 && c->cursor_x < COLS && c->cursor_y >= 0 && c->cursor_y < LINES;
    curs_set(placed && c->cursor_shown ? 1 : 0);
    if (placed) {
        move(c->cursor_y, c->cursor_x);
    }
    wnoutrefresh(stdscr);
    doupdate();
}

void screen_redraw(void)
{
    clearok(curscr, TRUE);
}

void screen_adapt(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        resizeterm(size.ws_row, size.ws_col);
    }
    screen_redraw();
}

void screen_leave(void)
{
    if (!terminal.away) {
        modes_off();
        endwin();
        terminal.away = true;
        if (terminal.saved_ok) {
            tcsetattr(STDIN_FILENO, TCSANOW, &terminal.saved);
        }
    }
}

void screen_return(void)
{
    if (terminal.away) {
        terminal.away = false;
        set_modes();
        refresh();
        modes_on();
        screen_adapt();
    }
}

/* ncurses' own handler would not bring paste and focus modes back. */
void screen_suspend(void)
{
    sigset_t set;
    screen_leave();
    signal(SIGTSTP, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    kill(0, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, NULL); /* stops here until SIGCONT */
    sigprocmask(SIG_BLOCK, &set, NULL);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTSTP, &action, NULL);
    screen_return();
}

void screen_mouse(bool on)
{
    modes_off();
    terminal.mouse = on;
    modes_on();
}

void screen_bell(void)
{
    write_all("\a", 1);
}

void screen_copy(struct slice base64)
{
    write_all("\033]52;c;", 7);
    write_all(base64.p, base64.n);
    write_all("\a", 1);
}
