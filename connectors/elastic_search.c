/* A query run where the data lies: alerts and telemetry, newest first. */
#include "connectors/elastic.h"

#include "connectors/json_reply.h"
#include "connectors/query_dsl.h"

#include <stdlib.h>

/* https://www.elastic.co/guide/en/elasticsearch/reference/8.17/mapping-types.html */
static const struct {
    const char *name;
    enum dsl_type type;
} mapping_types[] = {
    {"keyword", DSL_KEYWORD},
    {"constant_keyword", DSL_KEYWORD},
    {"wildcard", DSL_KEYWORD},
    {"text", DSL_TEXT},
    {"match_only_text", DSL_TEXT},
    {"long", DSL_NUMBER},
    {"integer", DSL_NUMBER},
    {"short", DSL_NUMBER},
    {"byte", DSL_NUMBER},
    {"unsigned_long", DSL_NUMBER},
    {"float", DSL_NUMBER},
    {"double", DSL_NUMBER},
    {"scaled_float", DSL_NUMBER},
    {"date", DSL_DATE},
    {"date_nanos", DSL_DATE},
    {"ip", DSL_IP},
};

static enum dsl_type type_named(const char *name)
{
    for (size_t i = 0; i < sizeof mapping_types / sizeof *mapping_types; i++)
        if (strcmp(mapping_types[i].name, name) == 0)
            return mapping_types[i].type;
    return DSL_OTHER;
}

/* One family in all indices, or DSL_OTHER: then only the presence can be asked for. */
static enum dsl_type type_in(const struct dsl_types *types, const char *field)
{
    const json_t *caps = json_object_get(json_object_get(types->owner, "fields"), field);
    enum dsl_type type = DSL_ABSENT;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)caps, name, value)
    {
        if (strcmp(name, "unmapped") == 0)
            continue;
        type = type == DSL_ABSENT || type == type_named(name) ? type_named(name) : DSL_OTHER;
    }
    return type;
}

static void add_name(void *owner, const char *name)
{
    struct str *path = owner;
    if (path->p[path->n - 1] != '=')
        str_char(path, ',');
    str_puts(path, name);
}

static json_t *field_caps(struct elastic *s, const char *indices, const struct query *q,
    const struct poll_context *context, struct err *e)
{
    struct str path = STR_INIT;
    elastic_index_path(&path, indices, "/_field_caps?ignore_unavailable=true&fields=");
    query_dsl_names(q, add_name, &path);
    if (path.p[path.n - 1] == '=')
        str_puts(&path, "@timestamp");
    struct elastic_request r = {.method = "GET", .path = path.p};
    json_t *root = elastic_ask_json(s, &r, context, e);
    str_release(&path);
    return root;
}

/* The walk keeps its query, so that further pages ask for the same. */
static int begin(struct elastic *s, const char *indices, const struct query *q,
    const struct poll_context *context, struct err *e)
{
    elastic_walk_end(s, &s->search);
    json_t *caps = field_caps(s, indices, q, context, e);
    if (!caps)
        return -1;
    struct dsl_types types = {type_in, caps};
    str_clear(&s->search_query);
    query_dsl(q, &types, &s->search_query);
    json_decref(caps);
    s->search_hash = slice_hash(slice_of(q->text), 1);
    s->search_fault = (struct err)ERR_INIT;
    return 0;
}

static int end(struct elastic *s)
{
    if (s->search.holed)
        err_set(&s->search_fault, ERR_PARTIAL, "%s answered for a part of the data only: %s",
            s->settings.name, s->search.why);
    elastic_walk_end(s, &s->search);
    if (s->search_fault.code != ERR_NONE)
        return 1; /* what came is handed out first, the sentence with the next call */
    s->search_hash = 0;
    return 0;
}

static char *both_indices(const struct elastic *s)
{
    struct str indices = STR_INIT;
    str_puts(&indices, s->alerts_index);
    if (s->telemetry_index)
        str_printf(&indices, ",%s", s->telemetry_index);
    return str_take(&indices);
}

static int next_page(struct elastic *s, struct elastic_window *window, struct elastic_page *page,
    const struct poll_context *context, struct err *e)
{
    bool expired = false;
    window->expired = &expired;
    if (elastic_walk_page(s, &s->search, window, context, page, e)) {
        s->search_hash = 0;
        return expired ? err_set(e, ERR_TIMEOUT,
                             "the search at %s was left too long and has ended there: run it again",
                             s->settings.name)
                       : -1;
    }
    return elastic_page_is_last(page, window->size) ? end(s) : 1;
}

int elastic_search(void *state, const struct query *query, size_t limit,
    const struct poll_context *context, struct batch *out, struct err *e)
{
    struct elastic *s = state;
    bool same = s->search_hash && s->search_hash == slice_hash(slice_of(query->text), 1);
    size_t size = limit && limit < s->page_size ? limit : s->page_size;
    if (same && s->search_fault.code != ERR_NONE) {
        if (e)
            *e = s->search_fault;
        s->search_hash = 0;
        return -1;
    }
    char *indices = both_indices(s);
    struct elastic_page page = {.out = out,
        .kind = RECORD_EVENT,
        .kibana = s->kibana,
        .ecs_state = s->ecs_state,
        .only = query};
    int rc = same ? 0 : begin(s, indices, query, context, e);
    struct elastic_window window = {.index = indices,
        .by = "@timestamp",
        .query = str_as_slice(&s->search_query),
        .size = size,
        .lenient = true};
    if (rc == 0)
        rc = next_page(s, &window, &page, context, e);
    free(indices);
    return rc;
}
