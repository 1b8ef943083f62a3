/* The system's `ssh` as a child. All that we know of the way is written into a configuration file of
 * its own, followed by the user's, since the first value wins in ssh_config(5). Its own log goes to a
 * file (-E), so that nothing the host writes can pass for it. */
#include "core/clock.h"
#include "core/mem.h"
#include "core/str.h"
#include "remote/child.h"
#include "remote/script.h"
#include "remote/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG_MAX = 65536, NOISE_MAX = 4096 };

struct pool {
    struct host_trust trust;
};

struct link {
    const struct target *target;
    struct slice input;
    struct link_events events;
    struct child child;
    struct err err; /* of opening */
    char folder[256], config[280], log[280];
    struct str words, noise; /* its log; stderr until it is connected */
    bool connected, moved;
    struct connection connection;
};

static void *pool_new(const struct host_trust *trust)
{
    struct pool *p = mem_zalloc(1, sizeof *p);
    if (trust)
        p->trust = *trust;
    return p;
}

static void put_files(struct str *s, const char *key, const char *const *list, const char *more)
{
    str_printf(s, "  %s", key);
    for (size_t i = 0; list[i]; i++)
        str_printf(s, " \"%s\"", list[i]);
    if (more)
        str_printf(s, " \"%s\"", more);
    str_puts(s, list[0] || more ? "\n" : " none\n");
}

static void put_hop(struct str *s, const struct target *t, size_t i, const char *known)
{
    const struct target_hop *h = &t->hops[i];
    bool last = i + 1 == t->hop_count;
    str_printf(s, "Host %s\n  HostName %s\n  User %s\n  Port %d\n", h->name, h->address, h->user,
        h->port);
    if (h->is_aliased)
        str_printf(s, "  HostKeyAlias %s\n", h->alias);
    for (size_t k = 0; h->identities[k]; k++)
        str_printf(s, "  IdentityFile \"%s\"\n", h->identities[k]);
    if (h->identities_only)
        str_puts(s, "  IdentitiesOnly yes\n");
    put_files(s, "UserKnownHostsFile", h->known_hosts, known);
    if (i)
        str_printf(s, "  ProxyJump %s\n", t->hops[i - 1].name);
    else if (!h->needs_child)
        str_puts(s, "  ProxyJump none\n");
    str_printf(s, "  LogLevel %s\n", last ? "DEBUG1" : "ERROR");
}

static void put_config(struct str *s, const struct target *t, const char *known)
{
    for (size_t i = 0; i < t->hop_count; i++)
        put_hop(s, t, i, known);
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

static int write_config(struct link *l, const char *known)
{
    struct str text = STR_INIT;
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const char *bad = unquotable(l->target, known);
    if (bad)
        return err_set(&l->err, ERR_CONFIG, "%s holds a quote, a backslash or a newline", bad);
    snprintf(l->folder, sizeof l->folder, "%s/hinomi-ssh-XXXXXX",
        runtime && *runtime && strlen(runtime) < 200 ? runtime : "/tmp");
    if (!mkdtemp(l->folder)) {
        l->folder[0] = '\0';
        return err_set(&l->err, ERR_IO, "no temporary folder for ssh: %s", strerror(errno));
    }
    snprintf(l->config, sizeof l->config, "%s/config", l->folder);
    snprintf(l->log, sizeof l->log, "%s/log", l->folder);
    put_config(&text, l->target, known);
    int fd = open(l->config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
    if (fd >= 0)
        close(fd);
    str_release(&text);
    return written ? 0 : err_set(&l->err, ERR_IO, "%s: %s", l->config, strerror(errno));
}

static struct link *link_open(void *pool, const struct target *t, bool fresh, struct slice input,
    const struct link_events *events)
{
    const struct pool *p = pool;
    struct link *l = mem_zalloc(1, sizeof *l);
    (void)fresh; /* each child has a connection of its own */
    *l = (struct link){.target = t, .input = input, .events = *events};
    l->child = (struct child){.in = -1, .out = -1, .err = -1};
    l->connection.transport = "openssh";
    const char *argv[] = {
        "ssh", "-T", "-F", l->config, "-E", l->log, "--", target_last(t)->name, SCRIPT_COMMAND, NULL};
    if (write_config(l, p->trust.known_hosts) == 0)
        child_start(&l->child, argv, &l->err);
    return l;
}

static void send_input(struct link *l)
{
    while (l->child.in >= 0 && l->input.n) {
        ssize_t n = write(l->child.in, l->input.p, l->input.n);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            l->input.n = 0;
        else
            l->input = (struct slice){l->input.p + n, l->input.n - (size_t)n};
        l->moved = true;
    }
    if (l->child.in >= 0 && l->input.n == 0) {
        close(l->child.in);
        l->child.in = -1;
    }
}

static void receive(struct link *l, int *fd, enum link_stream stream)
{
    char buffer[32768];
    if (*fd < 0)
        return;
    ssize_t n = read(*fd, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    l->moved = true;
    if (n <= 0) {
        close(*fd);
        *fd = -1;
        return;
    }
    struct slice bytes = {buffer, (size_t)n};
    if (stream == LINK_ERR && !l->connected && l->noise.n < NOISE_MAX)
        str_slice(&l->noise, bytes);
    l->events.bytes(l->events.owner, stream, bytes);
}

static void copy_word(char *out, size_t size, const char *from)
{
    size_t n = strcspn(from, " \r\n");
    snprintf(out, size, "%.*s", (int)(n < size ? n : size - 1), from);
}

static const char *last_line(const char *text, const char *start)
{
    const char *found = NULL;
    for (const char *at = text; at && (at = strstr(at, start)); at += strlen(start))
        found = at + strlen(start);
    return found;
}

/* Wording of OpenSSH 7.x to 10.x: sshconnect.c, sshconnect2.c. */
static void read_log(struct link *l)
{
    char buffer[8192];
    ssize_t n;
    int fd = l->connected ? -1 : open(l->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    off_t at = (off_t)l->words.n;
    while (l->words.n < LOG_MAX && (n = pread(fd, buffer, sizeof buffer, at)) > 0) {
        str_add(&l->words, buffer, (size_t)n);
        at += n;
    }
    close(fd);
    if (!l->words.p || !last_line(l->words.p, "Authenticated to "))
        return;
    const char *key = last_line(l->words.p, "debug1: Server host key: ");
    const char *banner = last_line(l->words.p, "remote software version ");
    const char *hash = key ? strstr(key, "SHA256:") : NULL;
    if (key)
        copy_word(l->connection.key_type, sizeof l->connection.key_type, key);
    if (hash)
        copy_word(l->connection.fingerprint, sizeof l->connection.fingerprint, hash);
    if (banner)
        copy_word(l->connection.banner, sizeof l->connection.banner, banner);
    l->connected = true;
    l->events.connected(l->events.owner, &l->connection);
}

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

static enum link_state explain(struct link *l, struct err *e)
{
    const char *texts[] = {l->words.p, l->noise.p};
    const char *name = target_last(l->target)->name;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        for (size_t k = 0; k < 2; k++)
            if (texts[k] && strstr(texts[k], failures[i].words)) {
                const char *key =
                    texts[0] ? last_line(texts[0], "debug1: Server host key: ") : NULL;
                char print[HOSTKEY_FINGERPRINT_MAX] = "";
                if (failures[i].code == ERR_HOSTKEY && key && k == 0 && strstr(key, "SHA256:"))
                    copy_word(print, sizeof print, strstr(key, "SHA256:"));
                err_set(e, failures[i].code, "%s: %s%s%s", name, failures[i].sentence,
                    print[0] ? "; it shows " : "", print);
                return LINK_BROKEN;
            }
    err_set(e, ERR_NETWORK, "%s: ssh ended without a connection", name);
    return LINK_BROKEN;
}

static enum link_state link_step(struct link *l, struct err *e)
{
    int status = 0;
    if (l->err.code) {
        *e = l->err;
        return LINK_BROKEN;
    }
    l->moved = false;
    send_input(l);
    read_log(l);
    receive(l, &l->child.out, LINK_OUT);
    receive(l, &l->child.err, LINK_ERR);
    if (l->moved)
        return LINK_MOVED;
    if (l->child.out >= 0 || l->child.err >= 0 || !child_reap(&l->child, &status))
        return LINK_WAITS;
    read_log(l);
    if (!l->connected)
        return explain(l, e);
    /* 255 stands for a lost connection, a killed command and a command that said 255 alike */
    if (WIFEXITED(status) && WEXITSTATUS(status) != 255)
        return LINK_FINISHED;
    err_set(e, ERR_NETWORK, "%s: the connection was lost", target_last(l->target)->name);
    return LINK_BROKEN;
}

static int link_watch(struct link *l, struct pollfd *fds, int64_t *wake)
{
    int n = 0;
    if (l->child.in >= 0 && l->input.n && l->connected)
        fds[n++] = (struct pollfd){l->child.in, POLLOUT, 0};
    if (l->child.out >= 0)
        fds[n++] = (struct pollfd){l->child.out, POLLIN, 0};
    if (l->child.err >= 0)
        fds[n++] = (struct pollfd){l->child.err, POLLIN, 0};
    /* its log and its end have no descriptor */
    *wake = clock_monotonic() + (l->connected && n ? 1000 : 20) * CLOCK_MILLISECOND;
    return n;
}

static void link_close(struct link *l)
{
    child_stop(&l->child);
    if (l->folder[0]) {
        unlink(l->config);
        unlink(l->log);
        rmdir(l->folder);
    }
    str_release(&l->words);
    str_release(&l->noise);
    free(l);
}

const struct transport_ops transport_openssh = {
    .name = "openssh",
    .open = link_open,
    .step = link_step,
    .watch = link_watch,
    .close = link_close,
    .pool_new = pool_new,
    .pool_free = free,
};
