#include "connectors/elastic.h"

#include "connectors/http_status.h"
#include "connectors/json_reply.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

static int set_api_key(struct elastic *s, char *key)
{
    size_t size = strlen("ApiKey ") + strlen(key) + 1;
    char *value = mem_alloc(size);
    snprintf(value, size, "ApiKey %s", key);
    http_authorize(s->http, value);
    mem_wipe_free(value, size - 1);
    secret_free(key);
    return 0;
}

int elastic_authorize(struct elastic *s, struct err *e)
{
    const struct source_settings *settings = &s->settings;
    const char *user = settings->option(settings, "username");
    char *secret = NULL;
    if (settings->secret(settings, "api_key", &secret, e))
        return -1;
    if (secret)
        return set_api_key(s, secret);
    http_authorize(s->http, NULL);
    if (!user || !*user)
        return 0; /* a cluster without security */
    if (settings->secret(settings, "password", &secret, e))
        return -1;
    if (!secret)
        return err_set(e, ERR_CONFIG,
            "source %s has a username and no password: password_command, "
            "password_env or password_file gives it",
            settings->name);
    char *value = http_basic(user, secret);
    http_authorize(s->http, value);
    mem_wipe_free(value, strlen(value));
    secret_free(secret);
    return 0;
}

static int send_once(struct elastic *s, const struct elastic_request *r,
    const struct poll_context *context, struct err *e)
{
    /* Kibana refuses writes without kbn-xsrf, and the version names its public API */
    static const char *const kibana_headers[] = {
        "kbn-xsrf: hinomi", "Elastic-Api-Version: 2023-10-31", NULL};
    struct str url = STR_INIT;
    str_puts(&url, r->kibana ? s->kibana : s->url);
    str_puts(&url, r->path);
    struct http_request request = {.method = r->method,
        .url = url.p,
        .headers = r->kibana ? kibana_headers : NULL,
        .body = r->body};
    int rc = http_send(s->http, &request, context, &s->reply, e);
    str_release(&url);
    return rc;
}

int elastic_ask(struct elastic *s, const struct elastic_request *request,
    const struct poll_context *context, struct err *e)
{
    char why[JSON_REPLY_WHY_MAX];
    if (request->kibana && !s->kibana)
        return err_set(e, ERR_UNSUPPORTED, "source %s has no `kibana_url`, which this needs",
            s->settings.name);
    if (send_once(s, request, context, e))
        return -1;
    /* a key may have been rotated since it was fetched: fetched again, once */
    if (s->reply.status == 401 && !s->renewed) {
        s->renewed = true;
        if (elastic_authorize(s, e) || send_once(s, request, context, e))
            return -1;
    }
    if (s->reply.status != 401)
        s->renewed = false;
    if (s->reply.status >= 200 && s->reply.status < 300)
        return http_status_check(&s->reply, s->settings.name, NULL, e);
    if (request->retry_ns)
        *request->retry_ns = s->reply.retry_ns;
    why[0] = '\0';
    if (!http_is_page(&s->reply))
        json_reply_why(str_as_slice(&s->reply.body), why);
    return http_status_check(&s->reply, s->settings.name, why, e);
}

json_t *elastic_ask_json(struct elastic *s, const struct elastic_request *request,
    const struct poll_context *context, struct err *e)
{
    if (elastic_ask(s, request, context, e))
        return NULL;
    return json_reply_read(str_as_slice(&s->reply.body), s->settings.name, e);
}
