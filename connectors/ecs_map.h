/* Elastic Common Schema documents → fields: endpoint telemetry, detection alerts (7.x signal.*, 8.x
 * kibana.alert.*). The file format and the elastic connector share it. */
#ifndef HINOMI_CONNECTORS_ECS_MAP_H
#define HINOMI_CONNECTORS_ECS_MAP_H

#include "core/map.h"

struct ecs_state {
    bool ready;
    struct map map;
};

/* One document (a line, or the _source of a hit) into a record that batch_add made; sets its kind:
 * an alert when event.kind is alert or signal, or a workflow status is there. NULL, or why it is
 * none. */
const char *ecs_fill(struct ecs_state *s, struct slice document, struct record *r, struct arena *a);

#endif
