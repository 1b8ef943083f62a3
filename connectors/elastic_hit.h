/* One hit → one record, or a bad record with its reason. */
#ifndef HINOMI_CONNECTORS_ELASTIC_HIT_H
#define HINOMI_CONNECTORS_ELASTIC_HIT_H

#include "connectors/elastic.h"

void elastic_hit_read(struct slice hit, struct slice place, struct elastic_page *page);

#endif
