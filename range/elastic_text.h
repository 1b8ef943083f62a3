/* Full-text clauses. Words are runs of letters and digits, ASCII case ignored, as the standard
 * analyzer has them for the scripts with spaces; a run of other scripts matches by its parts.
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/full-text-queries.html */
#ifndef HINOMI_RANGE_ELASTIC_TEXT_H
#define HINOMI_RANGE_ELASTIC_TEXT_H

#include "core/err.h"

#include "range/elastic_store.h"

struct clause;

int sim_text_check(const struct clause *, const json_t *body, struct err *);
bool sim_text_match(const json_t *body, const struct sim_document *);
bool sim_text_phrase(const json_t *body, const struct sim_document *);
bool sim_text_multi(const json_t *body, const struct sim_document *);
bool sim_text_simple(const json_t *body, const struct sim_document *);

#endif
