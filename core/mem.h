/* Allocation that cannot fail: out of memory restores the terminal and ends the program. */
#ifndef HINOMI_CORE_MEM_H
#define HINOMI_CORE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);                /* uninitialised */
void *mem_zalloc(size_t count, size_t size); /* zeroed; count × size is checked for overflow */
void *mem_grow(void *p, size_t count, size_t size);
char *mem_strdup(const char *text); /* NULL stays NULL */
char *mem_strndup(const char *text, size_t n);

/* Overwrites before free, for secrets. `p` may be NULL. */
void mem_wipe_free(void *p, size_t size);

/* What to do before the program ends for want of memory (the TUI restores the terminal). */
void mem_on_exhausted(void (*restore)(void));

#endif
