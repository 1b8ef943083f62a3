/* A real TLS server on loopback (libmicrohttpd with GnuTLS) that counts what it is asked and
 * whether a secret came with it. "/" answers {}, "/away" redirects. */
#ifndef HINOMI_TESTS_SUPPORT_TLS_SERVER_H
#define HINOMI_TESTS_SUPPORT_TLS_SERVER_H

#include "tests/support/authority.h"

#include <stdatomic.h>

struct MHD_Daemon;

struct tls_server {
    struct MHD_Daemon *daemon;
    int port;
    char away[128]; /* where /away points; set before the first request */
    atomic_int requests, secrets;
};

/* `shown` NULL: plain HTTP. */
void tls_server_start(struct tls_server *s, const struct issued *shown);
void tls_server_stop(struct tls_server *s);

#endif
