/* Small replies of an API (errors, states, capabilities) by Jansson. Pages of records never come
 * here: they go through core/scan. */
#ifndef HINOMI_CONNECTORS_JSON_REPLY_H
#define HINOMI_CONNECTORS_JSON_REPLY_H

#include "core/err.h"
#include "core/slice.h"

#include <jansson.h>

enum { JSON_REPLY_WHY_MAX = 240 };

/* NULL with ERR_INPUT if the body is no JSON. Integers beyond int64 become reals rather than lose
 * the reply. Caller frees with json_decref. */
json_t *json_reply_read(struct slice body, const char *what, struct err *e);

/* A member by path, "error.root_cause.0.reason"; NULL if there is none. Borrowed. A key may hold
 * dots itself: the longest key that is there wins at each step. */
const json_t *json_reply_at(const json_t *root, const char *path);
const char *json_reply_text(const json_t *root, const char *path); /* NULL: absent or no string */
int64_t json_reply_int(const json_t *root, const char *path, int64_t otherwise);
bool json_reply_true(const json_t *root, const char *path);

/* The reason in an error body of Elasticsearch or Kibana, controls replaced by spaces; "" if none.
 */
void json_reply_why(struct slice body, char out[JSON_REPLY_WHY_MAX]);

#endif
