#include "remote/ssh_config.h"

#include "core/clock.h"
#include "core/str.h"
#include "remote/child.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct slice cut(struct slice *rest, char at)
{
    const char *found = rest->n ? memchr(rest->p, at, rest->n) : NULL;
    size_t n = found ? (size_t)(found - rest->p) : rest->n;
    struct slice left = {rest->p, n};
    *rest = found ? (struct slice){found + 1, rest->n - n - 1} : (struct slice){rest->p + n, 0};
    return left;
}

static const char *path(struct slice v, struct arena *a, const char *home)
{
    if (home && v.n >= 2 && v.p[0] == '~' && v.p[1] == '/')
        return arena_printf(a, "%s%.*s", home, (int)v.n - 1, v.p + 1);
    return arena_copy(a, v).p;
}

static void append(const char **list, const char *text)
{
    size_t n = 0;
    while (n < SSH_CONFIG_LIST_MAX && list[n])
        n++;
    if (n < SSH_CONFIG_LIST_MAX)
        list[n] = text;
}

static const struct {
    const char *key;
    size_t offset;
} texts[] = {
    {"user", offsetof(struct ssh_config, user)},
    {"hostname", offsetof(struct ssh_config, hostname)},
    {"hostkeyalias", offsetof(struct ssh_config, hostkeyalias)},
    {"proxyjump", offsetof(struct ssh_config, proxyjump)},
    {"proxycommand", offsetof(struct ssh_config, proxycommand)},
    {"identityagent", offsetof(struct ssh_config, identityagent)},
    {"pkcs11provider", offsetof(struct ssh_config, pkcs11provider)},
};

static void take_text(struct ssh_config *c, size_t offset, struct slice v, struct arena *a)
{
    const char *text = slice_is(v, "none") ? NULL : arena_copy(a, v).p;
    memcpy((char *)c + offset, &text, sizeof text);
}

static void take_line(
    struct ssh_config *c, struct slice key, struct slice v, struct arena *a, const char *home)
{
    int64_t port;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_equal_nocase(key, slice_of(texts[i].key)))
            take_text(c, texts[i].offset, v, a);
    if (slice_equal_nocase(key, SLICE("port")) && slice_int(v, &port) && port > 0 && port < 65536)
        c->port = (int)port;
    if (slice_equal_nocase(key, SLICE("identitiesonly")))
        c->identities_only = slice_is(v, "yes");
    if (slice_equal_nocase(key, SLICE("identityfile")) && !slice_is(v, "none"))
        append(c->identities, path(v, a, home));
    if (slice_equal_nocase(key, SLICE("certificatefile")) && !slice_is(v, "none"))
        append(c->certificates, path(v, a, home));
    if (slice_equal_nocase(key, SLICE("userknownhostsfile")) ||
        slice_equal_nocase(key, SLICE("globalknownhostsfile")))
        while (v.n) {
            struct slice file = cut(&v, ' ');
            if (file.n && !slice_is(file, "none"))
                append(c->known_hosts, path(file, a, home));
        }
}

void ssh_config_parse(struct ssh_config *c, struct slice text, struct arena *a, const char *home)
{
    *c = (struct ssh_config){.port = 22, .identityagent = "SSH_AUTH_SOCK"};
    while (text.n) {
        struct slice line = slice_trim(cut(&text, '\n'));
        struct slice key = cut(&line, ' ');
        struct slice value = slice_trim(line);
        if (key.n && value.n && !memchr(line.p, '\0', line.n))
            take_line(c, key, value, a, home);
    }
}

int ssh_config_ask(
    struct ssh_config *c, const char *config, const char *host, struct arena *a, struct err *e)
{
    const char *argv[8];
    size_t n = 0;
    struct str out = STR_INIT, noise = STR_INIT;
    argv[n++] = "ssh";
    if (config) {
        argv[n++] = "-F";
        argv[n++] = config;
    }
    argv[n++] = "-G";
    argv[n++] = "--"; /* without it a name like -oProxyCommand=… is an option */
    argv[n++] = host;
    argv[n] = NULL;
    int rc = child_collect(argv, 256 * 1024, 20 * CLOCK_SECOND, &out, &noise, e);
    if (rc > 0) {
        struct slice why = slice_trim(str_as_slice(&noise));
        rc = err_set(e, ERR_CONFIG, "ssh -G refuses %s: %.*s", host,
            (int)(why.n < 200 ? why.n : 200), why.p);
    }
    if (rc == 0)
        ssh_config_parse(c, str_as_slice(&out), a, getenv("HOME"));
    str_release(&out);
    str_release(&noise);
    return rc;
}

int ssh_jump_parse(struct ssh_jump *j, struct slice s)
{
    *j = (struct ssh_jump){.port = 0};
    if (slice_starts(s, SLICE("ssh://")))
        s = (struct slice){s.p + 6, s.n - 6};
    const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;
    if (at) {
        size_t n = (size_t)(at - s.p);
        if (n == 0 || n >= sizeof j->user)
            return -1;
        memcpy(j->user, s.p, n);
        s = (struct slice){at + 1, s.n - n - 1};
    }
    struct slice host = s, port = {"", 0};
    const char *close = s.n && s.p[0] == '[' ? memchr(s.p, ']', s.n) : NULL;
    const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
    if (close) {
        host = (struct slice){s.p + 1, (size_t)(close - s.p) - 1};
        port = (struct slice){close + 1, s.n - host.n - 2};
        if (port.n && port.p[0] != ':')
            return -1;
    } else if (colon && !memchr(colon + 1, ':', s.n - (size_t)(colon - s.p) - 1)) {
        host = (struct slice){s.p, (size_t)(colon - s.p)};
        port = (struct slice){colon, s.n - host.n};
    }
    int64_t number = 0;
    if (port.n && (!slice_int((struct slice){port.p + 1, port.n - 1}, &number) || number < 1 ||
                      number > 65535))
        return -1;
    if (host.n == 0 || host.n >= sizeof j->host)
        return -1;
    memcpy(j->host, host.p, host.n);
    j->port = (int)number;
    return 0;
}
