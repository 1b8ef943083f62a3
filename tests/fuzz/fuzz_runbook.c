/* A runbook from any bytes: read, rendered with its defaults, or refused with a sentence. */
#include "remote/runbook.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct runbook *r = NULL;
    struct err e = ERR_INIT;
    struct str out = STR_INIT;
    if (runbook_parse(&r, "fuzz", (struct slice){(const char *)data, size}, "fuzz", &e)) {
        if (e.code != ERR_CONFIG || !*e.text)
            abort();
        return 0;
    }
    if (!r->sections[STEP_SCRIPT] || r->parameter_count > RUNBOOK_PARAMETERS_MAX)
        abort();
    e = (struct err)ERR_INIT;
    if (runbook_render(r, STEP_SCRIPT, NULL, 0, "00112233445566778899aabbccddeeff", &out, &e) &&
        e.code != ERR_USAGE)
        abort();
    str_release(&out);
    runbook_free(r);
    return 0;
}
