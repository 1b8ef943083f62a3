#include "range/agent.h"
#include "range/play_table.h"

#include "core/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 10, BEATS_THAT_MAKE_A_PATTERN = 3, WATCH_SECONDS = 180 };

static void on_event(struct agent *a, pid_t pid, int event)
{
    unsigned long message = 0;
    struct telemetry_process *p = agent_process(a, pid);
    if (!p)
        return;
    switch (event) {
    case PTRACE_EVENT_EXEC:
        agent_process_refresh(a, p);
        agent_report_files(a, p);
        agent_report_process(a, p, "exec");
        break;
    case PTRACE_EVENT_EXIT:
        ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
        p->exit_code = (int)(message >> 8 & 0xff);
        agent_report_files(a, p);
        agent_report_process(a, p, "end");
        break;
    case PTRACE_EVENT_STOP: /* a child's first stop; what is new is its parent's work */
        if (p->parent && agent_process(a, p->parent->pid))
            agent_report_files(a, agent_process(a, p->parent->pid));
        agent_report_process(a, p, "fork");
        break;
    default: /* it has made a child, and may have written before */
        agent_report_files(a, p);
        break;
    }
}

static void on_stop(struct agent *a, pid_t pid, int status)
{
    int event = status >> 16, number = WSTOPSIG(status);
    if (event == PTRACE_EVENT_STOP && number != SIGTRAP) { /* stopped by somebody: stay so */
        ptrace(PTRACE_LISTEN, pid, 0, 0);
        return;
    }
    if (event)
        on_event(a, pid, event);
    ptrace(PTRACE_CONT, pid, 0, event ? 0 : number);
}

static struct telemetry_process *beacon(struct agent *a)
{
    return a->beacon_seen ? agent_process(a, a->room->state->play_pid) : NULL;
}

static void tick(struct agent *a)
{
    struct telemetry_process *p = beacon(a);
    int port = p && !a->beacon_alerted ? agent_beacon_port(p->pid) : 0;
    if (port && (!a->network_seen || a->room->state->beacon_count >= BEATS_THAT_MAKE_A_PATTERN))
        agent_report_network(a, p, port);
    agent_send_due(a);
}

static bool told(const struct agent *a)
{
    for (size_t i = 0; i < play_file_count; i++)
        if (!a->file_seen[i])
            return false;
    return a->beacon_alerted && !agent_has_more(a);
}

static void follow(struct agent *a)
{
    int64_t deadline = clock_monotonic() + WATCH_SECONDS * CLOCK_SECOND;
    while (!told(a) && clock_monotonic() < deadline) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
        if (pid < 0 && errno == ECHILD)
            return; /* all have ended */
        if (pid > 0 && WIFSTOPPED(status))
            on_stop(a, pid, status);
        if (pid <= 0)
            poll(NULL, 0, TICK_MS);
        tick(a);
    }
}

void agent_watch(struct room *r, pid_t first, int gate)
{
    struct agent a = {.room = r, .host = telemetry_of(RANGE_VICTIM)};
    long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                   PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
    bool seized = ptrace(PTRACE_SEIZE, first, 0, options) == 0;
    if (!seized || write(gate, "g", 1) != 1) {
        r->state->play = PLAY_FAILED;
        snprintf(r->state->play_step, sizeof(r->state->play_step),
            "the agent cannot follow the viewer: %s", strerror(errno));
        return;
    }
    follow(&a);
    /* at our end the kernel lets go of all that we follow, and they run on */
    r->state->play = told(&a) ? PLAY_DONE : PLAY_FAILED;
}
