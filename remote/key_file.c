#include "remote/key_file.h"

#include "core/base64.h"
#include "core/mem.h"
#include "core/str.h"
#include "remote/known_hosts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 65536 };

static bool next_string(struct slice *rest, struct slice *out)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    if (rest->n < 4)
        return false;
    size_t n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (n > rest->n - 4)
        return false;
    *out = (struct slice){rest->p + 4, n};
    *rest = (struct slice){rest->p + 4 + n, rest->n - 4 - n};
    return true;
}

/* "openssh-key-v1\0", cipher, kdf, kdf options, count, public key, … */
static enum key_kind judge_openssh(struct slice blob)
{
    struct slice cipher, kdf, options, public;
    static const char magic[] = "openssh-key-v1";
    if (blob.n < sizeof magic || memcmp(blob.p, magic, sizeof magic) != 0)
        return KEY_FOREIGN;
    struct slice rest = {blob.p + sizeof magic, blob.n - sizeof magic};
    if (!next_string(&rest, &cipher) || !next_string(&rest, &kdf) ||
        !next_string(&rest, &options) || rest.n < 4)
        return KEY_FOREIGN;
    rest = (struct slice){rest.p + 4, rest.n - 4};
    if (!next_string(&rest, &public))
        return KEY_FOREIGN;
    struct slice type = hostkey_type(public);
    if (!slice_is(type, "ssh-ed25519") && !slice_starts(type, SLICE("ecdsa-sha2-")))
        return KEY_FOREIGN;
    return slice_is(cipher, "none") ? KEY_USABLE : KEY_ENCRYPTED;
}

static enum key_kind judge_body(struct slice text)
{
    static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
    const char *end = memmem(text.p, text.n, "-----END", 8);
    struct str blob = STR_INIT;
    enum key_kind kind = KEY_FOREIGN;
    if (!end)
        return KEY_FOREIGN;
    const char *body = text.p + sizeof begin - 1;
    if (base64_decode(&blob, (struct slice){body, (size_t)(end - body)}))
        kind = judge_openssh(str_as_slice(&blob));
    explicit_bzero(blob.p, blob.n);
    str_release(&blob);
    return kind;
}

enum key_kind key_file_judge(struct slice text)
{
    if (slice_starts(text, SLICE("-----BEGIN OPENSSH PRIVATE KEY-----")))
        return judge_body(text);
    if (slice_starts(text, SLICE("-----BEGIN EC PRIVATE KEY-----")))
        return memmem(text.p, text.n, "ENCRYPTED", 9) ? KEY_ENCRYPTED : KEY_USABLE;
    return KEY_FOREIGN;
}

static size_t read_small(const char *path, char *out, size_t size)
{
    size_t n = 0;
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    while (n < size && (got = read(fd, out + n, size - n)) > 0)
        n += (size_t)got;
    close(fd);
    return n;
}

enum key_kind key_file_kind(const char *path)
{
    char *text = mem_alloc(TEXT_MAX);
    size_t n = read_small(path, text, TEXT_MAX);
    enum key_kind kind = n ? key_file_judge((struct slice){text, n}) : KEY_ABSENT;
    mem_wipe_free(text, TEXT_MAX);
    return kind;
}

size_t key_file_public(const char *path, unsigned char *out, size_t size)
{
    char name[4096], text[16384];
    struct str blob = STR_INIT;
    snprintf(name, sizeof name, "%s.pub", path);
    struct slice line = {text, read_small(name, text, sizeof text)};
    const char *blank = line.n ? memchr(line.p, ' ', line.n) : NULL;
    if (!blank)
        return 0;
    struct slice key = {blank + 1, line.n - (size_t)(blank + 1 - line.p)};
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] == ' ' || key.p[i] == '\n' || key.p[i] == '\r')
            key.n = i;
    size_t n = base64_decode(&blob, key) && blob.n <= size ? blob.n : 0;
    memcpy(out, blob.p, n);
    str_release(&blob);
    return n;
}
