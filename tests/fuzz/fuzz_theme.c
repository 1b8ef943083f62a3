#include "tui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct theme *t = theme_parse((struct slice){(const char *)bytes, n}, NULL, NULL);
    for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
        for (int depth = DEPTH_MONO; depth <= DEPTH_DIRECT; depth++) {
            struct look look = theme_look(t, (enum role)role, ROLE_SELECTION, (enum depth)depth);
            if (depth <= DEPTH_256 && (look.fg > 255 || look.bg > 255)) {
                __builtin_trap();
            }
        }
    }
    theme_free(t);
    return 0;
}
