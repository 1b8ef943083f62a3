#include "connectors/elastic.h"

#include "connectors/json_reply.h"
#include "core/clock.h"

static void put_time(struct str *out, const char *name, int64_t ns)
{
    char text[CLOCK_TEXT_MAX];
    if (ns == CLOCK_NONE)
        str_printf(out, ",\"%s\":null", name);
    else
        str_printf(out, ",\"%s\":\"%s\"", name, clock_format(ns, text));
}

void elastic_cursor_write(const struct elastic *s, struct str *out)
{
    str_puts(out, "{\"v\":1");
    for (int i = 0; i < ELASTIC_STREAMS; i++) {
        const struct elastic_stream *t = &s->streams[i];
        if (!t->index || t->high == CLOCK_NONE)
            continue;
        str_printf(out, ",\"%s\":{\"index\":", t->name);
        str_json(out, slice_of(t->index));
        str_puts(out, ",\"by\":");
        str_json(out, slice_of(t->by));
        put_time(out, "high", t->high);
        put_time(out, "low", t->filled ? CLOCK_NONE : t->low);
        put_time(out, "since", t->filled ? t->since : CLOCK_NONE);
        if (t->stuck[0] || t->stuck[1])
            str_printf(out, ",\"stuck\":[%u,%u]", t->stuck[0], t->stuck[1]);
        str_char(out, '}');
    }
    str_char(out, '}');
}

static int read_time(const json_t *stream, const char *name, int64_t *ns, struct err *e)
{
    const json_t *v = json_object_get(stream, name);
    *ns = CLOCK_NONE;
    if (!v || json_is_null(v))
        return 0;
    if (!json_is_string(v) || !clock_parse(slice_of(json_string_value(v)), ns))
        return err_set(e, ERR_INPUT, "the stored cursor has no time in \"%s\"", name);
    return 0;
}

/* A stream whose index or field was changed in the configuration starts anew. */
static bool is_other(const struct elastic_stream *t, const json_t *stream)
{
    const char *index = json_reply_text(stream, "index"), *by = json_reply_text(stream, "by");
    return !index || !by || strcmp(index, t->index) != 0 || (t->by && strcmp(by, t->by) != 0);
}

static int read_stream(
    struct elastic *s, struct elastic_stream *t, const json_t *stream, struct err *e)
{
    int64_t since;
    if (!stream || is_other(t, stream))
        return 0;
    if (read_time(stream, "high", &t->high, e) || read_time(stream, "low", &t->low, e) ||
        read_time(stream, "since", &since, e))
        return -1;
    for (unsigned i = 0; i < 2; i++) {
        int64_t n = json_reply_int(stream, i ? "stuck.1" : "stuck.0", 0);
        t->stuck[i] = n > 0 && n < 32 ? (unsigned)n : 0;
    }
    t->filled = t->low == CLOCK_NONE;
    t->since = t->filled ? since : s->settings.since;
    /* asked to reach further back than the last time: the back-fill goes on from there */
    if (t->filled && since != CLOCK_NONE && s->settings.since < since) {
        t->filled = false;
        t->low = since;
        t->since = s->settings.since;
    }
    if (!t->by && strcmp(json_reply_text(stream, "by"), "event.ingested") == 0)
        t->by = "event.ingested";
    else if (!t->by)
        t->by = "@timestamp";
    return 0;
}

int elastic_cursor_read(struct elastic *s, const char *text, struct err *e)
{
    json_t *root = NULL;
    int rc = 0;
    for (int i = 0; i < ELASTIC_STREAMS; i++) {
        struct elastic_stream *t = &s->streams[i];
        elastic_walk_end(s, &t->live);
        elastic_walk_end(s, &t->back);
        t->high = t->low = CLOCK_NONE;
        t->filled = t->drained = t->stopped = false;
        t->stuck[0] = t->stuck[1] = 0;
    }
    if (!text || !*text)
        return 0;
    root = json_reply_read(slice_of(text), "the stored cursor", e);
    if (!root)
        return -1;
    for (int i = 0; i < ELASTIC_STREAMS && rc == 0; i++)
        if (s->streams[i].index)
            rc = read_stream(s, &s->streams[i], json_object_get(root, s->streams[i].name), e);
    json_decref(root);
    return rc;
}
