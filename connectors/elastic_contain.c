/* Isolation by Elastic Defend: asked for, then polled until the agent has answered.
 * https://www.elastic.co/docs/api/doc/kibana/v8/operation/operation-endpointisolateaction */
#include "connectors/elastic.h"

#include "connectors/json_reply.h"

int elastic_contain(void *state, const char *agent_id, bool release, const char *comment,
    struct str *ticket, struct err *e)
{
    struct elastic *s = state;
    struct str body = STR_INIT;
    if (!agent_id || !*agent_id)
        return err_set(e, ERR_UNSUPPORTED,
            "the alert names no agent.id, so %s cannot tell which host "
            "to isolate",
            s->settings.name);
    str_puts(&body, "{\"agent_type\":\"endpoint\",\"endpoint_ids\":[");
    str_json(&body, slice_of(agent_id));
    str_char(&body, ']');
    if (comment && *comment) {
        str_puts(&body, ",\"comment\":");
        str_json(&body, slice_of(comment));
    }
    str_char(&body, '}');
    struct elastic_request r = {.method = "POST",
        .path = release ? "/api/endpoint/action/unisolate" : "/api/endpoint/action/isolate",
        .body = str_as_slice(&body),
        .kibana = true};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    str_release(&body);
    if (!root)
        return -1;
    const char *id = json_reply_text(root, "data.id");
    if (!id)
        id = json_reply_text(root, "action");
    if (id)
        str_puts(ticket, id);
    else
        err_set(e, ERR_INPUT, "%s took the order and named no action to follow", s->settings.name);
    json_decref(root);
    return id ? 0 : -1;
}

int elastic_contain_state(void *state, const char *ticket, enum contain_state *out, struct err *e)
{
    struct elastic *s = state;
    struct str path = STR_INIT;
    str_puts(&path, "/api/endpoint/action");
    elastic_index_path(&path, ticket, "");
    struct elastic_request r = {.method = "GET", .path = path.p, .kibana = true};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    str_release(&path);
    if (!root)
        return -1;
    *out = CONTAIN_UNKNOWN;
    if (json_reply_at(root, "data.isCompleted"))
        *out = !json_reply_true(root, "data.isCompleted")    ? CONTAIN_PENDING
               : json_reply_true(root, "data.wasSuccessful") ? CONTAIN_DONE
                                                             : CONTAIN_FAILED;
    if (json_reply_true(root, "data.isExpired"))
        *out = CONTAIN_FAILED;
    if (*out == CONTAIN_FAILED)
        err_set(e, ERR_PARTIAL, "%s says that the agent did not do it: %s", s->settings.name,
            json_reply_text(root, "data.errors.0") ? json_reply_text(root, "data.errors.0")
                                                   : "no reason given");
    json_decref(root);
    return 0;
}
