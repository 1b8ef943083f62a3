#include "core/base64.h"

void base64_encode(struct str *out, struct slice bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = (const unsigned char *)bytes.p;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                     (left > 2 ? p[i + 2] : 0);
        char quad[4] = {alphabet[v >> 18], alphabet[v >> 12 & 63],
            left > 1 ? alphabet[v >> 6 & 63] : '=', left > 2 ? alphabet[v & 63] : '='};
        str_add(out, quad, sizeof quad);
    }
    str_add(out, "", 0);
}

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

static bool decode(struct str *out, struct slice text)
{
    uint32_t v = 0;
    size_t digits = 0, padding = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == ' ' || (c >= '\t' && c <= '\r'))
            continue;
        if (c == '=') {
            padding++;
            continue;
        }
        int d = digit(c);
        if (d < 0 || padding)
            return false;
        v = v << 6 | (uint32_t)d;
        if (++digits % 4 == 0)
            str_add(out, (char[]){(char)(v >> 16), (char)(v >> 8), (char)v}, 3);
    }
    size_t rest = digits % 4;
    if (rest == 1 || (padding && (digits + padding) % 4 != 0) || padding > 2)
        return false;
    if (rest == 2)
        str_char(out, (char)(v >> 4));
    if (rest == 3)
        str_add(out, (char[]){(char)(v >> 10), (char)(v >> 2)}, 2);
    return true;
}

bool base64_decode(struct str *out, struct slice text)
{
    size_t before = out->n;
    str_add(out, "", 0);
    if (decode(out, text))
        return true;
    out->n = before;
    out->p[before] = '\0';
    return false;
}
