/* hinomi without a face: what the command line and the terminal UI share. */
#ifndef HINOMI_APP_APP_H
#define HINOMI_APP_APP_H

#include "app/config.h"
#include "cases/store.h"
#include "cases/triage.h"

struct app_options {
    const char *config_file, *data_folder; /* NULL: XDG defaults */
    bool read_only;
    bool utc_set, utc;   /* --utc / --local */
    const char *program; /* path of this executable, for the runner */
};

struct app {
    struct config *config;
    char *data_folder, *program;
    bool read_only; /* option or configuration */
    bool utc;
    struct actor actor;
};

int app_open(struct app **out, const struct app_options *options, struct err *e);
void app_close(struct app *a);

/* A handle for the calling thread; read-only when the app is. */
int app_store(const struct app *a, struct store **out, struct err *e);

/* ERR_READ_ONLY-like refusal (ERR_DENIED) for acts under --read-only; 0 when writing is allowed. */
int app_may_write(const struct app *a, struct err *e);

#endif
