/* Every route that the simulator serves, with the vendor's page it follows. */
#include "range/elastic_server.h"

#define ES "https://www.elastic.co/guide/en/elasticsearch/reference/8.17/"
#define KIBANA "https://www.elastic.co/docs/api/doc/kibana/"
#define INDEX_OPTIONS "ignore_unavailable allow_no_indices expand_wildcards"

const struct sim_route sim_routes[] = {
    {"root", "GET", "/", "", false, false, sim_serve_root, ES "rest-api-root.html"},
    {"authenticate", "GET", "/_security/_authenticate", "", false, false, sim_serve_authenticate,
        ES "security-api-authenticate.html"},
    {"privileges", "POST", "/_security/user/_has_privileges", "", false, false,
        sim_serve_privileges, ES "security-api-has-privileges.html"},
    {"privileges", "GET", "/_security/user/_has_privileges", "", false, false, sim_serve_privileges,
        ES "security-api-has-privileges.html"},
    {"pit_open", "POST", "/{x}/_pit",
        "keep_alive preference routing allow_partial_search_results "
        "max_concurrent_shard_requests " INDEX_OPTIONS,
        false, false, sim_serve_pit_open, ES "point-in-time-api.html"},
    {"pit_close", "DELETE", "/_pit", "", false, false, sim_serve_pit_close,
        ES "point-in-time-api.html#close-point-in-time-api"},
    {"search", "POST", "/_search",
        "allow_partial_search_results size from timeout track_total_hits request_cache "
        "rest_total_hits_as_int typed_keys ccs_minimize_roundtrips batched_reduce_size",
        false, false, sim_serve_search, ES "search-search.html"},
    {"search", "GET", "/_search", "allow_partial_search_results size from timeout track_total_hits",
        false, false, sim_serve_search, ES "search-search.html"},
    {"search", "POST", "/{x}/_search",
        "allow_partial_search_results size from timeout track_total_hits preference "
        "routing " INDEX_OPTIONS,
        false, false, sim_serve_search, ES "search-search.html"},
    {"search", "GET", "/{x}/_search",
        "allow_partial_search_results size from timeout track_total_hits preference "
        "routing " INDEX_OPTIONS,
        false, false, sim_serve_search, ES "search-search.html"},
    {"count", "POST", "/{x}/_count", INDEX_OPTIONS, false, false, sim_serve_count,
        ES "search-count.html"},
    {"count", "GET", "/{x}/_count", INDEX_OPTIONS, false, false, sim_serve_count,
        ES "search-count.html"},
    {"field_caps", "GET", "/{x}/_field_caps",
        "fields include_unmapped filters types " INDEX_OPTIONS, false, false, sim_serve_field_caps,
        ES "search-field-caps.html"},
    {"field_caps", "POST", "/{x}/_field_caps",
        "fields include_unmapped filters types " INDEX_OPTIONS, false, false, sim_serve_field_caps,
        ES "search-field-caps.html"},
    {"document", "GET", "/{x}/_doc/{y}", "_source realtime refresh routing", false, false,
        sim_serve_document, ES "docs-get.html"},

    {"update_by_query", "POST", "/{x}/_update_by_query",
        "refresh conflicts wait_for_completion timeout " INDEX_OPTIONS, false, false,
        sim_serve_update_by_query, ES "docs-update-by-query.html"},
    {"kibana_status", "GET", "/api/status", "v8format", true, false, sim_serve_kibana_status,
        KIBANA "operation/operation-get-status"},
    {"status", "POST", "/api/detection_engine/signals/status", "", true, false, sim_serve_status,
        KIBANA "operation/operation-setalertsstatus"},
    {"signals_search", "POST", "/api/detection_engine/signals/search", "", true, false,
        sim_serve_signals_search, KIBANA "operation/operation-searchalerts"},
    {"isolate", "POST", "/api/endpoint/action/isolate", "", true, false, sim_serve_isolate,
        KIBANA "operation/operation-endpointisolateaction"},
    {"unisolate", "POST", "/api/endpoint/action/unisolate", "", true, false, sim_serve_unisolate,
        KIBANA "operation/operation-endpointunisolateaction"},
    {"isolate_old", "POST", "/api/endpoint/isolate", "", true, false, sim_serve_isolate_old,
        KIBANA "operation/operation-endpointisolateredirect"},
    {"isolate_old", "POST", "/api/endpoint/unisolate", "", true, false, sim_serve_isolate_old,
        KIBANA "operation/operation-endpointunisolateredirect"},
    {"action", "GET", "/api/endpoint/action/{x}", "", true, false, sim_serve_action,
        KIBANA "operation/operation-endpointgetactionsdetails"},

    {"fault", "POST", "/_range/fault", "", false, true, sim_serve_fault, "range/sim_elastic.h"},
    {"add", "POST", "/_range/add", "", false, true, sim_serve_add, "range/sim_elastic.h"},
    {"ledger", "GET", "/_range/ledger", "", false, true, sim_serve_ledger, "range/sim_elastic.h"},
    {NULL, NULL, NULL, NULL, false, false, NULL, NULL},
};
