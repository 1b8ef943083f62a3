#include "tests/support/practice.h"

#include "core/clock.h"
#include "tests/support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 24 };

int practice_ask(const struct practice *r, struct str *out, const char *const *words)
{
    const char *argv[WORDS_MAX + 2] = {r->program};
    int output[2], status = 0;
    char bytes[4096];
    ssize_t n;
    for (int i = 0; words[i] && i < WORDS_MAX; i++) {
        argv[i + 1] = words[i];
    }
    if (pipe2(output, O_CLOEXEC) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDONLY);
        dup2(null, STDIN_FILENO);
        dup2(output[1], STDOUT_FILENO);
        dup2(output[1], STDERR_FILENO);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(output[1]);
    while ((n = read(output[0], bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR)) {
        if (out && n > 0) {
            str_add(out, bytes, (size_t)n);
        }
    }
    close(output[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool practice_until(const struct practice *r, int status, int seconds, const char *const *words)
{
    int64_t end = clock_monotonic() + seconds * CLOCK_SECOND;
    while (practice_ask(r, NULL, words) != status) {
        if (clock_monotonic() >= end) {
            return false;
        }
        poll(NULL, 0, 200);
    }
    return true;
}

int practice_up(struct practice *r)
{
    const char *const up[] = {"up", "--no-play", "--pace", "300", NULL};
    char *program = pty_program();
    struct str said = STR_INIT;
    snprintf(r->program, sizeof r->program, "%s-range", program);
    snprintf(r->dir, sizeof r->dir, "/tmp/hinomi-practice-%d", (int)getpid());
    free(program);
    setenv("HINOMI_RANGE_DIR", r->dir, 1);
    int rc = practice_ask(r, &said, up);
    if (rc != 0) {
        printf("%s", said.n ? said.p : "hinomi-range did not start\n");
    }
    str_release(&said);
    return rc == 0 || rc == 77 ? rc : 1;
}

void practice_down(struct practice *r)
{
    practice_ask(r, NULL, (const char *const[]){"down", NULL});
}
