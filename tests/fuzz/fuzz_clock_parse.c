#include "core/clock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a time prints as one that reads the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    char out[CLOCK_TEXT_MAX];
    int64_t ns, again;
    if (clock_parse(text, &ns) && ns > INT64_C(-9000000000000000000) &&
        ns < INT64_C(9000000000000000000))
        if (!clock_parse(slice_of(clock_format(ns, out)), &again) || again != ns)
            abort();
    clock_parse_human(text, INT64_C(1773232496000000000), &ns);
    if (clock_parse_duration(text, &ns) && ns < 0)
        abort();
    return 0;
}
