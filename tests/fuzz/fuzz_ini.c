#include "core/ini.h"

#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check(void *owner, const struct ini_entry *entry, struct err *e)
{
    int *lines = owner;
    (void)e;
    if (!entry->key[0] || !entry->value || entry->line < 1 || entry->line > *lines)
        abort();
    if (!utf8_valid(slice_of(entry->key)) || !utf8_valid(slice_of(entry->value)))
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT;
    int lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    if (ini_read((struct slice){(const char *)data, size}, "fuzz", check, &lines, &e) < 0 &&
        !e.text[0])
        abort();
    return 0;
}
