/* The one door to ncurses: output only. Takes a canvas, sends the difference. One terminal at a
 * time; only the UI thread calls this. */
#ifndef HINOMI_TUI_SCREEN_H
#define HINOMI_TUI_SCREEN_H

#include "core/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct screen_options {
    bool no_colour;     /* NO_COLOR or --color=never */
    bool direct_colour; /* 24-bit when the terminal's description can */
    bool mouse;
};

/* Sets the locale (C.UTF-8 when the user's is missing), saves the terminal's modes, finds a
 * terminal description ($TERM, else a relative of it), refuses one that cannot place the cursor.
 * Blocks SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM and SIGINT: call it before threads are made.
 */
int screen_open(const struct screen_options *options, struct err *e);
void screen_close(void); /* safe to call twice, and from an exit handler */

int screen_fd(void); /* where keys come from */
void screen_size(int *width, int *height);
enum depth screen_depth(void);
bool screen_plain_glyphs(void); /* a terminal known to lack box drawing */

/* Waits on fds (struct pollfd) with the signals above open, so that none is lost between looking
 * and sleeping. timeout_ms -1: for ever. Returns what ppoll returns. */
struct pollfd;
int screen_wait(struct pollfd *fds, size_t count, int timeout_ms);

/* What signals said since the last call. */
struct screen_news {
    bool resized, end, suspend;
};
struct screen_news screen_news(void);

void screen_show(const struct canvas *c, const struct theme *t);
void screen_redraw(void);  /* the next screen_show paints everything */
void screen_adapt(void);   /* after a resize */
void screen_suspend(void); /* Ctrl-Z: gives the terminal back, stops, takes it again */
void screen_leave(void);   /* for an editor: gives the terminal back … */
void screen_return(void);  /* … and takes it again */
void screen_mouse(bool on);
void screen_bell(void);
/* OSC 52: the terminal may refuse. */
void screen_copy(struct slice base64);

#endif
