#include "connectors/http.h"

#include "connectors/certificate.h"
#include "connectors/handover.h"
#include "connectors/http_dialer.h"
#include "core/clock.h"
#include "core/mem.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

enum { REDIRECTS_MAX = 5, WAKE_MS = 100, PLACE_MAX = 300 };

struct http {
    struct http_settings s;
    CURLM *multi;
    CURL *easy;
    char *authorization; /* "Authorization: …", wiped */
    /* of the request under way */
    char host[256], place[PLACE_MAX]; /* place: host:port, for messages */
    int port;
    int64_t deadline;
    struct handover handover;
    struct err dial_error;
    char curl_error[CURL_ERROR_SIZE];
    struct http_reply *reply;
    bool too_big;
};

struct cause {
    CURLcode code;
    enum err_code is;
    const char *text; /* follows "HOST:PORT " */
};

/* What can be said from libcurl's code alone; TLS and refused connections are told apart below. */
static const struct cause causes[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERR_NETWORK,
        "is not a host that can be found: check `url` and DNS"},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_NETWORK,
        "is behind a proxy that cannot be found: check `proxy`"},
    {CURLE_PROXY, ERR_NETWORK, "could not be reached through the proxy: check `proxy`"},
    {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "did not answer in time"},
    {CURLE_SSL_CONNECT_ERROR, ERR_TLS, "and we agree on no TLS: does it speak https on this port?"},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_NETWORK,
        "does not speak HTTP: should `url` begin with https://?"},
    {CURLE_WEIRD_SERVER_REPLY, ERR_NETWORK, "does not speak HTTP: is this the right port?"},
    {CURLE_GOT_NOTHING, ERR_NETWORK,
        "closed the connection without an answer: https:// or http://?"},
    {CURLE_PARTIAL_FILE, ERR_INPUT, "cut its answer short"},
    {CURLE_RECV_ERROR, ERR_NETWORK, "broke the connection off while it answered"},
    {CURLE_SEND_ERROR, ERR_NETWORK, "broke the connection off while it was asked"},
    {CURLE_BAD_CONTENT_ENCODING, ERR_INPUT, "sent an answer that cannot be unpacked"},
    {CURLE_OUT_OF_MEMORY, ERR_IO, "could not be asked: memory is short"},
};

static size_t take_body(char *bytes, size_t size, size_t count, void *owner)
{
    struct http *h = owner;
    size_t n = size * count;
    if (h->reply->body.n + n > HTTP_BODY_MAX) {
        h->too_big = true;
        return 0;
    }
    str_add(&h->reply->body, bytes, n);
    return n;
}

/* See connectors/handover.h. */
static bool takes_connected(void)
{
    return curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;
}

/* With a dialer, libcurl believes that it connects to CONNECT_TO's address; the name travels to the
 * dialer, so that it is resolved on the far side. */
static curl_socket_t open_socket(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http *h = owner;
    socklen_t n = sizeof address->addr;
    (void)purpose;
    int64_t left = h->deadline - clock_monotonic();
    if (left <= 0)
        err_set(&h->dial_error, ERR_TIMEOUT, "%s did not answer in time", h->place);
    int fd =
        left <= 0 ? -1 : h->s.dialer->dial(h->s.dialer, h->host, h->port, left, &h->dial_error);
    /* libcurl reads until the socket has no more: on a blocking one that would never end */
    if (fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (fd < 0 || takes_connected())
        return fd < 0 ? CURL_SOCKET_BAD : fd;
    fd = handover_begin(&h->handover, fd, &address->addr, &n);
    address->family = AF_UNIX;
    address->addrlen = n;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int is_connected(void *owner, curl_socket_t fd, curlsocktype purpose)
{
    (void)owner;
    (void)fd;
    (void)purpose;
    return takes_connected() ? CURL_SOCKOPT_ALREADY_CONNECTED : CURL_SOCKOPT_OK;
}

static int close_socket(void *owner, curl_socket_t fd)
{
    (void)owner;
    return close(fd);
}

struct http *http_new(const struct http_settings *settings)
{
    static bool ready;
    if (!ready)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    ready = true;
    struct http *h = mem_zalloc(1, sizeof *h);
    h->s = *settings;
    h->handover = (struct handover)HANDOVER_INIT;
    if (!h->s.timeout_ns)
        h->s.timeout_ns = 60 * CLOCK_SECOND;
    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    if (!h->multi || !h->easy)
        abort();
    return h;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    http_authorize(h, NULL);
    curl_easy_cleanup(h->easy);
    curl_multi_cleanup(h->multi);
    handover_abandon(&h->handover);
    free(h);
}

void http_authorize(struct http *h, const char *value)
{
    static const char name[] = "Authorization: ";
    if (h->authorization)
        mem_wipe_free(h->authorization, strlen(h->authorization));
    h->authorization = NULL;
    if (!value)
        return;
    size_t size = sizeof name + strlen(value);
    h->authorization = mem_alloc(size);
    snprintf(h->authorization, size, "%s%s", name, value);
}

void http_reply_release(struct http_reply *reply)
{
    str_release(&reply->body);
    *reply = (struct http_reply){0};
}

static void copy_part(CURLU *u, CURLUPart part, char *out, size_t size)
{
    char *text = NULL;
    out[0] = '\0';
    if (curl_url_get(u, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK)
        snprintf(out, size, "%s", text);
    curl_free(text);
}

struct origin {
    char scheme[8], host[256], port[8], user[4], password[4];
};

static bool origin_of(const char *url, struct origin *o)
{
    CURLU *u = curl_url();
    bool ok = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK;
    if (ok) {
        copy_part(u, CURLUPART_SCHEME, o->scheme, sizeof o->scheme);
        copy_part(u, CURLUPART_HOST, o->host, sizeof o->host);
        copy_part(u, CURLUPART_PORT, o->port, sizeof o->port);
        copy_part(u, CURLUPART_USER, o->user, sizeof o->user);
        copy_part(u, CURLUPART_PASSWORD, o->password, sizeof o->password);
    }
    curl_url_cleanup(u);
    return ok;
}

static bool same_origin(const struct origin *a, const struct origin *b)
{
    return strcasecmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
           strcmp(a->port, b->port) == 0;
}

static int set_place(struct http *h, const char *url, struct origin *o, struct err *e)
{
    int64_t port;
    if (!origin_of(url, o) || (strcmp(o->scheme, "http") != 0 && strcmp(o->scheme, "https") != 0))
        return err_set(e, ERR_CONFIG, "the url of %s is not one: https://host:port is", h->s.name);
    if (o->user[0] || o->password[0])
        return err_set(e, ERR_CONFIG,
            "the url of %s holds a user or a password: give them as options of their own",
            h->s.name);
    h->port = slice_int(slice_of(o->port), &port) ? (int)port : 0;
    snprintf(h->place, sizeof h->place, "%s:%d", o->host, h->port);
    /* a dialer wants an IPv6 address bare */
    struct slice host = slice_of(o->host);
    if (host.n > 2 && host.p[0] == '[')
        host = (struct slice){host.p + 1, host.n - 2};
    snprintf(h->host, sizeof h->host, "%.*s", (int)host.n, host.p);
    return 0;
}

/* The way to the server: the same for a request and for the look at a certificate. */
static struct curl_slist *set_way(struct http *h, CURL *easy, const char *url)
{
    struct curl_slist *to = NULL;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->curl_error);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (h->s.dialer && h->s.dialer->dial) {
        to = curl_slist_append(NULL, "::127.0.0.1:");
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, to);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, h);
        curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, is_connected);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    } else if (h->s.dialer && h->s.dialer->proxy) {
        curl_easy_setopt(easy, CURLOPT_PROXY, h->s.dialer->proxy);
    }
    return to;
}

static struct curl_slist *set_headers(struct http *h, const struct http_request *r)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    char type[128];
    if (r->body.p) {
        snprintf(type, sizeof type, "Content-Type: %s",
            r->content_type ? r->content_type : "application/json");
        list = curl_slist_append(list, type);
    }
    list = curl_slist_append(list, "Accept: application/json");
    for (const char *const *line = r->headers; line && *line; line++)
        list = curl_slist_append(list, *line);
    if (h->authorization)
        list = curl_slist_append(list, h->authorization);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, list);
    return list;
}

static void wipe_headers(struct curl_slist *list)
{
    for (struct curl_slist *l = list; l; l = l->next)
        explicit_bzero(l->data, strlen(l->data));
    curl_slist_free_all(list);
}

static void set_request(struct http *h, const struct http_request *r)
{
    curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (h->s.ca_file) {
        curl_easy_setopt(h->easy, CURLOPT_CAINFO, h->s.ca_file);
        curl_easy_setopt(h->easy, CURLOPT_CAPATH, NULL);
    }
    if (h->s.pin)
        curl_easy_setopt(h->easy, CURLOPT_PINNEDPUBLICKEY, h->s.pin);
    curl_easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(h->easy, CURLOPT_USERAGENT, "hinomi/" HINOMI_VERSION);
    curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
    if (r->body.p) {
        curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, r->body.p);
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
    }
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* Drives one handle to its end. -1 when we gave up ourselves: *e says why. */
static int drive(
    struct http *h, CURL *easy, const struct poll_context *context, CURLcode *code, struct err *e)
{
    int running = 1, rc = -1, left;
    *code = CURLE_FAILED_INIT;
    curl_multi_add_handle(h->multi, easy);
    for (;;) {
        curl_multi_perform(h->multi, &running);
        handover_finish(&h->handover);
        if (!running)
            break;
        int64_t wait = (h->deadline - clock_monotonic()) / CLOCK_MILLISECOND;
        if (context && context->cancelled && context->cancelled(context->owner)) {
            err_set(e, ERR_CANCELLED, "the request to %s was cancelled", h->place);
            goto out;
        }
        if (wait <= 0) {
            err_set(e, ERR_TIMEOUT, "%s did not answer in time", h->place);
            goto out;
        }
        curl_multi_poll(h->multi, NULL, 0, wait < WAKE_MS ? (int)wait : WAKE_MS, NULL);
    }
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));)
        if (m->msg == CURLMSG_DONE && m->easy_handle == easy)
            *code = m->data.result;
    rc = 0;
out:
    curl_multi_remove_handle(h->multi, easy);
    return rc;
}

/* A connection that verifies nothing and sends nothing: it only looks at the certificate that was
 * refused, so that the person can compare its fingerprint with the administrator's. */
static bool look_at_certificate(struct http *h, const char *url, struct certificate_marks *marks)
{
    struct curl_certinfo *chain = NULL;
    CURL *easy = curl_easy_init();
    struct curl_slist *to = set_way(h, easy, url);
    bool found = false;
    CURLcode code;
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    if (drive(h, easy, NULL, &code, NULL) == 0 && code == CURLE_OK &&
        curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) == CURLE_OK && chain &&
        chain->num_of_certs > 0)
        for (struct curl_slist *l = chain->certinfo[0]; l && !found; l = l->next)
            found = strncmp(l->data, "Cert:", 5) == 0 &&
                    certificate_marks(slice_of(l->data + 5), marks);
    curl_easy_cleanup(easy);
    curl_slist_free_all(to);
    return found;
}

static int tls_error(struct http *h, const char *url, CURLcode code, struct err *e)
{
    struct certificate_marks marks;
    char seen[256] = "";
    long verdict = 0;
    curl_easy_getinfo(h->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    if (look_at_certificate(h, url, &marks))
        snprintf(seen, sizeof seen, " (SHA-256 fingerprint %s; to pin its key: pin = %s)",
            marks.fingerprint, marks.pin);
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return err_set(e, ERR_TLS,
            "%s shows another key than the one pinned; if its administrator changed it on purpose, "
            "set `pin` anew%s",
            h->place, seen);
    return err_set(
        e, ERR_TLS, "the certificate of %s %s%s", h->place, certificate_fault(verdict), seen);
}

static int connect_error(struct http *h, struct err *e)
{
    long number = 0;
    if (h->dial_error.code != ERR_NONE) {
        if (e)
            *e = h->dial_error;
        return -1;
    }
    curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &number);
    if (number == ECONNREFUSED)
        return err_set(e, ERR_NETWORK,
            "%s refuses the connection: is the service up, and is this its port?", h->place);
    return err_set(e, ERR_NETWORK, "no way to %s%s%s", h->place, number ? ": " : "",
        number ? strerror((int)number) : "");
}

static int curl_failed(struct http *h, const char *url, CURLcode code, struct err *e)
{
    if (h->too_big)
        return err_set(e, ERR_INPUT,
            "%s answered with more than %d MiB: a smaller page_size may help", h->place,
            HTTP_BODY_MAX >> 20);
    if (code == CURLE_COULDNT_CONNECT)
        return connect_error(h, e);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return tls_error(h, url, code, e);
    if (code == CURLE_SSL_CACERT_BADFILE)
        return err_set(e, ERR_CONFIG, "ca_file %s cannot be read as certificates",
            h->s.ca_file ? h->s.ca_file : "(of the system)");
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i].code == code)
            return err_set(e, causes[i].is, "%s %s", h->place, causes[i].text);
    return err_set(e, ERR_NETWORK, "%s: %s", h->place, curl_easy_strerror(code));
}

static void read_reply(struct http *h)
{
    long status = 0;
    curl_off_t wait = 0;
    char *type = NULL;
    struct curl_header *date;
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &wait);
    curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);
    h->reply->status = (int)status;
    if (wait > 86400)
        wait = 86400; /* a source cannot silence itself for longer than a day */
    h->reply->retry_ns = (int64_t)wait * CLOCK_SECOND;
    if (curl_easy_header(h->easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK &&
        curl_getdate(date->value, NULL) > 0)
        h->reply->date = (int64_t)curl_getdate(date->value, NULL) * CLOCK_SECOND;
    snprintf(h->reply->content_type, sizeof h->reply->content_type, "%s", type ? type : "");
}

/* One request without redirects. *location (curl's, good until the next request) is where it
 * points. */
static int send_once(struct http *h, const struct http_request *r,
    const struct poll_context *context, char **location, struct err *e)
{
    CURLcode code;
    str_clear(&h->reply->body);
    h->reply->date = CLOCK_NONE;
    h->too_big = false;
    h->dial_error = (struct err)ERR_INIT;
    curl_easy_reset(h->easy);
    struct curl_slist *to = set_way(h, h->easy, r->url), *headers = set_headers(h, r);
    set_request(h, r);
    int rc = drive(h, h->easy, context, &code, e);
    if (rc == 0 && code != CURLE_OK)
        rc = curl_failed(h, r->url, code, e);
    *location = NULL;
    if (rc == 0) {
        read_reply(h);
        curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, location);
    }
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(h->easy, CURLOPT_CONNECT_TO, NULL);
    wipe_headers(headers);
    curl_slist_free_all(to);
    return rc;
}

static bool keeps_method(int status, const char *method)
{
    return status == 307 || status == 308 ||
           ((status == 301 || status == 302) && strcmp(method, "GET") == 0);
}

int http_send(struct http *h, const struct http_request *request,
    const struct poll_context *context, struct http_reply *reply, struct err *e)
{
    struct http_request r = *request;
    struct origin first, next;
    char *url = NULL, *location;
    int rc = -1;
    h->reply = reply;
    h->deadline = clock_monotonic() + h->s.timeout_ns;
    if (context && context->deadline && context->deadline < h->deadline)
        h->deadline = context->deadline;
    if (set_place(h, r.url, &first, e))
        return -1;
    for (int hops = 0; hops <= REDIRECTS_MAX; hops++) {
        rc = send_once(h, &r, context, &location, e);
        if (rc || !location || !keeps_method(reply->status, r.method))
            goto out;
        rc = -1;
        if (!origin_of(location, &next) || !same_origin(&first, &next)) {
            err_set(e, ERR_NETWORK,
                "%s sends us to another place, %s://%s:%s, and no secret goes there: if that is "
                "right, set `url` to it",
                h->place, next.scheme, next.host, next.port);
            goto out;
        }
        char *old = url;
        r.url = url = mem_strdup(location);
        free(old);
    }
    err_set(e, ERR_NETWORK, "%s redirects in circles", h->place);
out:
    free(url);
    h->reply = NULL;
    return rc;
}
