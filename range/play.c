/* The intrusion: on its host, as its user, with real processes and nothing harmful. A viewer is
 * started; the rest follows from it. The agent that watches is agent.c. */
#include "range/agent.h"
#include "range/play_table.h"
#include "range/room.h"
#include "range/space.h"
#include "range/spawn.h"

#include "core/base64.h"
#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int copy_file(const char *from, const char *to, mode_t mode)
{
    struct stat st;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool ok = in >= 0 && out >= 0 && fstat(in, &st) == 0;
    for (off_t left = ok ? st.st_size : 0; ok && left > 0;) {
        ssize_t n = sendfile(out, in, NULL, (size_t)left);
        ok = n > 0;
        left -= n;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return ok ? 0 : -1;
}

/* The viewer "shows" its document: writes it where a mail program would, and does what it must not.
 * The pause is in RANGE_PAUSE so that the command line stays that of a viewer. */
int viewer_run(int argc, char **argv)
{
    struct str script = STR_INIT, command = STR_INIT;
    const char *pause_text = getenv("RANGE_PAUSE");
    if (argc != 2 || !pause_text)
        return 2;
    if (spawn_write_file(argv[1], 0644, NULL, "%s",
            "Invoice 2026-1122\n\nThis document belongs to a practice range. It is harmless.\n") <
            0 ||
        copy_file("/proc/self/exe", PLAY_PAYLOAD, 0644) < 0)
        return 1;
    int pause_ms = (int)(strtod(pause_text, NULL) * 1000);
    poll(NULL, 0, pause_ms);
    for (const char *p = play_script; *p; p++)
        *p == '@' ? str_puts(&script, pause_text) : str_char(&script, *p);
    str_puts(&command, "echo ");
    base64_encode(&command, str_as_slice(&script));
    str_puts(&command, " | base64 -d | sh");
    unsetenv("RANGE_PAUSE");
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command.p, (char *)NULL);
        _exit(127);
    }
    str_release(&script);
    str_release(&command);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    for (;;)
        poll(NULL, 0, -1); /* the window stays open */
}

static void become_user(const char *pause_text)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    setsid();
    if (getuid() == 0 &&
        (setgroups(0, NULL) < 0 || setgid(RANGE_USER_ID) < 0 || setuid(RANGE_USER_ID) < 0))
        _exit(1);
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    if (chdir(PLAY_HOME) < 0)
        _exit(1);
    clearenv();
    setenv("HOME", PLAY_HOME, 1);
    setenv("USER", RANGE_USER, 1);
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    setenv("RANGE_PAUSE", pause_text, 1);
}

/* The user's things, and the viewer as installed software. */
static int prepare(void)
{
    static const char *const folders[] = {
        PLAY_HOME "/Downloads", PLAY_HOME "/Documents", PLAY_HOME "/.config", "/opt/docview"};
    unsigned uid = getuid() ? getuid() : RANGE_USER_ID, gid = getuid() ? getgid() : RANGE_USER_ID;
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        mkdir(folders[i], 0755);
        if (i < 3 && chown(folders[i], uid, gid) < 0)
            return -1;
    }
    for (int i = 1; i <= 3; i++) {
        char path[128];
        snprintf(path, sizeof(path), PLAY_HOME "/Documents/quarter-%d.csv", i);
        if (spawn_write_file(path, 0644, NULL, "account,amount\n%d,%d\n", 4000 + i, 120 * i) < 0)
            return -1;
    }
    return copy_file(RANGE_INSIDE "/bin/hinomi-range", PLAY_VIEWER, 0755);
}

/* The viewer waits for the agent to look before it becomes itself. */
static pid_t start_viewer(const char *pause_text, int *gate)
{
    int pair[2];
    char byte;
    if (pipe2(pair, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid != 0) {
        close(pair[0]);
        *gate = pair[1];
        return pid;
    }
    close(pair[1]);
    become_user(pause_text);
    if (read(pair[0], &byte, 1) != 1)
        _exit(1);
    execl(PLAY_VIEWER, PLAY_VIEWER, PLAY_DOCUMENT, (char *)NULL);
    _exit(127);
}

void play_start(struct room *r)
{
    char pause_text[32];
    int gate;
    snprintf(pause_text, sizeof(pause_text), "%d.%03d", r->pace_ms / 1000, r->pace_ms % 1000);
    pid_t viewer = prepare() < 0 ? -1 : start_viewer(pause_text, &gate);
    if (viewer < 0) {
        r->state->play = PLAY_FAILED;
        snprintf(r->state->play_step, sizeof(r->state->play_step), "cannot prepare: %s",
            strerror(errno));
        return;
    }
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "agent");
        agent_watch(r, viewer, gate);
        _exit(0);
    }
    close(gate);
}
