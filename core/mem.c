#include "core/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*restore_hook)(void);

void mem_on_exhausted(void (*restore)(void))
{
    restore_hook = restore;
}

static void *checked(void *p)
{
    static const char message[] = "hinomi: out of memory\n";
    if (p)
        return p;
    if (restore_hook)
        restore_hook();
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(1);
}

void *mem_alloc(size_t size)
{
    return checked(malloc(size ? size : 1));
}

void *mem_zalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *p, size_t count, size_t size)
{
    return checked(reallocarray(p, count ? count : 1, size ? size : 1));
}

char *mem_strdup(const char *text)
{
    return text ? checked(strdup(text)) : NULL;
}

char *mem_strndup(const char *text, size_t n)
{
    char *copy = mem_alloc(n + 1);
    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

void mem_wipe_free(void *p, size_t size)
{
    if (!p)
        return;
    explicit_bzero(p, size);
    free(p);
}
