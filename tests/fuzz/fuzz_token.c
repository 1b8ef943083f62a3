#include "core/token.h"

#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t size, from;
};

static int check(void *owner, struct slice token, size_t from, size_t to)
{
    struct seen *s = owner;
    if (token.n == 0 || token.n > TOKEN_MAX || !utf8_valid(token))
        abort();
    if (from >= to || to > s->size || from < s->from)
        abort();
    s->from = from;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen s = {size, 0};
    if (token_each((struct slice){(const char *)data, size}, check, &s) != 0)
        abort();
    return 0;
}
