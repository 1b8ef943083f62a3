/* Which page comes next. A round: what is newer than the cursor first, alerts before telemetry;
 * then the back-fill of the last hour, then the rest of it; while the back-fill lasts, the newer is
 * asked for again every FRESH. A round ends when nothing of this is left. */
#include "connectors/elastic.h"

#include "connectors/json_reply.h"
#include "core/clock.h"
#include "core/log.h"

#define FRESH (30 * CLOCK_SECOND)
#define USABLE (3600 * CLOCK_SECOND)

enum { STUCK_MAX = 10 }; /* page_size 10 → ELASTIC_PAGE_MAX */
enum task { TASK_NEW, TASK_LAST_HOUR, TASK_BACK, TASK_NONE };

static enum task task_of(const struct elastic_stream *t)
{
    if (!t->index || t->stopped)
        return TASK_NONE;
    if (!t->drained)
        return TASK_NEW;
    if (t->filled || (t->high == CLOCK_NONE && !t->back.pit))
        return TASK_NONE;
    return t->high == CLOCK_NONE || t->low > t->high - USABLE ? TASK_LAST_HOUR : TASK_BACK;
}

static struct elastic_stream *next_stream(struct elastic *s, enum task *task)
{
    struct elastic_stream *best = NULL;
    *task = TASK_NONE;
    for (int i = 0; i < ELASTIC_STREAMS; i++)
        if (task_of(&s->streams[i]) < *task) {
            best = &s->streams[i];
            *task = task_of(best);
        }
    return best;
}

/* Records of agents that were away arrive late, so event.ingested is the clock to follow. It is
 * only safe where every record has it: data that came past the ingest pipeline does not. */
static int settle_by(struct elastic *s, struct elastic_stream *t,
    const struct poll_context *context, int64_t *retry_ns, struct err *e)
{
    static const char body[] = "{\"size\":0,\"terminate_after\":1,\"track_total_hits\":1,\"query\":"
                               "{\"bool\":{\"must_not\":"
                               "[{\"exists\":{\"field\":\"event.ingested\"}}]}}}";
    struct str path = STR_INIT;
    elastic_index_path(&path, t->index, "/_search");
    struct elastic_request r = {
        .method = "POST", .path = path.p, .body = SLICE(body), .retry_ns = retry_ns};
    json_t *root = elastic_ask_json(s, &r, context, e);
    str_release(&path);
    if (!root)
        return -1;
    t->by = json_reply_int(root, "hits.total.value", 1) == 0 ? "event.ingested" : "@timestamp";
    json_decref(root);
    return 0;
}

static void put_range(struct str *q, const char *by, int64_t from, int64_t to)
{
    char text[CLOCK_TEXT_MAX];
    str_puts(q, "{\"range\":{");
    str_json(q, slice_of(by));
    str_puts(q, ":{\"format\":\"strict_date_optional_time_nanos\"");
    if (from != CLOCK_NONE)
        str_printf(q, ",\"gte\":\"%s\"", clock_format(from, text));
    if (to != CLOCK_NONE)
        str_printf(q, ",\"lte\":\"%s\"", clock_format(to, text));
    str_puts(q, "}}}");
}

/* Both bounds are inclusive: an exclusive one would lose what shares the boundary's time. Building
 * blocks are parts of other alerts and are left out, as Kibana does. */
static void put_query(struct str *q, const struct elastic_stream *t, bool back)
{
    str_puts(q, "{\"bool\":{\"filter\":[");
    if (back)
        put_range(q, t->by, t->since, t->low);
    else
        put_range(q, t->by, t->high - t->overlap, CLOCK_NONE);
    str_char(q, ']');
    if (t->kind == RECORD_ALERT)
        str_puts(q, ",\"must_not\":[{\"exists\":{\"field\":"
                    "\"kibana.alert.building_block_type\"}}]");
    str_puts(q, "}}");
}

static size_t first_size(const struct elastic *s, unsigned stuck)
{
    size_t size = s->page_size;
    while (stuck-- && size < ELASTIC_PAGE_MAX)
        size = size * 2 < ELASTIC_PAGE_MAX ? size * 2 : ELASTIC_PAGE_MAX;
    return size;
}

static void finish_walk(struct elastic *s, struct elastic_stream *t, struct elastic_walk *w)
{
    if (w->holed && t->fault.code == ERR_NONE)
        err_set(&t->fault, ERR_PARTIAL,
            "%s answered for a part of %s only: %s; what is missing will be "
            "asked for again",
            s->settings.name, t->index, w->why);
    if (w->holed)
        t->stopped = true;
    elastic_walk_end(s, w);
}

/* Moves the cursor over what the page brought. `w->holed`: shown, but not counted as held. */
static void advance(struct elastic *s, struct elastic_stream *t, struct elastic_walk *w,
    const struct elastic_page *page)
{
    bool back = w == &t->back, end = elastic_page_is_last(page, w->size);
    int64_t high = t->high, low = t->low;
    int64_t newest = back ? page->first : page->last, now = s->reply.date;
    /* a record dated ahead of the server's clock must not carry the cursor past what is still to
     * come */
    if (now != CLOCK_NONE && newest > now)
        newest = now;
    if (page->fault[0])
        log_write(LOG_WARN, "%s: %s is partial: %s", s->settings.name, t->index, page->fault);
    if (page->hits && !w->holed) {
        if (t->high == CLOCK_NONE || (!back && newest > t->high))
            t->high = newest;
        if (back)
            t->low = page->last;
    }
    if (t->high != high || t->low != low)
        t->stuck[back] = 0;
    else if (w->pages == 1 && !end && t->stuck[back] < STUCK_MAX)
        t->stuck[back]++;
    if (back && end && !w->holed && t->high != CLOCK_NONE)
        t->filled = true;
    if (!back && end)
        t->drained = true;
    if (end)
        finish_walk(s, t, w);
}

static int fetch(struct elastic *s, struct elastic_stream *t, bool back,
    const struct poll_context *context, struct batch *out, int64_t *retry_ns, struct err *e)
{
    struct elastic_walk *w = back ? &t->back : &t->live;
    struct elastic_page page = {
        .out = out, .kind = t->kind, .kibana = s->kibana, .ecs_state = s->ecs_state};
    struct str query = STR_INIT;
    bool expired = false;
    int rc = -1;
    for (int tries = 0; tries < 2 && rc; tries++) {
        str_clear(&query);
        put_query(&query, t, back);
        size_t size = w->pit ? w->size : first_size(s, t->stuck[back]);
        struct elastic_window window = {.index = t->index,
            .by = t->by,
            .ascending = !back,
            .query = str_as_slice(&query),
            .size = size,
            .retry_ns = retry_ns,
            .expired = &expired};
        rc = elastic_walk_page(s, w, &window, context, &page, e);
        w->size = size;
        if (!expired)
            break;
    }
    str_release(&query);
    if (rc == 0)
        advance(s, t, w, &page);
    return rc;
}

/* What concerns this stream alone; the other one goes on and the round ends with the sentence. */
static bool is_streams_own(enum err_code code)
{
    return code == ERR_DENIED || code == ERR_NOT_FOUND || code == ERR_INPUT || code == ERR_PARTIAL;
}

static int poll_stream(struct elastic *s, struct elastic_stream *t, enum task task,
    const struct poll_context *context, struct batch *out, int64_t *retry_ns, struct err *e)
{
    if (!t->by && settle_by(s, t, context, retry_ns, e))
        return -1;
    if (task == TASK_NEW && t->high == CLOCK_NONE) {
        /* the first pull: newest first; its first page settles where "new" begins */
        t->since = s->settings.since;
        t->drained = true;
        return fetch(s, t, true, context, out, retry_ns, e);
    }
    return fetch(s, t, task != TASK_NEW, context, out, retry_ns, e);
}

static void begin_round(struct elastic *s)
{
    s->round_started = clock_monotonic();
    for (int i = 0; i < ELASTIC_STREAMS; i++) {
        struct elastic_stream *t = &s->streams[i];
        if (!s->in_round) {
            t->stopped = false;
            t->fault = (struct err)ERR_INIT;
        }
        t->drained = false;
    }
    s->in_round = true;
}

static int end_round(struct elastic *s, struct err *e)
{
    s->in_round = false;
    for (int i = 0; i < ELASTIC_STREAMS; i++)
        if (s->streams[i].fault.code != ERR_NONE) {
            if (e)
                *e = s->streams[i].fault;
            return -1;
        }
    return 0;
}

static void hand_out_cursor(struct elastic *s, struct batch *out)
{
    str_clear(&s->cursor);
    elastic_cursor_write(s, &s->cursor);
    out->cursor = arena_copy(&out->arena, str_as_slice(&s->cursor));
}

static int set_out(struct elastic *s, const struct poll_context *context, struct err *e)
{
    const char *held = context->cursor ? context->cursor : "";
    if (s->cursor.p && strcmp(s->cursor.p, held) == 0)
        return 0;
    /* not where we left off: a first call, or a page that could not be stored */
    s->in_round = false;
    str_clear(&s->cursor);
    str_puts(&s->cursor, held);
    return elastic_cursor_read(s, held, e);
}

int elastic_poll(void *state, const struct poll_context *context, struct batch *out,
    int64_t *retry_ns, struct err *e)
{
    struct elastic *s = state;
    enum task task;
    struct err fault = ERR_INIT;
    if (set_out(s, context, e))
        return -1;
    if (!s->in_round || clock_monotonic() - s->round_started > FRESH)
        begin_round(s);
    struct elastic_stream *t = next_stream(s, &task);
    if (!t)
        return end_round(s, e);
    if (poll_stream(s, t, task, context, out, retry_ns, &fault)) {
        if (!is_streams_own(fault.code)) {
            s->in_round = false;
            if (e)
                *e = fault;
            return -1;
        }
        t->stopped = true;
        t->fault = fault;
    }
    hand_out_cursor(s, out);
    if (next_stream(s, &task) || out->count || out->bad_count)
        return 1;
    return end_round(s, e);
}
