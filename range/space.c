#include "range/space.h"

#include "range/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int map_one(const char *path, unsigned id, struct err *e)
{
    return spawn_write_file(path, 0600, e, "%u %u 1\n", id, id);
}

static int own_user_namespace(struct err *e)
{
    unsigned uid = getuid(), gid = getgid();
    if (unshare(CLONE_NEWUSER) < 0)
        return err_set(e, ERR_UNSUPPORTED,
            "this kernel does not give user namespaces to users (%s); run it as root",
            strerror(errno));
    prctl(PR_SET_DUMPABLE, 1); /* else /proc/self/uid_map is root's */
    if (spawn_write_file("/proc/self/setgroups", 0600, e, "deny") < 0 ||
        map_one("/proc/self/uid_map", uid, e) < 0 || map_one("/proc/self/gid_map", gid, e) < 0)
        return -1;
    return space_keep_capabilities(e);
}

int space_keep_capabilities(struct err *e)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (getuid() == 0)
        return 0;
    if (syscall(SYS_capget, &head, data) < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot read capabilities: %s", strerror(errno));
    data[0].inheritable = data[0].permitted;
    data[1].inheritable = data[1].permitted;
    if (syscall(SYS_capset, &head, data) < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot keep capabilities: %s", strerror(errno));
    for (unsigned long c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0);
    return 0;
}

int space_leave(struct err *e)
{
    if (getuid() != 0 && own_user_namespace(e) < 0)
        return -1;
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID) < 0)
        return err_set(e, ERR_UNSUPPORTED,
            "cannot make namespaces of its own (%s); the range needs them", strerror(errno));
    return 0;
}

pid_t space_fork(void)
{
    return (pid_t)syscall(SYS_clone,
        SIGCHLD | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS, NULL, NULL, NULL, 0);
}

static const char *const space_files[SPACE_COUNT] = {
    [SPACE_USER] = "user",
    [SPACE_MOUNT] = "mnt",
    [SPACE_UTS] = "uts",
    [SPACE_NET] = "net",
    [SPACE_PID] = "pid",
};

int space_open(pid_t pid, int fds[SPACE_COUNT], struct err *e)
{
    for (size_t i = 0; i < SPACE_COUNT; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, space_files[i]);
        fds[i] = open(path, O_RDONLY | O_CLOEXEC);
        if (fds[i] >= 0)
            continue;
        err_set(e, ERR_NOT_FOUND, "cannot open %s: %s", path, strerror(errno));
        while (i-- > 0)
            close(fds[i]);
        return -1;
    }
    return 0;
}

static bool is_ours(int fd, const char *name)
{
    char path[64];
    struct stat a, b;
    snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino;
}

int space_enter(const int fds[SPACE_COUNT], struct err *e)
{
    bool user = !is_ours(fds[SPACE_USER], "user");
    for (size_t i = 0; i < SPACE_COUNT; i++) {
        if (i == SPACE_USER && !user)
            continue; /* setns(2): one's own user namespace cannot be entered again */
        if (setns(fds[i], 0) < 0)
            return err_set(e, ERR_DENIED, "cannot enter the host's %s namespace: %s",
                space_files[i], strerror(errno));
    }
    return user ? space_keep_capabilities(e) : 0;
}
