#include "range/elastic_text.h"

#include "range/elastic_query.h"

#include "core/mem.h"
#include "core/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One text reduced to " word word word ", so that a phrase is a substring. */
static char *words_of(const char *text)
{
    struct str s = STR_INIT;
    bool gap = true;
    str_char(&s, ' ');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || c >= 0x80 || c == '_') {
            str_char(&s, (char)tolower(c));
            gap = false;
        } else if (!gap) {
            str_char(&s, ' ');
            gap = true;
        }
    }
    if (!gap)
        str_char(&s, ' ');
    return str_take(&s);
}

struct text_test {
    char *words;
    size_t count;
    bool *seen; /* one per word: in any field */
    bool phrase, all, found;
};

static struct text_test begin(const char *query, const char *mode, bool phrase)
{
    struct text_test t = {.words = words_of(query), .phrase = phrase};
    for (const char *p = t.words + 1; *p; p++)
        t.count += *p == ' ';
    t.seen = mem_zalloc(t.count + 1, sizeof(bool));
    t.all = mode && strcasecmp(mode, "and") == 0;
    return t;
}

static bool conclude(struct text_test *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += t->seen[i];
    bool found = t->phrase ? t->found : t->count > 0 && (t->all ? n == t->count : n > 0);
    free(t->seen);
    free(t->words);
    return found;
}

static bool holds(const char *haystack, const char *word, size_t n)
{
    struct str needle = STR_INIT;
    bool wide = (unsigned char)word[0] >= 0x80;
    str_printf(&needle, "%s%.*s%s", wide ? "" : " ", (int)n, word, wide ? "" : " ");
    bool found = strstr(haystack, needle.p) != NULL;
    str_release(&needle);
    return found;
}

static bool text_leaf(const json_t *leaf, void *owner)
{
    struct text_test *t = owner;
    if (!json_is_string(leaf))
        return false;
    char *have = words_of(json_string_value(leaf));
    if (t->phrase && strstr(have, t->words))
        t->found = true;
    const char *word = t->words + 1;
    for (size_t i = 0; !t->phrase && i < t->count; i++) {
        size_t n = strcspn(word, " ");
        if (holds(have, word, n))
            t->seen[i] = true;
        word += n + 1;
    }
    free(have);
    return t->found;
}

static void text_any(const char *path, const json_t *leaf, void *owner)
{
    (void)path;
    text_leaf(leaf, owner);
}

static bool one_field(const json_t *body, const struct sim_document *d, bool phrase)
{
    void *at = json_object_iter((json_t *)(uintptr_t)body);
    const json_t *value = json_object_iter_value(at);
    const json_t *query = json_is_object(value) ? json_object_get(value, "query") : value;
    if (!json_is_string(query))
        return false;
    struct text_test t = begin(
        json_string_value(query), json_string_value(json_object_get(value, "operator")), phrase);
    sim_field_each(d->source, json_object_iter_key(at), text_leaf, &t);
    return conclude(&t);
}

bool sim_text_match(const json_t *body, const struct sim_document *d)
{
    return one_field(body, d, false);
}

bool sim_text_phrase(const json_t *body, const struct sim_document *d)
{
    return one_field(body, d, true);
}

static const char text_options[] =
    "query fields type operator lenient default_operator analyzer minimum_should_match boost flags "
    "tie_breaker slop analyze_wildcard _name";

int sim_text_check(const struct clause *c, const json_t *body, struct err *e)
{
    const char *key;
    json_t *value;
    (void)c;
    if (!json_is_string(json_object_get(body, "query")))
        return err_set(e, ERR_INPUT, "No text specified for multi_match query");
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        if (!sim_word_in(text_options, key))
            return err_set(e, ERR_INPUT, "[multi_match] query does not support [%s]", key);
        if (strcmp(key, "fields") == 0 && !json_is_array(value))
            return err_set(e, ERR_INPUT, "[multi_match] unknown token in [fields]");
    }
    return 0;
}

static void each_field(const json_t *fields, const struct sim_document *d, struct text_test *t)
{
    if (!json_array_size(fields))
        sim_leaf_each(d->source, "", text_any, t);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        char *path = mem_strdup(json_string_value(json_array_get(fields, i)));
        if (!path)
            continue;
        path[strcspn(path, "^")] = '\0';
        if (strcmp(path, "*") == 0)
            sim_leaf_each(d->source, "", text_any, t);
        else
            sim_field_each(d->source, path, text_leaf, t);
        free(path);
    }
}

bool sim_text_multi(const json_t *body, const struct sim_document *d)
{
    const char *type = json_string_value(json_object_get(body, "type"));
    struct text_test t = begin(json_string_value(json_object_get(body, "query")),
        json_string_value(json_object_get(body, "operator")), type && strcmp(type, "phrase") == 0);
    each_field(json_object_get(body, "fields"), d, &t);
    return conclude(&t);
}

bool sim_text_simple(const json_t *body, const struct sim_document *d)
{
    const char *query = json_string_value(json_object_get(body, "query"));
    size_t n = strlen(query);
    bool quoted = n > 2 && query[0] == '"' && query[n - 1] == '"';
    struct text_test t =
        begin(query, json_string_value(json_object_get(body, "default_operator")), quoted);
    each_field(json_object_get(body, "fields"), d, &t);
    return conclude(&t);
}
