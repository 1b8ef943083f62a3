/* Status and verdict back. Kibana's route where it is configured; else the alert's own fields,
 * which is what that route writes.
 * https://www.elastic.co/docs/api/doc/kibana/v8/operation/operation-setalertsstatus */
#include "connectors/elastic.h"

#include "connectors/json_reply.h"
#include "core/clock.h"

#include <stdio.h>

static const char *const native_status[] = {
    [STATUS_NEW] = "open", [STATUS_ACK] = "acknowledged", [STATUS_CLOSED] = "closed"};

/* Reasons of closing that Kibana knows since 9.1; a verdict that has none is sent without. */
static const char *const reasons[] = {[VERDICT_NONE] = NULL,
    [VERDICT_TP] = "true_positive",
    [VERDICT_BENIGN] = "benign_positive",
    [VERDICT_FP] = "false_positive",
    [VERDICT_DUPLICATE] = "duplicate",
    [VERDICT_TEST] = "other"};

/* 8.x writes dotted keys at the top, 7.x nests under signal; a nested kibana object is met too. */
static const char script[] =
    "if (ctx._source.containsKey('signal')) { ctx._source.signal.status = params.status } "
    "else if (ctx._source.containsKey('kibana')) "
    "{ ctx._source.kibana.alert.workflow_status = params.status } "
    "else { ctx._source['kibana.alert.workflow_status'] = params.status }";

static void put_by_id(struct str *body, struct slice id)
{
    str_puts(body, "{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"ids\":{\"values\":[");
    str_json(body, id);
    str_puts(body, "]}},{\"term\":{\"kibana.alert.uuid\":{\"value\":");
    str_json(body, id);
    str_puts(body, "}}}]}}");
}

static const char *status_in(const json_t *source)
{
    const char *v = json_reply_text(source, "kibana.alert.workflow_status");
    return v ? v : json_reply_text(source, "signal.status");
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* "in-progress" is what 7.x called acknowledged. */
static bool same_status(const char *a, const char *b)
{
    if (same_text(a, "in-progress"))
        a = "acknowledged";
    return same_text(a, b);
}

/* 1: it is as asked already. 0: go on. -1. */
static int compare(const json_t *known, const json_t *now, const char *wanted, struct err *e)
{
    const char *status = status_in(now), *before = status_in(known);
    if (same_status(status, wanted))
        return 1;
    if (before && status && !same_text(before, status))
        return err_set(e, ERR_CONFLICT,
            "the alert is %s at the source now, and was %s when it was read: pull, then decide "
            "again",
            status, before);
    return 0;
}

static int read_again(
    struct elastic *s, const struct update_request *u, const char *wanted, struct err *e)
{
    struct str body = STR_INIT, path = STR_INIT;
    int rc = -1;
    str_puts(&body, "{\"size\":1,\"query\":");
    put_by_id(&body, u->native_id);
    str_char(&body, '}');
    elastic_index_path(&path, s->alerts_index, "/_search");
    struct elastic_request r = {.method = "POST", .path = path.p, .body = str_as_slice(&body)};
    json_t *root = elastic_ask_json(s, &r, NULL, e), *known = NULL;
    const json_t *now = root ? json_reply_at(root, "hits.hits.0._source") : NULL;
    if (root && !now)
        err_set(e, ERR_NOT_FOUND, "%s has no alert %.*s any more", s->settings.name,
            (int)u->native_id.n, u->native_id.p);
    if (now) {
        known = u->raw.n ? json_reply_read(u->raw, "the record kept here", NULL) : NULL;
        rc = compare(known, now, wanted, e);
    }
    json_decref(root);
    json_decref(known);
    str_release(&body);
    str_release(&path);
    return rc;
}

/* Both routes answer with the body of an update by query. */
static int judge(struct elastic *s, const json_t *root, struct err *e)
{
    const char *why = json_reply_text(root, "failures.0.cause.reason");
    if (json_reply_int(root, "version_conflicts", 0) > 0)
        return err_set(e, ERR_CONFLICT,
            "the alert changed at %s while we wrote to it: pull and try again", s->settings.name);
    if (why || json_reply_int(root, "updated", 1) == 0)
        return err_set(e, ERR_INPUT, "%s did not take the status%s%s", s->settings.name,
            why ? ": " : "", why ? why : "");
    return 0;
}

static int send_kibana(
    struct elastic *s, const struct update_request *u, const char *reason, struct err *e)
{
    struct str body = STR_INIT;
    str_puts(&body, "{\"signal_ids\":[");
    str_json(&body, u->native_id);
    str_printf(&body, "],\"status\":\"%s\"", native_status[u->status]);
    if (reason)
        str_printf(&body, ",\"reason\":\"%s\"", reason);
    str_char(&body, '}');
    struct elastic_request r = {.method = "POST",
        .path = "/api/detection_engine/signals/status",
        .body = str_as_slice(&body),
        .kibana = true};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    int rc = root ? judge(s, root, e) : -1;
    json_decref(root);
    str_release(&body);
    return rc;
}

static int send_by_query(struct elastic *s, const struct update_request *u, struct err *e)
{
    struct str body = STR_INIT, path = STR_INIT;
    str_puts(&body, "{\"query\":");
    put_by_id(&body, u->native_id);
    str_puts(&body, ",\"script\":{\"lang\":\"painless\",\"source\":");
    str_json(&body, slice_of(script));
    str_printf(&body, ",\"params\":{\"status\":\"%s\"}}}", native_status[u->status]);
    elastic_index_path(&path, s->alerts_index, "/_update_by_query?refresh=true&conflicts=proceed");
    struct elastic_request r = {.method = "POST", .path = path.p, .body = str_as_slice(&body)};
    json_t *root = elastic_ask_json(s, &r, NULL, e);
    int rc = root ? judge(s, root, e) : -1;
    json_decref(root);
    str_release(&body);
    str_release(&path);
    return rc;
}

int elastic_update(void *state, const struct update_request *u, struct err *e)
{
    struct elastic *s = state;
    struct err first = ERR_INIT;
    const char *reason = u->status == STATUS_CLOSED ? reasons[u->verdict] : NULL;
    int rc = read_again(s, u, native_status[u->status], e);
    if (rc)
        return rc < 0 ? -1 : 0;
    if (!s->kibana)
        return send_by_query(s, u, e);
    if (send_kibana(s, u, reason, &first) == 0)
        return 0;
    /* Kibana before 9.1 refuses the unknown key `reason` with 400 */
    if (reason && s->reply.status == 400)
        return send_kibana(s, u, NULL, e);
    if (e)
        *e = first;
    return -1;
}
