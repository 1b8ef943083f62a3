/* What identifies a certificate to a person and to a pin. */
#ifndef HINOMI_CONNECTORS_CERTIFICATE_H
#define HINOMI_CONNECTORS_CERTIFICATE_H

#include "core/slice.h"

struct certificate_marks {
    char fingerprint[96]; /* SHA-256 of the certificate, "AB:CD:…" */
    char pin[64];         /* "sha256//BASE64" of its SubjectPublicKeyInfo (RFC 7469, section 2.4) */
};

/* `pem`: the first certificate in it. False if it is none. */
bool certificate_marks(struct slice pem, struct certificate_marks *out);

/* Why OpenSSL's verdict on a chain (X509_V_…) refuses a certificate and what a person does about
 * it; follows "the certificate of HOST:PORT ". */
const char *certificate_fault(long verdict);

#endif
