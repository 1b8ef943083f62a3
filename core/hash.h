/* Digests: the only door to libcrypto. */
#ifndef HINOMI_CORE_HASH_H
#define HINOMI_CORE_HASH_H

#include "core/slice.h"

enum { HASH_SHA256_BYTES = 32, HASH_SHA256_TEXT = 65, HASH_SHA1_BYTES = 20 };

/* SHA-256 of what arrives in pieces (FIPS 180-4). */
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *h, struct slice bytes);
/* Ends and frees h. */
void hash_end(struct hash *h, unsigned char out[HASH_SHA256_BYTES]);
void hash_end_hex(struct hash *h, char out[HASH_SHA256_TEXT]);
void hash_free(struct hash *h); /* without a result; NULL is fine */

/* In one go. The hex form is lower case and NUL-terminated. */
void hash_sha256(struct slice bytes, unsigned char out[HASH_SHA256_BYTES]);
void hash_sha256_hex(struct slice bytes, char out[HASH_SHA256_TEXT]);

/* HMAC-SHA1 (RFC 2104): what OpenSSH hashes host names of known_hosts with. */
void hash_hmac_sha1(struct slice key, struct slice bytes, unsigned char out[HASH_SHA1_BYTES]);

/* Lower-case hex of n bytes into out, which holds 2n + 1; returns out. */
const char *hash_hex(const unsigned char *bytes, size_t n, char *out);

/* Unpredictable bytes from the system, for nonces and uids. */
void hash_random(unsigned char *out, size_t n);

/* Equal without telling by time how far they agree. */
bool hash_equal(const unsigned char *a, const unsigned char *b, size_t n);

#endif
