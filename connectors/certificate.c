#include "connectors/certificate.h"

#include "core/base64.h"
#include "core/hash.h"

#include <stdio.h>

static struct slice between(struct slice text, const char *from, const char *to)
{
    const char *a = memmem(text.p, text.n, from, strlen(from));
    if (!a)
        return (struct slice){NULL, 0};
    a += strlen(from);
    const char *b = memmem(a, (size_t)(text.p + text.n - a), to, strlen(to));
    return b ? (struct slice){a, (size_t)(b - a)} : (struct slice){NULL, 0};
}

/* The first DER element of `in`: its whole bytes and its contents (X.690, section 8.1). */
static bool element(struct slice in, struct slice *whole, struct slice *inside)
{
    const unsigned char *p = (const unsigned char *)in.p;
    size_t head = 2, n;
    if (in.n < 2)
        return false;
    n = p[1];
    if (n & 0x80) {
        size_t more = n & 0x7f;
        if (more == 0 || more > 3 || in.n < 2 + more)
            return false;
        n = 0;
        for (size_t i = 0; i < more; i++)
            n = n << 8 | p[2 + i];
        head += more;
    }
    if (in.n - head < n)
        return false;
    *whole = (struct slice){in.p, head + n};
    *inside = (struct slice){in.p + head, n};
    return true;
}

/* Certificate → tbsCertificate → [0] version, serialNumber, signature, issuer, validity, subject,
 * then subjectPublicKeyInfo (RFC 5280, section 4.1). */
static bool public_key(struct slice der, struct slice *key)
{
    enum { BEFORE_KEY = 5 };
    struct slice whole, in, skipped;
    if (!element(der, &whole, &in) || !element(in, &whole, &in))
        return false;
    if (in.n && (unsigned char)in.p[0] == 0xa0) {
        if (!element(in, &whole, &skipped))
            return false;
        in = (struct slice){in.p + whole.n, in.n - whole.n};
    }
    for (int i = 0; i < BEFORE_KEY; i++) {
        if (!element(in, &whole, &skipped))
            return false;
        in = (struct slice){in.p + whole.n, in.n - whole.n};
    }
    return element(in, key, &skipped);
}

static void put_marks(struct slice der, struct slice key, struct certificate_marks *out)
{
    unsigned char digest[HASH_SHA256_BYTES];
    struct str pin = STR_INIT;
    hash_sha256(key, digest);
    str_puts(&pin, "sha256//");
    base64_encode(&pin, (struct slice){(const char *)digest, sizeof digest});
    snprintf(out->pin, sizeof out->pin, "%s", pin.p);
    str_release(&pin);
    hash_sha256(der, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out->fingerprint + 3 * i, 4, i + 1 < sizeof digest ? "%02X:" : "%02X", digest[i]);
}

bool certificate_marks(struct slice pem, struct certificate_marks *out)
{
    struct slice text = between(pem, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    struct str der = STR_INIT;
    struct slice key;
    bool found = text.p && base64_decode(&der, text) && public_key(str_as_slice(&der), &key);
    if (found)
        put_marks(str_as_slice(&der), key, out);
    str_release(&der);
    return found;
}

/* What OpenSSL's verdict on the chain means (X509_V_ERR_… of openssl/x509_vfy.h); what is not named
 * here is a chain that leads to no authority. */
static const struct {
    long verdict;
    const char *text; /* follows "the certificate of HOST:PORT " */
} verdicts[] = {
    {9, "is not valid yet: check the clocks of both sides"},
    {10, "has expired: its administrator must renew it"},
    {18, "is signed by itself: if its administrator confirms the fingerprint, save it as a file "
         "and set `ca_file` to that"},
    /* a right chain leaves only the name; libcurl compares it before it stores the verdict, so its
     * !X509_V_OK is still there */
    {0, "is for another host: use a name that stands in it as `url`"},
    {1, "is for another host: use a name that stands in it as `url`"},
};

const char *certificate_fault(long verdict)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (verdicts[i].verdict == verdict)
            return verdicts[i].text;
    return "is signed by no authority known here: if its administrator confirms the fingerprint, "
           "save the authority's certificate as a file and set `ca_file` to that";
}
