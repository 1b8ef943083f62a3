/* One HTTP conversation with one source: a request, a whole reply, or a sentence that says why not.
 * The only door to libcurl. Certificates and host names are always verified; only http and https
 * are spoken; a redirect is followed on the same origin only, with method and body kept (307, 308),
 * so that a secret never reaches another host. The environment's proxies are not used: what stands
 * between stands in the configuration. One thread at a time. */
#ifndef HINOMI_CONNECTORS_HTTP_H
#define HINOMI_CONNECTORS_HTTP_H

#include "connectors/connector.h"
#include "core/err.h"
#include "core/str.h"

struct http_dialer;
struct http;

enum { HTTP_BODY_MAX = 64 << 20, HTTP_TYPE_MAX = 64 };

/* All borrowed, alive as long as the `struct http`. */
struct http_settings {
    const char *name;           /* the source's, for messages */
    const char *ca_file;        /* PEM that replaces the system's authorities; NULL: the system's */
    const char *pin;            /* "sha256//BASE64" of the server's public key, asked beside the
                                   certificate, never instead of it; NULL: none */
    struct http_dialer *dialer; /* NULL: straight */
    int64_t timeout_ns;         /* of one request; 0: 60 s */
};

struct http_request {
    const char *method; /* "POST" */
    const char *url;
    const char *const *headers; /* "Name: value", ends with NULL; may be NULL */
    struct slice body;          /* p NULL: none */
    const char *content_type;   /* of the body; NULL: application/json */
};

/* Init with {0}; http_reply_release frees. A second request into the same reply reuses its memory.
 */
struct http_reply {
    int status;
    struct str body; /* decoded; at most HTTP_BODY_MAX */
    char content_type[HTTP_TYPE_MAX];
    int64_t retry_ns; /* Retry-After, whether seconds or a date; 0: not said */
    int64_t date;     /* the server's own clock; CLOCK_NONE: not said */
};

struct http *http_new(const struct http_settings *settings);
void http_free(struct http *h); /* wipes the authorization; NULL is fine */

/* The value of the Authorization header for all further requests; copied, wiped at the next call
 * and at http_free; NULL: none. Never in a message or a log. */
void http_authorize(struct http *h, const char *value);

/* 0: a whole reply of any status stands in `reply`. -1: ERR_NETWORK, ERR_TLS (the sentence holds
 * the fingerprint met), ERR_TIMEOUT, ERR_CANCELLED, ERR_INPUT (cut short, too big), ERR_CONFIG (the
 * URL, the CA file). `context` may be NULL: then only the time-out ends it. */
int http_send(struct http *h, const struct http_request *request,
    const struct poll_context *context, struct http_reply *reply, struct err *e);

void http_reply_release(struct http_reply *reply);

#endif
