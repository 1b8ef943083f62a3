/* A command on a host of the range. */
#include "range/commands.h"
#include "range/keeper.h"
#include "range/space.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* setns(2) of a pid namespace holds for children: fork once more. */
static int become(const int fds[SPACE_COUNT], struct err *e)
{
    char here[ROOM_PATH_MAX];
    bool known = getcwd(here, sizeof(here)) != NULL;
    if (space_enter(fds, e) < 0)
        return -1;
    for (size_t i = 0; i < SPACE_COUNT; i++)
        close(fds[i]);
    if (!known || chdir(here) < 0) /* a new mount namespace starts in its root */
        return chdir("/");
    return 0;
}

/* The child gets a process group and the terminal, as a shell would give them: ^Z then stops it,
 * and us with it. */
static void give_terminal(pid_t group)
{
    void (*before)(int) = signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(0, group);
    signal(SIGTTOU, before);
}

static int wait_for(pid_t child, bool terminal)
{
    int status;
    for (;;) {
        if (waitpid(child, &status, WUNTRACED) < 0) {
            if (errno == EINTR)
                continue;
            return 1;
        }
        if (!WIFSTOPPED(status))
            break;
        if (terminal)
            give_terminal(getpgrp());
        kill(0, SIGTSTP); /* the whole job, as the terminal would */
        if (terminal)
            give_terminal(child);
        kill(-child, SIGCONT);
    }
    if (terminal)
        give_terminal(getpgrp());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_on(const char *dir, const char *host, char **argv)
{
    struct err e = ERR_INIT;
    char request[96], answer[512];
    int fds[SPACE_COUNT] = {-1, -1, -1, -1, -1};
    snprintf(request, sizeof(request), "enter %s\n", host);
    if (control_ask(dir, request, answer, sizeof(answer), fds, &e) < 0)
        return range_complain(&e);
    if (fds[0] < 0) {
        err_set(&e, ERR_USAGE, "the range has no host \"%s\"; see hinomi-range status", host);
        return range_complain(&e);
    }
    if (become(fds, &e) < 0)
        return range_complain(&e);
    bool terminal = isatty(0) && tcgetpgrp(0) == getpgrp();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (terminal) {
            setpgid(0, 0);
            void (*before)(int) = signal(SIGTTOU, SIG_IGN);
            tcsetpgrp(0, getpid());
            signal(SIGTTOU, before);
        }
        setenv("HINOMI_RANGE_DIR", dir, 1);
        setenv("HINOMI_NOTICE", "PRACTICE RANGE", 1);
        execvp(argv[0], argv);
        fprintf(stderr, "hinomi-range: cannot run %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    if (child < 0)
        return 1;
    if (terminal) {
        setpgid(child, child);
        give_terminal(child);
    }
    return wait_for(child, terminal);
}

int range_exec(int argc, char **argv)
{
    struct range_words w = range_words(argc, argv);
    const char *host = "operator";
    int i = 0;
    if (i < w.argc && strcmp(w.argv[i], "--") != 0)
        host = w.argv[i++];
    if (i < w.argc && strcmp(w.argv[i], "--") == 0)
        i++;
    if (i < w.argc)
        return run_on(w.dir, host, w.argv + i);
    fputs("usage: hinomi-range exec [--dir DIR] [HOST] -- COMMAND…\n", stderr);
    return 2;
}

static char **with_configuration(char **program, int argc, const char *dir)
{
    static char config[ROOM_PATH_MAX + 32], data[ROOM_PATH_MAX + 32];
    char **out = calloc((size_t)argc + 5, sizeof(*out));
    int n = 0;
    if (!out)
        return NULL;
    snprintf(config, sizeof(config), "%s/hinomi.conf", dir);
    snprintf(data, sizeof(data), "%s/data", dir);
    out[n++] = program[0];
    out[n++] = (char *)(uintptr_t) "--config";
    out[n++] = config;
    out[n++] = (char *)(uintptr_t) "--data";
    out[n++] = data;
    for (int i = 1; i < argc; i++)
        out[n++] = program[i];
    return out;
}

/* The child enters the namespaces, so that this process can still end the range from outside. */
static int run_program(const char *dir, char **argv)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(run_on(dir, "operator", argv));
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int range_demo(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct up_options o = {.hold = true, .play = true, .pace_ms = 4000};
    char folder[64], dir[ROOM_PATH_MAX];
    pid_t keeper;
    int i = 0;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--no-play") == 0)
            o.play = false;
        else if (i + 1 < argc && strcmp(argv[i], "--pace") == 0)
            o.pace_ms = (int)strtol(argv[++i], NULL, 10);
    }
    if (i + 1 >= argc) {
        fputs("usage: hinomi-range demo [--no-play] [--pace MS] -- PROGRAM [ARGUMENT…]\n", stderr);
        return 2;
    }
    snprintf(folder, sizeof(folder), "/tmp/hinomi-demo-%d", (int)getpid());
    o.dir = folder;
    if (keeper_start(&o, dir, &keeper, &e) < 0)
        return range_complain(&e);
    char **program = with_configuration(argv + i + 1, argc - i - 1, dir);
    int rc = program ? run_program(dir, program) : 1;
    free(program);
    kill(keeper, SIGTERM);
    while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR) {
    }
    return rc;
}
