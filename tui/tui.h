/* The workstation: the terminal face. */
#ifndef HINOMI_TUI_TUI_H
#define HINOMI_TUI_TUI_H

#include "app/app.h"

struct tui_options {
    const char *theme, *lang, *color; /* NULL: configuration, then default */
    const char *now;                  /* --now: fake clock, tests */
    const char *sync_fd; /* --test-sync-fd: "idle <bytes consumed> <frame>" lines go there */
};

/* Takes the terminal on stdin/stdout until the analyst quits. Returns the exit status. */
int tui_main(struct app *a, const struct tui_options *options);

#endif
