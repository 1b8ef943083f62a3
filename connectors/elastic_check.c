/* Is the way, the certificate, the secret, the permission and the index right? One question each,
 * so that the first wrong answer names what is wrong. */
#include "connectors/elastic.h"

#include "connectors/json_reply.h"
#include "core/clock.h"

static int check_service(struct elastic *s, struct str *report, struct err *e)
{
    struct elastic_request r = {.method = "GET", .path = "/"};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    if (!root)
        return -1;
    const char *version = json_reply_text(root, "version.number");
    const char *cluster = json_reply_text(root, "cluster_name");
    if (version)
        str_printf(
            report, "reached: Elasticsearch %s, cluster %s\n", version, cluster ? cluster : "?");
    else
        err_set(e, ERR_INPUT,
            "%s answers, but not as Elasticsearch does: does `url` name Kibana or "
            "something else?",
            s->settings.name);
    json_decref(root);
    return version ? 0 : -1;
}

static void put_index_privileges(struct str *body, const struct elastic *s)
{
    str_puts(body, "{\"index\":[");
    for (int i = 0; i < ELASTIC_STREAMS; i++) {
        const char *index = s->streams[i].index;
        if (!index)
            continue;
        str_puts(body, i ? ",{\"names\":[" : "{\"names\":[");
        str_json(body, slice_of(index));
        str_puts(body, "],\"privileges\":[\"read\"");
        if (i == ELASTIC_ALERTS && !s->kibana)
            str_puts(body, ",\"write\""); /* verdicts go there when there is no Kibana */
        str_puts(body, "],\"allow_restricted_indices\":false}");
    }
    str_puts(body, "]}");
}

static void name_missing(const json_t *indices, struct str *missing)
{
    const char *index, *privilege;
    json_t *rights, *granted;
    json_object_foreach((json_t *)(uintptr_t)indices, index, rights)
    {
        json_object_foreach(rights, privilege, granted)
        {
            if (!json_is_true(granted))
                str_printf(missing, "%s%s on %s", missing->n ? ", " : "", privilege, index);
        }
    }
}

/* Reading is needed; writing only for verdicts, so its lack is a fact and no error. */
static int check_permission(struct elastic *s, struct str *report, struct err *e)
{
    struct str body = STR_INIT, missing = STR_INIT;
    struct err fault = ERR_INIT;
    put_index_privileges(&body, s);
    struct elastic_request r = {
        .method = "POST", .path = "/_security/user/_has_privileges", .body = str_as_slice(&body)};
    json_t *root = elastic_ask_json(s, &r, NULL, &fault);
    str_release(&body);
    if (!root) {
        if (fault.code != ERR_INPUT && fault.code != ERR_NOT_FOUND) {
            if (e)
                *e = fault;
            return -1;
        }
        str_puts(report, "permission: not told by this cluster (its security is off or limited)\n");
        return 0;
    }
    const char *who = json_reply_text(root, "username");
    name_missing(json_object_get(root, "index"), &missing);
    str_printf(report, "credentials: accepted%s%s\n", who ? " as " : "", who ? who : "");
    if (missing.n)
        str_printf(report, "permission: missing %s\n", missing.p);
    else
        str_puts(report, "permission: all that is needed\n");
    bool unreadable = missing.n && strstr(missing.p, "read on ");
    if (unreadable)
        err_set(e, ERR_DENIED, "the credentials of %s lack a permission: %s", s->settings.name,
            missing.p);
    json_decref(root);
    str_release(&missing);
    return unreadable ? -1 : 0;
}

static int check_index(
    struct elastic *s, const struct elastic_stream *t, struct str *report, struct err *e)
{
    struct str path = STR_INIT;
    elastic_index_path(&path, t->index, "/_search");
    static const char body[] = "{\"size\":1,\"track_total_hits\":true,\"_source\":[\"@timestamp\"],"
                               "\"sort\":[{\"@timestamp\":{\"order\":\"desc\",\"unmapped_type\":"
                               "\"date\"}}]}";
    struct elastic_request r = {.method = "POST", .path = path.p, .body = SLICE(body)};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    str_release(&path);
    if (!root)
        return e && e->code == ERR_NOT_FOUND
                   ? err_set(e, ERR_NOT_FOUND, "%s has no index %s: check %s_index",
                         s->settings.name, t->index, t->name)
                   : -1;
    int64_t n = json_reply_int(root, "hits.total.value", 0);
    const char *newest = json_reply_text(root, "hits.hits.0._source.@timestamp");
    int64_t failed = json_reply_int(root, "_shards.failed", 0);
    if (n)
        str_printf(report, "%s: %lld in %s, the newest of %s\n", t->name, (long long)n, t->index,
            newest ? newest : "?");
    else
        str_printf(report, "%s: %s is empty\n", t->name, t->index);
    if (failed)
        str_printf(report, "%s: %lld shards do not answer\n", t->name, (long long)failed);
    json_decref(root);
    return 0;
}

static int check_kibana(struct elastic *s, struct str *report, struct err *e)
{
    if (!s->kibana) {
        str_puts(report, "kibana: not configured; verdicts are written to the index, the agent "
                         "cannot be told to isolate\n");
        return 0;
    }
    struct elastic_request r = {.method = "GET", .path = "/api/status", .kibana = true};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    if (!root)
        return err_prefix(e, "kibana_url: ");
    const char *version = json_reply_text(root, "version.number");
    str_printf(report, "kibana: reached, %s\n", version ? version : "version not told");
    json_decref(root);
    return 0;
}

int elastic_check(void *state, struct str *report, struct err *e)
{
    struct elastic *s = state;
    if (check_service(s, report, e) || check_permission(s, report, e))
        return -1;
    for (int i = 0; i < ELASTIC_STREAMS; i++)
        if (s->streams[i].index && check_index(s, &s->streams[i], report, e))
            return -1;
    return check_kibana(s, report, e);
}
