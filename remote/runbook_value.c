#include "remote/runbook.h"

#include <arpa/inet.h>
#include <string.h>

static bool only(struct slice s, const char *set)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || !strchr(set, s.p[i]))
            return false;
    return s.n > 0;
}

#define DIGITS "0123456789"

static bool number_between(struct slice s, uint64_t low, uint64_t high)
{
    uint64_t value;
    return only(s, DIGITS) && s.n <= 20 && slice_uint(s, &value) && value >= low && value <= high;
}

static bool is_pid(struct slice s)
{
    return number_between(s, 2, 4194304);
}

static bool is_number(struct slice s)
{
    return number_between(s, 0, UINT64_MAX);
}

static bool is_seconds(struct slice s)
{
    return number_between(s, 0, 31536000);
}

static bool is_sha256(struct slice s)
{
    return s.n == 64 && only(s, DIGITS "abcdef");
}

static bool is_inode(struct slice s)
{
    const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
    if (!colon)
        return false;
    size_t left = (size_t)(colon - s.p);
    return is_number((struct slice){s.p, left}) &&
           is_number((struct slice){colon + 1, s.n - left - 1});
}

/* Refuses "." and ".." elements: what is checked must be what is opened. */
static bool is_path(struct slice s)
{
    if (s.n < 2 || s.n > 4096 || s.p[0] != '/' || memchr(s.p, '\0', s.n))
        return false;
    for (size_t start = 1, i = 1; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '/')
            continue;
        struct slice element = {s.p + start, i - start};
        if (element.n == 0 || slice_is(element, ".") || slice_is(element, ".."))
            return false;
        start = i + 1;
    }
    return true;
}

static bool copy_text(struct slice s, char *out, size_t size)
{
    if (s.n == 0 || s.n >= size || memchr(s.p, '\0', s.n))
        return false;
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return true;
}

static bool is_ip(struct slice s)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[16];
    return copy_text(s, text, sizeof text) &&
           (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1);
}

static bool is_address(struct slice s)
{
    const char *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
    if (!colon)
        return false;
    struct slice host = {s.p, (size_t)(colon - s.p)};
    struct slice port = {colon + 1, s.n - host.n - 1};
    bool bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracketed)
        host = (struct slice){host.p + 1, host.n - 2};
    bool six = host.n && memchr(host.p, ':', host.n);
    return six == bracketed && is_ip(host) && number_between(port, 1, 65535);
}

static bool is_addresses(struct slice s)
{
    for (size_t count = 0; count < 16; count++) {
        const char *comma = s.n ? memchr(s.p, ',', s.n) : NULL;
        size_t n = comma ? (size_t)(comma - s.p) : s.n;
        if (!is_address((struct slice){s.p, n}))
            return false;
        if (!comma)
            return true;
        s = (struct slice){comma + 1, s.n - n - 1};
    }
    return false;
}

static bool is_word(struct slice s)
{
    return s.n <= 64 && s.n > 0 && s.p[0] != '-' &&
           only(s, DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-");
}

static bool is_text(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return s.n > 0 && s.n <= 500;
}

static const struct {
    const char *name, *why;
    bool (*check)(struct slice);
} types[] = {
    [VALUE_PID] = {"pid", "is not a process id from 2 to 4194304", is_pid},
    [VALUE_NUMBER] = {"number", "is not a decimal number", is_number},
    [VALUE_SHA256] = {"sha256", "is not 64 lower-case hex digits", is_sha256},
    [VALUE_INODE] = {"inode", "is not DEVICE:INODE in decimal", is_inode},
    [VALUE_PATH] = {"path", "is not an absolute path without . and .. elements", is_path},
    [VALUE_IP] = {"ip", "is not an IP address", is_ip},
    [VALUE_ADDRESSES] = {"addresses", "is not a comma-separated list of IP:PORT", is_addresses},
    [VALUE_SECONDS] = {"seconds", "is not a number of seconds up to one year", is_seconds},
    [VALUE_WORD] = {"word", "is not one word of letters, digits, dot, dash, underscore", is_word},
    [VALUE_TEXT] = {"text", "is not one line of at most 500 bytes without controls", is_text},
};

const char *value_type_name(enum value_type type)
{
    return types[type].name;
}

int value_type_find(struct slice name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_is(name, types[i].name))
            return (int)i;
    return -1;
}

bool value_check(enum value_type type, struct slice value, const char **why)
{
    if (value.p && types[type].check(value))
        return true;
    if (why)
        *why = types[type].why;
    return false;
}
