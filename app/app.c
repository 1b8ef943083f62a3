#include "app/app.h"

#include "core/mem.h"
#include "core/str.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static char *join(const char *folder, const char *rest)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/%s", folder, rest);
    return str_take(&path);
}

/* XDG Base Directory Specification: a relative $XDG_DATA_HOME is to be ignored. */
static char *default_data_folder(struct err *e)
{
    const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (base && base[0] == '/')
        return join(base, "hinomi");
    if (home && home[0] == '/')
        return join(home, ".local/share/hinomi");
    err_set(e, ERR_USAGE, "neither XDG_DATA_HOME nor HOME is set: name a folder with --data");
    return NULL;
}

/* Absolute, because the runner and its children have / as their folder. */
static char *absolute(const char *path, struct err *e)
{
    char here[PATH_MAX];
    if (path[0] == '/')
        return mem_strdup(path);
    if (getcwd(here, sizeof here))
        return join(here, path);
    err_set(e, ERR_IO, "cannot find the current folder: %s", strerror(errno));
    return NULL;
}

static char *own_path(const char *given)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n > 0 && (size_t)n < sizeof path)
        return mem_strndup(path, (size_t)n);
    return mem_strdup(given);
}

static const char *analyst_name(const struct config *c)
{
    const char *name = getenv("HINOMI_ANALYST");
    const struct passwd *login;
    if (name && *name)
        return name;
    if (c->analyst)
        return c->analyst;
    login = getpwuid(geteuid());
    return login && login->pw_name[0] ? login->pw_name : "analyst";
}

int app_open(struct app **out, const struct app_options *options, struct err *e)
{
    struct app *a = mem_zalloc(1, sizeof *a);
    if (config_read(&a->config, options->config_file, e) < 0) {
        free(a);
        return -1;
    }
    a->data_folder =
        options->data_folder ? absolute(options->data_folder, e) : default_data_folder(e);
    if (!a->data_folder) {
        app_close(a);
        return -1;
    }
    a->program = options->program ? absolute(options->program, e) : own_path("hinomi");
    if (!a->program) {
        app_close(a);
        return -1;
    }
    a->read_only = options->read_only || a->config->read_only;
    a->utc = options->utc_set ? options->utc : strcmp(a->config->time, "local") != 0;
    a->actor.analyst = mem_strdup(analyst_name(a->config));
    *out = a;
    return 0;
}

void app_close(struct app *a)
{
    if (!a)
        return;
    config_free(a->config);
    free(a->data_folder);
    free(a->program);
    free((char *)a->actor.analyst);
    free(a);
}

int app_store(const struct app *a, struct store **out, struct err *e)
{
    return store_open(out, a->data_folder, a->read_only ? STORE_READ_ONLY : STORE_READ_WRITE, e);
}

int app_may_write(const struct app *a, struct err *e)
{
    return a->read_only
               ? err_set(e, ERR_DENIED, "read-only: nothing is changed (--read-only or read_only)")
               : 0;
}
