#include "remote/ssh_files.h"

#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_MAX = 65536 };

static void put_files(struct str *s, const char *key, const char *const *list, const char *more)
{
    str_printf(s, "  %s", key);
    for (size_t i = 0; list[i]; i++)
        str_printf(s, " \"%s\"", list[i]);
    if (more)
        str_printf(s, " \"%s\"", more);
    str_puts(s, list[0] || more ? "\n" : " none\n");
}

static void put_hop(
    struct str *s, const struct target *t, size_t i, const struct ssh_files_wish *wish)
{
    const struct target_hop *h = &t->hops[i];
    bool last = i + 1 == t->hop_count;
    str_printf(
        s, "Host %s\n  HostName %s\n  User %s\n  Port %d\n", h->name, h->address, h->user, h->port);
    if (h->is_aliased)
        str_printf(s, "  HostKeyAlias %s\n", h->alias);
    for (size_t k = 0; h->identities[k]; k++)
        str_printf(s, "  IdentityFile \"%s\"\n", h->identities[k]);
    if (h->identities_only)
        str_puts(s, "  IdentitiesOnly yes\n");
    put_files(s, "UserKnownHostsFile", h->known_hosts, wish->known_hosts);
    if (i)
        str_printf(s, "  ProxyJump %s\n", t->hops[i - 1].name);
    else if (!h->needs_child)
        str_puts(s, "  ProxyJump none\n");
    str_printf(s, "  LogLevel %s\n", last ? wish->log_level : "ERROR");
}

static void put_config(struct str *s, const struct target *t, const struct ssh_files_wish *wish)
{
    for (size_t i = 0; i < t->hop_count; i++)
        put_hop(s, t, i, wish);
    str_puts(s, "Host *\n  BatchMode yes\n  StrictHostKeyChecking yes\n  ConnectTimeout 10\n"
                "  ForwardAgent no\n  ForwardX11 no\n  ClearAllForwardings yes\n"
                "  PermitLocalCommand no\n  RequestTTY no\n  UpdateHostKeys no\n"
                "  ServerAliveInterval 5\n  ServerAliveCountMax 4\n  ControlPath none\n"
                "  ControlMaster no\n  CheckHostIP no\n");
    if (t->config)
        str_printf(s, "  Include \"%s\"\n", t->config);
    else
        str_puts(s, "  Include ~/.ssh/config\n  Include /etc/ssh/ssh_config\n");
}

/* Paths from configuration are quoted in the file; a quote in one could end it. */
static const char *unquotable(const struct target *t, const char *known)
{
    const char *const bad = "\"\n\\";
    if ((t->config && strpbrk(t->config, bad)) || (known && strpbrk(known, bad)))
        return "the path of a configuration file";
    for (size_t i = 0; i < t->hop_count; i++) {
        for (size_t k = 0; t->hops[i].identities[k]; k++)
            if (strpbrk(t->hops[i].identities[k], bad))
                return "the path of a key file";
        for (size_t k = 0; t->hops[i].known_hosts[k]; k++)
            if (strpbrk(t->hops[i].known_hosts[k], bad))
                return "the path of a known_hosts file";
    }
    return NULL;
}

int ssh_files_make(
    struct ssh_files *f, const struct target *t, const struct ssh_files_wish *wish, struct err *e)
{
    struct str text = STR_INIT;
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const char *bad = unquotable(t, wish->known_hosts);
    f->folder[0] = '\0';
    if (bad)
        return err_set(e, ERR_CONFIG, "%s holds a quote, a backslash or a newline", bad);
    snprintf(f->folder, sizeof f->folder,
        "%s/hinomi-ssh-"
        "XX"
        "XX"
        "XX",
        runtime && *runtime && strlen(runtime) < 200 ? runtime : "/tmp");
    if (!mkdtemp(f->folder)) {
        f->folder[0] = '\0';
        return err_set(e, ERR_IO, "no temporary folder for ssh: %s", strerror(errno));
    }
    snprintf(f->config, sizeof f->config, "%s/config", f->folder);
    snprintf(f->log, sizeof f->log, "%s/log", f->folder);
    put_config(&text, t, wish);
    int fd = open(f->config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
    if (fd >= 0)
        close(fd);
    str_release(&text);
    return written ? 0 : err_set(e, ERR_IO, "%s: %s", f->config, strerror(errno));
}

void ssh_files_remove(struct ssh_files *f)
{
    if (!f->folder[0])
        return;
    unlink(f->config);
    unlink(f->log);
    rmdir(f->folder);
    f->folder[0] = '\0';
}

void ssh_files_read_log(const struct ssh_files *f, struct str *into)
{
    char buffer[8192];
    ssize_t n;
    int fd = open(f->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    while (into->n < LOG_MAX && (n = pread(fd, buffer, sizeof buffer, (off_t)into->n)) > 0)
        str_add(into, buffer, (size_t)n);
    close(fd);
}

void ssh_log_word(char *out, size_t size, const char *from)
{
    size_t n = strcspn(from, " \r\n");
    snprintf(out, size, "%.*s", (int)(n < size ? n : size - 1), from);
}

const char *ssh_log_last(const char *text, const char *start)
{
    const char *found = NULL;
    for (const char *at = text; at && (at = strstr(at, start)); at += strlen(start))
        found = at + strlen(start);
    return found;
}

/* Wording of OpenSSH 7.x to 10.x: sshconnect.c, sshconnect2.c, clientloop.c. */
static const struct {
    const char *words;
    enum err_code code;
    const char *sentence;
} failures[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", ERR_HOSTKEY,
        "the host key has changed: refused; look with ssh-keygen -F and find out why before any "
        "override"},
    {"revoked", ERR_HOSTKEY, "the host key is marked as revoked: refused"},
    {"Host key verification failed", ERR_HOSTKEY,
        "the host key is not known: add it to known_hosts after checking its fingerprint"},
    {"No matching host key", ERR_HOSTKEY, "the host key is not known"},
    {"Permission denied", ERR_AUTH, "the login was refused: no key that was offered is accepted"},
    {"Too many authentication failures", ERR_AUTH, "the login was refused: too many keys offered"},
    {"Could not resolve hostname", ERR_NETWORK, "its name cannot be resolved"},
    {"Connection refused", ERR_NETWORK, "the connection was refused"},
    {"open failed", ERR_NETWORK, "the jump host could not connect to it"},
    {"No route to host", ERR_NETWORK, "there is no route to it"},
    {"Network is unreachable", ERR_NETWORK, "its network is unreachable"},
    {"timed out", ERR_TIMEOUT, "the connection timed out"},
    {"Unable to negotiate", ERR_UNSUPPORTED, "it and ssh share no algorithm"},
    {"Connection closed by", ERR_NETWORK, "it closed the connection before the login was done"},
};

void ssh_log_explain(const char *name, const char *log, const char *noise, struct err *e)
{
    const char *texts[] = {log, noise};
    const char *key = ssh_log_last(log, "debug1: Server host key: ");
    const char *hash = key ? strstr(key, "SHA256:") : NULL;
    char print[80] = "";
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        for (size_t k = 0; k < 2; k++) {
            if (!texts[k] || !strstr(texts[k], failures[i].words))
                continue;
            if (failures[i].code == ERR_HOSTKEY && k == 0 && hash)
                ssh_log_word(print, sizeof print, hash);
            err_set(e, failures[i].code, "%s: %s%s%s", name, failures[i].sentence,
                print[0] ? "; it shows " : "", print);
            return;
        }
    err_set(e, ERR_NETWORK, "%s: ssh ended without a connection", name);
}
