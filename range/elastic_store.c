#include "range/elastic_store.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_store_release(struct sim_store *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->documents[i].name);
        free(s->documents[i].concrete);
        free(s->documents[i].id);
        json_decref(s->documents[i].source);
    }
    free(s->documents);
    *s = (struct sim_store){0};
}

static struct sim_document *append(struct sim_store *s)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 64;
        s->documents = mem_grow(s->documents, s->capacity, sizeof(*s->documents));
    }
    return &s->documents[s->count++];
}

/* An alert alias stands before .internal.…-000001, a data stream before .ds-…-000001:
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/data-streams.html */
static char *concrete_name(const char *name)
{
    struct str s = STR_INIT;
    if (strncmp(name, ".alerts-", 8) == 0)
        str_printf(&s, ".internal%s-000001", name);
    else if (strncmp(name, "logs-", 5) == 0)
        str_printf(&s, ".ds-%s-2026.01.05-000001", name);
    else
        str_puts(&s, name);
    return str_take(&s);
}

void sim_store_put(struct sim_store *s, const char *name, const char *id, json_t *source)
{
    struct sim_document *d = id ? sim_store_find(s, name, id) : NULL;
    if (d) {
        json_decref(d->source);
        d->source = source;
        return;
    }
    d = append(s);
    char made[32];
    snprintf(made, sizeof(made), "hd%018lld", (long long)s->next);
    *d = (struct sim_document){.name = mem_strdup(name),
        .concrete = concrete_name(name),
        .id = mem_strdup(id ? id : made),
        .source = source,
        .shard_doc = s->next++};
}

struct sim_document *sim_store_find(struct sim_store *s, const char *index, const char *id)
{
    for (size_t i = 0; i < s->count; i++) {
        struct sim_document *d = &s->documents[i];
        if (strcmp(d->id, id) == 0 && (!index || sim_index_matches(d, index, true)))
            return d;
    }
    return NULL;
}

struct sim_store sim_store_snapshot(const struct sim_store *s, const char *patterns, bool hidden)
{
    struct sim_store copy = {0};
    for (size_t i = 0; i < s->count; i++) {
        const struct sim_document *d = &s->documents[i];
        if (!sim_index_matches(d, patterns, hidden))
            continue;
        *append(&copy) = (struct sim_document){.name = mem_strdup(d->name),
            .concrete = mem_strdup(d->concrete),
            .id = mem_strdup(d->id),
            .source = json_incref(d->source),
            .shard_doc = d->shard_doc};
    }
    return copy;
}

bool sim_store_has_index(const struct sim_store *s, const char *name)
{
    if (strcmp(name, ".alerts-security.alerts-default") == 0)
        return true;
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->documents[i].name, name) == 0 || strcmp(s->documents[i].concrete, name) == 0)
            return true;
    return false;
}

/* The next character of a pattern, an escaped one taken as it is: in Lucene's WildcardQuery a
 * backslash does that. *n bytes of the pattern, 0 at its end. */
static bool same_as(const char *pattern, char c, bool fold, size_t *n)
{
    *n = *pattern == '\\' && pattern[1] ? 2 : *pattern != '\0';
    if (*pattern == '?')
        return true;
    char p = pattern[*n == 2];
    return *n && (p == c || (fold && tolower((unsigned char)p) == tolower((unsigned char)c)));
}

bool sim_wildcard(const char *pattern, const char *text, bool fold)
{
    const char *star = NULL, *resume = NULL;
    while (*text) {
        size_t n;
        if (*pattern == '*') {
            star = ++pattern;
            resume = text;
        } else if (same_as(pattern, *text, fold, &n)) {
            pattern += n;
            text++;
        } else if (star) {
            pattern = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool name_matches(const char *pattern, const char *name, bool hidden)
{
    /* https://www.elastic.co/guide/en/elasticsearch/reference/8.17/api-conventions.html#multi-hidden
     */
    if (name[0] == '.' && pattern[0] != '.' && strchr(pattern, '*') && !hidden)
        return false;
    return sim_wildcard(pattern, name, false);
}

bool sim_index_matches(const struct sim_document *d, const char *patterns, bool hidden)
{
    char *copy = mem_strdup(patterns), *rest = copy, *one;
    bool found = false;
    bool stream = strncmp(d->concrete, ".ds-", 4) == 0; /* as visible as its data stream */
    while (!found && (one = strsep(&rest, ",")))
        found =
            name_matches(one, d->name, hidden) || name_matches(one, d->concrete, hidden || stream);
    free(copy);
    return found;
}

static bool each_of(const json_t *value, bool (*each)(const json_t *, void *), void *owner)
{
    if (!json_is_array(value))
        return !json_is_null(value) && each(value, owner);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (each_of(json_array_get(value, i), each, owner))
            return true;
    return false;
}

bool sim_field_each(
    const json_t *source, const char *path, bool (*each)(const json_t *leaf, void *), void *owner)
{
    if (json_is_array(source)) {
        for (size_t i = 0; i < json_array_size(source); i++)
            if (sim_field_each(json_array_get(source, i), path, each, owner))
                return true;
        return false;
    }
    const json_t *whole = json_object_get(source, path);
    if (whole && !json_is_object(whole) && each_of(whole, each, owner))
        return true;
    for (const char *dot = strchr(path, '.'); dot; dot = strchr(dot + 1, '.')) {
        char *head = mem_strndup(path, (size_t)(dot - path));
        const json_t *below = json_object_get(source, head);
        free(head);
        if ((json_is_object(below) || json_is_array(below)) &&
            sim_field_each(below, dot + 1, each, owner))
            return true;
    }
    return false;
}

void sim_leaf_each(const json_t *source, const char *prefix,
    void (*each)(const char *path, const json_t *leaf, void *), void *owner)
{
    if (json_is_array(source)) {
        for (size_t i = 0; i < json_array_size(source); i++)
            sim_leaf_each(json_array_get(source, i), prefix, each, owner);
        return;
    }
    if (!json_is_object(source)) {
        if (!json_is_null(source))
            each(prefix, source, owner);
        return;
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)source, key, value)
    {
        struct str path = STR_INIT;
        str_printf(&path, "%s%s%s", prefix, *prefix ? "." : "", key);
        sim_leaf_each(value, path.p, each, owner);
        str_release(&path);
    }
}

struct existence {
    const char *path;
    bool found;
};

static void note_existence(const char *path, const json_t *leaf, void *owner)
{
    struct existence *s = owner;
    size_t n = strlen(s->path);
    (void)leaf;
    if (strncmp(path, s->path, n) == 0 && (path[n] == '.' || path[n] == '\0'))
        s->found = true;
}

bool sim_field_exists(const json_t *source, const char *path)
{
    struct existence s = {path, false};
    sim_leaf_each(source, "", note_existence, &s);
    return s.found;
}

bool sim_date(const json_t *leaf, int64_t *ns)
{
    if (json_is_integer(leaf)) {
        *ns = json_integer_value(leaf) * CLOCK_MILLISECOND;
        return true;
    }
    const char *text = json_string_value(leaf);
    if (!text || strlen(text) < 10 || text[4] != '-' || text[7] != '-')
        return false;
    return clock_parse(slice_of(text), ns);
}
