#include "connectors/elastic.h"

#include "connectors/json_reply.h"
#include "core/mem.h"

#include <stdlib.h>

#define KEEP_ALIVE "2m"

void elastic_index_path(struct str *path, const char *index, const char *tail)
{
    str_char(path, '/');
    for (const char *c = index; *c; c++)
        if (strchr("/?#% ", *c))
            str_printf(path, "%%%02X", (unsigned char)*c);
        else
            str_char(path, *c);
    str_puts(path, tail);
}

static int open_pit(struct elastic *s, struct elastic_walk *w, const struct elastic_window *window,
    const struct poll_context *context, struct err *e)
{
    struct str path = STR_INIT;
    elastic_index_path(&path, window->index,
        window->lenient ? "/_pit?keep_alive=" KEEP_ALIVE "&ignore_unavailable=true"
                        : "/_pit?keep_alive=" KEEP_ALIVE);
    struct elastic_request r = {.method = "POST", .path = path.p, .retry_ns = window->retry_ns};
    json_t *root = elastic_ask_json(s, &r, context, e);
    str_release(&path);
    if (!root)
        return e && e->code == ERR_NOT_FOUND
                   ? err_set(e, ERR_NOT_FOUND,
                         "%s has no index %s, or the key may not see it: check the index option",
                         s->settings.name, window->index)
                   : -1;
    const char *id = json_reply_text(root, "id");
    w->pit = mem_strdup(id);
    json_decref(root);
    return w->pit ? 0
                  : err_set(e, ERR_INPUT,
                        "%s gave no point in time: is it Elasticsearch 7.16 or newer?",
                        s->settings.name);
}

void elastic_walk_end(struct elastic *s, struct elastic_walk *w)
{
    struct str body = STR_INIT;
    if (w->pit) {
        str_puts(&body, "{\"id\":");
        str_json(&body, slice_of(w->pit));
        str_char(&body, '}');
        struct elastic_request r = {
            .method = "DELETE", .path = "/_pit", .body = str_as_slice(&body)};
        elastic_ask(s, &r, NULL, NULL);
    }
    free(w->pit);
    str_release(&w->after);
    str_release(&body);
    *w = (struct elastic_walk){.after = STR_INIT};
}

/* strict_date_optional_time_nanos, so that sort values lose nothing; they are echoed as they came.
 */
static void put_search(
    struct str *body, const struct elastic_walk *w, const struct elastic_window *window)
{
    str_printf(body, "{\"size\":%zu,\"track_total_hits\":false,\"pit\":{\"id\":", window->size);
    str_json(body, slice_of(w->pit));
    str_puts(body, ",\"keep_alive\":\"" KEEP_ALIVE "\"},\"sort\":[{");
    str_json(body, slice_of(window->by));
    str_printf(body,
        ":{\"order\":\"%s\",\"format\":\"strict_date_optional_time_nanos\",\"unmapped_type\":"
        "\"date\"}},{\"_shard_doc\":\"%s\"}],\"query\":",
        window->ascending ? "asc" : "desc", window->ascending ? "asc" : "desc");
    str_slice(body, window->query);
    if (w->after.n) {
        str_puts(body, ",\"search_after\":");
        str_slice(body, str_as_slice(&w->after));
    }
    str_char(body, '}');
}

/* -1: the server gave the same place again, which would never end. */
static int keep_place(struct elastic_walk *w, const struct elastic_page *page, struct err *e)
{
    if (page->hits && slice_equal(page->after, str_as_slice(&w->after)))
        return err_set(e, ERR_INPUT,
            "page %llu of %s brings no further: its hits have no new place",
            (unsigned long long)page->number, page->index);
    if (page->pit.n) {
        free(w->pit);
        w->pit = mem_strndup(page->pit.p, page->pit.n);
    }
    if (page->after.n) {
        str_clear(&w->after);
        str_slice(&w->after, page->after);
    }
    if (page->fault[0] && !w->holed)
        memcpy(w->why, page->fault, sizeof w->why);
    w->holed |= page->fault[0] != '\0';
    return 0;
}

int elastic_walk_page(struct elastic *s, struct elastic_walk *w,
    const struct elastic_window *window, const struct poll_context *context,
    struct elastic_page *page, struct err *e)
{
    struct str body = STR_INIT;
    *window->expired = false;
    if (!w->pit && open_pit(s, w, window, context, e))
        return -1;
    put_search(&body, w, window);
    struct elastic_request r = {.method = "POST",
        .path = "/_search",
        .body = str_as_slice(&body),
        .retry_ns = window->retry_ns};
    int rc = elastic_ask(s, &r, context, e);
    str_release(&body);
    if (rc && s->reply.status == 404) {
        /* "No search context found": the time cursor, not the point in time, is what we resume by
         */
        free(w->pit);
        w->pit = NULL;
        elastic_walk_end(s, w);
        *window->expired = true;
    }
    if (rc)
        return -1;
    page->number = ++w->pages;
    page->index = window->index;
    if (elastic_page_read(str_as_slice(&s->reply.body), page, e) || keep_place(w, page, e)) {
        elastic_walk_end(s, w);
        return err_prefix(e, "%s: ", s->settings.name);
    }
    return 0;
}
