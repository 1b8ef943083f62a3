#include "app/secret.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *first_line(char *buffer, size_t n)
{
    size_t line = 0;
    while (line < n && buffer[line] != '\n' && buffer[line] != '\r' && buffer[line])
        line++;
    return mem_strndup(buffer, line);
}

static int check_file(int fd, const char *path, struct stat *st, struct err *e)
{
    const char *wrong = NULL;
    if (fstat(fd, st) < 0)
        return err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(st->st_mode))
        wrong = "it is not a plain file";
    else if (st->st_uid != geteuid() && st->st_uid != 0)
        wrong = "it belongs to somebody else";
    else if (st->st_mode & 077)
        wrong = "others can read it: chmod 600 it";
    else if (st->st_nlink != 1)
        wrong = "it has a second name (hard link)";
    else if (st->st_size > SECRET_MAX)
        wrong = "it is too large";
    return wrong ? err_set(e, ERR_DENIED, "will not read the secret in %s: %s", path, wrong) : 0;
}

int secret_from_file(const char *path, char **out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return err_set(e, ERR_CONFIG, "cannot read the secret in %s: %s", path,
            errno == ELOOP ? "it is a symbolic link" : strerror(errno));
    if (check_file(fd, path, &st, e) < 0) {
        close(fd);
        return -1;
    }
    char *buffer = mem_zalloc(SECRET_MAX + 1, 1);
    ssize_t n = read(fd, buffer, SECRET_MAX);
    if (n > 0)
        *out = first_line(buffer, (size_t)n);
    else
        err_set(e, ERR_CONFIG, "cannot read the secret in %s: %s", path,
            n < 0 ? strerror(errno) : "it is empty");
    mem_wipe_free(buffer, SECRET_MAX + 1);
    close(fd);
    return n > 0 ? 0 : -1;
}

static int from_environment(const char *name, char **out, struct err *e)
{
    const char *value = getenv(name);
    if (!value || !*value)
        return err_set(e, ERR_CONFIG, "the environment variable %.80s is not set", name);
    *out = mem_strdup(value);
    return 0;
}

static const char *entry_of(
    const struct source_config *source, const char *name, const char *way, int *line)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < source->entry_count; i++)
        if (strncmp(source->entries[i].key, name, n) == 0 &&
            strcmp(source->entries[i].key + n, way) == 0) {
            *line = source->entries[i].line;
            return source->entries[i].value;
        }
    return NULL;
}

static const char *home_path(const char *path, char *buffer, size_t size)
{
    const char *home = getenv("HOME");
    if (strncmp(path, "~/", 2) != 0 || !home)
        return path;
    snprintf(buffer, size, "%s/%s", home, path + 2);
    return buffer;
}

int secret_fetch(const struct config *c, const struct source_config *source, const char *name,
    char **out, struct err *e)
{
    char path[4096];
    const char *value;
    int line = 0, rc = 0;
    *out = NULL;
    if ((value = entry_of(source, name, "_command", &line)))
        rc = secret_from_command(value, 10 * CLOCK_SECOND, out, e);
    else if ((value = entry_of(source, name, "_env", &line)))
        rc = from_environment(value, out, e);
    else if ((value = entry_of(source, name, "_file", &line)))
        rc = secret_from_file(home_path(value, path, sizeof path), out, e);
    else if ((value = entry_of(source, name, "", &line)) && c->allow_plain_secrets)
        *out = mem_strdup(value);
    if (rc < 0)
        err_prefix(e, "%s:%d: ", c->file ? c->file : "configuration", line);
    return rc;
}
