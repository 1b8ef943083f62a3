#include "cases/tokenizer.h"

#include "core/token.h"

#include <arpa/inet.h>
#include <sqlite3.h>

struct walk {
    void *context;
    int (*token)(void *, int, const char *, int, int, int);
    size_t base;
};

static int pass_token(void *owner, struct slice token, size_t from, size_t to)
{
    struct walk *w = owner;
    return w->token(
        w->context, 0, token.p, (int)token.n, (int)(w->base + from), (int)(w->base + to));
}

static int ready_tokens(struct walk *w, struct slice text, size_t *end)
{
    size_t at = 1;
    while (at < text.n && text.p[at] != TOKEN_READY) {
        size_t from = at;
        while (at < text.n && text.p[at] != ' ' && text.p[at] != TOKEN_READY)
            at++;
        if (at > from) {
            int rc = w->token(w->context, 0, text.p + from, (int)(at - from), (int)from, (int)at);
            if (rc)
                return rc;
        }
        while (at < text.n && text.p[at] == ' ')
            at++;
    }
    *end = at < text.n ? at + 1 : at;
    return SQLITE_OK;
}

static int tokenize(Fts5Tokenizer *self, void *context, int flags, const char *p, int n,
    int (*token)(void *, int, const char *, int, int, int))
{
    struct walk w = {context, token, 0};
    struct slice text = {p, n > 0 ? (size_t)n : 0};
    (void)self;
    (void)flags;
    if (text.n && text.p[0] == TOKEN_READY) {
        int rc = ready_tokens(&w, text, &w.base);
        if (rc)
            return rc;
        text = (struct slice){p + w.base, text.n - w.base};
    }
    return text.n ? token_each(text, pass_token, &w) : SQLITE_OK;
}

static int create(void *context, const char **arguments, int count, Fts5Tokenizer **out)
{
    static int nothing;
    (void)context;
    (void)arguments;
    (void)count;
    *out = (Fts5Tokenizer *)&nothing;
    return SQLITE_OK;
}

static void delete (Fts5Tokenizer *self)
{
    (void)self;
}

static int same_token(void *owner, struct slice token, size_t from, size_t to)
{
    const struct slice *wanted = owner;
    (void)from;
    (void)to;
    return slice_equal(token, *wanted);
}

static struct slice value_text(sqlite3_value *v)
{
    const unsigned char *p = sqlite3_value_text(v);
    return (struct slice){(const char *)p, p ? (size_t)sqlite3_value_bytes(v) : 0};
}

static void has_word(sqlite3_context *context, int count, sqlite3_value **v)
{
    struct slice text = value_text(v[0]), token = value_text(v[1]);
    (void)count;
    sqlite3_result_int(context, text.p && token_each(text, same_token, &token) != 0);
}

bool address_parse(struct slice text, unsigned char out[16])
{
    char copy[64];
    if (!text.p || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (inet_pton(AF_INET6, copy, out) == 1)
        return true;
    memset(out, 0, 10);
    out[10] = out[11] = 0xff;
    return inet_pton(AF_INET, copy, out + 12) == 1;
}

static bool address_in(struct slice text, const unsigned char network[16], int bits)
{
    unsigned char address[16];
    if (bits < 0 || bits > 128 || !address_parse(text, address))
        return false;
    if (memcmp(address, network, (size_t)bits / 8) != 0)
        return false;
    if (bits % 8 == 0)
        return true;
    int mask = 0xff00 >> (bits % 8) & 0xff;
    return (address[bits / 8] & mask) == (network[bits / 8] & mask);
}

static bool next_value(struct slice *rest, struct slice *value)
{
    if (!rest->p || rest->n == 0)
        return false;
    const char *end = memchr(rest->p, '\x1f', rest->n);
    *value = (struct slice){rest->p, end ? (size_t)(end - rest->p) : rest->n};
    size_t used = value->n + (end ? 1 : 0);
    *rest = (struct slice){rest->p + used, rest->n - used};
    return true;
}

static void in_network(sqlite3_context *context, int count, sqlite3_value **v)
{
    struct slice rest = value_text(v[0]), value;
    (void)count;
    const unsigned char *network = sqlite3_value_blob(v[1]);
    bool found = false;
    while (network && sqlite3_value_bytes(v[1]) == 16 && !found && next_value(&rest, &value))
        found = address_in(value, network, sqlite3_value_int(v[2]));
    sqlite3_result_int(context, found);
}

static void has_value(sqlite3_context *context, int count, sqlite3_value **v)
{
    struct slice rest = value_text(v[0]), wanted = value_text(v[1]), value;
    (void)count;
    bool found = false;
    while (!found && next_value(&rest, &value))
        found = slice_equal_nocase(value, wanted);
    sqlite3_result_int(context, found);
}

static fts5_api *find_fts5(sqlite3 *handle)
{
    fts5_api *api = NULL;
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &st, NULL) != SQLITE_OK)
        return NULL;
    sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step(st);
    sqlite3_finalize(st);
    return api;
}

int tokenizer_register(sqlite3 *handle)
{
    static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    static fts5_tokenizer words = {create, delete, tokenize};
    fts5_api *api = find_fts5(handle);
    if (!api)
        return SQLITE_ERROR;
    int rc = api->xCreateTokenizer(api, "hinomi", NULL, &words, NULL);
    if (!rc)
        rc = sqlite3_create_function(handle, "has_word", 2, flags, NULL, has_word, NULL, NULL);
    if (!rc)
        rc = sqlite3_create_function(handle, "in_network", 3, flags, NULL, in_network, NULL, NULL);
    if (!rc)
        rc = sqlite3_create_function(handle, "has_value", 2, flags, NULL, has_value, NULL, NULL);
    return rc;
}
