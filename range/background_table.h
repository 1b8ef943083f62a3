#ifndef HINOMI_RANGE_BACKGROUND_TABLE_H
#define HINOMI_RANGE_BACKGROUND_TABLE_H

#include "range/telemetry.h"

#include <stddef.h>

struct background_program {
    const char *executable, *command, *user;
};
extern const struct telemetry_rule background_rules[];
extern const size_t background_rule_count;
extern const struct telemetry_host background_hosts[];
extern const size_t background_host_count;
extern const struct background_program background_programs[];
extern const size_t background_program_count;

#endif
