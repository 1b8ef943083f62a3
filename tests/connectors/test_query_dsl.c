#include "connectors/query_dsl.h"
#include "core/clock.h"
#include "range/elastic_query.h"
#include "tests/support/query_table.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static enum dsl_type keyword_types(const struct dsl_types *types, const char *name)
{
    enum field f = field_find(slice_of(name));
    (void)types;
    if (strstr(name, "original_time") || strcmp(name, "@timestamp") == 0)
        return DSL_DATE;
    if (f == FIELD_NONE)
        return strstr(name, "risk_score") ? DSL_NUMBER : DSL_KEYWORD;
    return field_table[f].type == TYPE_NUMBER ? DSL_NUMBER
           : field_table[f].type == TYPE_TIME ? DSL_DATE
           : field_table[f].type == TYPE_IP   ? DSL_IP
                                              : DSL_KEYWORD;
}

static enum dsl_type text_types(const struct dsl_types *types, const char *name)
{
    enum field f = field_find(slice_of(name));
    if (f != FIELD_NONE && field_table[f].type == TYPE_TEXT)
        return DSL_TEXT;
    return keyword_types(types, name);
}

static enum dsl_type no_types(const struct dsl_types *types, const char *name)
{
    (void)types;
    (void)name;
    return DSL_ABSENT;
}

static json_t *value_of(enum field f, struct slice text)
{
    char time[CLOCK_TEXT_MAX];
    int64_t n;
    if (field_table[f].type == TYPE_TIME && slice_int(text, &n))
        return json_string(clock_format(n, time));
    if (field_table[f].type == TYPE_NUMBER && slice_int(text, &n))
        return json_integer(n);
    return json_stringn(text.p, text.n);
}

/* The record as a source would keep it: under the first of a field's names. */
static struct sim_document document_of(const struct record *r)
{
    json_t *source = json_object();
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice v;
        bool derived;
        const char *name = dsl_names((enum field)f, &derived)[0];
        json_t *values = json_array();
        while (record_next(r, (enum field)f, &at, &v))
            json_array_append_new(values, value_of((enum field)f, v));
        if (name && json_array_size(values))
            json_object_set(source, name, values);
        json_decref(values);
    }
    return (struct sim_document){.name = (char *)(uintptr_t) "logs",
        .concrete = (char *)(uintptr_t) "logs",
        .source = source};
}

static struct query *parse(const char *text)
{
    struct query *q;
    struct err e = ERR_INIT;
    size_t position;
    int64_t now;
    clock_parse(slice_of(query_table_now), &now);
    if (query_parse(&q, slice_of(text), now, &position, &e))
        fail_msg("%s: %s", text, e.text);
    return q;
}

static json_t *compile(
    const char *text, enum dsl_type (*type)(const struct dsl_types *, const char *))
{
    struct query *q = parse(text);
    struct str out = STR_INIT;
    struct dsl_types types = {type, NULL};
    struct err e = ERR_INIT;
    query_dsl(q, &types, &out);
    json_error_t fault;
    json_t *dsl = json_loads(out.p, 0, &fault);
    if (!dsl)
        fail_msg("%s: %s in %s", text, fault.text, out.p);
    if (sim_query_check(dsl, &e))
        fail_msg("%s: %s in %s", text, e.text, out.p);
    str_release(&out);
    query_free(q);
    return dsl;
}

/* The one written limit (query_dsl.h): free text that is stored in a compatibility form. */
static bool is_written_limit(const char *text, char row)
{
    return row == 'I' && !strchr(text, ':');
}

/* Selects all rows that must match, whatever else; returns 1 when nothing else. */
static int hold_to(const struct query_case *c, const struct batch *b,
    struct sim_document *documents, enum dsl_type (*type)(const struct dsl_types *, const char *))
{
    struct query *q = parse(c->text);
    json_t *dsl = compile(c->text, type);
    int exact = 1;
    for (int i = 0; i < QUERY_TABLE_ROWS; i++) {
        bool reasoned = strchr(c->rows, 'A' + i) && query_match(q, &b->records[i]);
        bool wanted = strchr(c->text, ':') ? strchr(c->rows, 'A' + i) != NULL : reasoned;
        bool got = sim_query_matches(dsl, &documents[i]);
        if (wanted && !got && !is_written_limit(c->text, (char)('A' + i))) {
            char *text = json_dumps(dsl, 0);
            fail_msg("%s loses row %c: %s", c->text, 'A' + i, text);
        }
        exact &= wanted == got;
    }
    json_decref(dsl);
    query_free(q);
    return exact;
}

/* The analyst's own words never stood at the source. */
static void without_reasons(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        b->records[i].first[FIELD_REASON] = (struct slice){NULL, 0};
}

static void no_row_is_lost(void **state)
{
    struct batch b;
    struct sim_document documents[QUERY_TABLE_ROWS];
    size_t exact = 0;
    (void)state;
    batch_init(&b);
    query_table_fill(&b);
    assert_int_equal(b.count, QUERY_TABLE_ROWS);
    without_reasons(&b);
    for (int i = 0; i < QUERY_TABLE_ROWS; i++)
        documents[i] = document_of(&b.records[i]);
    for (size_t i = 0; i < query_table_count; i++) {
        exact += (size_t)hold_to(&query_table[i], &b, documents, keyword_types);
        hold_to(&query_table[i], &b, documents, text_types);
    }
    /* more than a fifth narrowed to the row: it is a search, not a dump */
    if (exact * 5 < query_table_count)
        fail_msg("%zu of %zu are exact", exact, query_table_count);
    for (int i = 0; i < QUERY_TABLE_ROWS; i++)
        json_decref(documents[i].source);
    batch_release(&b);
}

struct golden {
    const char *query, *dsl;
};

static const struct golden goldens[] = {
    {"user.name: kato",
        "{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"term\":{\"user.name\":{\"value\":"
        "\"kato\",\"case_insensitive\":true}}},{\"term\":{\"_ignored\":{\"value\":\"user.name\"}}}]"
        "}}"},
    {"destination.port >= 1024", "{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"range\":{"
                                 "\"destination.port\":{\"gte\":"
                                 "1024}}}]}}"},
    {"destination.ip: 203.0.113.0/24", "{\"bool\":{\"minimum_should_match\":1,\"should\":[{"
                                       "\"term\":{\"destination.ip\":{\"value\":"
                                       "\"203.0.113.0/24\"}}}]}}"},
    {"not agent.id: a1",
        "{\"bool\":{\"must_not\":[{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"term\":{"
        "\"agent.id\":{\"value\":\"a1\",\"case_insensitive\":true}}}]}}]}}"},
    /* what we cannot ask for must not take rows away, on either side of a not */
    {"verdict: tp",
        "{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"bool\":{\"must_not\":[]}}]}}"},
    {"not verdict: tp", "{\"bool\":{\"must_not\":[{\"match_none\":{}}]}}"},
    {"file.hash.sha256: ab?c*",
        "{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"wildcard\":{\"file.hash.sha256\":{"
        "\"value\":\"ab\\\\?c*\",\"case_insensitive\":true}}}]}}"},
};

static void the_text_is_as_agreed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        json_t *dsl = compile(goldens[i].query, keyword_types);
        char *text = json_dumps(dsl, JSON_COMPACT);
        assert_string_equal(text, goldens[i].dsl);
        free(text);
        json_decref(dsl);
    }
}

static void a_field_that_no_index_has_selects_nothing(void **state)
{
    (void)state;
    json_t *dsl = compile("user.name: kato", no_types);
    assert_non_null(json_object_get(dsl, "match_none"));
    json_decref(dsl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_row_is_lost),
        cmocka_unit_test(the_text_is_as_agreed),
        cmocka_unit_test(a_field_that_no_index_has_selects_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
