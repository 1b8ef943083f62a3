#include "range/room.h"

#include "range/sim_elastic.h"
#include "range/space.h"
#include "range/spawn.h"

#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

void room_default_dir(char out[ROOM_PATH_MAX])
{
    snprintf(out, ROOM_PATH_MAX, "/tmp/hinomi-range-%u", (unsigned)getuid());
}

static const char *login(void)
{
    const struct passwd *me = getpwuid(getuid());
    return me ? me->pw_name : "operator";
}

static int make_key(const struct room *r, const char *name, struct err *e)
{
    char path[ROOM_PATH_MAX + 64], log[ROOM_PATH_MAX + 16];
    snprintf(path, sizeof(path), "%s/keys/%s", r->dir, name);
    snprintf(log, sizeof(log), "%s/log", r->dir);
    const char *argv[] = {
        "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path, NULL};
    return spawn_run(argv, log, e);
}

static int read_key(const struct room *r, const char *name, char *out, size_t size)
{
    char path[ROOM_PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/keys/%s.pub", r->dir, name);
    FILE *f = fopen(path, "re");
    bool ok = f && fgets(out, (int)size, f);
    if (f)
        fclose(f);
    out[ok ? strcspn(out, "\n") : 0] = '\0';
    return ok ? 0 : -1;
}

/* Absolute paths everywhere: sshd executes itself anew for each connection. */
static int write_sshd(const struct room *r, enum range_host h, struct err *e)
{
    const char *name = range_hosts[h].name;
    char path[ROOM_PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/hosts/%s/sshd_config", r->dir, name);
    return spawn_write_file(path, 0600, e,
        "Port 22\nHostKey " RANGE_INSIDE "/keys/%s\nPidFile /run/sshd.pid\n"
        "AuthorizedKeysFile " RANGE_INSIDE "/keys/authorized\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\nPermitTTY yes\nPrintMotd no\nUseDNS no\n"
        "AllowTcpForwarding %s\nMaxStartups 100\nMaxSessions 50\nLogLevel VERBOSE\n"
        "SetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
        "Subsystem sftp internal-sftp\n",
        name, h == HOST_BASTION ? "yes" : "no");
}

static int write_keys(const struct room *r, struct err *e)
{
    char key[512], path[ROOM_PATH_MAX + 64];
    struct str known = STR_INIT;
    int rc = make_key(r, "operator", e);
    for (int h = 0; rc == 0 && h < HOST_COUNT; h++) {
        const struct host_row *row = &range_hosts[h];
        if (!row->sshd)
            continue;
        rc = make_key(r, row->name, e);
        if (rc == 0)
            rc = write_sshd(r, (enum range_host)h, e);
        if (rc == 0 && read_key(r, row->name, key, sizeof(key)) == 0)
            str_printf(&known, "%s,%s%s%s %s\n", row->name, row->address, row->address6 ? "," : "",
                row->address6 ? row->address6 : "", key);
    }
    snprintf(path, sizeof(path), "%s/known_hosts", r->dir);
    if (rc == 0)
        rc = spawn_write_file(path, 0600, e, "%s", known.p);
    snprintf(path, sizeof(path), "%s/keys/authorized", r->dir);
    if (rc == 0 && read_key(r, "operator", key, sizeof(key)) == 0)
        rc = spawn_write_file(path, 0644, e, "%s\n", key);
    str_release(&known);
    return rc;
}

static int write_ssh_config(const struct room *r, struct err *e)
{
    struct str s = STR_INIT;
    char path[ROOM_PATH_MAX + 64];
    for (int h = 0; h < HOST_COUNT; h++) {
        const struct host_row *row = &range_hosts[h];
        if (row->target || h == HOST_BASTION)
            str_printf(&s, "Host %s\n    HostName %s\n%s", row->name, row->address,
                row->target ? "    ProxyJump bastion\n" : "");
    }
    str_printf(&s,
        "Host *\n    User %s\n    IdentityFile %s/keys/operator\n    IdentitiesOnly yes\n"
        "    IdentityAgent none\n    StrictHostKeyChecking yes\n    UserKnownHostsFile "
        "%s/known_hosts\n    GlobalKnownHostsFile /dev/null\n    ConnectTimeout 10\n",
        login(), r->dir, r->dir);
    snprintf(path, sizeof(path), "%s/ssh_config", r->dir);
    int rc = spawn_write_file(path, 0600, e, "%s", s.p);
    str_release(&s);
    return rc;
}

int room_write_configuration(const struct room *r, struct err *e)
{
    struct str s = STR_INIT;
    char path[ROOM_PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/siem.key", r->dir);
    if (write_ssh_config(r, e) < 0 || spawn_write_file(path, 0600, e, SIM_ELASTIC_API_KEY "\n") < 0)
        return -1;
    str_printf(&s,
        "# The practice range. It is made anew each time, and removed when the range ends.\n"
        "[hinomi]\nanalyst = %s\nssh_config = %s/ssh_config\nknown_hosts = %s/known_hosts\n\n"
        "[source siem]\nkind = elastic\ncustomer = range\nurl = http://%s:%d\nkibana_url = "
        "http://%s:%d\nvia = bastion\napi_key_file = %s/siem.key\ninterval = 2s\nsince = 30d\n\n"
        "[source sensor]\nkind = file\ncustomer = range\npath = %s/eve.json\nformat = suricata\n"
        "interval = 2s\n",
        login(), r->dir, r->dir, range_hosts[HOST_SIEM].address, RANGE_SIEM_PORT,
        range_hosts[HOST_SIEM].address, RANGE_SIEM_PORT, r->dir, r->dir);
    for (int h = 0; h < HOST_COUNT; h++) {
        const struct host_row *row = &range_hosts[h];
        if (!row->target && h != HOST_BASTION)
            continue;
        str_printf(&s, "\n[host %s]\nplatform = linux\naddress = %s\ncriticality = %s\n", row->name,
            row->address, row->criticality);
        if (row->target)
            str_printf(&s, "via = bastion\n");
        else
            str_printf(&s, "protected = yes\n");
        str_printf(&s, "user = %s\nidentity = %s/keys/operator\n", login(), r->dir);
    }
    snprintf(path, sizeof(path), "%s/hinomi.conf", r->dir);
    int rc = spawn_write_file(path, 0600, e, "%s", s.p);
    str_release(&s);
    return rc;
}

/* The copy is what hosts run: the program's own path may be hidden in them. */
static int copy_program(struct room *r, struct err *e)
{
    struct stat st;
    snprintf(r->program, sizeof(r->program), "%s/bin/hinomi-range", r->dir);
    int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int out = open(r->program, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
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
    return ok ? 0 : err_set(e, ERR_IO, "cannot copy the program: %s", strerror(errno));
}

int room_furnish(struct room *r, struct err *e)
{
    static const char *const folders[] = {"", "/keys", "/hosts", "/bin", "/data"};
    char path[ROOM_PATH_MAX + 64];
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        snprintf(path, sizeof(path), "%s%s", r->dir, folders[i]);
        /* users of the targets run programs below it; what is secret has its own mode */
        if (mkdir(path, i == 4 ? 0700 : 0755) < 0 && errno != EEXIST)
            return err_set(e, ERR_IO, "cannot make %s: %s", path, strerror(errno));
    }
    for (int h = 0; h < HOST_COUNT; h++) {
        snprintf(path, sizeof(path), "%s/hosts/%s", r->dir, range_hosts[h].name);
        mkdir(path, 0755);
    }
    snprintf(path, sizeof(path), "%s/eve.json", r->dir);
    if (copy_program(r, e) < 0 || write_keys(r, e) < 0 || room_write_configuration(r, e) < 0)
        return -1;
    return spawn_write_file(path, 0644, e, "%s", "");
}
