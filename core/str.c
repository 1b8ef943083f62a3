#include "core/str.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void reserve(struct str *s, size_t more)
{
    if (s->size - s->n > more && s->p)
        return;
    size_t size = s->size ? s->size : 64;
    while (size - s->n <= more)
        size *= 2;
    s->p = mem_grow(s->p, size, 1);
    s->size = size;
}

void str_add(struct str *s, const char *bytes, size_t n)
{
    reserve(s, n);
    if (n)
        memcpy(s->p + s->n, bytes, n);
    s->n += n;
    s->p[s->n] = '\0';
}

void str_puts(struct str *s, const char *text)
{
    str_add(s, text, strlen(text));
}

void str_slice(struct str *s, struct slice a)
{
    str_add(s, a.p, a.n);
}

void str_char(struct str *s, char c)
{
    str_add(s, &c, 1);
}

void str_printf(struct str *s, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    reserve(s, (size_t)n);
    va_start(ap, format);
    vsnprintf(s->p + s->n, (size_t)n + 1, format, ap);
    va_end(ap);
    s->n += (size_t)n;
}

void str_clear(struct str *s)
{
    s->n = 0;
    reserve(s, 0);
    s->p[0] = '\0';
}

char *str_take(struct str *s)
{
    reserve(s, 0);
    char *p = s->p;
    *s = (struct str)STR_INIT;
    return p;
}

void str_release(struct str *s)
{
    free(s->p);
    *s = (struct str)STR_INIT;
}
