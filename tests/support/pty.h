/* The real program in a pseudo-terminal, its screen kept by libvterm. No sleeps: the program says
 * when it is idle (--test-sync-fd) and how many bytes it has taken. */
#ifndef HINOMI_TESTS_SUPPORT_PTY_H
#define HINOMI_TESTS_SUPPORT_PTY_H

#include "core/str.h"

#include <sys/types.h>

struct VTerm;
struct VTermScreen;

struct pty {
    int master, sync;
    pid_t child;
    struct VTerm *terminal;
    struct VTermScreen *screen;
    int columns, rows;
    struct str *bytes;
    unsigned long long sent, consumed, frame, received; /* bytes; received: from the program */
    char line[256];
    size_t line_n;
};

struct pty_options {
    int columns, rows;
    const char *data, *term, *language; /* folder; TERM (NULL: xterm-256color); LANGUAGE or NULL */
    const char *const *more;            /* further arguments, NULL-terminated; may be NULL */
    struct str *bytes;                  /* all that the program writes is appended; may be NULL */
    /* The whole command in place of the program with its pinned clock and theme; the sync pipe is
     * put behind it. NULL: the program on `data`. */
    const char *const *command;
};

/* Path of build/hinomi beside this test program; malloced. */
char *pty_program(void);
/* Runs it to its end with these arguments (argv[0] is put in front); its exit status. */
int pty_run(const char *const *arguments);
/* The same; what it wrote to stdout and stderr is appended to `out`. */
int pty_capture(const char *const *arguments, struct str *out);

/* Starts the workstation and waits for its first settled frame. false: it did not come up. */
bool pty_start(struct pty *p, const struct pty_options *options);
void pty_stop(struct pty *p);

/* Types, then waits until all is taken and the screen has settled. false: it did not in time. */
bool pty_type(struct pty *p, const char *keys);
bool pty_send(struct pty *p, const char *bytes, size_t n);
bool pty_resize(struct pty *p, int columns, int rows);
/* Until the screen shows it, at most so long. */
bool pty_wait(struct pty *p, const char *text, int seconds);
/* Until the program has ended by itself: its exit status, -1 when it has not in that time. */
int pty_end(struct pty *p, int seconds);
bool pty_alive(const struct pty *p);

/* The screen: rows of text without blanks at their ends. */
void pty_text(const struct pty *p, struct str *out);
bool pty_shows(const struct pty *p, const char *text);
/* Text, then runs of attributes a row: "3 0-5:b,fg4,bg235". */
void pty_dump(const struct pty *p, struct str *out);

/* Compares the dump with tests/screens/NAME.txt; UPDATE_GOLDEN=1 writes it. Prints the first row
 * that differs. */
bool pty_golden(const struct pty *p, const char *name);

#endif
