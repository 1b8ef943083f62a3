/* Members of a JSON object; a comma is put in front unless the object just began. Unknown is null.
 */
#ifndef HINOMI_CLI_JSON_H
#define HINOMI_CLI_JSON_H

#include "core/str.h"

void json_text(struct str *out, const char *key, const char *value); /* NULL and "": null */
void json_number(struct str *out, const char *key, int64_t value);
void json_id(struct str *out, const char *key, int64_t id);   /* 0: null */
void json_time(struct str *out, const char *key, int64_t ns); /* CLOCK_NONE: null */
void json_bool(struct str *out, const char *key, bool value);
/* `json` is an object or array already, or NULL/"" for null. */
void json_raw(struct str *out, const char *key, const char *json);
void json_open(struct str *out, const char *key); /* "key":{ */
void json_close(struct str *out);

#endif
