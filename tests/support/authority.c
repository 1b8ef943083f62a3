#include "tests/support/authority.h"

#include "tests/support/cmocka.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

static char *text_of(BIO *out)
{
    char *bytes;
    long n = BIO_get_mem_data(out, &bytes);
    char *text = strndup(bytes, (size_t)n);
    BIO_free(out);
    return text;
}

static char *certificate_text(X509 *certificate)
{
    BIO *out = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
    return text_of(out);
}

static char *key_text(EVP_PKEY *key)
{
    BIO *out = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    return text_of(out);
}

static void extend(X509 *certificate, X509 *issuer, int what, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, &context, what, value);
    assert_non_null(x);
    X509_add_ext(certificate, x, -1);
    X509_EXTENSION_free(x);
}

static X509 *blank(EVP_PKEY *key, const char *name, long from, long to)
{
    static long serial = 20260311;
    X509 *c = X509_new();
    X509_set_version(c, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c), serial++);
    X509_gmtime_adj(X509_getm_notBefore(c), from);
    X509_gmtime_adj(X509_getm_notAfter(c), to);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(c), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
    X509_set_pubkey(c, key);
    return c;
}

struct authority authority_new(const char *name)
{
    struct authority a = {.key = EVP_EC_gen("P-256")};
    a.certificate = blank(a.key, name, -86400, 86400);
    X509_set_issuer_name(a.certificate, X509_get_subject_name(a.certificate));
    extend(a.certificate, a.certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(a.certificate, a.certificate, NID_key_usage, "critical,keyCertSign");
    assert_true(X509_sign(a.certificate, a.key, EVP_sha256()) > 0);
    a.pem = certificate_text(a.certificate);
    return a;
}

void authority_release(struct authority *a)
{
    EVP_PKEY_free(a->key);
    X509_free(a->certificate);
    free(a->pem);
}

static void put_marks(struct issued *i, X509 *certificate, EVP_PKEY *key)
{
    unsigned char digest[EVP_MAX_MD_SIZE], base64[48], *der = NULL;
    unsigned n = 0;
    int der_n = i2d_PUBKEY(key, &der);
    assert_true(der_n > 0);
    EVP_Digest(der, (size_t)der_n, digest, &n, EVP_sha256(), NULL);
    EVP_EncodeBlock(base64, digest, (int)n);
    snprintf(i->pin, sizeof i->pin, "sha256//%s", (const char *)base64);
    OPENSSL_free(der);
    X509_digest(certificate, EVP_sha256(), digest, &n);
    for (unsigned k = 0; k < n; k++)
        snprintf(i->fingerprint + 3 * k, 4, k + 1 < n ? "%02X:" : "%02X", digest[k]);
}

struct issued authority_issue(const struct authority *by, const char *names, long from, long to)
{
    struct issued i = {0};
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *c = blank(key, "es.example", from, to);
    X509 *issuer = by ? by->certificate : c;
    X509_set_issuer_name(c, X509_get_subject_name(issuer));
    extend(c, issuer, NID_subject_alt_name, names);
    assert_true(X509_sign(c, by ? by->key : key, EVP_sha256()) > 0);
    i.certificate = certificate_text(c);
    i.key = key_text(key);
    put_marks(&i, c, key);
    X509_free(c);
    EVP_PKEY_free(key);
    return i;
}

void issued_release(struct issued *i)
{
    free(i->certificate);
    free(i->key);
}
