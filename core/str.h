/* A growing byte buffer, always NUL-terminated. */
#ifndef HINOMI_CORE_STR_H
#define HINOMI_CORE_STR_H

#include "core/slice.h"

struct str {
    char *p; /* never NULL after the first str_* call; borrowed by readers until the next write */
    size_t n, size;
};

#define STR_INIT                                                                                   \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void str_add(struct str *s, const char *bytes, size_t n);
void str_puts(struct str *s, const char *text);
void str_slice(struct str *s, struct slice a);
void str_char(struct str *s, char c);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes: invalid UTF-8 becomes U+FFFD; controls, bidi and zero-width
 * characters are \u-escaped so that no output of ours can carry them raw. */
void str_json(struct str *s, struct slice a);

void str_clear(struct str *s);
char *str_take(struct str *s); /* caller frees; s is empty again */
void str_release(struct str *s);

static inline struct slice str_as_slice(const struct str *s)
{
    return (struct slice){s->p ? s->p : "", s->n};
}

#endif
