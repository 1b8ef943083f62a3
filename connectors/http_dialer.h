/* How http.c reaches an address: app hands in a dialer so that any source can stand behind an SSH
 * host (direct-tcpip; TLS stays end to end) or a proxy, and connectors need not know. */
#ifndef HINOMI_CONNECTORS_HTTP_DIALER_H
#define HINOMI_CONNECTORS_HTTP_DIALER_H

#include "core/err.h"

#include <stdint.h>

struct http_dialer {
    /* A connected stream socket to host:port, which http.c owns and closes; -1 with err. Called on
     * the fetching thread; may block until `timeout_ns`. */
    int (*dial)(struct http_dialer *, const char *host, int port, int64_t timeout_ns, struct err *);
    const char *proxy; /* or a proxy URL for libcurl ("socks5h://…"), dial NULL */
};

#endif
