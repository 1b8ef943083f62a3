#include "remote/known_hosts.h"

#include "core/base64.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/str.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 32 * 1024 * 1024, BLOB_MAX = 16384 };
enum mark { MARK_NONE, MARK_REVOKED, MARK_AUTHORITY };

struct entry {
    char *hosts; /* the first field */
    char *blob;
    size_t blob_size;
    enum mark mark;
};

struct known_hosts {
    struct entry *entries;
    size_t count, size, skipped;
};

const char *hostkey_verdict_name(enum hostkey_verdict verdict)
{
    static const char *const names[] = {"ok", "changed", "revoked", "unknown"};
    return names[verdict];
}

struct known_hosts *known_hosts_new(void)
{
    return mem_zalloc(1, sizeof(struct known_hosts));
}

void known_hosts_free(struct known_hosts *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->count; i++) {
        free(k->entries[i].hosts);
        free(k->entries[i].blob);
    }
    free(k->entries);
    free(k);
}

size_t known_hosts_skipped(const struct known_hosts *k)
{
    return k->skipped;
}

struct slice hostkey_type(struct slice blob)
{
    static const struct slice none = {"", 0};
    if (blob.n < 4)
        return none;
    const unsigned char *p = (const unsigned char *)blob.p;
    size_t n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (n == 0 || n > 64 || n > blob.n - 4)
        return none;
    for (size_t i = 0; i < n; i++)
        if (p[4 + i] <= ' ' || p[4 + i] >= 0x7f || p[4 + i] == ',')
            return none;
    return (struct slice){blob.p + 4, n};
}

void hostkey_fingerprint(struct slice blob, char out[HOSTKEY_FINGERPRINT_MAX])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char digest[HASH_SHA256_BYTES + 1] = {0};
    size_t n = (size_t)snprintf(out, HOSTKEY_FINGERPRINT_MAX, "SHA256:");
    hash_sha256(blob, digest);
    for (size_t bit = 0; bit < HASH_SHA256_BYTES * 8; bit += 6) {
        unsigned pair = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];
        out[n++] = alphabet[pair >> (10 - bit % 8) & 63];
    }
    out[n] = '\0';
}

static struct slice field(struct slice *rest)
{
    while (rest->n && (*rest->p == ' ' || *rest->p == '\t'))
        *rest = (struct slice){rest->p + 1, rest->n - 1};
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    struct slice word = {rest->p, n};
    *rest = (struct slice){rest->p + n, rest->n - n};
    return word;
}

/* HOSTS TYPE BASE64 [comment], perhaps behind a mark; false if it is not that. */
static bool read_line(struct entry *entry, struct slice line)
{
    struct slice hosts = field(&line);
    *entry = (struct entry){.mark = MARK_NONE};
    if (hosts.n && hosts.p[0] == '@') {
        if (slice_is(hosts, "@revoked"))
            entry->mark = MARK_REVOKED;
        else if (slice_is(hosts, "@cert-authority"))
            entry->mark = MARK_AUTHORITY;
        else
            return false;
        hosts = field(&line);
    }
    struct slice type = field(&line), key = field(&line);
    if (hosts.n == 0 || key.n == 0 || key.n > BLOB_MAX || memchr(hosts.p, '\0', hosts.n))
        return false;
    struct str blob = STR_INIT;
    if (!base64_decode(&blob, key) || !slice_equal(hostkey_type(str_as_slice(&blob)), type)) {
        str_release(&blob);
        return false;
    }
    entry->hosts = mem_strndup(hosts.p, hosts.n);
    entry->blob_size = blob.n;
    entry->blob = str_take(&blob);
    return true;
}

static void add_line(struct known_hosts *k, struct slice line)
{
    struct entry entry;
    line = slice_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return;
    if (!read_line(&entry, line)) {
        k->skipped++;
        return;
    }
    if (k->count == k->size) {
        k->size = k->size ? 2 * k->size : 32;
        k->entries = mem_grow(k->entries, k->size, sizeof *k->entries);
    }
    k->entries[k->count++] = entry;
}

void known_hosts_parse(struct known_hosts *k, struct slice text)
{
    while (text.n) {
        const char *newline = memchr(text.p, '\n', text.n);
        size_t n = newline ? (size_t)(newline - text.p) : text.n;
        add_line(k, (struct slice){text.p, n});
        n += newline ? 1 : 0;
        text = (struct slice){text.p + n, text.n - n};
    }
}

int known_hosts_read(struct known_hosts *k, const char *path, struct err *e)
{
    char buffer[32768];
    struct str text = STR_INIT;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? 0
                   : err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    while (text.n < FILE_MAX && (n = read(fd, buffer, sizeof buffer)) > 0)
        str_add(&text, buffer, (size_t)n);
    int rc = n < 0 ? err_set(e, ERR_IO, "%s: %s", path, strerror(errno))
             : text.n >= FILE_MAX
                 ? err_set(e, ERR_CONFIG, "%s: longer than any known_hosts file", path)
                 : 0;
    if (rc == 0)
        known_hosts_parse(k, str_as_slice(&text));
    str_release(&text);
    close(fd);
    return rc;
}

/* Shell-like, * and ? only; linear in the worst case by going back to the last star alone. */
static bool glob(struct slice pattern, const char *name)
{
    size_t p = 0, star = SIZE_MAX;
    const char *mark = NULL;
    while (*name) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            mark = name;
        } else if (p < pattern.n &&
                   (pattern.p[p] == '?' || tolower((unsigned char)pattern.p[p]) == *name)) {
            p++;
            name++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            name = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

/* |1|salt|hmac, both base64 (hostfile.c of OpenSSH). */
static bool hashed_match(const char *hosts, const char *name)
{
    struct slice rest = slice_of(hosts + 3);
    unsigned char got[HASH_SHA1_BYTES];
    struct str salt = STR_INIT, want = STR_INIT;
    const char *bar = memchr(rest.p, '|', rest.n);
    if (!bar)
        return false;
    struct slice left = {rest.p, (size_t)(bar - rest.p)};
    struct slice right = {bar + 1, rest.n - left.n - 1};
    bool equal = base64_decode(&salt, left) && base64_decode(&want, right) && want.n == sizeof got;
    if (equal) {
        hash_hmac_sha1(str_as_slice(&salt), slice_of(name), got);
        equal = hash_equal((unsigned char *)want.p, got, sizeof got);
    }
    str_release(&salt);
    str_release(&want);
    return equal;
}

static bool hosts_match(const char *hosts, const char *name)
{
    bool matched = false;
    if (strncmp(hosts, "|1|", 3) == 0)
        return hashed_match(hosts, name);
    for (const char *at = hosts; *at;) {
        struct slice pattern = {at, strcspn(at, ",")};
        at += pattern.n + (at[pattern.n] == ',');
        bool negated = pattern.n && pattern.p[0] == '!';
        if (negated)
            pattern = (struct slice){pattern.p + 1, pattern.n - 1};
        if (pattern.n == 0 || !glob(pattern, name))
            continue;
        if (negated)
            return false;
        matched = true;
    }
    return matched;
}

/* The name as it stands in the file: lower case, [name]:port unless the port is 22. */
static void lookup_name(const char *host, int port, char out[300])
{
    if (port == 0 || port == 22)
        snprintf(out, 300, "%s", host);
    else
        snprintf(out, 300, "[%s]:%d", host, port);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

static struct slice blob_of(const struct entry *entry)
{
    return (struct slice){entry->blob, entry->blob_size};
}

enum hostkey_verdict known_hosts_judge(const struct known_hosts *k, const char *host, int port,
    struct slice blob, char known[HOSTKEY_FINGERPRINT_MAX])
{
    char name[300];
    bool equal = false;
    const struct entry *same_type = NULL, *other = NULL;
    lookup_name(host, port, name);
    known[0] = '\0';
    for (size_t i = 0; i < k->count; i++) {
        const struct entry *entry = &k->entries[i];
        bool same = slice_equal(blob_of(entry), blob);
        if (!hosts_match(entry->hosts, name))
            continue;
        if (entry->mark == MARK_REVOKED && same)
            return HOSTKEY_REVOKED;
        if (entry->mark != MARK_NONE)
            continue;
        equal |= same;
        other = entry;
        if (slice_equal(hostkey_type(blob_of(entry)), hostkey_type(blob)))
            same_type = entry;
    }
    if (equal)
        return HOSTKEY_OK;
    if (!other)
        return HOSTKEY_UNKNOWN;
    hostkey_fingerprint(blob_of(same_type ? same_type : other), known);
    return HOSTKEY_CHANGED;
}

static bool listed(const char *list, struct slice type)
{
    for (const char *at = list; *at;) {
        struct slice word = {at, strcspn(at, ",")};
        if (slice_equal(word, type))
            return true;
        at += word.n + (at[word.n] == ',');
    }
    return false;
}

void known_hosts_types(const struct known_hosts *k, const char *host, int port, char *out,
    size_t size, bool *authority)
{
    char name[300];
    size_t n = 0;
    lookup_name(host, port, name);
    out[0] = '\0';
    *authority = false;
    for (size_t i = 0; i < k->count; i++) {
        const struct entry *entry = &k->entries[i];
        struct slice type = hostkey_type(blob_of(entry));
        if (entry->mark == MARK_REVOKED || !hosts_match(entry->hosts, name))
            continue;
        if (entry->mark == MARK_AUTHORITY)
            *authority = true;
        else if (!listed(out, type) && n + type.n + 2 < size)
            n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? "," : "", (int)type.n, type.p);
    }
}
