#include "connectors/http.h"
#include "connectors/http_dialer.h"
#include "connectors/http_status.h"
#include "core/clock.h"
#include "core/mem.h"
#include "tests/support/raw_server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

/* "hello hello hello\n" by gzip -n */
static const char zipped[] = OK "Content-Encoding: gzip\r\nContent-Length: 29\r\n\r\n"
                                "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x57"
                                "\xc8\x40\x90\x5c\x00\x3b\x7c\x8a\xdf\x12\x00\x00\x00";

static const struct raw_answer answers[] = {
    {"/ok", OK "Content-Length: 11\r\n\r\n{\"a\":\"b\"}\r\n", 0, 0},
    {"/cut", OK "Content-Length: 100\r\n\r\n{\"a\":", 0, 0},
    {"/chunkcut", OK "Transfer-Encoding: chunked\r\n\r\n20\r\n{\"a\":", 0, 0},
    {"/silent", OK "Content-Length: 10\r\n\r\n", 0, 1},
    {"/nothing", "", 0, 0},
    {"/garbage", "\x16\x03\x01 what is this\r\n\r\n", 0, 0},
    {"/page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", 0,
        0},
    {"/slow", "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 0, 0},
    {"/slowdate",
        "HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\nContent-Length: "
        "0\r\n\r\n",
        0, 0},
    {"/same", "HTTP/1.1 308 Moved\r\nLocation: http://127.0.0.1:%d/ok\r\nContent-Length: 0\r\n\r\n",
        0, 0},
    {"/circle", "HTTP/1.1 307 Moved\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n", 0, 0},
    {"/other",
        "HTTP/1.1 308 Moved\r\nLocation: http://127.0.0.2:%d/ok\r\nContent-Length: 0\r\n\r\n", 0,
        0},
    {"/form", "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", 0, 0},
    {"/gzip", zipped, sizeof zipped - 1, 0},
    {NULL, NULL, 0, 0},
};

struct world {
    struct raw_server server;
    struct http *http;
    struct http_reply reply;
    struct err e;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    raw_server_start(&w->server, answers);
    w->http = http_new(&(struct http_settings){.name = "siem", .timeout_ns = 5 * CLOCK_SECOND});
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    http_free(w->http);
    raw_server_stop(&w->server);
    http_reply_release(&w->reply);
    free(w);
    return 0;
}

static int ask(struct world *w, const char *path, const struct poll_context *context)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", w->server.port, path);
    struct http_request r = {.method = "POST", .url = url, .body = SLICE("{\"q\":1}")};
    w->e = (struct err)ERR_INIT;
    return http_send(w->http, &r, context, &w->reply, &w->e);
}

static void a_whole_answer_comes_with_the_secret_sent(void **state)
{
    struct world *w = *state;
    http_authorize(w->http, "ApiKey c2VjcmV0");
    assert_int_equal(ask(w, "/ok", NULL), 0);
    assert_int_equal(w->reply.status, 200);
    assert_string_equal(w->reply.body.p, "{\"a\":\"b\"}\r\n");
    assert_string_equal(w->reply.content_type, "application/json");
    assert_int_equal(http_status_check(&w->reply, "siem", NULL, &w->e), 0);
    assert_non_null(strstr(w->server.last, "Authorization: ApiKey c2VjcmV0\r\n"));
    assert_non_null(strstr(w->server.last, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(w->server.last, "\r\n\r\n{\"q\":1}"));
}

static void a_body_cut_short_is_an_error(void **state)
{
    struct world *w = *state;
    assert_int_equal(ask(w, "/cut", NULL), -1);
    assert_int_equal(w->e.code, ERR_INPUT);
    assert_non_null(strstr(w->e.text, "cut its answer short"));
    assert_int_equal(ask(w, "/chunkcut", NULL), -1);
    assert_true(w->e.code == ERR_INPUT || w->e.code == ERR_NETWORK);
}

static void no_answer_and_garbage_are_told_apart(void **state)
{
    struct world *w = *state;
    assert_int_equal(ask(w, "/nothing", NULL), -1);
    assert_non_null(strstr(w->e.text, "without an answer"));
    assert_int_equal(ask(w, "/garbage", NULL), -1);
    assert_non_null(strstr(w->e.text, "does not speak HTTP"));
}

static void a_web_page_with_status_200_is_an_error(void **state)
{
    struct world *w = *state;
    assert_int_equal(ask(w, "/page", NULL), 0);
    assert_int_equal(http_status_check(&w->reply, "siem", NULL, &w->e), -1);
    assert_int_equal(w->e.code, ERR_INPUT);
    assert_non_null(strstr(w->e.text, "web page"));
}

static void retry_after_is_read_as_seconds_and_as_a_date(void **state)
{
    struct world *w = *state;
    assert_int_equal(ask(w, "/slow", NULL), 0);
    assert_int_equal(w->reply.retry_ns, 7 * CLOCK_SECOND);
    assert_int_equal(http_status_check(&w->reply, "siem", NULL, &w->e), -1);
    assert_int_equal(w->e.code, ERR_LIMITED);
    assert_int_equal(ask(w, "/slowdate", NULL), 0);
    assert_int_equal(w->reply.retry_ns, 86400 * CLOCK_SECOND);
}

static void a_redirect_on_the_same_host_keeps_method_and_body(void **state)
{
    struct world *w = *state;
    http_authorize(w->http, "ApiKey c2VjcmV0");
    assert_int_equal(ask(w, "/same", NULL), 0);
    assert_int_equal(w->reply.status, 200);
    assert_memory_equal(w->server.last, "POST /ok ", 9);
    assert_non_null(strstr(w->server.last, "{\"q\":1}"));
    assert_non_null(strstr(w->server.last, "ApiKey"));
    assert_int_equal(ask(w, "/circle", NULL), -1);
    assert_non_null(strstr(w->e.text, "circles"));
}

static void a_redirect_to_another_host_is_refused_and_gets_no_secret(void **state)
{
    struct world *w = *state;
    http_authorize(w->http, "ApiKey c2VjcmV0");
    assert_int_equal(ask(w, "/other", NULL), -1);
    assert_int_equal(w->e.code, ERR_NETWORK);
    assert_non_null(strstr(w->e.text, "127.0.0.2"));
    assert_null(strstr(w->e.text, "c2VjcmV0"));
    assert_memory_equal(w->server.last, "POST /other ", 12);
    assert_int_equal(ask(w, "/form", NULL), 0);
    assert_int_equal(http_status_check(&w->reply, "siem", NULL, &w->e), -1);
    assert_memory_equal(w->server.last, "POST /form ", 11);
}

static void gzip_is_unpacked(void **state)
{
    struct world *w = *state;
    assert_int_equal(ask(w, "/gzip", NULL), 0);
    assert_string_equal(w->reply.body.p, "hello hello hello\n");
}

static bool at_once(void *owner)
{
    return ++*(int *)owner > 1;
}

static void a_silent_server_ends_by_cancel_or_by_deadline(void **state)
{
    struct world *w = *state;
    int asked = 0;
    struct poll_context c = {.cancelled = at_once, .owner = &asked};
    assert_int_equal(ask(w, "/silent", &c), -1);
    assert_int_equal(w->e.code, ERR_CANCELLED);
    int64_t start = clock_monotonic();
    c = (struct poll_context){.deadline = start + 200 * CLOCK_MILLISECOND};
    assert_int_equal(ask(w, "/silent", &c), -1);
    assert_int_equal(w->e.code, ERR_TIMEOUT);
    assert_true(clock_monotonic() - start < 3 * CLOCK_SECOND);
}

static void a_wrong_address_says_what_is_wrong(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = "http://127.0.0.1:1/"};
    assert_int_equal(http_send(w->http, &r, NULL, &w->reply, &w->e), -1);
    assert_int_equal(w->e.code, ERR_NETWORK);
    assert_non_null(strstr(w->e.text, "127.0.0.1:1 refuses"));
    r.url = "http://nosuch.invalid/";
    assert_int_equal(http_send(w->http, &r, NULL, &w->reply, &w->e), -1);
    assert_non_null(strstr(w->e.text, "nosuch.invalid:80 is not a host"));
    r.url = "file:///etc/passwd";
    assert_int_equal(http_send(w->http, &r, NULL, &w->reply, &w->e), -1);
    assert_int_equal(w->e.code, ERR_CONFIG);
    r.url = "http://kato:hunter2@127.0.0.1/";
    assert_int_equal(http_send(w->http, &r, NULL, &w->reply, &w->e), -1);
    assert_int_equal(w->e.code, ERR_CONFIG);
    assert_null(strstr(w->e.text, "hunter2"));
}

struct test_dialer {
    struct http_dialer base;
    int port, calls, fail;
    char host[64];
    int asked_port;
};

static int test_dial(
    struct http_dialer *base, const char *host, int port, int64_t timeout, struct err *e)
{
    struct test_dialer *d = (struct test_dialer *)base;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)d->port)};
    assert_true(timeout > 0);
    snprintf(d->host, sizeof d->host, "%s", host);
    d->asked_port = port;
    d->calls++;
    if (d->fail)
        return err_set(e, ERR_HOSTKEY, "the bastion shows another key");
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void a_dialer_gets_the_name_and_its_error_is_told(void **state)
{
    struct world *w = *state;
    struct test_dialer d = {.base = {.dial = test_dial}, .port = w->server.port};
    struct http_settings s = {.name = "siem", .dialer = &d.base, .timeout_ns = 5 * CLOCK_SECOND};
    struct http *h = http_new(&s);
    struct http_request r = {.method = "GET", .url = "http://es.behind.example:9200/ok"};
    assert_int_equal(http_send(h, &r, NULL, &w->reply, &w->e), 0);
    assert_int_equal(w->reply.status, 200);
    assert_string_equal(d.host, "es.behind.example");
    assert_int_equal(d.asked_port, 9200);
    assert_int_equal(d.calls, 1);
    assert_non_null(strstr(w->server.last, "Host: es.behind.example:9200"));
    d.fail = 1;
    r.url = "http://other.behind.example:9200/ok";
    assert_int_equal(http_send(h, &r, NULL, &w->reply, &w->e), -1);
    assert_int_equal(w->e.code, ERR_HOSTKEY);
    assert_string_equal(w->e.text, "the bastion shows another key");
    http_free(h);
}

static void basic_is_base64(void **state)
{
    (void)state;
    char *v = http_basic("Aladdin", "open sesame"); /* RFC 7617, section 2 */
    assert_string_equal(v, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    mem_wipe_free(v, strlen(v));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_whole_answer_comes_with_the_secret_sent),
        T(a_body_cut_short_is_an_error),
        T(no_answer_and_garbage_are_told_apart),
        T(a_web_page_with_status_200_is_an_error),
        T(retry_after_is_read_as_seconds_and_as_a_date),
        T(a_redirect_on_the_same_host_keeps_method_and_body),
        T(a_redirect_to_another_host_is_refused_and_gets_no_secret),
        T(gzip_is_unpacked),
        T(a_silent_server_ends_by_cancel_or_by_deadline),
        T(a_wrong_address_says_what_is_wrong),
        T(a_dialer_gets_the_name_and_its_error_is_told),
        T(basic_is_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
