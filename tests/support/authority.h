/* Certificates made fresh for one test by libcrypto: an authority and what it signs. P-256 keys,
 * valid for a day around now unless asked otherwise. */
#ifndef HINOMI_TESTS_SUPPORT_AUTHORITY_H
#define HINOMI_TESTS_SUPPORT_AUTHORITY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
    char *pem; /* malloced */
};

struct issued {
    char *certificate, *key; /* PEM, malloced */
    char pin[64];            /* "sha256//BASE64" of the public key, by libcrypto's own encoding */
    char fingerprint[96];    /* "AB:CD:…" */
};

struct authority authority_new(const char *name);
void authority_release(struct authority *a);

/* `names` as OpenSSL writes them ("DNS:es.example,IP:127.0.0.1"); by NULL: signed by itself. Valid
 * from now + `from` to now + `to` seconds. */
struct issued authority_issue(const struct authority *by, const char *names, long from, long to);
void issued_release(struct issued *i);

#endif
