#include "app/secret.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 64 };

extern char **environ;

/* Cuts `text` in place into words; false: an open quote or too many words. */
static bool cut_words(char *text, char *argv[ARGUMENTS_MAX + 1], size_t *count)
{
    char *to = text;
    char quote = 0;
    bool inside = false;
    *count = 0;
    for (char *p = text;; p++) {
        char c = *p;
        if (!c && quote)
            return false;
        if (!c || (!quote && (c == ' ' || c == '\t'))) {
            if (inside)
                *to++ = '\0';
            inside = false;
            if (!c)
                break;
            continue;
        }
        if (!inside) {
            if (*count == ARGUMENTS_MAX)
                return false;
            argv[(*count)++] = to;
            inside = true;
        }
        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
        else {
            if (c == '\\' && quote != '\'' && p[1])
                c = *++p;
            *to++ = c;
        }
    }
    argv[*count] = NULL;
    return *count > 0;
}

static int spawn(char **argv, int write_end, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, write_end, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    /* its own group: the time limit ends its children with it */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    int rc = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Reads until the first newline, the end, or the deadline. -1: deadline. */
static ssize_t read_line(int fd, char *buffer, size_t size, int64_t deadline)
{
    size_t n = 0;
    while (n < size) {
        int64_t left = deadline - clock_monotonic();
        struct pollfd p = {fd, POLLIN, 0};
        if (left <= 0)
            return -1;
        if (poll(&p, 1, (int)(left / CLOCK_MILLISECOND) + 1) <= 0)
            continue;
        ssize_t got = read(fd, buffer + n, size - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        if (memchr(buffer, '\n', n))
            break;
    }
    return (ssize_t)n;
}

/* Waits for the child within the deadline; kills its group otherwise. */
static bool finish(pid_t pid, int64_t deadline, int *status)
{
    while (waitpid(pid, status, WNOHANG) == 0) {
        if (clock_monotonic() > deadline) {
            kill(-pid, SIGKILL);
            waitpid(pid, status, 0);
            return false;
        }
        poll(NULL, 0, 5);
    }
    return true;
}

static int run(char **argv, int64_t timeout_ns, char *buffer, struct err *e)
{
    int64_t deadline = clock_monotonic() + timeout_ns;
    int ends[2], status = 0;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_set(e, ERR_IO, "cannot run %.80s: %s", argv[0], strerror(errno));
    int rc = spawn(argv, ends[1], &pid);
    close(ends[1]);
    if (rc) {
        close(ends[0]);
        return err_set(e, ERR_CONFIG, "cannot run %.80s: %s", argv[0], strerror(rc));
    }
    ssize_t n = read_line(ends[0], buffer, SECRET_MAX, deadline);
    close(ends[0]);
    if (!finish(pid, n < 0 ? 0 : deadline, &status))
        return err_set(e, ERR_TIMEOUT, "%.80s gave no secret within %d s", argv[0],
            (int)(timeout_ns / CLOCK_SECOND));
    /* a command whose reader went away after the first line may end by SIGPIPE: that is fine */
    if (n == 0 || (WIFEXITED(status) && WEXITSTATUS(status) != 0))
        return err_set(e, ERR_CONFIG, "%.80s gave no secret (exit status %d)", argv[0],
            WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return 0;
}

int secret_from_command(const char *command, int64_t timeout_ns, char **out, struct err *e)
{
    char *argv[ARGUMENTS_MAX + 1];
    size_t count;
    char *words = mem_strdup(command);
    char *buffer = mem_zalloc(SECRET_MAX + 1, 1);
    int rc = -1;
    if (!cut_words(words, argv, &count))
        err_set(e, ERR_CONFIG, "the command is empty, has an open quote or too many words");
    else
        rc = run(argv, timeout_ns, buffer, e);
    if (rc == 0) {
        size_t n = strcspn(buffer, "\r\n");
        if (n)
            *out = mem_strndup(buffer, n);
        else
            rc = err_set(e, ERR_CONFIG, "the first line that %.80s printed is empty", argv[0]);
    }
    mem_wipe_free(buffer, SECRET_MAX + 1);
    free(words);
    return rc;
}
