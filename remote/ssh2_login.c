/* Who is at the other end, and who we are. */
#include "core/mem.h"
#include "remote/key_file.h"
#include "remote/ssh2_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TRIES_MAX = 5 }; /* below sshd's MaxAuthTries 6 */

static const struct {
    int method;
    const char *list;
} preferences[] = {
    {LIBSSH2_METHOD_KEX,
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
        "ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
        "diffie-hellman-group14-sha256"},
    {LIBSSH2_METHOD_CRYPT_CS, "aes256-ctr,aes192-ctr,aes128-ctr"},
    {LIBSSH2_METHOD_CRYPT_SC, "aes256-ctr,aes192-ctr,aes128-ctr"},
    {LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512"},
    {LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512"},
};

/* Host key types with which libssh2 1.10 checks no SHA-1 signature. */
static const char key_types[] =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521";

static int refuse(struct ssh2_session *s, const char *why)
{
    err_set(&s->err, ERR_UNSUPPORTED, "%s", why);
    s->state = SSH2_REFUSED;
    return -1;
}

static struct known_hosts *read_known(const struct ssh2_session *s)
{
    struct known_hosts *k = known_hosts_new();
    struct err ignored = ERR_INIT; /* a file that cannot be read vouches for nobody */
    for (size_t i = 0; s->hop.known_hosts[i]; i++)
        known_hosts_read(k, s->hop.known_hosts[i], &ignored);
    if (s->pool->trust.known_hosts)
        known_hosts_read(k, s->pool->trust.known_hosts, &ignored);
    return k;
}

static int lookup_port(const struct target_hop *hop)
{
    return hop->is_aliased ? 22 : hop->port;
}

static void usable_types(const char *known, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (const char *at = known; *at;) {
        size_t length = strcspn(at, ",");
        if (memmem(key_types, sizeof key_types - 1, at, length) && n + length + 2 < size)
            n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? "," : "", (int)length, at);
        at += length + (at[length] == ',');
    }
}

int ssh2_prefer(struct ssh2_session *s)
{
    char known[512], usable[256];
    bool authority;
    struct known_hosts *k = read_known(s);
    known_hosts_types(k, s->hop.alias, lookup_port(&s->hop), known, sizeof known, &authority);
    known_hosts_free(k);
    usable_types(known, usable, sizeof usable);
    if (authority && !known[0])
        return refuse(s, "the host is known by a certificate authority");
    if (known[0] && !usable[0])
        return refuse(s, "the host is known by a key type that libssh2 cannot check safely");
    const char *types = usable[0] ? usable : key_types;
    int rc = libssh2_session_method_pref(s->s, LIBSSH2_METHOD_HOSTKEY, types);
    for (size_t i = 0; rc == 0 && i < sizeof preferences / sizeof *preferences; i++)
        rc = libssh2_session_method_pref(s->s, preferences[i].method, preferences[i].list);
    /* a failed call leaves the default list, with SHA-1 and CBC, in force */
    return rc ? refuse(s, "libssh2 does not know the algorithms that are required") : 0;
}

static void refuse_key(struct ssh2_session *s, enum hostkey_verdict verdict, const char *known)
{
    const struct connection *c = &s->connection;
    s->state = SSH2_DEAD;
    if (verdict == HOSTKEY_CHANGED)
        err_set(&s->err, ERR_HOSTKEY,
            "%s: the host key has changed: it shows %s %s, known_hosts has %s; refused",
            s->hop.name, c->key_type, c->fingerprint, known);
    else if (verdict == HOSTKEY_REVOKED)
        err_set(&s->err, ERR_HOSTKEY, "%s: the host key %s %s is marked as revoked; refused",
            s->hop.name, c->key_type, c->fingerprint);
    else
        err_set(&s->err, ERR_HOSTKEY,
            "%s: the host key %s %s is not known: add it to known_hosts after checking it",
            s->hop.name, c->key_type, c->fingerprint);
}

void ssh2_judge(struct ssh2_session *s)
{
    char known[HOSTKEY_FINGERPRINT_MAX];
    size_t n = 0;
    int type;
    const struct host_trust *trust = &s->pool->trust;
    const char *key = libssh2_session_hostkey(s->s, &n, &type);
    struct slice blob = {key ? key : "", key ? n : 0};
    struct slice name = hostkey_type(blob);
    if (!name.n) {
        ssh2_session_fail(s, ERR_HOSTKEY, "it shows no host key");
        return;
    }
    snprintf(s->connection.key_type, sizeof s->connection.key_type, "%.*s", (int)name.n, name.p);
    hostkey_fingerprint(blob, s->connection.fingerprint);
    struct known_hosts *k = read_known(s);
    enum hostkey_verdict verdict =
        known_hosts_judge(k, s->hop.alias, lookup_port(&s->hop), blob, known);
    known_hosts_free(k);
    if (verdict == HOSTKEY_UNKNOWN && trust->accept &&
        trust->accept(
            trust->owner, &s->hop, s->connection.key_type, s->connection.fingerprint, blob))
        verdict = HOSTKEY_OK;
    if (verdict != HOSTKEY_OK)
        refuse_key(s, verdict, known);
}

static int on_sign(LIBSSH2_SESSION *session, unsigned char **signature, size_t *n,
    const unsigned char *data, size_t data_size, void **abstract)
{
    struct ssh2_session *s = *abstract;
    (void)session;
    return agent_sign(s->login.agent, s->login.key, (struct slice){(const char *)data, data_size},
        s->login.flags, signature, n, NULL);
}

static bool wanted_from_agent(const struct ssh2_session *s, struct slice blob)
{
    unsigned char public[8192];
    if (!s->hop.identities_only)
        return true;
    for (size_t i = 0; s->hop.identities[i]; i++) {
        size_t n = key_file_public(s->hop.identities[i], public, sizeof public);
        if (n && slice_equal(blob, (struct slice){(char *)public, n}))
            return true;
    }
    return false;
}

/* libssh2 takes the algorithm's name from the blob's first string. OpenSSH's sshd accepts
 * rsa-sha2-512 there; others want ssh-rsa (RFC 8332), which means SHA-1 to libssh2 1.10. */
static bool offer(struct ssh2_session *s, struct slice blob)
{
    static const char rsa[] = "\0\0\0\7ssh-rsa", sha2[] = "\0\0\0\14rsa-sha2-512";
    struct ssh2_login *l = &s->login;
    struct slice type = hostkey_type(blob);
    bool plain = slice_is(type, "ssh-ed25519") || slice_starts(type, SLICE("ecdsa-sha2-"));
    bool is_rsa = slice_is(type, "ssh-rsa");
    bool openssh = strncmp(s->connection.banner, "SSH-2.0-OpenSSH_", 16) == 0;
    if (memmem(type.p, type.n, "-cert-", 6))
        plain = false;
    if (!plain && !(is_rsa && openssh)) {
        snprintf(l->foreign, sizeof l->foreign, "a key of type %.*s in the agent",
            (int)(type.n < 60 ? type.n : 60), type.p);
        return false;
    }
    str_clear(&l->blob);
    l->key = blob;
    l->flags = is_rsa ? AGENT_RSA_SHA2_512 : 0;
    if (is_rsa) {
        str_add(&l->blob, sha2, sizeof sha2 - 1);
        blob = (struct slice){blob.p + sizeof rsa - 1, blob.n - (sizeof rsa - 1)};
    }
    str_slice(&l->blob, blob);
    return true;
}

/* The next key to try from the agent is in l->blob; false when there is none. */
static bool next_agent_key(struct ssh2_session *s)
{
    struct ssh2_login *l = &s->login;
    while (l->agent && l->next_agent < agent_count(l->agent)) {
        struct slice blob = agent_key_at(l->agent, l->next_agent)->blob;
        if (wanted_from_agent(s, blob) && offer(s, blob))
            return true;
        l->next_agent++;
    }
    return false;
}

static bool next_key_file(struct ssh2_session *s)
{
    struct ssh2_login *l = &s->login;
    for (; s->hop.identities[l->next_file]; l->next_file++) {
        const char *path = s->hop.identities[l->next_file];
        enum key_kind kind = key_file_kind(path);
        if (kind == KEY_USABLE)
            return true;
        if (kind == KEY_ENCRYPTED)
            snprintf(l->encrypted, sizeof l->encrypted, "%s is encrypted: ssh-add it", path);
        if (kind == KEY_FOREIGN)
            snprintf(l->foreign, sizeof l->foreign, "a key that libssh2 cannot use: %s", path);
    }
    return false;
}

static void give_up(struct ssh2_session *s)
{
    struct ssh2_login *l = &s->login;
    char text[256];
    if (l->foreign[0]) {
        refuse(s, l->foreign);
        return;
    }
    snprintf(text, sizeof text, "the login as %s was refused%s%s%s", s->hop.user,
        l->tries ? ": no key that was offered is accepted" : ": there is no key to offer",
        l->encrypted[0] ? "; " : "", l->encrypted);
    ssh2_session_fail(s, ERR_AUTH, text);
}

static void logged_in(struct ssh2_session *s)
{
    s->state = SSH2_UP;
    ssh2_login_release(&s->login);
}

static void key_refused(struct ssh2_session *s, bool from_agent)
{
    s->login.tries++;
    if (from_agent)
        s->login.next_agent++;
    else
        s->login.next_file++;
}

bool ssh2_login_step(struct ssh2_session *s)
{
    struct ssh2_login *l = &s->login;
    int rc;
    if (!l->agent && l->next_agent == 0 && s->hop.agent) {
        l->next_agent = agent_open(&l->agent, s->hop.agent, NULL) ? SIZE_MAX : 0;
        s->hop.agent = NULL; /* asked once */
    }
    if (!ssh2_enter(s, s, 'A'))
        return false;
    const char *user = s->hop.user;
    bool from_agent = l->tries < TRIES_MAX && next_agent_key(s);
    if (from_agent)
        rc = libssh2_userauth_publickey(
            s->s, user, (unsigned char *)l->blob.p, l->blob.n, on_sign, (void *[]){s});
    else if (l->tries < TRIES_MAX && next_key_file(s))
        rc = libssh2_userauth_publickey_fromfile_ex(
            s->s, user, (unsigned)strlen(user), NULL, s->hop.identities[l->next_file], NULL);
    else {
        give_up(s);
        return true;
    }
    ssh2_leave(s, s, 'A', rc == LIBSSH2_ERROR_EAGAIN);
    if (rc == LIBSSH2_ERROR_EAGAIN)
        return false;
    if (rc == 0)
        logged_in(s);
    else if (rc == LIBSSH2_ERROR_SOCKET_DISCONNECT || rc == LIBSSH2_ERROR_SOCKET_SEND ||
             rc == LIBSSH2_ERROR_SOCKET_RECV)
        ssh2_session_fail(s, ERR_NETWORK, "the connection was lost during the login");
    else
        key_refused(s, from_agent);
    return true;
}

void ssh2_login_release(struct ssh2_login *login)
{
    agent_close(login->agent);
    str_release(&login->blob);
    *login = (struct ssh2_login){.agent = NULL};
}
