#include "tests/support/tls_server.h"

#include "tests/support/cmocka.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <string.h>

static enum MHD_Result answer(void *owner, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *body, size_t *n, void **state)
{
    struct tls_server *s = owner;
    (void)method, (void)version, (void)body;
    if (!*state || *n) {
        *state = s; /* first the head, then the body, then the answer */
        *n = 0;
        return MHD_YES;
    }
    s->requests++;
    if (MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization"))
        s->secrets++;
    struct MHD_Response *r =
        MHD_create_response_from_buffer(2, (char[]){"{}"}, MHD_RESPMEM_MUST_COPY);
    bool away = strcmp(url, "/away") == 0;
    MHD_add_response_header(r, "Content-Type", "application/json");
    if (away)
        MHD_add_response_header(r, "Location", s->away);
    enum MHD_Result queued = MHD_queue_response(c, away ? 308 : 200, r);
    MHD_destroy_response(r);
    return queued;
}

void tls_server_start(struct tls_server *s, const struct issued *shown)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | (shown ? MHD_USE_TLS : 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_OptionItem keys[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, shown ? shown->certificate : NULL},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, shown ? shown->key : NULL}, {MHD_OPTION_END, 0, NULL}};
    s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, s, MHD_OPTION_SOCK_ADDR, &at,
        MHD_OPTION_ARRAY, shown ? keys : keys + 2, MHD_OPTION_END);
    assert_non_null(s->daemon);
    s->port = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void tls_server_stop(struct tls_server *s)
{
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    s->daemon = NULL;
}
