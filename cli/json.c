#include "cli/json.h"

#include "core/clock.h"

#include <inttypes.h>

static void begin(struct str *out, const char *key)
{
    char last = out->n ? out->p[out->n - 1] : '{';
    if (last != '{' && last != '[')
        str_char(out, ',');
    str_printf(out, "\"%s\":", key);
}

void json_text(struct str *out, const char *key, const char *value)
{
    begin(out, key);
    if (value && value[0])
        str_json(out, slice_of(value));
    else
        str_puts(out, "null");
}

void json_number(struct str *out, const char *key, int64_t value)
{
    begin(out, key);
    str_printf(out, "%" PRId64, value);
}

void json_id(struct str *out, const char *key, int64_t id)
{
    if (id)
        json_number(out, key, id);
    else
        json_text(out, key, NULL);
}

void json_time(struct str *out, const char *key, int64_t ns)
{
    char time[CLOCK_TEXT_MAX];
    json_text(out, key, ns == CLOCK_NONE ? NULL : clock_format(ns, time));
}

void json_bool(struct str *out, const char *key, bool value)
{
    begin(out, key);
    str_puts(out, value ? "true" : "false");
}

void json_raw(struct str *out, const char *key, const char *json)
{
    begin(out, key);
    str_puts(out, json && json[0] ? json : "null");
}

void json_open(struct str *out, const char *key)
{
    begin(out, key);
    str_char(out, '{');
}

void json_close(struct str *out)
{
    str_char(out, '}');
}
