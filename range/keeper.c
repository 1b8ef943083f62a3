#include "range/keeper.h"

#include "range/space.h"
#include "range/spawn.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UP_SECONDS = 40 };

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

/* Absolute, because sshd insists; made by us, because it will be removed. */
static int make_dir(const struct up_options *o, char dir[ROOM_PATH_MAX], struct err *e)
{
    char given[ROOM_PATH_MAX], here[ROOM_PATH_MAX];
    room_default_dir(given);
    if (o->dir && *o->dir == '/')
        snprintf(given, sizeof(given), "%s", o->dir);
    else if (o->dir && (!getcwd(here, sizeof(here)) ||
                           snprintf(given, sizeof(given), "%s/%s", here, o->dir) >= ROOM_PATH_MAX))
        return err_set(e, ERR_USAGE, "the range's folder has too long a name");
    if (strlen(given) > 90) /* sun_path holds 108 */
        return err_set(e, ERR_USAGE, "the range's folder has too long a name: %s", given);
    if (mkdir(given, 0700) < 0 && (errno != EEXIST || rmdir(given) < 0 || mkdir(given, 0700) < 0))
        return err_set(e, errno == ENOTEMPTY || errno == EEXIST ? ERR_BUSY : ERR_IO,
            "cannot make %s: %s%s", given, strerror(errno),
            errno == ENOTEMPTY || errno == EEXIST ? "; is a range up? `hinomi-range down` ends it"
                                                  : "");
    snprintf(dir, ROOM_PATH_MAX, "%s", given);
    return 0;
}

/* The supervisor ends when our end of the pipe does. If it dies of anything else, so does all it
 * made. */
static void keep(pid_t supervisor, int wish)
{
    int status;
    struct sigaction a = {.sa_handler = on_signal};
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGHUP, &a, NULL);
    while (waitpid(supervisor, &status, 0) < 0 && errno == EINTR)
        if (told_to_end && wish >= 0) {
            close(wish);
            wish = -1;
        }
}

static int begin(struct room *r)
{
    r->state =
        mmap(NULL, sizeof(*r->state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r->state == MAP_FAILED)
        return -1;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, r->documents);
}

static _Noreturn void run_keeper(struct room *r, const struct up_options *o, int ready)
{
    struct err e = ERR_INIT;
    int wish[2];
    if (o->hold)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    setsid();
    prctl(PR_SET_NAME, "range-keeper");
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3;
         fd++) /* else who reads `up` through a pipe waits for the range's end */
        dup2(null, fd);
    pid_t supervisor = -1;
    if (begin(r) < 0 || pipe2(wish, O_CLOEXEC) < 0)
        err_set(&e, ERR_IO, "cannot start: %s", strerror(errno));
    else if (space_leave(&e) == 0)
        supervisor = fork();
    if (supervisor == 0) {
        close(wish[1]);
        _exit(supervise(r, wish[0], ready, o->play));
    }
    if (supervisor < 0)
        dprintf(ready, "%d %s\n", (int)e.code, e.text);
    close(ready);
    if (supervisor > 0) {
        close(wish[0]);
        keep(supervisor, wish[1]);
    }
    spawn_remove_tree(r->dir);
    _exit(0);
}

static int hear_ready(int fd, struct err *e)
{
    char text[600];
    size_t have = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (have + 1 < sizeof(text) && poll(&p, 1, UP_SECONDS * 1000) > 0) {
        ssize_t n = read(fd, text + have, sizeof(text) - 1 - have);
        if (n <= 0)
            break;
        have += (size_t)n;
        if (text[have - 1] == '\n')
            break;
    }
    text[have] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, "up") == 0)
        return 0;
    char *words;
    long code = strtol(text, &words, 10);
    return err_set(e, have ? (enum err_code)code : ERR_TIMEOUT, "%s",
        have ? words + (*words == ' ') : "the range did not come up");
}

int keeper_start(const struct up_options *o, char dir[ROOM_PATH_MAX], pid_t *keeper, struct err *e)
{
    struct room r = {.faults = o->faults, .pace_ms = o->pace_ms};
    int ready[2];
    if (make_dir(o, dir, e) < 0)
        return -1;
    snprintf(r.dir, sizeof(r.dir), "%s", dir);
    if (pipe2(ready, O_CLOEXEC) < 0)
        return err_set(e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    fflush(NULL);
    *keeper = fork();
    if (*keeper < 0)
        return err_set(e, ERR_IO, "cannot fork: %s", strerror(errno));
    if (*keeper == 0) {
        close(ready[0]);
        run_keeper(&r, o, ready[1]);
    }
    close(ready[1]);
    int rc = hear_ready(ready[0], e);
    close(ready[0]);
    if (rc < 0) {
        kill(*keeper, SIGTERM);
        waitpid(*keeper, NULL, 0);
    }
    return rc;
}

int keeper_end(const char *dir, struct err *e)
{
    char answer[4096];
    struct stat st;
    if (control_ask(dir, "down\n", answer, sizeof(answer), NULL, e) < 0)
        return -1;
    int64_t deadline = clock_monotonic() + 10 * CLOCK_SECOND;
    while (stat(dir, &st) == 0) {
        if (clock_monotonic() > deadline)
            return err_set(e, ERR_TIMEOUT, "the range has ended, but %s is still there", dir);
        poll(NULL, 0, 20);
    }
    return 0;
}
