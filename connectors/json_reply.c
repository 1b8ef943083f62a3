#include "connectors/json_reply.h"

#include <stdio.h>

json_t *json_reply_read(struct slice body, const char *what, struct err *e)
{
    json_error_t fault;
    json_t *root = json_loadb(body.p ? body.p : "", body.n, JSON_ALLOW_NUL, &fault);
    if (!root)
        root = json_loadb(
            body.p ? body.p : "", body.n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &fault);
    if (!root)
        err_set(e, ERR_INPUT, "%s answered with something that is not JSON (byte %d: %s)", what,
            fault.position, fault.text);
    return root;
}

static const json_t *step(const json_t *at, const char *key, size_t n)
{
    char text[256];
    int64_t index;
    if (n >= sizeof text)
        return NULL;
    memcpy(text, key, n);
    text[n] = '\0';
    if (json_is_array(at))
        return slice_int((struct slice){key, n}, &index) && index >= 0
                   ? json_array_get(at, (size_t)index)
                   : NULL;
    return json_object_get(at, text);
}

const json_t *json_reply_at(const json_t *root, const char *path)
{
    size_t n = strlen(path);
    const json_t *found = step(root, path, n);
    while (!found && n) {
        do
            n--;
        while (n && path[n] != '.');
        const json_t *inner = n ? step(root, path, n) : NULL;
        if (inner)
            found = json_reply_at(inner, path + n + 1);
    }
    return found;
}

const char *json_reply_text(const json_t *root, const char *path)
{
    return json_string_value(json_reply_at(root, path));
}

int64_t json_reply_int(const json_t *root, const char *path, int64_t otherwise)
{
    const json_t *v = json_reply_at(root, path);
    return json_is_integer(v) ? (int64_t)json_integer_value(v) : otherwise;
}

bool json_reply_true(const json_t *root, const char *path)
{
    return json_is_true(json_reply_at(root, path));
}

void json_reply_why(struct slice body, char out[JSON_REPLY_WHY_MAX])
{
    static const char *const places[] = {"error.root_cause.0.reason", "error.reason", "message",
        "error.failed_shards.0.reason.reason", "error", NULL};
    json_t *root = json_reply_read(body, "", NULL);
    const char *why = NULL;
    for (size_t i = 0; root && !why && places[i]; i++)
        why = json_reply_text(root, places[i]);
    snprintf(out, JSON_REPLY_WHY_MAX, "%s", why ? why : "");
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    json_decref(root);
}
