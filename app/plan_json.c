#include "app/plan_inside.h"

#include "core/hash.h"
#include "core/mem.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *text(const char *value)
{
    json_t *j = value ? json_string(value) : json_null();
    /* jansson refuses what is no UTF-8: such a byte never gets into a plan */
    return j ? j : json_string("(not UTF-8)");
}

static json_t *host_json(const struct plan_host *h)
{
    static const char *const verdicts[] = {"ok", "needs_word", "blocked"};
    json_t *j = json_object();
    json_object_set_new(j, "name", text(h->name));
    json_object_set_new(j, "address", text(h->address));
    json_object_set_new(j, "user", text(h->user));
    json_object_set_new(j, "via", text(h->via));
    json_object_set_new(j, "platform", text(h->platform));
    json_object_set_new(j, "criticality", text(h->criticality));
    json_object_set_new(j, "protected", json_boolean(h->is_protected));
    json_object_set_new(j, "verdict", text(verdicts[h->verdict]));
    json_object_set_new(j, "why", text(h->why));
    json_object_set_new(j, "script", text(h->script));
    json_object_set_new(j, "identity", text(h->identity));
    json_object_set_new(j, "impact", text(h->impact));
    json_object_set_new(j, "preflight_error", text(h->preflight_error));
    return j;
}

void plan_write_json(struct plan *p)
{
    json_t *j = json_object(), *hosts = json_array(), *parameters = json_object();
    for (size_t i = 0; i < p->host_count; i++)
        json_array_append_new(hosts, host_json(&p->hosts[i]));
    for (size_t i = 0; i < p->parameter_count; i++)
        json_object_set_new(parameters, p->parameters[i].name, text(p->parameters[i].value));
    json_object_set_new(j, "format", json_integer(1));
    json_object_set_new(j, "hosts", hosts);
    json_object_set_new(j, "parameters", parameters);
    json_object_set_new(j, "runbook", text(p->runbook));
    json_object_set_new(j, "runbook_sha256", text(p->runbook_sha256));
    json_object_set_new(j, "title", text(p->title));
    json_object_set_new(j, "reason", text(p->reason));
    json_object_set_new(j, "revert", text(p->revert));
    json_object_set_new(j, "requester", text(p->requester));
    json_object_set_new(j, "reversible", json_boolean(p->reversible));
    json_object_set_new(j, "reaches_network", json_boolean(p->reaches_network));
    json_object_set_new(j, "reads_only", json_boolean(p->reads_only));
    json_object_set_new(j, "case", json_integer(p->case_id));
    json_object_set_new(j, "alert", json_integer(p->alert));
    json_object_set_new(j, "lease_ns", json_integer(p->lease_ns));
    json_object_set_new(j, "made", json_integer(p->made));
    char *bytes = json_dumps(j, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(j);
    free(p->json);
    p->json = bytes ? bytes : mem_strdup("{}");
    hash_sha256_hex(slice_of(p->json), p->sha256);
}

static const char *read_text(struct plan *p, const json_t *from, const char *key)
{
    const char *value = json_string_value(json_object_get(from, key));
    return value ? arena_strdup(&p->arena, value) : NULL;
}

static const char *read_word(struct plan *p, const json_t *from, const char *key)
{
    const char *value = read_text(p, from, key);
    return value ? value : "";
}

static void read_host(struct plan *p, struct plan_host *h, const json_t *from)
{
    const char *verdict = json_string_value(json_object_get(from, "verdict"));
    *h = (struct plan_host){.name = read_word(p, from, "name"),
        .address = read_word(p, from, "address"),
        .user = read_word(p, from, "user"),
        .via = read_word(p, from, "via"),
        .platform = read_word(p, from, "platform"),
        .criticality = read_word(p, from, "criticality"),
        .is_protected = json_is_true(json_object_get(from, "protected")),
        /* whatever is not plainly allowed is blocked */
        .verdict = PLAN_BLOCKED,
        .why = read_word(p, from, "why"),
        .script = read_word(p, from, "script"),
        .identity = read_text(p, from, "identity"),
        .impact = read_text(p, from, "impact"),
        .preflight_error = read_text(p, from, "preflight_error")};
    if (verdict && strcmp(verdict, "ok") == 0)
        h->verdict = PLAN_OK;
    else if (verdict && strcmp(verdict, "needs_word") == 0)
        h->verdict = PLAN_NEEDS_WORD;
}

static void read_parameters(struct plan *p, json_t *from)
{
    struct plan_parameter *list =
        arena_zalloc(&p->arena, (json_object_size(from) + 1) * sizeof *list);
    const char *key;
    json_t *value;
    json_object_foreach(from, key, value)
    {
        if (json_is_string(value))
            list[p->parameter_count++] = (struct plan_parameter){
                arena_strdup(&p->arena, key), arena_strdup(&p->arena, json_string_value(value))};
    }
    p->parameters = list;
}

int plan_read_json(struct plan **out, struct slice json, struct err *e)
{
    json_t *j = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL), *hosts;
    if (!json_is_object(j) || !json_is_array(hosts = json_object_get(j, "hosts"))) {
        json_decref(j);
        return err_set(e, ERR_CORRUPT, "the stored plan cannot be read");
    }
    struct plan *p = mem_zalloc(1, sizeof *p);
    p->host_count = json_array_size(hosts);
    p->hosts = arena_zalloc(&p->arena, (p->host_count + 1) * sizeof *p->hosts);
    for (size_t i = 0; i < p->host_count; i++)
        read_host(p, &p->hosts[i], json_array_get(hosts, i));
    read_parameters(p, json_object_get(j, "parameters"));
    p->runbook = read_word(p, j, "runbook");
    p->runbook_sha256 = read_word(p, j, "runbook_sha256");
    p->title = read_word(p, j, "title");
    p->reason = read_word(p, j, "reason");
    p->revert = read_word(p, j, "revert");
    p->requester = read_word(p, j, "requester");
    p->reversible = json_is_true(json_object_get(j, "reversible"));
    p->reaches_network = json_is_true(json_object_get(j, "reaches_network"));
    p->reads_only = json_is_true(json_object_get(j, "reads_only"));
    p->case_id = json_integer_value(json_object_get(j, "case"));
    p->alert = json_integer_value(json_object_get(j, "alert"));
    p->lease_ns = json_integer_value(json_object_get(j, "lease_ns"));
    p->made = json_integer_value(json_object_get(j, "made"));
    json_decref(j);
    p->json = mem_strndup(json.p, json.n);
    hash_sha256_hex(json, p->sha256);
    *out = p;
    return 0;
}
