/* https://www.elastic.co/guide/en/elasticsearch/reference/8.17/search-search.html */
#include "range/elastic_query.h"
#include "range/elastic_server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char body_keys[] =
    "query pit sort search_after size from fields _source track_total_hits timeout version "
    "seq_no_primary_term min_score stored_fields docvalue_fields highlight terminate_after "
    "runtime_mappings explain profile track_scores stats";

struct found {
    struct sim_hit *hits;
    size_t count; /* all that match and come after */
    size_t total; /* all that match */
};

static int check_keys(struct sim_request *r)
{
    const char *key;
    json_t *value;
    json_object_foreach(r->body, key, value)
    {
        if (strcmp(key, "aggs") == 0 || strcmp(key, "aggregations") == 0 ||
            strcmp(key, "collapse") == 0) {
            sim_fail(r, 400, "simulator_limit_exception", "the simulator does not know [%s]", key);
            return -1;
        }
        if (!sim_word_in(body_keys, key)) {
            sim_fail(r, 400, "parsing_exception", "unknown key [%s] in the search body", key);
            return -1;
        }
    }
    return 0;
}

static int read_number(struct sim_request *r, const char *key, int64_t fallback, int64_t *out)
{
    const json_t *v = json_object_get(r->body, key);
    const char *parameter = sim_parameter(r, key);
    *out = v ? json_integer_value(v) : fallback;
    if (!v && parameter && !slice_int(slice_of(parameter), out))
        *out = -1;
    if ((v && !json_is_integer(v)) || *out < 0) {
        sim_fail(r, 400, "illegal_argument_exception",
            "[%s] parameter cannot be negative, found [%lld]", key, (long long)*out);
        return -1;
    }
    return 0;
}

static int check_window(struct sim_request *r, int64_t from, int64_t size)
{
    int64_t limit = (int64_t)r->sim->window;
    if (json_object_get(r->body, "search_after") && from > 0) {
        sim_fail(r, 400, "illegal_argument_exception",
            "`from` parameter must be set to 0 when `search_after` is used");
        return -1;
    }
    if (from + size <= limit)
        return 0;
    sim_fail(r, 400, "illegal_argument_exception",
        "Result window is too large, from + size must be less than or equal to: [%lld] but was "
        "[%lld]. See the scroll api for a more efficient way to request large data sets. This "
        "limit can be set by changing the [index.max_result_window] index level setting.",
        (long long)limit, (long long)(from + size));
    return -1;
}

static struct found collect(
    const json_t *query, const struct sim_store *store, const struct sim_sort *sort)
{
    struct found f = {.hits = mem_zalloc(store->count + 1, sizeof(*f.hits))};
    for (size_t i = 0; i < store->count; i++) {
        if (!sim_query_matches(query, &store->documents[i]))
            continue;
        f.total++;
        struct sim_hit h = {.document = &store->documents[i]};
        sim_sort_keys(sort, &h);
        if (sim_sort_is_after(sort, &h))
            f.hits[f.count++] = h;
        else
            free(h.keys);
    }
    sim_sort_hits(sort, f.hits, f.count);
    return f;
}

static void found_release(struct found *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->hits[i].keys);
    free(f->hits);
}

static void write_json(struct str *out, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    str_puts(out, text);
    free(text);
    json_decref(value);
}

/* Damages a source on purpose; the text is spliced because no JSON library would write it. */
static void write_damaged(const struct sim_request *r, struct str *out, json_t *source)
{
    if (strcmp(r->fault.row->name, "bad_hit") == 0) {
        str_puts(out, "{\"@timestamp\":\"not a time\",\"kibana.alert.uuid\":{\"no\":[]}}");
        json_decref(source);
        return;
    }
    json_t *copy = json_copy(source);
    json_decref(source);
    json_object_del(copy, "tags");
    write_json(out, copy);
    out->n--;
    str_printf(out, "%s%s}", out->p[out->n - 1] == '{' ? "" : ",", r->fault.row->splice);
}

static void write_hit(
    struct sim_request *r, struct str *out, const struct sim_sort *sort, const struct sim_hit *h)
{
    const struct sim_document *d = h->document;
    bool damaged = r->fault.row && r->fault.row->kind == FAULT_HIT && r->hits == 0;
    json_t *source = sim_source(json_object_get(r->body, "_source"), d->source);
    json_t *values = sim_sort_values(sort, h);
    const json_t *fields = json_object_get(r->body, "fields");
    str_puts(out, "{\"_index\":");
    str_json(out, slice_of(d->concrete));
    str_puts(out, ",\"_id\":");
    str_json(out, slice_of(d->id));
    str_puts(out, values ? ",\"_score\":null" : ",\"_score\":1.0");
    if (source) {
        str_puts(out, ",\"_source\":");
        if (damaged)
            write_damaged(r, out, source);
        else
            write_json(out, source);
    }
    if (fields) {
        str_puts(out, ",\"fields\":");
        write_json(out, sim_fields(fields, d->source));
    }
    if (values) {
        str_puts(out, ",\"sort\":");
        write_json(out, values);
    }
    str_char(out, '}');
    r->hits++;
}

static void write_total(struct sim_request *r, size_t total)
{
    const json_t *track = json_object_get(r->body, "track_total_hits");
    size_t cap = json_is_integer(track) ? (size_t)json_integer_value(track) : 10000;
    if (json_is_false(track))
        return;
    bool more = !json_is_true(track) && total > cap;
    str_printf(&r->reply.body, "\"total\":{\"value\":%zu,\"relation\":\"%s\"},", more ? cap : total,
        more ? "gte" : "eq");
}

static void write_head(struct sim_request *r, const struct sim_pit *pit)
{
    enum fault_kind fault = r->fault.row ? r->fault.row->kind : FAULT_NONE;
    struct str *out = &r->reply.body;
    r->reply.status = 200;
    r->reply.type = "application/json";
    str_char(out, '{');
    if (pit)
        str_printf(out, "\"pit_id\":\"%s\",", pit->id);
    str_printf(out, "\"took\":3,\"timed_out\":%s,", fault == FAULT_TIMED_OUT ? "true" : "false");
    if (fault == FAULT_SHARDS)
        str_puts(out,
            "\"_shards\":{\"total\":2,\"successful\":1,\"skipped\":0,\"failed\":1,\"failures\":[{"
            "\"shard\":0,\"index\":\".internal.alerts-security.alerts-default-000001\",\"node\":"
            "\"n1\",\"reason\":{\"type\":\"node_disconnected_exception\",\"reason\":\"disconnected"
            "\"}}]},");
    else
        str_puts(out, "\"_shards\":{\"total\":1,\"successful\":1,\"skipped\":0,\"failed\":0},");
}

static void write_found(struct sim_request *r, const struct found *f, const struct sim_sort *sort,
    size_t from, size_t size)
{
    enum fault_kind fault = r->fault.row ? r->fault.row->kind : FAULT_NONE;
    size_t end = from + size < f->count ? from + size : f->count;
    if ((fault == FAULT_TIMED_OUT || fault == FAULT_SHARDS) && end > from)
        end = from + (end - from) / 2;
    str_puts(&r->reply.body, "\"hits\":{");
    write_total(r, f->total);
    str_puts(&r->reply.body, "\"max_score\":null,\"hits\":[");
    for (size_t i = from; i < end; i++) {
        if (i > from)
            str_char(&r->reply.body, ',');
        write_hit(r, &r->reply.body, sort, &f->hits[i]);
    }
    str_puts(&r->reply.body, "]}}");
}

static void rotate(struct sim_elastic *sim, struct sim_pit *pit)
{
    memcpy(pit->previous, pit->id, sizeof(pit->id));
    sim_make_id(sim, "46ToAwMDaWR5", pit->id, sizeof(pit->id));
    pit->deadline = clock_monotonic() + pit->keep_alive;
}

void sim_search_run(struct sim_request *r, const struct sim_store *store, struct sim_pit *pit)
{
    struct err e = ERR_INIT;
    int64_t size, from;
    const json_t *query = json_object_get(r->body, "query");
    if (check_keys(r) < 0 || read_number(r, "size", 10, &size) < 0 ||
        read_number(r, "from", 0, &from) < 0 || check_window(r, from, size) < 0)
        return;
    if (sim_query_check(query, &e) < 0) {
        bool ours = e.code == ERR_UNSUPPORTED;
        sim_fail(r, 400, ours ? "simulator_limit_exception" : "parsing_exception", "%s", e.text);
        return;
    }
    struct sim_sort *sort = sim_sort_read(r, store, pit != NULL);
    if (!sort)
        return;
    struct found f = collect(query, store, sort);
    if (pit)
        rotate(r->sim, pit);
    write_head(r, pit);
    write_found(r, &f, sort, (size_t)from, (size_t)size);
    found_release(&f);
    sim_sort_free(sort);
}

static void search_pit(struct sim_request *r, const json_t *wanted)
{
    const char *id = json_string_value(json_object_get(wanted, "id"));
    const char *keep = json_string_value(json_object_get(wanted, "keep_alive"));
    if (!id) {
        sim_fail(r, 400, "parsing_exception", "Required [id]");
        return;
    }
    struct sim_pit *pit = sim_pit_find(r->sim, id);
    if (!pit) {
        sim_fail(r, 404, "search_context_missing_exception",
            "No search context found for id [%llu]", (unsigned long long)r->sim->made);
        return;
    }
    if (keep && !sim_keep_alive(keep, &pit->keep_alive)) {
        sim_fail(r, 400, "illegal_argument_exception",
            "failed to parse setting [keep_alive] with value [%s] as a time value", keep);
        return;
    }
    sim_search_run(r, &pit->snapshot, pit);
}

void sim_serve_search(struct sim_request *r)
{
    const json_t *pit = json_object_get(r->body, "pit");
    if (pit && r->argument) {
        sim_fail(r, 400, "action_request_validation_exception",
            "Validation Failed: 1: [indices] cannot be used with point in time. Do not specify any "
            "index with point in time.;");
        return;
    }
    if (pit) {
        search_pit(r, pit);
        return;
    }
    const char *patterns = r->argument ? r->argument : "*";
    if (!strchr(patterns, '*') && !strchr(patterns, ',') &&
        !sim_store_has_index(&r->sim->store, patterns)) {
        sim_fail(r, 404, "index_not_found_exception", "no such index [%s]", patterns);
        return;
    }
    struct sim_store seen = sim_store_snapshot(&r->sim->store, patterns, false);
    sim_search_run(r, &seen, NULL);
    sim_store_release(&seen);
}

void sim_serve_count(struct sim_request *r)
{
    struct err e = ERR_INIT;
    const json_t *query = json_object_get(r->body, "query");
    if (sim_query_check(query, &e) < 0) {
        sim_fail(r, 400, "parsing_exception", "%s", e.text);
        return;
    }
    size_t n = 0;
    for (size_t i = 0; i < r->sim->store.count; i++) {
        const struct sim_document *d = &r->sim->store.documents[i];
        n += sim_index_matches(d, r->argument, false) && sim_query_matches(query, d);
    }
    sim_answer(r, json_pack("{s:I,s:{s:i,s:i,s:i,s:i}}", "count", (json_int_t)n, "_shards", "total",
                      1, "successful", 1, "skipped", 0, "failed", 0));
}
