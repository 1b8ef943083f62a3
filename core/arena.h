/* Memory that is freed all at once. A batch of records owns one; its strings live with it. */
#ifndef HINOMI_CORE_ARENA_H
#define HINOMI_CORE_ARENA_H

#include "core/slice.h"

struct arena_block;

struct arena {
    struct arena_block *newest;
    size_t used; /* bytes handed out since the last reset */
};

#define ARENA_INIT                                                                                 \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

/* 16-byte aligned, uninitialised, never NULL (out of memory ends the program). */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);

/* A copy of the bytes with a NUL behind them (not counted in n). */
struct slice arena_copy(struct arena *a, struct slice s);
char *arena_strdup(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets all that was handed out and keeps one block for the next round. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif
