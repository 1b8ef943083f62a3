/* The simulator must be as strict as the vendor's documentation, or the connectors' tests prove
 * nothing. */
#include "range/sim_elastic.h"

#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/range/ask.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t hits(const char *query)
{
    struct str body = STR_INIT;
    str_printf(&body, "{\"size\":100,\"track_total_hits\":true,\"query\":%s}", query);
    struct exchange x = ask((struct asked){"POST", "/" SIM_ALERTS "/_search", body.p, NULL, NULL});
    assert_int_equal(x.status, 200);
    size_t n = json_array_size(at(x.json, "hits/hits"));
    assert_int_equal(json_integer_value(at(x.json, "hits/total/value")), n);
    str_release(&body);
    done(&x);
    return n;
}

static int start(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    sim = sim_elastic_start(NULL, &e);
    assert_non_null(sim);
    for (int i = 0; i < 25; i++) {
        char id[16], json[512];
        snprintf(id, sizeof(id), "a%02d", i);
        snprintf(json, sizeof(json),
            "{\"@timestamp\":\"2026-03-11T11:%02d:00.500Z\",\"kibana.alert.uuid\":\"u%02d\","
            "\"kibana.alert.workflow_status\":\"open\",\"kibana.alert.risk_score\":%d,"
            "\"host\":{\"name\":\"WS-%02d\",\"ip\":[\"192.0.2.%d\",\"2001:db8::%x\"]},\"agent\":{"
            "\"id\":\"agent-1\"},\"message\":\"Shell started by viewer\"}",
            i / 5, i, i, i, i, i + 1);
        assert_int_equal(sim_elastic_add(sim, SIM_ALERTS, id, json, &e), 0);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sim_elastic_stop(sim);
    return 0;
}

static char *open_pit(const char *keep_alive)
{
    char path[128];
    snprintf(path, sizeof(path), "/" SIM_ALERTS "/_pit?keep_alive=%s", keep_alive);
    struct exchange x = ask((struct asked){"POST", path, NULL, NULL, NULL});
    assert_int_equal(x.status, 200);
    char *id = strdup(text_at(&x, "id"));
    done(&x);
    return id;
}

static struct exchange page(const char *pit, const char *after, const char *rest)
{
    struct str body = STR_INIT;
    str_printf(&body,
        "{\"size\":10,\"pit\":{\"id\":\"%s\",\"keep_alive\":\"1m\"},\"sort\":[{\"@timestamp\":{"
        "\"order\":\"asc\",\"format\":\"strict_date_optional_time_nanos\"}}]%s%s%s}",
        pit, after ? ",\"search_after\":" : "", after ? after : "", rest);
    struct exchange x = ask((struct asked){"POST", "/_search", body.p, NULL, NULL});
    str_release(&body);
    return x;
}

static void pages_cover_all_documents_once_though_times_are_equal(void **state)
{
    (void)state;
    char *pit = open_pit("1m"), *after = NULL;
    size_t seen = 0;
    bool met[25] = {false};
    for (int i = 0; i < 4; i++) {
        struct exchange x = page(pit, after, "");
        assert_int_equal(x.status, 200);
        const json_t *list = at(x.json, "hits/hits");
        assert_string_not_equal(text_at(&x, "pit_id"), pit);
        free(pit);
        pit = strdup(text_at(&x, "pit_id"));
        for (size_t j = 0; j < json_array_size(list); j++) {
            const char *id = json_string_value(at(json_array_get(list, j), "_id"));
            unsigned long n = strtoul(id + 1, NULL, 10);
            assert_false(met[n]);
            met[n] = true;
            seen++;
            /* the implicit tiebreaker */
            assert_int_equal(json_array_size(at(json_array_get(list, j), "sort")), 2);
        }
        if (json_array_size(list)) {
            free(after);
            after = json_dumps(
                at(json_array_get(list, json_array_size(list) - 1), "sort"), JSON_COMPACT);
        }
        done(&x);
    }
    assert_int_equal(seen, 25);
    free(pit);
    free(after);
}

static void a_point_in_time_does_not_see_what_comes_later(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char *pit = open_pit("1m");
    sim_elastic_add(sim, SIM_ALERTS, "late", "{\"@timestamp\":\"2026-03-11T00:00:00Z\"}", &e);
    struct exchange x = page(pit, NULL, ",\"track_total_hits\":true");
    assert_int_equal(json_integer_value(at(x.json, "hits/total/value")), 25);
    done(&x);
    free(pit);
}

static void an_old_point_in_time_is_unknown(void **state)
{
    (void)state;
    char *pit = open_pit("1m"), *first = strdup(pit);
    for (int i = 0; i < 2; i++) {
        struct exchange x = page(pit, NULL, "");
        free(pit);
        pit = strdup(text_at(&x, "pit_id"));
        done(&x);
    }
    struct exchange x = page(first, NULL, "");
    assert_int_equal(x.status, 404);
    assert_string_equal(text_at(&x, "error/type"), "search_context_missing_exception");
    done(&x);
    free(pit);
    pit = open_pit("0ms");
    x = page(pit, NULL, "");
    assert_int_equal(x.status, 404);
    done(&x);
    free(pit);
    free(first);
}

static void closing_a_point_in_time_frees_it(void **state)
{
    (void)state;
    char *pit = open_pit("1m");
    struct str body = STR_INIT;
    assert_int_equal(sim_elastic_open_pits(sim), 1);
    str_printf(&body, "{\"id\":\"%s\"}", pit);
    struct exchange x = ask((struct asked){"DELETE", "/_pit", body.p, NULL, NULL});
    assert_int_equal(json_integer_value(at(x.json, "num_freed")), 1);
    assert_int_equal(sim_elastic_open_pits(sim), 0);
    done(&x);
    str_release(&body);
    free(pit);
}

struct refusal {
    struct asked asked;
    long status;
    const char *words;
};

static const struct refusal refusals[] = {
    {{"GET", "/", NULL, "", NULL}, 401, "missing authentication credentials"},
    {{"GET", "/", NULL, "d3Jvbmc6a2V5", NULL}, 401, "unable to authenticate"},
    {{"GET", "/?colour=red", NULL, NULL, NULL}, 400, "unrecognized parameter: [colour]"},
    {{"POST", "/" SIM_ALERTS "/_pit", NULL, NULL, NULL}, 400, "keep_alive"},
    {{"POST", "/" SIM_ALERTS "/_pit?keep_alive=soon", NULL, NULL, NULL}, 400, "time value"},
    {{"POST", "/absent/_pit?keep_alive=1m", NULL, NULL, NULL}, 404, "index_not_found_exception"},
    {{"POST", "/_search", "{\"size\":10001}", NULL, NULL}, 400, "Result window is too large"},
    {{"POST", "/_search", "{\"colour\":1}", NULL, NULL}, 400, "colour"},
    {{"POST", "/_search", "{\"query\":{\"like\":{}}}", NULL, NULL}, 400, "unknown query [like]"},
    {{"POST", "/_search", "{\"query\":{\"regexp\":{}}}", NULL, NULL}, 400, "simulator"},
    {{"POST", "/_search", "{\"query\":{\"term\":{\"a\":[1]}}}", NULL, NULL}, 400, "array"},
    {{"POST", "/_search", "{\"query\":{\"range\":{\"a\":{\"above\":1}}}}", NULL, NULL}, 400,
        "above"},
    {{"POST", "/_search", "{\"query\":{\"bool\":{\"musst\":[]}}}", NULL, NULL}, 400, "musst"},
    {{"POST", "/_search", "{\"sort\":[\"@timestamp\"],\"search_after\":[1,2]}", NULL, NULL}, 400,
        "search_after has 2"},
    {{"POST", "/_search", "{\"sort\":[\"_shard_doc\"]}", NULL, NULL}, 400, "point in time"},
    {{"POST", "/" SIM_ALERTS "/_search", "{\"sort\":[\"not.there\"]}", NULL, NULL}, 400,
        "No mapping found for [not.there]"},
    {{"POST", "/" SIM_ALERTS "/_search", "{\"pit\":{\"id\":\"x\"}}", NULL, NULL}, 400,
        "cannot be used with point in time"},
    {{"POST", "/_search", "{not json", NULL, NULL}, 400, "x_content_parse_exception"},
    {{"POST", "/_search", "{}", NULL, "Content-Type: text/plain"}, 406, "not supported"},
    {{"PUT", "/_search", "{}", NULL, NULL}, 405, "method"},
    {{"GET", "/nothing/like/this", NULL, NULL, NULL}, 400, "no handler"},
    {{"POST", "/api/detection_engine/signals/status", "{}", NULL, NULL}, 400, "kbn-xsrf"},
    {{"POST", "/api/detection_engine/signals/status", "{\"status\":\"shut\"}", NULL, "kbn-xsrf: 1"},
        400, "Invalid enum value"},
    {{"POST", "/api/detection_engine/signals/status", "{\"status\":\"open\"}", NULL, "kbn-xsrf: 1"},
        400, "either"},
    {{"POST", "/api/endpoint/action/isolate", "{\"endpoint_ids\":[]}", NULL, "kbn-xsrf: 1"}, 400,
        "endpoint_ids"},
    {{"POST", "/api/endpoint/action/isolate", "{\"endpoint_ids\":[\"x\"]}", NULL, "kbn-xsrf: 1"},
        404, "Elastic Defend"},
    {{"GET", "/api/endpoint/action/absent", NULL, NULL, NULL}, 404, "not found"},
};

static void refuses_what_the_vendor_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct asked a = refusals[i].asked;
        struct exchange x = ask(a);
        if (x.status != refusals[i].status || !strstr(x.body.p ? x.body.p : "", refusals[i].words))
            fail_msg("%s %s: %ld %s", a.method, a.path, x.status, x.body.p);
        done(&x);
    }
}

static void queries_mean_what_the_reference_says(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t hits;
    } rows[] = {
        {"{\"match_all\":{}}", 25},
        {"{\"term\":{\"host.name\":\"WS-03\"}}", 1},
        {"{\"term\":{\"host.name\":\"ws-03\"}}", 0},
        {"{\"term\":{\"host.name\":{\"value\":\"ws-03\",\"case_insensitive\":true}}}", 1},
        {"{\"terms\":{\"kibana.alert.uuid\":[\"u01\",\"u02\",\"zz\"]}}", 2},
        {"{\"term\":{\"host.ip\":\"192.0.2.0/29\"}}", 8},
        {"{\"term\":{\"host.ip\":\"2001:db8::/127\"}}", 1},
        {"{\"range\":{\"@timestamp\":{\"gte\":\"2026-03-11T11:03:00.500Z\"}}}", 10},
        {"{\"range\":{\"@timestamp\":{\"gt\":\"2026-03-11T11:03:00.500Z\"}}}", 5},
        {"{\"range\":{\"@timestamp\":{\"lt\":1773226860500}}}", 5},
        {"{\"range\":{\"kibana.alert.risk_score\":{\"gte\":20,\"lt\":22}}}", 2},
        {"{\"exists\":{\"field\":\"host\"}}", 25},
        {"{\"exists\":{\"field\":\"kibana.alert.building_block_type\"}}", 0},
        {"{\"wildcard\":{\"host.name\":\"WS-1*\"}}", 10},
        {"{\"wildcard\":{\"host.name\":{\"value\":\"ws-?1\",\"case_insensitive\":true}}}", 3},
        {"{\"ids\":{\"values\":[\"a00\",\"a24\"]}}", 2},
        {"{\"match_phrase\":{\"message\":\"started by\"}}", 25},
        {"{\"match_phrase\":{\"message\":\"by started\"}}", 0},
        {"{\"match\":{\"message\":{\"query\":\"shell absent\",\"operator\":\"and\"}}}", 0},
        {"{\"multi_match\":{\"query\":\"viewer ws\",\"operator\":\"and\",\"fields\":[\"*\"]}}", 25},
        {"{\"bool\":{\"must_not\":[{\"term\":{\"host.name\":\"WS-00\"}}]}}", 24},
        {"{\"bool\":{\"should\":[{\"term\":{\"host.name\":\"WS-00\"}},{\"term\":{\"host.name\":"
         "\"WS-01\"}}],\"minimum_should_match\":1}}",
            2},
        {"{\"bool\":{\"filter\":[{\"match_all\":{}}],\"should\":[{\"match_none\":{}}]}}", 25},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t n = hits(rows[i].query);
        if (n != rows[i].hits)
            fail_msg("%s: %zu hits, not %zu", rows[i].query, n, rows[i].hits);
    }
}

static void fields_are_arrays_under_dotted_names(void **state)
{
    (void)state;
    struct exchange x = ask((struct asked){"POST", "/" SIM_ALERTS "/_search",
        "{\"fields\":[\"host.*\",{\"field\":\"@timestamp\"}],\"_source\":false,\"query\":{\"ids\":{"
        "\"values\":[\"a03\"]}}}",
        NULL, NULL});
    const json_t *hit = at(x.json, "hits/hits/0");
    assert_null(at(hit, "_source"));
    assert_int_equal(json_array_size(json_object_get(at(hit, "fields"), "host.ip")), 2);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(at(hit, "fields"), "@timestamp"), 0)),
        "2026-03-11T11:00:00.500Z");
    assert_string_equal(
        json_string_value(at(hit, "_index")), ".internal.alerts-security.alerts-default-000001");
    done(&x);
}

static void a_wildcard_does_not_reach_hidden_indices(void **state)
{
    (void)state;
    struct exchange x = ask((struct asked){"POST", "/*/_search", "{}", NULL, NULL});
    assert_int_equal(json_array_size(at(x.json, "hits/hits")), 0);
    done(&x);
}

static void status_changes_the_stored_alert(void **state)
{
    (void)state;
    struct exchange x = ask((struct asked){"POST", "/api/detection_engine/signals/status",
        "{\"signal_ids\":[\"u07\",\"a08\"],\"status\":\"closed\",\"reason\":\"false_positive\"}",
        NULL, "kbn-xsrf: hinomi"});
    assert_int_equal(x.status, 200);
    assert_int_equal(json_integer_value(at(x.json, "updated")), 2);
    done(&x);
    assert_int_equal(hits("{\"term\":{\"kibana.alert.workflow_status\":\"closed\"}}"), 2);
    assert_int_equal(hits("{\"term\":{\"kibana.alert.workflow_reason\":\"false_positive\"}}"), 2);
    assert_int_equal(sim_elastic_served(sim, "status"), 1);
}

static void status_can_be_set_without_kibana(void **state)
{
    (void)state;
    struct exchange x = ask((struct asked){"POST",
        "/" SIM_ALERTS "/_update_by_query?refresh=true&conflicts=proceed",
        "{\"query\":{\"ids\":{\"values\":[\"a01\"]}},\"script\":{\"lang\":\"painless\",\"source\":"
        "\"ctx._source['kibana.alert.workflow_status'] = params.status\",\"params\":{\"status\":"
        "\"acknowledged\"}}}",
        NULL, NULL});
    assert_int_equal(json_integer_value(at(x.json, "updated")), 1);
    done(&x);
    assert_int_equal(hits("{\"term\":{\"kibana.alert.workflow_status\":\"acknowledged\"}}"), 1);
}

static void isolation_is_pending_before_it_is_done(void **state)
{
    (void)state;
    char path[128];
    struct exchange x = ask((struct asked){"POST", "/s/blue/api/endpoint/action/isolate",
        "{\"endpoint_ids\":[\"agent-1\"],\"comment\":\"c\"}", NULL, "kbn-xsrf: 1"});
    assert_int_equal(x.status, 200);
    assert_true(json_is_false(at(x.json, "data/isCompleted")));
    snprintf(path, sizeof(path), "/api/endpoint/action/%s", text_at(&x, "action"));
    done(&x);
    x = ask((struct asked){"GET", path, NULL, NULL, NULL});
    assert_string_equal(text_at(&x, "data/command"), "isolate");
    done(&x);
    x = ask((struct asked){"POST", "/api/endpoint/isolate", "{}", NULL, "kbn-xsrf: 1"});
    assert_int_equal(x.status, 308);
    done(&x);
}

static struct exchange with_fault(const char *spec)
{
    struct err e = ERR_INIT;
    assert_int_equal(sim_elastic_fault(sim, spec, &e), 0);
    return ask((struct asked){
        "POST", "/" SIM_ALERTS "/_search", "{\"size\":5,\"sort\":[\"@timestamp\"]}", NULL, NULL});
}

static void each_fault_is_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        long status;
        bool parses;
        const char *words;
    } rows[] = {
        {"401", 401, true, "security_exception"},
        {"403", 403, true, "unauthorized"},
        {"429=7", 429, true, "es_rejected_execution_exception"},
        {"503", 503, true, "cluster_block_exception"},
        {"html", 200, false, "<html>"},
        {"wrong", 200, true, "acknowledged"},
        {"redirect", 302, false, ""},
        {"timed_out", 200, true, "\"timed_out\":true"},
        {"shards_failed", 200, true, "node_disconnected_exception"},
        {"big_integer", 200, false, "9223372036854775808"},
        {"nul", 200, false, "\\u0000"},
        {"lone_surrogate", 200, false, "\\ud800"},
        {"invalid_utf8", 200, false, "\xff\xfe"},
        {"bad_hit", 200, true, "not a time"},
        {"broken_hit", 200, false, "{tru}"},
        {"gzip", 200, false, "\x1f\x8b"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct exchange x = with_fault(rows[i].spec);
        bool holds = memmem(x.body.p ? x.body.p : "", x.body.n, rows[i].words,
                         strlen(rows[i].words)) != NULL;
        if (x.status != rows[i].status || (x.json != NULL) != rows[i].parses || !holds)
            fail_msg("%s: %ld %d %s", rows[i].spec, x.status, x.json != NULL, x.body.p);
        if (strcmp(rows[i].spec, "429=7") == 0)
            assert_non_null(strstr(x.head.p, "Retry-After: 7"));
        done(&x);
    }
    struct exchange x = with_fault("none");
    assert_int_equal(x.status, 200);
    done(&x);
}

static void broken_connections_are_broken(void **state)
{
    (void)state;
    struct exchange x = with_fault("truncated");
    assert_int_equal(x.rc, CURLE_PARTIAL_FILE);
    done(&x);
    x = with_fault("drop");
    assert_true(x.rc == CURLE_GOT_NOTHING || x.rc == CURLE_RECV_ERROR);
    done(&x);
}

static void a_fault_meets_only_its_route_and_count(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(sim_elastic_fault(sim, "503*2@search", &e), 0);
    struct exchange x = ask((struct asked){"GET", "/", NULL, NULL, NULL});
    assert_int_equal(x.status, 200);
    done(&x);
    for (int i = 0; i < 3; i++) {
        x = ask((struct asked){"POST", "/" SIM_ALERTS "/_search", "{}", NULL, NULL});
        assert_int_equal(x.status, i < 2 ? 503 : 200);
        done(&x);
    }
    assert_int_equal(sim_elastic_fault(sim, "flood", &e), -1);
    assert_int_equal(sim_elastic_fault(sim, "503@nowhere", &e), -1);
}

static void all_points_in_time_can_be_lost(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char *pit = open_pit("1m");
    sim_elastic_fault(sim, "pit_expired@search", &e);
    struct exchange x = page(pit, NULL, "");
    assert_int_equal(x.status, 404);
    done(&x);
    free(pit);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {
        CASE(pages_cover_all_documents_once_though_times_are_equal),
        CASE(a_point_in_time_does_not_see_what_comes_later),
        CASE(an_old_point_in_time_is_unknown),
        CASE(closing_a_point_in_time_frees_it),
        CASE(refuses_what_the_vendor_refuses),
        CASE(queries_mean_what_the_reference_says),
        CASE(fields_are_arrays_under_dotted_names),
        CASE(a_wildcard_does_not_reach_hidden_indices),
        CASE(status_changes_the_stored_alert),
        CASE(status_can_be_set_without_kibana),
        CASE(isolation_is_pending_before_it_is_done),
        CASE(each_fault_is_what_it_says),
        CASE(broken_connections_are_broken),
        CASE(a_fault_meets_only_its_route_and_count),
        CASE(all_points_in_time_can_be_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
