/* What a reply means before its body is read: one rule for all sources. */
#ifndef HINOMI_CONNECTORS_HTTP_STATUS_H
#define HINOMI_CONNECTORS_HTTP_STATUS_H

#include "connectors/http.h"

/* 0 for 2xx that may be JSON. Else -1 with the code for the status (401 ERR_AUTH, 403 ERR_DENIED,
 * 404 ERR_NOT_FOUND, 409 ERR_CONFLICT, 429 and 503 ERR_LIMITED, 5xx ERR_NETWORK, other ERR_INPUT);
 * a web page where JSON must be (a proxy's log-in form) is ERR_INPUT whatever its status. `what`
 * begins the sentence: "siem". `detail`, from the body, may be NULL. */
int http_status_check(
    const struct http_reply *reply, const char *what, const char *detail, struct err *e);

/* Does the reply look like a page for people? */
bool http_is_page(const struct http_reply *reply);

/* Authorization values; `out` is wiped by the caller (mem_wipe_free). */
char *http_basic(const char *user, const char *password);

#endif
