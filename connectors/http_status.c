#include "connectors/http_status.h"

#include "core/base64.h"
#include "core/mem.h"

#include <strings.h>

struct meaning {
    int from, to;
    enum err_code code;
    const char *text;
};

static const struct meaning meanings[] = {
    {401, 401, ERR_AUTH, "refuses the credentials: check the key or the password"},
    {403, 403, ERR_DENIED,
        "knows the credentials and does not allow this: a permission is missing"},
    {404, 404, ERR_NOT_FOUND, "does not know this address or index"},
    {407, 407, ERR_AUTH, "is behind a proxy that wants credentials of its own"},
    {409, 409, ERR_CONFLICT, "says that it changed meanwhile"},
    {413, 413, ERR_INPUT, "finds the request too large: a smaller page_size may help"},
    {429, 429, ERR_LIMITED, "asks to slow down"},
    {503, 503, ERR_LIMITED, "is not ready now"},
    {300, 399, ERR_NETWORK, "sends the request elsewhere: set `url` to where it lives now"},
    {500, 599, ERR_NETWORK, "or a proxy before it failed"},
    {400, 499, ERR_INPUT, "does not accept the request"},
};

static const char *skip_space(const struct str *body)
{
    const char *p = body->p ? body->p : "";
    while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        p++;
    return p;
}

bool http_is_page(const struct http_reply *reply)
{
    return strncasecmp(reply->content_type, "text/html", 9) == 0 ||
           *skip_space(&reply->body) == '<';
}

int http_status_check(
    const struct http_reply *reply, const char *what, const char *detail, struct err *e)
{
    const char *colon = detail && *detail ? ": " : "";
    detail = detail ? detail : "";
    if (reply->status >= 200 && reply->status < 300) {
        if (http_is_page(reply))
            return err_set(e, ERR_INPUT,
                "%s answered with a web page instead of data: a log-in form or a proxy may stand "
                "before it, or `url` names the wrong service",
                what);
        return 0;
    }
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (reply->status >= meanings[i].from && reply->status <= meanings[i].to)
            return err_set(e, meanings[i].code, "%s %s (status %d)%s%s", what, meanings[i].text,
                reply->status, colon, detail);
    return err_set(
        e, ERR_INPUT, "%s answered with status %d, which means nothing here", what, reply->status);
}

char *http_basic(const char *user, const char *password)
{
    struct str plain = STR_INIT, out = STR_INIT;
    str_printf(&plain, "%s:%s", user, password);
    str_puts(&out, "Basic ");
    base64_encode(&out, str_as_slice(&plain));
    mem_wipe_free(plain.p, plain.n);
    return str_take(&out);
}
