#include "range/agent.h"

#include "core/clock.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static size_t read_proc(pid_t pid, const char *file, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* Fields after the last ')': the name may hold anything. proc(5): 4 is ppid, 22 starttime in ticks
 * since boot. */
static bool read_stat(pid_t pid, pid_t *parent, int64_t *start)
{
    char text[1024];
    struct timespec boot;
    if (!read_proc(pid, "stat", text, sizeof(text)) || !strrchr(text, ')'))
        return false;
    char *p = strrchr(text, ')') + 2, *word;
    unsigned long long ticks = 0;
    for (int field = 3; (word = strsep(&p, " ")); field++) {
        if (field == 4)
            *parent = (pid_t)strtol(word, NULL, 10);
        if (field == 22)
            ticks = strtoull(word, NULL, 10);
    }
    clock_gettime(CLOCK_BOOTTIME, &boot);
    int64_t up = boot.tv_sec * CLOCK_SECOND + boot.tv_nsec;
    int64_t age = up - (int64_t)ticks * (CLOCK_SECOND / sysconf(_SC_CLK_TCK));
    *start = clock_now() - age;
    return true;
}

static void read_arguments(struct telemetry_process *p)
{
    char text[4096];
    size_t n = read_proc(p->pid, "cmdline", text, sizeof(text));
    struct str joined = STR_INIT;
    json_decref(p->args);
    p->args = json_array();
    for (size_t i = 0; i < n; i += strlen(text + i) + 1) {
        json_array_append_new(p->args, json_string(text + i));
        str_printf(&joined, "%s%s", i ? " " : "", text + i);
    }
    snprintf(p->command, sizeof(p->command), "%s", joined.p ? joined.p : "");
    str_release(&joined);
}

static void hash_program(struct telemetry_process *p)
{
    char path[64];
    static char buffer[65536];
    ssize_t n;
    snprintf(path, sizeof(path), "/proc/%d/exe", p->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    struct hash *h = hash_new();
    while ((n = read(fd, buffer, sizeof(buffer))) > 0)
        hash_add(h, (struct slice){buffer, (size_t)n});
    hash_end_hex(h, p->sha256);
    close(fd);
}

static void read_link(pid_t pid, const char *file, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    ssize_t n = readlink(path, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
}

static void read_user(struct telemetry_process *p)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%d", p->pid);
    const struct passwd *who = stat(path, &st) == 0 ? getpwuid(st.st_uid) : NULL;
    snprintf(p->user, sizeof(p->user), "%s", who ? who->pw_name : "unknown");
}

void agent_process_refresh(struct agent *a, struct telemetry_process *p)
{
    (void)a;
    read_link(p->pid, "exe", p->executable, sizeof(p->executable));
    read_link(p->pid, "cwd", p->working, sizeof(p->working));
    read_arguments(p);
    read_user(p);
    hash_program(p);
}

struct telemetry_process *agent_process(struct agent *a, pid_t pid)
{
    pid_t parent = 0;
    int64_t start;
    for (size_t i = 0; i < a->count; i++)
        if (a->processes[i]->pid == pid)
            return a->processes[i];
    if (a->count == AGENT_PROCESSES_MAX || pid <= 0 || !read_stat(pid, &parent, &start))
        return NULL;
    struct telemetry_process *p = mem_zalloc(1, sizeof(*p));
    p->pid = pid;
    p->start = start - start % CLOCK_MILLISECOND;
    telemetry_entity(p, &a->host);
    agent_process_refresh(a, p);
    a->processes[a->count++] = p;
    p->parent = parent > 0 ? agent_process(a, parent) : NULL;
    return p;
}

static bool owns_socket(pid_t pid, unsigned long inode)
{
    char path[300], wanted[64], link[64];
    struct dirent *d;
    bool found = false;
    snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    while (dir && !found && (d = readdir(dir))) {
        snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)pid, d->d_name);
        ssize_t n = readlink(path, link, sizeof(link) - 1);
        link[n > 0 ? n : 0] = '\0';
        found = strcmp(link, wanted) == 0;
    }
    if (dir)
        closedir(dir);
    return found;
}

/* proc(5), net/tcp: addresses and ports in hex; 203.0.113.66:443 on a little-endian machine; state
 * 01 is established. */
int agent_beacon_port(pid_t pid)
{
    char text[8192], *rest = text, *line;
    unsigned port, remote_port, state;
    unsigned long inode;
    if (!read_proc(pid, "net/tcp", text, sizeof(text)))
        return 0;
    while ((line = strsep(&rest, "\n")))
        if (sscanf(line, "%*u: %*x:%x %*x:%x %x %*x:%*x %*x:%*x %*x %*u %*u %lu", &port,
                &remote_port, &state, &inode) == 4 &&
            remote_port == RANGE_C2_PORT && state == 1 && owns_socket(pid, inode))
            return (int)port;
    return 0;
}
