/* The small routes: who are you, who am I, may I, one document; and the simulator's own. */
#include "range/elastic_server.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

void sim_serve_root(struct sim_request *r)
{
    sim_answer(
        r, json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s},s:s}", "name", "siem-1",
               "cluster_name", "hinomi-range", "cluster_uuid", "cmFuZ2UtY2x1c3Rlci0wMQ", "version",
               "number", "8.17.3", "build_flavor", "default", "build_type", "tar", "build_hash",
               "practice-range", "build_snapshot", 0, "lucene_version", "9.12.0",
               "minimum_wire_compatibility_version", "7.17.0",
               "minimum_index_compatibility_version", "7.0.0", "tagline", "You Know, for Search"));
}

void sim_serve_authenticate(struct sim_request *r)
{
    sim_answer(r, json_pack("{s:s,s:[],s:{},s:b,s:{s:s,s:s},s:s,s:{s:s,s:s}}", "username", "range",
                      "roles", "metadata", "enabled", 1, "authentication_realm", "name",
                      "_es_api_key", "type", "_es_api_key", "authentication_type", "api_key",
                      "api_key", "id", "range", "name", "hinomi"));
}

/* Everything is granted: a refusal is asked for with the fault 403. */
void sim_serve_privileges(struct sim_request *r)
{
    json_t *index = json_object(), *item, *value;
    size_t i, j, k;
    json_array_foreach(json_object_get(r->body, "index"), i, item)
    {
        const json_t *names = json_object_get(item, "names");
        const json_t *wanted = json_object_get(item, "privileges");
        json_t *granted = json_object();
        json_array_foreach(wanted, j, value)
        {
            if (json_is_string(value))
                json_object_set_new(granted, json_string_value(value), json_true());
        }
        json_array_foreach(names, k, value)
        {
            if (json_is_string(value))
                json_object_set(index, json_string_value(value), granted);
        }
        json_decref(granted);
    }
    sim_answer(r, json_pack("{s:s,s:b,s:{},s:o,s:{}}", "username", "range", "has_all_requested", 1,
                      "cluster", "index", index, "application"));
}

/* /{index}/_doc/{id}: the argument holds the index, the path the id. */
void sim_serve_document(struct sim_request *r)
{
    const char *id = strrchr(r->path, '/') + 1;
    const struct sim_document *d = sim_store_find(&r->sim->store, r->argument, id);
    if (d) {
        sim_answer(r, json_pack("{s:s,s:s,s:i,s:b,s:O}", "_index", d->concrete, "_id", d->id,
                          "_version", 1, "found", 1, "_source", d->source));
        return;
    }
    sim_answer(r, json_pack("{s:s,s:s,s:b}", "_index", r->argument, "_id", id, "found", 0));
    r->reply.status = 404;
}

void sim_serve_kibana_status(struct sim_request *r)
{
    sim_answer(r, json_pack("{s:s,s:s,s:{s:s,s:b},s:{s:{s:s,s:s}}}", "name", "kibana", "uuid",
                      "range", "version", "number", "8.17.3", "build_snapshot", 0, "status",
                      "overall", "level", "available", "summary", "All services are available"));
}

void sim_serve_fault(struct sim_request *r)
{
    struct err e = ERR_INIT;
    const char *spec = json_string_value(json_object_get(r->body, "fault"));
    pthread_mutex_unlock(&r->sim->lock); /* sim_elastic_fault takes it itself */
    int rc = spec ? sim_elastic_fault(r->sim, spec, &e) : -1;
    pthread_mutex_lock(&r->sim->lock);
    if (rc == 0)
        sim_answer(r, json_pack("{s:b}", "ok", 1));
    else
        sim_fail(r, 400, "range", "%s", spec ? e.text : "say {\"fault\":\"NAME\"}");
}

void sim_serve_ledger(struct sim_request *r)
{
    sim_answer(r, json_incref(r->sim->ledger));
}

void sim_serve_add(struct sim_request *r)
{
    const char *index = json_string_value(json_object_get(r->body, "index"));
    const char *id = json_string_value(json_object_get(r->body, "id"));
    json_t *document = json_object_get(r->body, "document");
    if (!index || !json_is_object(document)) {
        sim_fail(r, 400, "range", "say {\"index\":…,\"id\":…,\"document\":{…}}");
        return;
    }
    sim_store_put(&r->sim->store, index, id, json_incref(document));
    sim_answer(r, json_pack("{s:b}", "ok", 1));
}
