#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [ERR_NONE] = "none",
    [ERR_USAGE] = "usage",
    [ERR_CONFIG] = "config",
    [ERR_INPUT] = "input",
    [ERR_IO] = "io",
    [ERR_BUSY] = "busy",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_AUTH] = "auth",
    [ERR_DENIED] = "denied",
    [ERR_NETWORK] = "network",
    [ERR_TLS] = "tls",
    [ERR_HOSTKEY] = "hostkey",
    [ERR_LIMITED] = "limited",
    [ERR_TIMEOUT] = "timeout",
    [ERR_CANCELLED] = "cancelled",
    [ERR_CONFLICT] = "conflict",
    [ERR_PARTIAL] = "partial",
    [ERR_CORRUPT] = "corrupt",
    [ERR_UNSUPPORTED] = "unsupported",
};

/* vsnprintf cuts at a byte; a half character would be invalid UTF-8 on the screen. */
static void trim_half_character(char *text, size_t size)
{
    size_t n = strnlen(text, size);
    if (n + 1 < size)
        return;
    size_t start = n;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
        text[start - 1] = '\0';
    else
        text[start] = '\0';
}

int err_set(struct err *e, enum err_code code, const char *format, ...)
{
    if (!e)
        return -1;
    char text[sizeof e->text];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    trim_half_character(text, sizeof text);
    e->code = code;
    memcpy(e->text, text, sizeof text);
    return -1;
}

int err_prefix(struct err *e, const char *format, ...)
{
    if (!e)
        return -1;
    char place[256];
    char text[sizeof e->text + sizeof place];
    va_list ap;
    va_start(ap, format);
    vsnprintf(place, sizeof place, format, ap);
    va_end(ap);
    snprintf(text, sizeof text, "%s%s", place, e->text);
    snprintf(e->text, sizeof e->text, "%.*s", (int)sizeof e->text - 1, text);
    trim_half_character(e->text, sizeof e->text);
    return -1;
}

const char *err_code_name(enum err_code code)
{
    return names[code];
}

int err_exit_status(enum err_code code)
{
    if (code == ERR_NONE)
        return 0;
    if (code == ERR_USAGE)
        return 2;
    return code == ERR_PARTIAL ? 3 : 1;
}
