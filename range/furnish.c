/* What a host of the range has of its own in its mount namespace. */
#include "range/space.h"

#include "range/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int space_settle(struct err *e)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_set(e, ERR_UNSUPPORTED,
            "cannot keep mounts to itself (%s); / must be a mount point", strerror(errno));
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot mount a /proc of its own (%s)", strerror(errno));
    return 0;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int fresh(const char *path, const char *options, struct err *e)
{
    if (!is_folder(path) || mount("range", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0)
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "cannot mount on %s: %s", path, strerror(errno));
}

/* A copy-on-write view where the kernel gives one, else a view that cannot be written: in both
 * cases the machine below stays as it is. */
static void shield(const char *path)
{
    char base[128], options[512];
    static const char *const extra[] = {"", ",userxattr"};
    snprintf(base, sizeof(base), "/run/over%s", path);
    if (!is_folder(path))
        return;
    mkdir("/run/over", 0755);
    mkdir(base, 0755);
    for (size_t i = 0; i < 2; i++) {
        char upper[160], work[160];
        snprintf(upper, sizeof(upper), "%s/upper%zu", base, i);
        snprintf(work, sizeof(work), "%s/work%zu", base, i);
        mkdir(upper, 0755);
        mkdir(work, 0755);
        snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s%s", path, upper,
            work, extra[i]);
        if (mount("range", path, "overlay", 0, options) == 0)
            return;
    }
    if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) == 0)
        mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

/* The login that ssh uses, and on machines the user whose session is attacked. Not being root, both
 * are the one account that a user namespace can hold. */
static int write_accounts(const char *host, bool target, struct err *e)
{
    char passwd[256], shadow[256], line[512] = "";
    const struct passwd *me = getpwuid(getuid());
    const char *login = me ? me->pw_name : "operator", *home = me ? me->pw_dir : "/home/operator";
    unsigned uid = getuid(), gid = getgid();
    snprintf(passwd, sizeof(passwd), RANGE_INSIDE "/hosts/%s/passwd", host);
    snprintf(shadow, sizeof(shadow), RANGE_INSIDE "/hosts/%s/shadow", host);
    if (target)
        snprintf(line, sizeof(line), RANGE_USER ":x:%u:%u:Sato Mio:/home/" RANGE_USER ":/bin/sh\n",
            uid ? uid : RANGE_USER_ID, uid ? gid : RANGE_USER_ID);
    if (spawn_write_file(passwd, 0644, e,
            "%s%s:x:%u:%u:%s:%s:/bin/sh\n%ssshd:x:%u:65534::/run/sshd:/usr/sbin/nologin\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
            uid ? line : "", login, uid, gid, login, home, uid ? "" : line, 104U) < 0)
        return -1;
    if (mount(passwd, "/etc/passwd", NULL, MS_BIND, NULL) < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot mount on /etc/passwd: %s", strerror(errno));
    if (uid != 0)
        return 0;
    if (spawn_write_file(shadow, 0600, e, "%s:*:19000:0:99999:7:::\nsshd:!:19000::::::\n%s%s",
            login, target ? RANGE_USER : "", target ? ":*:19000:0:99999:7:::\n" : "") < 0)
        return -1;
    mount(shadow, "/etc/shadow", NULL, MS_BIND, NULL);
    return 0;
}

/* A host is known by its machine-id, which its sensor reports too. A machine that has none of its
 * own has no place to mount one: then the host stays without. */
static int own_machine_id(enum range_host host, struct err *e)
{
    const char *agent = range_hosts[host].agent;
    char path[256], id[33];
    size_t n = 0;
    for (; agent && *agent && n < sizeof(id) - 1; agent++)
        if (*agent != '-')
            id[n++] = *agent;
    id[n] = '\0';
    if (n != 32)
        return 0;
    snprintf(path, sizeof(path), RANGE_INSIDE "/hosts/%s/machine-id", range_hosts[host].name);
    if (spawn_write_file(path, 0644, e, "%s\n", id) < 0)
        return -1;
    mount(path, "/etc/machine-id", NULL, MS_BIND, NULL);
    return 0;
}

static void make_home(const char *home, unsigned uid, unsigned gid)
{
    if (mkdir(home, 0755) == 0 && chown(home, uid, gid) < 0)
        return;
}

static int own_files(enum range_host host, struct err *e)
{
    static const char *const scratch[] = {"/tmp", "/var/tmp", "/home", "/opt"};
    const struct passwd *me = getpwuid(getuid());
    char home[256];
    snprintf(home, sizeof(home), "%s", me ? me->pw_dir : "/home/operator");
    shield("/etc");
    shield("/var");
    if (getuid() != 0 && fresh("/var/lib", "mode=0755", e) < 0) /* root's, and not to be written */
        return -1;
    for (size_t i = 0; i < sizeof(scratch) / sizeof(*scratch); i++)
        if (fresh(scratch[i], i < 2 ? "mode=1777" : "mode=0755", e) < 0)
            return -1;
    if (strncmp(home, "/home/", 6) != 0 && strncmp(home, "/tmp/", 5) != 0 && strlen(home) > 1 &&
        fresh(home, "mode=0700", e) < 0)
        return -1;
    make_home(home, getuid(), getgid());
    if (range_hosts[host].target)
        make_home("/home/" RANGE_USER, getuid() ? getuid() : RANGE_USER_ID,
            getuid() ? getgid() : RANGE_USER_ID);
    return 0;
}

/* Commands of the operator find the range's ssh_config whichever way they ask for one. */
static int furnish_operator(const char *dir, struct err *e)
{
    const struct passwd *me = getpwuid(getuid());
    char own[300], config[256];
    snprintf(config, sizeof(config), "%s/ssh_config", dir);
    if (mount(config, "/etc/ssh/ssh_config", NULL, MS_BIND, NULL) < 0)
        return err_set(
            e, ERR_UNSUPPORTED, "cannot mount on /etc/ssh/ssh_config: %s", strerror(errno));
    snprintf(own, sizeof(own), "%s/.ssh", me ? me->pw_dir : "/nonexistent");
    return fresh(own, "mode=0700", e);
}

static int bind_room(int room, struct err *e)
{
    char from[64];
    snprintf(from, sizeof(from), "/proc/self/fd/%d", room);
    if (mkdir(RANGE_INSIDE, 0755) < 0 || mkdir("/run/sshd", 0755) < 0 ||
        mount(from, RANGE_INSIDE, NULL, MS_BIND, NULL) < 0)
        return err_set(
            e, ERR_UNSUPPORTED, "cannot bring the range's folder in: %s", strerror(errno));
    return 0;
}

int space_furnish(enum range_host host, const char *dir, struct err *e)
{
    const char *name = range_hosts[host].name;
    if (sethostname(name, strlen(name)) < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot name the host: %s", strerror(errno));
    int room = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (room < 0)
        return err_set(e, ERR_IO, "cannot open %s: %s", dir, strerror(errno));
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return err_set(e, ERR_UNSUPPORTED, "cannot mount a /proc of its own: %s", strerror(errno));
    spawn_write_file("/proc/sys/net/ipv4/ip_forward", 0600, NULL, "0\n");
    if (host == HOST_OPERATOR) {
        close(room);
        return furnish_operator(dir, e);
    }
    int rc = fresh("/run", "mode=0755", e);
    if (rc == 0)
        rc = bind_room(room, e);
    close(room);
    if (rc == 0)
        rc = own_files(host, e);
    if (rc == 0)
        rc = own_machine_id(host, e);
    return rc == 0 ? write_accounts(name, range_hosts[host].target, e) : -1;
}
