#include "cases/pack.h"

void pack(struct slice bytes, struct str *out)
{
    str_char(out, 0);
    str_slice(out, bytes);
}

int unpack(struct slice packed, size_t size, struct str *out, struct err *e)
{
    if (packed.n == 0 || packed.p[0] != 0 || (size != SIZE_MAX && packed.n - 1 != size))
        return err_set(e, ERR_CORRUPT, "stored bytes are damaged");
    str_add(out, packed.p + 1, packed.n - 1);
    return 0;
}
