/* A host of the range: its first process. It wires its network, starts what runs there, takes in
 * orphans, and when it ends the kernel ends everything in its pid namespace. */
#include "range/room.h"
#include "range/space.h"
#include "range/spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(int line, const char *text)
{
    if (write(line, text, strlen(text)) < 0)
        _exit(1);
}

static int wire(enum range_host host, const char *dir, struct err *e)
{
    char batch[ROOM_PATH_MAX + 64], log[ROOM_PATH_MAX + 64];
    const char *name = range_hosts[host].name;
    snprintf(batch, sizeof(batch), "%s/hosts/%s/network", dir, name);
    snprintf(log, sizeof(log), "%s/hosts/%s/log", dir, name);
    if (spawn_write_file(batch, 0600, e, "%s", range_hosts[host].network) < 0)
        return -1;
    const char *argv[] = {"ip", "-batch", batch, NULL};
    return spawn_run(argv, log, e);
}

static int start_services(struct room *r, enum range_host host, const char *dir, struct err *e)
{
    char config[ROOM_PATH_MAX + 64], log[ROOM_PATH_MAX + 64];
    const char *name = range_hosts[host].name;
    snprintf(config, sizeof(config), "%s/hosts/%s/sshd_config", dir, name);
    snprintf(log, sizeof(log), "%s/hosts/%s/sshd.log", dir, name);
    const char *argv[] = {"/usr/sbin/sshd", "-D", "-e", "-f", config, NULL};
    if (range_hosts[host].sshd && spawn_start(argv, log, e) < 0)
        return -1;
    if (host == HOST_SIEM)
        siem_start(r);
    if (host == HOST_INTERNET)
        listener_start(r);
    return 0;
}

static void reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

/* One letter from the supervisor: g(o), p(lay). */
static void serve(struct room *r, enum range_host host, int line)
{
    struct err e = ERR_INIT;
    char letter, text[600];
    const char *dir = host == HOST_OPERATOR ? r->dir : RANGE_INSIDE;
    if (read(line, &letter, 1) != 1)
        _exit(0);
    if (letter == 'p') {
        play_start(r);
        return;
    }
    if (wire(host, dir, &e) < 0 || start_services(r, host, dir, &e) < 0) {
        snprintf(text, sizeof(text), "%s: %s\n", range_hosts[host].name, e.text);
        say(line, text);
        _exit(1);
    }
    say(line, "up\n");
}

_Noreturn void host_live(struct room *r, enum range_host host, int line)
{
    struct err e = ERR_INIT;
    sigset_t set;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "range-host");
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (space_furnish(host, r->dir, &e) < 0) {
        char text[600];
        snprintf(text, sizeof(text), "%s: %s\n", range_hosts[host].name, e.text);
        say(line, text);
        _exit(1);
    }
    say(line, "settled\n");
    for (;;) {
        struct pollfd p[2] = {{.fd = line, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        struct signalfd_siginfo info;
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            _exit(1);
        while (read(signals, &info, sizeof(info)) > 0) {
        }
        reap();
        if (p[0].revents)
            serve(r, host, line);
    }
}
