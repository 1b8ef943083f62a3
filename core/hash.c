#include "core/hash.h"

#include "core/mem.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct hash {
    EVP_MD_CTX *context;
};

/* These can only fail for want of memory or a broken libcrypto; a wrong digest must never be
 * returned as a right one. */
static void must(bool ok)
{
    if (ok)
        return;
    fputs("hinomi: libcrypto failed to compute a digest\n", stderr);
    abort();
}

struct hash *hash_new(void)
{
    struct hash *h = mem_zalloc(1, sizeof *h);
    h->context = EVP_MD_CTX_new();
    must(h->context && EVP_DigestInit_ex(h->context, EVP_sha256(), NULL) == 1);
    return h;
}

void hash_add(struct hash *h, struct slice bytes)
{
    if (bytes.n)
        must(EVP_DigestUpdate(h->context, bytes.p, bytes.n) == 1);
}

void hash_end(struct hash *h, unsigned char out[HASH_SHA256_BYTES])
{
    unsigned n = 0;
    must(EVP_DigestFinal_ex(h->context, out, &n) == 1 && n == HASH_SHA256_BYTES);
    hash_free(h);
}

void hash_end_hex(struct hash *h, char out[HASH_SHA256_TEXT])
{
    unsigned char digest[HASH_SHA256_BYTES];
    hash_end(h, digest);
    hash_hex(digest, sizeof digest, out);
}

void hash_free(struct hash *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->context);
    free(h);
}

void hash_sha256(struct slice bytes, unsigned char out[HASH_SHA256_BYTES])
{
    must(EVP_Digest(bytes.n ? bytes.p : "", bytes.n, out, NULL, EVP_sha256(), NULL) == 1);
}

void hash_sha256_hex(struct slice bytes, char out[HASH_SHA256_TEXT])
{
    unsigned char digest[HASH_SHA256_BYTES];
    hash_sha256(bytes, digest);
    hash_hex(digest, sizeof digest, out);
}

void hash_hmac_sha1(struct slice key, struct slice bytes, unsigned char out[HASH_SHA1_BYTES])
{
    unsigned n = 0;
    must(key.n <= INT32_MAX &&
         HMAC(EVP_sha1(), key.n ? key.p : "", (int)key.n,
             (const unsigned char *)(bytes.n ? bytes.p : ""), bytes.n, out, &n) != NULL);
    must(n == HASH_SHA1_BYTES);
}

const char *hash_hex(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
    return out;
}

void hash_random(unsigned char *out, size_t n)
{
    while (n) {
        ssize_t got = getrandom(out, n < 256 ? n : 256, 0);
        must(got > 0);
        out += got;
        n -= (size_t)got;
    }
}

bool hash_equal(const unsigned char *a, const unsigned char *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}
