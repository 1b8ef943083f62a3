/* The server: takes a request in, finds its route, checks what the vendor checks, sends the reply.
 */
#include "range/elastic_query.h"
#include "range/elastic_server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

const char *sim_parameter(const struct sim_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

static const char *request_header(const struct sim_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

void sim_header(struct sim_request *r, const char *name, const char *format, ...)
{
    if (r->reply.header_count == SIM_HEADERS_MAX)
        return;
    va_list ap;
    va_start(ap, format);
    size_t i = r->reply.header_count++;
    r->reply.headers[i].name = name;
    vsnprintf(r->reply.headers[i].value, sizeof(r->reply.headers[i].value), format, ap);
    va_end(ap);
}

void sim_answer(struct sim_request *r, json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);
    str_clear(&r->reply.body);
    str_puts(&r->reply.body, text ? text : "{}");
    free(text);
    json_decref(body);
    r->reply.status = 200;
    r->reply.type = "application/json";
}

void sim_fail(struct sim_request *r, int status, const char *type, const char *format, ...)
{
    char reason[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(reason, sizeof(reason), format, ap);
    va_end(ap);
    sim_answer(r, json_pack("{s:{s:[{s:s,s:s}],s:s,s:s},s:i}", "error", "root_cause", "type", type,
                      "reason", reason, "type", type, "reason", reason, "status", status));
    r->reply.status = status;
    if (status == 401) {
        sim_header(r, "WWW-Authenticate", "Basic realm=\"security\", charset=\"UTF-8\"");
        sim_header(r, "WWW-Authenticate", "ApiKey");
    }
}

static const char *http_words(int status)
{
    return status == 400 ? "Bad Request" : status == 401 ? "Unauthorized" : "Not Found";
}

void sim_fail_kibana(struct sim_request *r, int status, const char *format, ...)
{
    char message[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof(message), format, ap);
    va_end(ap);
    sim_answer(r, json_pack("{s:i,s:s,s:s}", "statusCode", status, "error", http_words(status),
                      "message", message));
    r->reply.status = status;
}

void sim_make_id(struct sim_elastic *sim, const char *prefix, char *out, size_t size)
{
    uint64_t n = ++sim->made * UINT64_C(0xd1342543de82ef95) + UINT64_C(0x9e3779b97f4a7c15);
    snprintf(out, size, "%s%016llx%016llxAAAA==", prefix, (unsigned long long)n,
        (unsigned long long)(n * UINT64_C(0xbf58476d1ce4e5b9)));
}

/* "/{x}/_search" against "/logs-*​/_search"; what stood for {x} is copied to `argument`. */
static bool path_matches(const char *pattern, const char *path, char *argument, size_t size)
{
    bool first = true;
    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t n = strcspn(path, "/");
        if (n == 0 || n >= size || (path[0] == '_' && pattern[3] == '/'))
            return false;
        if (first)
            snprintf(argument, size, "%.*s", (int)n, path);
        first = false;
        path += n;
        pattern += 3;
    }
    return !*pattern && !*path;
}

static const struct sim_route *route_find(
    const char *method, const char *path, char *argument, size_t size, bool *path_known)
{
    *path_known = false;
    for (const struct sim_route *r = sim_routes; r->name; r++) {
        argument[0] = '\0';
        if (!path_matches(r->path, path, argument, size))
            continue;
        *path_known = true;
        if (strcmp(r->method, method) == 0)
            return r;
    }
    return NULL;
}

static bool authorised(struct sim_request *r)
{
    const char *header = request_header(r, "Authorization");
    const char *why = header ? "unable to authenticate with provided credentials and anonymous "
                               "access is not allowed for this action"
                             : "missing authentication credentials for REST request";
    if (header && strcasecmp(header, "ApiKey " SIM_ELASTIC_API_KEY) == 0 &&
        strcmp(header + 7, SIM_ELASTIC_API_KEY) == 0)
        return true;
    if (r->route && r->route->kibana)
        sim_fail_kibana(r, 401, "[security_exception]: %s", why);
    else
        sim_fail(r, 401, "security_exception", "%s [%s]", why, r->path);
    return false;
}

/* The simulator's own routes answer only the machine they run on. */
static bool is_local(const struct sim_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr_in *a = (const void *)info->client_addr;
    return a->sin_family == AF_INET &&
           (ntohl(a->sin_addr.s_addr) >> 24 == 127 || a->sin_addr.s_addr == r->sim->address.s_addr);
}

static enum MHD_Result unknown_parameter(
    void *owner, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct sim_request *r = owner;
    (void)kind, (void)value;
    if (sim_word_in("pretty human error_trace", key) || sim_word_in(r->route->parameters, key))
        return MHD_YES;
    sim_fail(r, 400, "illegal_argument_exception",
        "request [%s] contains unrecognized parameter: [%s]", r->path, key);
    return MHD_NO;
}

static bool parse_body(struct sim_request *r)
{
    json_error_t e;
    const char *type = request_header(r, "Content-Type");
    if (r->raw.n == 0)
        return true;
    if (!type || (strncasecmp(type, "application/json", 16) != 0 &&
                     strncasecmp(type, "application/vnd.elasticsearch+json", 34) != 0)) {
        sim_answer(r, json_pack("{s:s+,s:i}", "error", "Content-Type header is not supported: ",
                          type ? type : "none", "status", 406));
        r->reply.status = 406;
        return false;
    }
    r->body = json_loadb(r->raw.p, r->raw.n, 0, &e);
    if (r->body)
        return true;
    if (r->route->kibana)
        sim_fail_kibana(r, 400, "[request body]: %s", e.text);
    else
        sim_fail(r, 400, "x_content_parse_exception", "[%d:%d] %s", e.line, e.column, e.text);
    return false;
}

static bool refused(struct sim_request *r)
{
    if (r->route->kibana && strcmp(r->method, "GET") != 0 && !request_header(r, "kbn-xsrf")) {
        sim_fail_kibana(r, 400, "Request must contain a kbn-xsrf header.");
        return true;
    }
    if (!r->route->admin && !authorised(r))
        return true;
    if (r->route->admin && !is_local(r)) {
        sim_fail(r, 403, "range", "only from the host itself");
        return true;
    }
    MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, unknown_parameter, r);
    return r->reply.status != 0 || !parse_body(r);
}

static void note(struct sim_request *r)
{
    if (r->route && r->route->admin)
        return;
    char at[CLOCK_TEXT_MAX];
    json_array_append_new(r->sim->ledger,
        json_pack("{s:s,s:s,s:s,s:s,s:i,s:I,s:I,s:s}", "@timestamp", clock_format(clock_now(), at),
            "method", r->method, "path", r->path, "route", r->route ? r->route->name : "", "status",
            r->reply.status, "hits", (json_int_t)r->hits, "bytes", (json_int_t)r->reply.body.n,
            "fault", r->fault.row ? r->fault.row->name : ""));
}

static void answer(struct sim_request *r)
{
    char argument[512] = "";
    bool path_known;
    const char *path = r->path;
    if (strncmp(path, "/s/", 3) == 0 && strstr(path, "/api/")) /* a Kibana space */
        path = strstr(path, "/api/");
    r->route = route_find(r->method, path, argument, sizeof(argument), &path_known);
    r->argument = argument[0] ? argument : NULL;
    if (!r->route) {
        sim_answer(r, json_pack("{s:s,s:i}", "error",
                          path_known ? "Incorrect HTTP method for uri" : "no handler found for uri",
                          "status", path_known ? 405 : 400));
        r->reply.status = path_known ? 405 : 400;
        note(r);
        return;
    }
    if (!r->route->admin)
        r->fault = sim_fault_take(r->sim, r->route->name);
    sim_pit_expire(r->sim);
    if (!refused(r) && !sim_fault_answers(r))
        r->route->serve(r);
    if (!r->route->kibana && !r->route->admin)
        sim_header(r, "X-elastic-product", "Elasticsearch");
    note(r);
    r->argument = NULL;
}

static void compress_body(struct sim_request *r)
{
    z_stream z = {0};
    uLong room = compressBound((uLong)r->reply.body.n) + 64;
    Bytef *out = mem_alloc(room);
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
        z.next_in = (Bytef *)r->reply.body.p;
        z.avail_in = (uInt)r->reply.body.n;
        z.next_out = out;
        z.avail_out = (uInt)room;
        deflate(&z, Z_FINISH);
        str_clear(&r->reply.body);
        str_add(&r->reply.body, (const char *)out, z.total_out);
        deflateEnd(&z);
        sim_header(r, "Content-Encoding", "gzip");
    }
    free(out);
}

/* The promised length is the whole body's; the connection ends at its half. */
static ssize_t half_body(void *owner, uint64_t position, char *out, size_t max)
{
    struct str *body = owner;
    size_t left = body->n / 2 > position ? body->n / 2 - (size_t)position : 0;
    if (left == 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (left > max)
        left = max;
    memcpy(out, body->p + position, left);
    return (ssize_t)left;
}

static void free_body(void *owner)
{
    str_release(owner);
    free(owner);
}

static enum MHD_Result send_reply(struct sim_request *r)
{
    enum fault_kind fault = r->fault.row ? r->fault.row->kind : FAULT_NONE;
    struct MHD_Response *response;
    if (fault == FAULT_DROP)
        return MHD_NO;
    if (fault == FAULT_GZIP)
        compress_body(r);
    if (fault == FAULT_TRUNCATED) {
        struct str *body = mem_zalloc(1, sizeof(*body));
        str_slice(body, str_as_slice(&r->reply.body));
        response = MHD_create_response_from_callback(body->n, 16384, half_body, body, free_body);
    } else {
        response = MHD_create_response_from_buffer(
            r->reply.body.n, r->reply.body.p, MHD_RESPMEM_MUST_COPY);
    }
    if (!response)
        return MHD_NO;
    if (r->reply.type)
        MHD_add_response_header(response, "Content-Type", r->reply.type);
    for (size_t i = 0; i < r->reply.header_count; i++)
        MHD_add_response_header(response, r->reply.headers[i].name, r->reply.headers[i].value);
    enum MHD_Result rc = MHD_queue_response(r->connection, (unsigned)r->reply.status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size, void **state)
{
    struct sim_request *r = *state;
    (void)version;
    if (!r) {
        *state = r = mem_zalloc(1, sizeof(*r));
        r->sim = owner;
        r->connection = connection;
        snprintf(r->path, sizeof(r->path), "%s", url);
        return MHD_YES;
    }
    if (*size) {
        if (r->raw.n + *size > SIM_BODY_MAX)
            return MHD_NO;
        str_add(&r->raw, data, *size);
        *size = 0;
        return MHD_YES;
    }
    r->method = method;
    pthread_mutex_lock(&r->sim->lock);
    str_clear(&r->reply.body);
    answer(r);
    pthread_mutex_unlock(&r->sim->lock);
    if (r->fault.row && r->fault.row->kind == FAULT_SLOW)
        poll(NULL, 0, (int)r->fault.number); /* this connection's own thread */
    return send_reply(r);
}

static void on_done(void *owner, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
    struct sim_request *r = *state;
    (void)owner, (void)connection, (void)code;
    if (!r)
        return;
    json_decref(r->body);
    str_release(&r->raw);
    str_release(&r->reply.body);
    free(r);
    *state = NULL;
}

static struct MHD_Daemon *listen_on(
    struct sim_elastic *sim, const struct sim_elastic_options *o, struct sockaddr_in *address)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
    if (o->certificate)
        return MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, on_request, sim,
            MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
            MHD_OPTION_HTTPS_MEM_CERT, o->certificate, MHD_OPTION_HTTPS_MEM_KEY, o->private_key,
            MHD_OPTION_END);
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, sim, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
}

struct sim_elastic *sim_elastic_start(const struct sim_elastic_options *options, struct err *e)
{
    static const struct sim_elastic_options nothing = {0};
    const struct sim_elastic_options *o = options ? options : &nothing;
    const char *host = o->address ? o->address : "127.0.0.1";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        err_set(e, ERR_USAGE, "\"%s\" is no IPv4 address", host);
        return NULL;
    }
    struct sim_elastic *sim = mem_zalloc(1, sizeof(*sim));
    pthread_mutex_init(&sim->lock, NULL);
    sim->ledger = json_array();
    sim->address = address.sin_addr;
    sim->window = o->window ? o->window : 10000;
    sim->daemon = listen_on(sim, o, &address);
    if (!sim->daemon) {
        err_set(e, ERR_IO, "cannot listen on %s port %d", host, o->port);
        sim_elastic_stop(sim);
        return NULL;
    }
    sim->port = MHD_get_daemon_info(sim->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    snprintf(
        sim->url, sizeof(sim->url), "http%s://%s:%d", o->certificate ? "s" : "", host, sim->port);
    return sim;
}

void sim_elastic_stop(struct sim_elastic *sim)
{
    if (!sim)
        return;
    if (sim->daemon)
        MHD_stop_daemon(sim->daemon);
    while (sim->pits)
        sim_pit_drop(sim, sim->pits);
    for (struct sim_action *a = sim->actions, *next; a; a = next) {
        next = a->next;
        free(a->comment);
        free(a);
    }
    sim_store_release(&sim->store);
    json_decref(sim->ledger);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}

int sim_elastic_port(const struct sim_elastic *sim)
{
    return sim->port;
}

const char *sim_elastic_url(const struct sim_elastic *sim)
{
    return sim->url;
}
