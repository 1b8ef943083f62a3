/* The client's side of TLS against a real server: what it accepts, and what the refusal says. */
#include "connectors/http.h"
#include "connectors/http_dialer.h"
#include "core/clock.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/tls_server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HERE "DNS:localhost,IP:127.0.0.1"
#define SECRET "ApiKey c2VjcmV0"
enum { DAY = 86400 };

struct world {
    struct authority ours, foreign;
    char *folder, ca[256];
    struct issued shown;
    struct tls_server server;
    struct http_reply reply;
    struct err e;
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->ours = authority_new("Practice authority");
    w->foreign = authority_new("Another authority");
    w->folder = folder_new();
    snprintf(w->ca, sizeof w->ca, "%s/ca.pem", w->folder);
    write_file(w->ca, w->ours.pem);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    tls_server_stop(&w->server);
    issued_release(&w->shown);
    authority_release(&w->ours);
    authority_release(&w->foreign);
    folder_remove(w->folder);
    http_reply_release(&w->reply);
    free(w);
    return 0;
}

static void serve(struct world *w, struct issued shown)
{
    w->shown = shown;
    tls_server_start(&w->server, &w->shown);
}

/* What one request with these settings comes to; the secret is always at hand. */
static int ask(struct world *w, struct http_settings s, const char *url)
{
    s.name = "siem";
    s.timeout_ns = 10 * CLOCK_SECOND;
    struct http *h = http_new(&s);
    http_authorize(h, SECRET);
    w->e = (struct err)ERR_INIT;
    int rc = http_send(h,
        &(struct http_request){.method = "POST", .url = url, .body = SLICE("{\"q\":1}")}, NULL,
        &w->reply, &w->e);
    http_free(h);
    if (rc)
        assert_null(strstr(w->e.text, "c2VjcmV0"));
    return rc;
}

static int ask_here(struct world *w, struct http_settings s, const char *path)
{
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d%s", w->server.port, path);
    return ask(w, s, url);
}

static void says(const struct world *w, const char *text)
{
    if (!strstr(w->e.text, text))
        fail_msg("no \"%s\" in: %s", text, w->e.text);
}

/* Refused before anything was sent, with what the person compares with the administrator. */
static void refused(struct world *w, int rc, const char *text)
{
    assert_int_equal(rc, -1);
    assert_int_equal(w->e.code, ERR_TLS);
    says(w, text);
    says(w, w->shown.fingerprint);
    assert_int_equal(w->server.requests, 0);
}

static void the_right_authority_is_accepted(void **state)
{
    struct world *w = *state;
    serve(w, authority_issue(&w->ours, HERE, -DAY, DAY));
    assert_int_equal(ask_here(w, (struct http_settings){.ca_file = w->ca}, "/"), 0);
    assert_int_equal(w->reply.status, 200);
    assert_string_equal(w->reply.body.p, "{}");
    assert_int_equal(w->server.secrets, 1);
}

static void an_unknown_authority_is_refused(void **state)
{
    struct world *w = *state;
    serve(w, authority_issue(&w->foreign, HERE, -DAY, DAY));
    refused(w, ask_here(w, (struct http_settings){.ca_file = w->ca}, "/"),
        "signed by no authority known here");
    refused(w, ask_here(w, (struct http_settings){0}, "/"), "signed by no authority known here");
}

static void a_self_signed_one_is_refused_with_what_to_set(void **state)
{
    struct world *w = *state;
    char pin[128];
    serve(w, authority_issue(NULL, HERE, -DAY, DAY));
    refused(w, ask_here(w, (struct http_settings){0}, "/"), "signed by itself");
    snprintf(pin, sizeof pin, "pin = %s", w->shown.pin);
    says(w, pin);
    says(w, "ca_file");
    /* a pin alone is no replacement for the certificate */
    refused(w, ask_here(w, (struct http_settings){.pin = w->shown.pin}, "/"), "signed by itself");
    /* and what the sentence says helps */
    write_file(w->ca, w->shown.certificate);
    assert_int_equal(
        ask_here(w, (struct http_settings){.ca_file = w->ca, .pin = w->shown.pin}, "/"), 0);
}

static void a_certificate_for_another_host_is_refused(void **state)
{
    struct world *w = *state;
    serve(w, authority_issue(&w->ours, "DNS:es.other.example", -DAY, DAY));
    refused(w, ask_here(w, (struct http_settings){.ca_file = w->ca}, "/"), "is for another host");
}

static void an_expired_one_and_one_of_the_future_are_refused(void **state)
{
    struct world *w = *state;
    serve(w, authority_issue(&w->ours, HERE, -2 * DAY, -DAY));
    refused(w, ask_here(w, (struct http_settings){.ca_file = w->ca}, "/"), "has expired");
    tls_server_stop(&w->server);
    issued_release(&w->shown);
    serve(w, authority_issue(&w->ours, HERE, DAY, 2 * DAY));
    refused(w, ask_here(w, (struct http_settings){.ca_file = w->ca}, "/"), "is not valid yet");
}

static void a_pin_holds_the_server_to_its_key(void **state)
{
    struct world *w = *state;
    char spare[256];
    serve(w, authority_issue(&w->ours, HERE, -DAY, DAY));
    struct issued other = authority_issue(&w->ours, HERE, -DAY, DAY);
    struct http_settings s = {.ca_file = w->ca, .pin = other.pin};
    refused(w, ask_here(w, s, "/"), "another key than the one pinned");
    says(w, w->shown.pin);
    s.pin = w->shown.pin;
    assert_int_equal(ask_here(w, s, "/"), 0);
    snprintf(spare, sizeof spare, "%s;%s", other.pin, w->shown.pin);
    s.pin = spare;
    assert_int_equal(ask_here(w, s, "/"), 0);
    issued_release(&other);
}

static void a_ca_file_that_is_none_is_named(void **state)
{
    struct world *w = *state;
    char none[300];
    serve(w, authority_issue(&w->ours, HERE, -DAY, DAY));
    snprintf(none, sizeof none, "%s/none.pem", w->folder);
    assert_int_equal(ask_here(w, (struct http_settings){.ca_file = none}, "/"), -1);
    assert_int_equal(w->e.code, ERR_CONFIG);
    says(w, none);
    write_file(none, "no certificate stands here\n");
    assert_int_equal(ask_here(w, (struct http_settings){.ca_file = none}, "/"), -1);
    assert_int_equal(w->e.code, ERR_CONFIG);
    says(w, none);
}

static void no_secret_follows_a_redirect_to_another_place(void **state)
{
    struct world *w = *state;
    serve(w, authority_issue(&w->ours, HERE, -DAY, DAY));
    for (size_t i = 0; i < 3; i++) {
        struct tls_server other = {0};
        tls_server_start(&other, i == 2 ? NULL : &w->shown);
        const char *place = i == 0   ? "https://localhost"
                            : i == 1 ? "https://127.0.0.1"
                                     : "http://127.0.0.1";
        snprintf(w->server.away, sizeof w->server.away, "%s:%d/", place,
            i == 0 ? w->server.port : other.port);
        assert_int_equal(ask_here(w, (struct http_settings){.ca_file = w->ca}, "/away"), -1);
        assert_int_equal(w->e.code, ERR_NETWORK);
        says(w, "no secret goes there");
        assert_int_equal(w->server.requests, i + 1);
        assert_int_equal(other.requests, 0);
        tls_server_stop(&other);
    }
}

static void http_at_an_https_port_and_the_reverse_say_so(void **state)
{
    struct world *w = *state;
    char url[64];
    serve(w, authority_issue(&w->ours, HERE, -DAY, DAY));
    tls_server_stop(&w->server);
    tls_server_start(&w->server, NULL);
    assert_int_equal(ask_here(w, (struct http_settings){.ca_file = w->ca}, "/"), -1);
    assert_int_equal(w->e.code, ERR_TLS);
    says(w, "does it speak https");
    tls_server_stop(&w->server);
    tls_server_start(&w->server, &w->shown);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", w->server.port);
    assert_int_equal(ask(w, (struct http_settings){0}, url), -1);
    says(w, "http");
    assert_int_equal(w->server.secrets, 0);
}

struct test_dialer {
    struct http_dialer base;
    int port, calls;
};

static int dial(
    struct http_dialer *base, const char *host, int port, int64_t timeout, struct err *e)
{
    struct test_dialer *d = (struct test_dialer *)base;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)d->port)};
    (void)timeout, (void)e;
    assert_string_equal(host, "es.behind.example");
    assert_int_equal(port, 9200);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    d->calls++;
    return fd;
}

/* Each dial is an SSH login: the second request takes the connection of the first. */
static void a_dialled_connection_serves_the_next_request(void **state)
{
    static const char url[] = "https://es.behind.example:9200/";
    struct world *w = *state;
    struct test_dialer d = {.base = {.dial = dial}};
    serve(w, authority_issue(&w->ours, "DNS:es.behind.example", -DAY, DAY));
    d.port = w->server.port;
    struct http *h = http_new(&(struct http_settings){
        .name = "siem", .ca_file = w->ca, .dialer = &d.base, .timeout_ns = 10 * CLOCK_SECOND});
    for (int i = 0; i < 3; i++)
        assert_int_equal(http_send(h, &(struct http_request){.method = "GET", .url = url}, NULL,
                             &w->reply, &w->e),
            0);
    assert_int_equal(w->server.requests, 3);
    assert_int_equal(d.calls, 1);
    http_free(h);
}

/* The bastion in between sees the handshake, and cannot be the server. */
static void tls_stays_end_to_end_through_a_dialer(void **state)
{
    static const char url[] = "https://es.behind.example:9200/";
    struct world *w = *state;
    struct issued middle = authority_issue(&w->foreign, "DNS:es.behind.example", -DAY, DAY);
    struct test_dialer d = {.base = {.dial = dial}};
    struct http_settings s = {.ca_file = w->ca, .dialer = &d.base};
    serve(w, authority_issue(&w->ours, "DNS:es.behind.example", -DAY, DAY));
    d.port = w->server.port;
    assert_int_equal(ask(w, s, url), 0);
    assert_int_equal(d.calls, 1);
    assert_int_equal(w->server.requests, 1);
    tls_server_stop(&w->server);
    issued_release(&w->shown);
    w->server.requests = 0;
    serve(w, middle);
    d.port = w->server.port;
    refused(w, ask(w, s, url), "signed by no authority known here");
    says(w, "es.behind.example:9200");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_right_authority_is_accepted),
        T(an_unknown_authority_is_refused),
        T(a_self_signed_one_is_refused_with_what_to_set),
        T(a_certificate_for_another_host_is_refused),
        T(an_expired_one_and_one_of_the_future_are_refused),
        T(a_pin_holds_the_server_to_its_key),
        T(a_ca_file_that_is_none_is_named),
        T(no_secret_follows_a_redirect_to_another_place),
        T(http_at_an_https_port_and_the_reverse_say_so),
        T(a_dialled_connection_serves_the_next_request),
        T(tls_stays_end_to_end_through_a_dialer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
