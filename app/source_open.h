/* A configured source, opened: its kind's state with settings, secrets and the way to it. */
#ifndef HINOMI_APP_SOURCE_OPEN_H
#define HINOMI_APP_SOURCE_OPEN_H

#include "app/app.h"
#include "connectors/connector.h"
#include "connectors/http_dialer.h"
#include "remote/target.h"

struct source_handle {
    const struct connector_ops *ops;
    const struct source_config *config;
    const struct config *all;
    void *state;
    struct source_settings settings;
    struct http_dialer dialer;
    struct target *way; /* `via` resolved; NULL: none */
    bool opened;
};

/* Fails with what is wrong with the section, the secret or the way. Close also after a failure. */
int source_open(struct source_handle *h, const struct app *a, const struct source_config *config,
    const struct connector_ops *ops, struct err *e);
void source_close(struct source_handle *h);

/* The section, or ERR_NOT_FOUND with the names there are. */
const struct source_config *source_named(const struct app *a, const char *name, struct err *e);

/* What a person does next about an error of a source: an N_() sentence. */
const char *source_next_step(enum err_code code);

#endif
