#include "range/elastic_query.h"

#include "range/elastic_text.h"

#include "core/clock.h"
#include "core/slice.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct clause {
    const char *name;
    const char *options; /* what may stand beside the value; NULL: not of the field form */
    int (*check)(const struct clause *, const json_t *body, struct err *);
    bool (*matches)(const json_t *body, const struct sim_document *);
};
static const struct clause clauses[];

static const struct clause *clause_find(const char *name)
{
    for (const struct clause *c = clauses; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

bool sim_word_in(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; n && (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

static const json_t *first_member(const json_t *object, const char **key)
{
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    *key = at ? json_object_iter_key(at) : "";
    return at ? json_object_iter_value(at) : NULL;
}

/* A leaf as text, so that 4 and "4" are one value as they are to a keyword or long field. */
static const char *leaf_text(const json_t *leaf, char buffer[48])
{
    if (json_is_string(leaf))
        return json_string_value(leaf);
    if (json_is_integer(leaf))
        snprintf(buffer, 48, "%lld", (long long)json_integer_value(leaf));
    else if (json_is_real(leaf))
        snprintf(buffer, 48, "%.17g", json_real_value(leaf));
    else
        snprintf(buffer, 48, "%s", json_is_true(leaf) ? "true" : "false");
    return buffer;
}

/* As an ip field keeps it: 16 bytes, IPv4 mapped. Returns the bits that stand before an IPv4
 * address, or -1. */
static int ip_bytes(const char *text, unsigned char out[16])
{
    memset(out, 0, 16);
    if (inet_pton(AF_INET6, text, out) == 1)
        return 0;
    out[10] = out[11] = 0xff;
    return inet_pton(AF_INET, text, out + 12) == 1 ? 96 : -1;
}

/* An ip field takes CIDR in term: reference/8.17/ip.html#query-ip-fields */
static bool in_network(const char *network, const char *address)
{
    char base[INET6_ADDRSTRLEN];
    const char *slash = strchr(network, '/');
    unsigned char a[16], b[16];
    int64_t bits;
    if (!slash || (size_t)(slash - network) >= sizeof(base))
        return false;
    memcpy(base, network, (size_t)(slash - network));
    base[slash - network] = '\0';
    int before = ip_bytes(base, a);
    if (before < 0 || ip_bytes(address, b) < 0 || !slice_int(slice_of(slash + 1), &bits) ||
        bits < 0 || bits + before > 128)
        return false;
    bits += before;
    size_t whole = (size_t)bits / 8;
    unsigned mask = 0xff00U >> (bits % 8) & 0xff;
    return memcmp(a, b, whole) == 0 && (bits % 8 == 0 || (a[whole] & mask) == (b[whole] & mask));
}

struct value_test {
    const json_t *wanted;
    bool fold;
};

static bool value_equal(const json_t *leaf, void *owner)
{
    const struct value_test *t = owner;
    char one[48], two[48];
    const char *have = leaf_text(leaf, one), *want = leaf_text(t->wanted, two);
    int64_t x, y;
    if (t->fold ? strcasecmp(have, want) == 0 : strcmp(have, want) == 0)
        return true;
    if (json_is_string(leaf) && sim_date(leaf, &x) && sim_date(t->wanted, &y))
        return x == y;
    return in_network(want, have);
}

static bool field_equals(
    const struct sim_document *d, const char *path, const json_t *wanted, bool fold)
{
    struct value_test t = {wanted, fold};
    const char *text = json_string_value(wanted);
    if (strcmp(path, "_id") == 0)
        return text && strcmp(d->id, text) == 0;
    if (strcmp(path, "_index") == 0)
        return text && sim_index_matches(d, text, true);
    return sim_field_each(d->source, path, value_equal, &t);
}

/* {"field": VALUE} or {"field": {"value"|"query": VALUE, options…}} */
static int check_field(const struct clause *c, const json_t *body, struct err *e)
{
    const char *path, *option;
    json_t *value;
    if (json_object_size(body) == 0)
        return err_set(e, ERR_INPUT, "[%s] query malformed, no field name", c->name);
    if (json_object_size(body) > 1)
        return err_set(e, ERR_INPUT, "[%s] query doesn't support multiple fields", c->name);
    const json_t *inner = first_member(body, &path);
    if (json_is_array(inner))
        return err_set(e, ERR_INPUT, "[%s] query does not support array of values", c->name);
    if (json_is_null(inner))
        return err_set(e, ERR_INPUT, "value cannot be null");
    json_object_foreach((json_t *)(uintptr_t)inner, option, value)
    {
        if (!sim_word_in(c->options, option))
            return err_set(e, ERR_INPUT, "[%s] query does not support [%s]", c->name, option);
        if (json_is_array(value) || json_is_object(value))
            return err_set(e, ERR_INPUT, "[%s] unknown token in [%s]", c->name, option);
    }
    return 0;
}

static const json_t *field_value(
    const json_t *body, const char **path, const char *key, const json_t **options)
{
    const json_t *inner = first_member(body, path);
    *options = json_is_object(inner) ? inner : NULL;
    if (!*options)
        return inner;
    const json_t *v = json_object_get(inner, key);
    return v ? v : json_object_get(inner, "value");
}

static bool matches_term(const json_t *body, const struct sim_document *d)
{
    const char *path;
    const json_t *options, *wanted = field_value(body, &path, "value", &options);
    bool fold = json_is_true(json_object_get(options, "case_insensitive"));
    return wanted && field_equals(d, path, wanted, fold);
}

static int check_terms(const struct clause *c, const json_t *body, struct err *e)
{
    const char *key;
    json_t *value;
    size_t fields = 0;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        if (strcmp(key, "boost") == 0)
            continue;
        fields++;
        if (!json_is_array(value))
            return err_set(e, ERR_INPUT, "[%s] query does not support [%s]", c->name, key);
        if (json_array_size(value) > 65536) /* index.max_terms_count */
            return err_set(e, ERR_INPUT,
                "The number of terms [%zu] used in the Terms Query request has exceeded the "
                "allowed maximum of [65536]",
                json_array_size(value));
    }
    return fields == 1 ? 0 : err_set(e, ERR_INPUT, "[terms] query requires exactly one field");
}

static bool matches_terms(const json_t *body, const struct sim_document *d)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        for (size_t i = 0; i < json_array_size(value); i++)
            if (field_equals(d, key, json_array_get(value, i), false))
                return true;
    }
    return false;
}

/* -1, 0, 1; dates as times, numbers as numbers, else text. */
static int compare_bound(const json_t *leaf, const json_t *bound)
{
    int64_t a, b;
    char one[48], two[48];
    const char *text = leaf_text(bound, two);
    if (json_is_number(leaf)) {
        double x = json_number_value(leaf), y = strtod(text, NULL);
        return (x > y) - (x < y);
    }
    if (sim_date(leaf, &a) &&
        (sim_date(bound, &b) ||
            (strncmp(text, "now", 3) == 0 && clock_parse_human(slice_of(text), clock_now(), &b)) ||
            clock_parse(slice_of(text), &b)))
        return (a > b) - (a < b);
    return strcmp(leaf_text(leaf, one), text);
}

static bool in_range(const json_t *leaf, void *owner)
{
    const struct value_test *t = owner;
    const char *key;
    json_t *bound;
    json_object_foreach((json_t *)(uintptr_t)t->wanted, key, bound)
    {
        if (!sim_word_in("gte gt lte lt", key) || json_is_null(bound))
            continue;
        int order = compare_bound(leaf, bound);
        if (!(key[0] == 'g' ? order > 0 : order < 0) && !(key[2] == 'e' && order == 0))
            return false;
    }
    return true;
}

static bool matches_range(const json_t *body, const struct sim_document *d)
{
    const char *path;
    struct value_test t = {.wanted = first_member(body, &path)};
    return sim_field_each(d->source, path, in_range, &t);
}

static bool matches_exists(const json_t *body, const struct sim_document *d)
{
    return sim_field_exists(d->source, json_string_value(json_object_get(body, "field")));
}

static int check_exists(const struct clause *c, const json_t *body, struct err *e)
{
    (void)c;
    if (!json_is_string(json_object_get(body, "field")))
        return err_set(e, ERR_INPUT, "[exists] must be provided with a [field]");
    return 0;
}

static bool like_pattern(const json_t *leaf, void *owner)
{
    const struct value_test *t = owner;
    char one[48];
    return sim_wildcard(json_string_value(t->wanted), leaf_text(leaf, one), t->fold);
}

static bool has_prefix(const json_t *leaf, void *owner)
{
    const struct value_test *t = owner;
    char one[48];
    const char *prefix = json_string_value(t->wanted), *text = leaf_text(leaf, one);
    return (t->fold ? strncasecmp : strncmp)(prefix, text, strlen(prefix)) == 0;
}

static bool matches_pattern(const json_t *body, const struct sim_document *d, const char *key,
    bool (*each)(const json_t *, void *))
{
    const char *path;
    const json_t *options, *wanted = field_value(body, &path, key, &options);
    struct value_test t = {wanted, json_is_true(json_object_get(options, "case_insensitive"))};
    return json_is_string(wanted) && sim_field_each(d->source, path, each, &t);
}

static bool matches_wildcard(const json_t *body, const struct sim_document *d)
{
    return matches_pattern(body, d, "wildcard", like_pattern);
}

static bool matches_prefix(const json_t *body, const struct sim_document *d)
{
    return matches_pattern(body, d, "prefix", has_prefix);
}

static int check_nothing(const struct clause *c, const json_t *body, struct err *e)
{
    if (json_object_size(body) > 0)
        return err_set(e, ERR_INPUT, "[%s] unknown field", c->name);
    return 0;
}

static bool matches_all(const json_t *body, const struct sim_document *d)
{
    (void)body, (void)d;
    return true;
}

static bool matches_none(const json_t *body, const struct sim_document *d)
{
    (void)body, (void)d;
    return false;
}

static int check_ids(const struct clause *c, const json_t *body, struct err *e)
{
    (void)c;
    if (!json_is_array(json_object_get(body, "values")))
        return err_set(e, ERR_INPUT, "[ids] requires providing a values parameter");
    return 0;
}

static bool matches_ids(const json_t *body, const struct sim_document *d)
{
    const json_t *values = json_object_get(body, "values");
    for (size_t i = 0; i < json_array_size(values); i++)
        if (field_equals(d, "_id", json_array_get(values, i), false))
            return true;
    return false;
}

static int check_branch(const json_t *branch, struct err *e)
{
    if (json_is_object(branch))
        return sim_query_check(branch, e);
    for (size_t i = 0; i < json_array_size(branch); i++)
        if (sim_query_check(json_array_get(branch, i), e) < 0)
            return -1;
    return 0;
}

static int check_bool(const struct clause *c, const json_t *body, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        bool branch = sim_word_in("must filter should must_not", key);
        if (!branch && !sim_word_in(c->options, key))
            return err_set(e, ERR_INPUT, "[bool] query does not support [%s]", key);
        if (branch && !json_is_object(value) && !json_is_array(value))
            return err_set(e, ERR_INPUT, "[bool] malformed query, [%s] is no clause", key);
        if (branch && check_branch(value, e) < 0)
            return -1;
    }
    return 0;
}

static size_t count_matching(const json_t *branch, const struct sim_document *d, size_t *of)
{
    *of = json_is_object(branch) ? 1 : json_array_size(branch);
    if (json_is_object(branch))
        return sim_query_matches(branch, d);
    size_t n = 0;
    for (size_t i = 0; i < *of; i++)
        n += sim_query_matches(json_array_get(branch, i), d);
    return n;
}

/* https://www.elastic.co/guide/en/elasticsearch/reference/8.17/query-dsl-bool-query.html */
static bool matches_bool(const json_t *body, const struct sim_document *d)
{
    static const char *const all[] = {"must", "filter"};
    size_t of, required = 0;
    for (size_t i = 0; i < 2; i++) {
        if (count_matching(json_object_get(body, all[i]), d, &of) < of)
            return false;
        required += of;
    }
    if (count_matching(json_object_get(body, "must_not"), d, &of) > 0)
        return false;
    size_t n = count_matching(json_object_get(body, "should"), d, &of);
    const json_t *least = json_object_get(body, "minimum_should_match");
    char buffer[48];
    int64_t least_n = of > 0 && required == 0 ? 1 : 0;
    if (least && !slice_int(slice_of(leaf_text(least, buffer)), &least_n))
        return false;
    return (int64_t)n >= least_n;
}

static const struct clause clauses[] = {
    {"match_all", NULL, check_nothing, matches_all},
    {"match_none", NULL, check_nothing, matches_none},
    {"bool", "minimum_should_match boost _name adjust_pure_negative", check_bool, matches_bool},
    {"term", "value boost case_insensitive _name", check_field, matches_term},
    {"terms", NULL, check_terms, matches_terms},
    {"range", "gte gt lte lt format time_zone relation boost _name", check_field, matches_range},
    {"exists", NULL, check_exists, matches_exists},
    {"wildcard", "value wildcard boost rewrite case_insensitive _name", check_field,
        matches_wildcard},
    {"prefix", "value boost rewrite case_insensitive _name", check_field, matches_prefix},
    {"ids", NULL, check_ids, matches_ids},
    {"match", "query operator minimum_should_match lenient analyzer boost fuzziness _name",
        check_field, sim_text_match},
    {"match_phrase", "query analyzer slop zero_terms_query boost _name", check_field,
        sim_text_phrase},
    {"multi_match", NULL, sim_text_check, sim_text_multi},
    {"simple_query_string", NULL, sim_text_check, sim_text_simple},
    {NULL, NULL, NULL, NULL},
};

/* Known to the vendor, not built here: a client must hear the difference. */
static const char beyond[] =
    "query_string match_phrase_prefix match_bool_prefix regexp fuzzy nested has_child has_parent "
    "script script_score function_score constant_score dis_max boosting more_like_this knn "
    "combined_fields intervals terms_set geo_distance pinned percolate wrapper";

int sim_query_check(const json_t *query, struct err *e)
{
    const char *name;
    if (!query)
        return 0;
    if (!json_is_object(query) || json_object_size(query) == 0)
        return err_set(e, ERR_INPUT, "query malformed, empty clause found");
    const json_t *body = first_member(query, &name);
    if (json_object_size(query) > 1)
        return err_set(e, ERR_INPUT,
            "[%s] malformed query, expected [END_OBJECT] but found [FIELD_NAME]", name);
    const struct clause *c = clause_find(name);
    if (!c && sim_word_in(beyond, name))
        return err_set(e, ERR_UNSUPPORTED, "the simulator does not know the query [%s]", name);
    if (!c)
        return err_set(e, ERR_INPUT, "unknown query [%s]", name);
    if (!json_is_object(body))
        return err_set(
            e, ERR_INPUT, "[%s] query malformed, no start_object after query name", name);
    return c->check(c, body, e);
}

bool sim_query_matches(const json_t *query, const struct sim_document *d)
{
    const char *name;
    if (!query)
        return true;
    const json_t *body = first_member(query, &name);
    const struct clause *c = clause_find(name);
    return c && c->matches(body, d);
}
