/* Sort and search_after:
 * https://www.elastic.co/guide/en/elasticsearch/reference/8.17/paginate-search-results.html#search-after
 */
#include "range/elastic_server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SORT_MAX = 8 };

struct sort_field {
    const char *path;
    bool descending, first; /* first: missing values come first */
    bool formatted;         /* strict_date_optional_time_nanos */
    bool order_of_arrival;  /* _shard_doc, _doc */
};

struct sim_sort {
    struct sort_field fields[SORT_MAX];
    size_t count;
    struct sim_sort_key after[SORT_MAX];
    bool has_after;
};

static bool mapped(const struct sim_store *s, const char *path)
{
    if (strcmp(path, "@timestamp") == 0 || s->count == 0)
        return true;
    for (size_t i = 0; i < s->count; i++)
        if (sim_field_exists(s->documents[i].source, path))
            return true;
    return false;
}

static int read_options(struct sim_request *r, struct sort_field *f, const json_t *options)
{
    static const char known[] = "order format missing unmapped_type numeric_type mode nested";
    const char *key;
    json_t *value;
    if (json_is_string(options)) {
        f->descending = strcmp(json_string_value(options), "desc") == 0;
        return 0;
    }
    json_object_foreach((json_t *)(uintptr_t)options, key, value)
    {
        const char *text = json_string_value(value);
        bool known_key = false;
        for (const char *p = strstr(known, key); p && !known_key; p = strstr(p + 1, key))
            known_key = (p == known || p[-1] == ' ') && strchr(" ", p[strlen(key)]);
        if (!known_key) {
            sim_fail(r, 400, "parsing_exception", "[field_sort] unknown field [%s]", key);
            return -1;
        }
        if (text && strcmp(key, "order") == 0)
            f->descending = strcmp(text, "desc") == 0;
        if (text && strcmp(key, "format") == 0)
            f->formatted = true;
        if (text && strcmp(key, "missing") == 0)
            f->first = strcmp(text, "_first") == 0;
    }
    return 0;
}

static int add_field(struct sim_request *r, struct sim_sort *s, const char *path,
    const json_t *options, const struct sim_store *store)
{
    if (s->count == SORT_MAX) {
        sim_fail(r, 400, "illegal_argument_exception", "too many sort fields");
        return -1;
    }
    struct sort_field *f = &s->fields[s->count++];
    *f = (struct sort_field){.path = path,
        .order_of_arrival = strcmp(path, "_shard_doc") == 0 || strcmp(path, "_doc") == 0};
    if (options && read_options(r, f, options) < 0)
        return -1;
    if (f->order_of_arrival || json_object_get(options, "unmapped_type") || mapped(store, path))
        return 0;
    sim_fail(r, 400, "search_phase_execution_exception",
        "No mapping found for [%s] in order to sort on", path);
    return -1;
}

static int read_one(
    struct sim_request *r, struct sim_sort *s, const json_t *item, const struct sim_store *store)
{
    const char *key;
    json_t *value;
    if (json_is_string(item))
        return add_field(r, s, json_string_value(item), NULL, store);
    json_object_foreach((json_t *)(uintptr_t)item, key, value)
    {
        if (add_field(r, s, key, value, store) < 0)
            return -1;
    }
    return 0;
}

static int read_after(struct sim_request *r, struct sim_sort *s, const json_t *after)
{
    if (json_array_size(after) != s->count) {
        sim_fail(r, 400, "illegal_argument_exception",
            "search_after has %zu value(s) but sort has %zu.", json_array_size(after), s->count);
        return -1;
    }
    for (size_t i = 0; i < s->count; i++) {
        const json_t *v = json_array_get(after, i);
        struct sim_sort_key *k = &s->after[i];
        k->missing = json_is_null(v);
        if (s->fields[i].order_of_arrival) {
            k->is_number = true;
            k->number = json_integer_value(v);
        } else if (sim_date(v, &k->number)) {
            k->is_number = true;
        } else {
            k->text = json_string_value(v);
            k->missing = !k->text;
        }
    }
    s->has_after = true;
    return 0;
}

struct sim_sort *sim_sort_read(struct sim_request *r, const struct sim_store *store, bool shard_doc)
{
    struct sim_sort *s = mem_zalloc(1, sizeof(*s));
    const json_t *sort = json_object_get(r->body, "sort");
    const json_t *after = json_object_get(r->body, "search_after");
    int rc = 0;
    if (sort && !json_is_array(sort))
        rc = read_one(r, s, sort, store);
    for (size_t i = 0; rc == 0 && i < json_array_size(sort); i++)
        rc = read_one(r, s, json_array_get(sort, i), store);
    bool tie = s->count > 0 && strcmp(s->fields[s->count - 1].path, "_shard_doc") == 0;
    if (rc == 0 && tie && !shard_doc) {
        sim_fail(r, 400, "illegal_argument_exception",
            "[_shard_doc] sort field cannot be used without [point in time]");
        rc = -1;
    }
    /* "All PIT search requests add an implicit sort tiebreaker field called _shard_doc" */
    if (rc == 0 && shard_doc && s->count > 0 && !tie)
        rc = add_field(r, s, "_shard_doc", NULL, store);
    if (rc == 0 && after)
        rc = s->count ? read_after(r, s, after) : -1;
    if (rc == 0)
        return s;
    if (!r->reply.status)
        sim_fail(r, 400, "illegal_argument_exception",
            "Sort must contain at least one field when using search_after");
    free(s);
    return NULL;
}

void sim_sort_free(struct sim_sort *s)
{
    free(s);
}

static bool take_key(const json_t *leaf, void *owner)
{
    struct sim_sort_key *k = owner;
    k->missing = false;
    k->is_number = true;
    if (json_is_string(leaf) && sim_date(leaf, &k->number)) {
        k->number -= k->number % CLOCK_MILLISECOND; /* a `date` field keeps no more */
        return true;
    }
    if (json_is_number(leaf)) {
        k->number = (int64_t)(json_number_value(leaf) * (double)CLOCK_MILLISECOND);
    } else {
        k->is_number = false;
        k->text = json_is_string(leaf) ? json_string_value(leaf) : "";
    }
    return true;
}

void sim_sort_keys(const struct sim_sort *s, struct sim_hit *h)
{
    h->keys = mem_zalloc(s->count + 1, sizeof(*h->keys));
    for (size_t i = 0; i < s->count; i++) {
        h->keys[i].missing = true;
        if (s->fields[i].order_of_arrival)
            h->keys[i] = (struct sim_sort_key){.is_number = true, .number = h->document->shard_doc};
        else
            sim_field_each(h->document->source, s->fields[i].path, take_key, &h->keys[i]);
    }
}

static int compare_keys(
    const struct sim_sort *s, const struct sim_sort_key *a, const struct sim_sort_key *b)
{
    for (size_t i = 0; i < s->count; i++) {
        int order;
        if (a[i].missing || b[i].missing) {
            order = (int)a[i].missing - (int)b[i].missing;
            if (s->fields[i].first)
                order = -order;
        } else {
            order = a[i].is_number && b[i].is_number
                        ? (a[i].number > b[i].number) - (a[i].number < b[i].number)
                        : strcmp(a[i].text ? a[i].text : "", b[i].text ? b[i].text : "");
            if (s->fields[i].descending)
                order = -order;
        }
        if (order)
            return order;
    }
    return 0;
}

static int compare_hits(const void *a, const void *b, void *sort)
{
    const struct sim_hit *x = a, *y = b;
    int order = compare_keys(sort, x->keys, y->keys);
    if (order)
        return order;
    return (x->document->shard_doc > y->document->shard_doc) -
           (x->document->shard_doc < y->document->shard_doc);
}

void sim_sort_hits(const struct sim_sort *s, struct sim_hit *hits, size_t count)
{
    if (count)
        qsort_r(hits, count, sizeof(*hits), compare_hits, (void *)(uintptr_t)s);
}

bool sim_sort_is_after(const struct sim_sort *s, const struct sim_hit *h)
{
    return !s->has_after || compare_keys(s, h->keys, s->after) > 0;
}

json_t *sim_sort_values(const struct sim_sort *s, const struct sim_hit *h)
{
    if (!s->count)
        return NULL;
    json_t *values = json_array();
    for (size_t i = 0; i < s->count; i++) {
        const struct sim_sort_key *k = &h->keys[i];
        char text[CLOCK_TEXT_MAX];
        if (k->missing) /* of a date, ascending: Long.MAX_VALUE */
            json_array_append_new(values, json_null());
        else if (!k->is_number)
            json_array_append_new(values, json_string(k->text));
        else if (s->fields[i].order_of_arrival)
            json_array_append_new(values, json_integer(k->number));
        else if (s->fields[i].formatted)
            json_array_append_new(values, json_string(clock_format(k->number, text)));
        else
            json_array_append_new(values, json_integer(k->number / CLOCK_MILLISECOND));
    }
    return values;
}
