/* The part of Elasticsearch's query DSL that a security client needs, checked as strictly as the
 * vendor does: https://www.elastic.co/guide/en/elasticsearch/reference/8.17/query-dsl.html */
#ifndef HINOMI_RANGE_ELASTIC_QUERY_H
#define HINOMI_RANGE_ELASTIC_QUERY_H

#include "core/err.h"

#include "range/elastic_store.h"

/* ERR_INPUT with the vendor's words ("unknown query [x]") if a clause is not well-formed;
 * ERR_UNSUPPORTED if the vendor knows it and the simulator does not. NULL is match_all. */
int sim_query_check(const json_t *query, struct err *);
/* The query must have been checked. */
bool sim_query_matches(const json_t *query, const struct sim_document *);

/* Is `word` one of the blank-separated `words`? */
bool sim_word_in(const char *words, const char *word);

#endif
