/* The rows behind ecs_map.c. */
#ifndef HINOMI_CONNECTORS_ECS_TABLE_H
#define HINOMI_CONNECTORS_ECS_TABLE_H

#include "core/map.h"

extern const struct map_row ecs_rows[];

#endif
