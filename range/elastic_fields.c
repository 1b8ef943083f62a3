/* What of a document goes into a hit:
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/search-fields.html */
#include "range/elastic_server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

struct collected {
    const json_t *wanted;
    json_t *out;
};

static const char *pattern_of(const json_t *item)
{
    const char *text = json_string_value(item);
    return text ? text : json_string_value(json_object_get(item, "field"));
}

/* Dates come back formatted, here to ms as a `date` field's default is; every value in an array. */
static json_t *formatted(const json_t *leaf)
{
    int64_t ns;
    char text[CLOCK_TEXT_MAX];
    const char *s = json_string_value(leaf);
    if (s && strlen(s) >= 20 && s[10] == 'T' && sim_date(leaf, &ns))
        return json_string(clock_format(ns - ns % CLOCK_MILLISECOND, text));
    return json_incref((json_t *)(uintptr_t)leaf);
}

static void collect(const char *path, const json_t *leaf, void *owner)
{
    struct collected *c = owner;
    for (size_t i = 0; i < json_array_size(c->wanted); i++) {
        const char *pattern = pattern_of(json_array_get(c->wanted, i));
        if (!pattern || !sim_wildcard(pattern, path, false))
            continue;
        json_t *values = json_object_get(c->out, path);
        if (!values) {
            values = json_array();
            json_object_set_new(c->out, path, values);
        }
        json_array_append_new(values, formatted(leaf));
        return;
    }
}

json_t *sim_fields(const json_t *wanted, const json_t *source)
{
    struct collected c = {wanted, json_object()};
    sim_leaf_each(source, "", collect, &c);
    return c.out;
}

static bool any_pattern(const json_t *patterns, const char *path)
{
    if (json_is_string(patterns))
        return sim_wildcard(json_string_value(patterns), path, false);
    for (size_t i = 0; i < json_array_size(patterns); i++) {
        const char *p = json_string_value(json_array_get(patterns, i));
        size_t n = p ? strlen(p) : 0;
        /* "host" takes all below host */
        if (p && (sim_wildcard(p, path, false) || (strncmp(p, path, n) == 0 && path[n] == '.')))
            return true;
    }
    return false;
}

static bool may_hold(const json_t *includes, const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < json_array_size(includes); i++) {
        const char *p = json_string_value(json_array_get(includes, i));
        if (p && (strncmp(p, path, n) == 0 || strchr(p, '*')))
            return true;
    }
    return json_is_string(includes);
}

static json_t *filter(
    const json_t *object, const char *prefix, const json_t *includes, const json_t *excludes)
{
    json_t *out = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        struct str path = STR_INIT;
        str_printf(&path, "%s%s%s", prefix, *prefix ? "." : "", key);
        bool taken = !includes || any_pattern(includes, path.p);
        if (!any_pattern(excludes, path.p)) {
            if (json_is_object(value) && (taken || may_hold(includes, path.p))) {
                json_t *below = filter(value, path.p, taken ? NULL : includes, excludes);
                if (json_object_size(below) || taken)
                    json_object_set(out, key, below);
                json_decref(below);
            } else if (taken) {
                json_object_set(out, key, value);
            }
        }
        str_release(&path);
    }
    return out;
}

json_t *sim_source(const json_t *wanted, json_t *source)
{
    if (json_is_false(wanted))
        return NULL;
    if (!wanted || json_is_true(wanted))
        return json_incref(source);
    if (json_is_object(wanted))
        return filter(
            source, "", json_object_get(wanted, "includes"), json_object_get(wanted, "excludes"));
    return filter(source, "", wanted, NULL);
}

static const char *type_of(const char *path, const json_t *leaf)
{
    int64_t ns;
    size_t n = strlen(path);
    if (json_is_boolean(leaf))
        return "boolean";
    if (json_is_number(leaf))
        return json_is_integer(leaf) ? "long" : "float";
    if (sim_date(leaf, &ns))
        return "date";
    if (n > 3 && (strcmp(path + n - 3, ".ip") == 0))
        return "ip";
    return n > 12 && strcmp(path + n - 12, "command_line") == 0 ? "wildcard" : "keyword";
}

static void capability(const char *path, const json_t *leaf, void *owner)
{
    struct collected *c = owner;
    const char *type = type_of(path, leaf);
    if (json_object_get(c->out, path) || !any_pattern(c->wanted, path))
        return;
    json_object_set_new(c->out, path,
        json_pack("{s:{s:s,s:b,s:b,s:b}}", type, "type", type, "metadata_field", 0, "searchable", 1,
            "aggregatable", 1));
}

/* https://www.elastic.co/guide/en/elasticsearch/reference/8.17/search-field-caps.html */
void sim_serve_field_caps(struct sim_request *r)
{
    const char *parameter = sim_parameter(r, "fields");
    json_t *wanted = json_array(), *names = json_array();
    char *copy = mem_strdup(parameter ? parameter : ""), *rest = copy, *one;
    while ((one = strsep(&rest, ",")))
        json_array_append_new(wanted, json_string(one));
    free(copy);
    json_t *listed = json_object_get(r->body, "fields");
    json_array_extend(wanted, json_is_array(listed) ? listed : NULL);
    if (!parameter && !listed) {
        sim_fail(r, 400, "action_request_validation_exception",
            "Validation Failed: 1: no fields specified;");
    } else {
        struct collected c = {wanted, json_object()};
        for (size_t i = 0; i < r->sim->store.count; i++) {
            const struct sim_document *d = &r->sim->store.documents[i];
            if (!sim_index_matches(d, r->argument, false))
                continue;
            sim_leaf_each(d->source, "", capability, &c);
            bool seen = false;
            for (size_t j = 0; j < json_array_size(names); j++)
                seen |= strcmp(json_string_value(json_array_get(names, j)), d->concrete) == 0;
            if (!seen)
                json_array_append_new(names, json_string(d->concrete));
        }
        sim_answer(r, json_pack("{s:O,s:o}", "indices", names, "fields", c.out));
    }
    json_decref(wanted);
    json_decref(names);
}
