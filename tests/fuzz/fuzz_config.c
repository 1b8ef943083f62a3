/* hinomi.conf from any bytes: read or refused with a place, never more. */
#include "app/config_table.h"
#include "core/mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c = mem_zalloc(1, sizeof *c);
    struct err e = ERR_INIT;
    c->file = "fuzz.conf";
    if (config_parse(c, (struct slice){(const char *)data, size}, true, &e) == 0) {
        struct host_config h = config_host(c, "web-1.example.com");
        if (h.port < 0 || h.port > 65535)
            abort();
        for (size_t i = 0; i < c->source_count; i++)
            if (!config_source(c, c->sources[i].name))
                abort();
    } else if (e.code != ERR_CONFIG || !*e.text) {
        abort();
    }
    config_free(c);
    return 0;
}
