#include "tests/support/elastic_world.h"

static const char *option(const struct source_settings *s, const char *name)
{
    const struct world *w = s->owner;
    return strcmp(name, "url") == 0               ? sim_elastic_url(w->sim)
           : strcmp(name, "kibana_url") == 0      ? w->kibana
           : strcmp(name, "page_size") == 0       ? w->page_size
           : strcmp(name, "telemetry_index") == 0 ? w->telemetry
                                                  : NULL;
}

static int secret(const struct source_settings *s, const char *name, char **out, struct err *e)
{
    const struct world *w = s->owner;
    (void)e;
    *out = strcmp(name, "api_key") == 0 ? mem_strdup(w->key) : NULL;
    return 0;
}

static void open_source(struct world *w)
{
    w->state = mem_zalloc(1, w->ops->state_size);
    assert_int_equal(w->ops->open(w->state, &w->settings, &w->e), 0);
}

static void close_source(struct world *w)
{
    w->ops->close(w->state);
    free(w->state);
}

int elastic_world_set_up(void **state)
{
    struct world *w = mem_zalloc(1, sizeof *w);
    w->sim = sim_elastic_start(&(struct sim_elastic_options){0}, &w->e);
    assert_non_null(w->sim);
    w->ops = connector_find("elastic");
    w->key = SIM_ELASTIC_API_KEY;
    w->page_size = "10";
    w->telemetry = "logs-endpoint.events.*";
    w->kibana = sim_elastic_url(w->sim);
    w->settings = (struct source_settings){.name = "siem",
        .kind = "elastic",
        .organization = "default",
        .option = option,
        .secret = secret,
        .timeout_ns = 5 * CLOCK_SECOND,
        .owner = w};
    clock_parse(SLICE("2026-01-01T00:00:00Z"), &w->settings.since);
    open_source(w);
    *state = w;
    return 0;
}

int elastic_world_tear_down(void **state)
{
    struct world *w = *state;
    close_source(w);
    sim_elastic_stop(w->sim);
    for (size_t i = 0; i < w->kept_count; i++)
        free(w->kept[i]);
    free(w->cursor);
    free(w->last_bad);
    free(w);
    return 0;
}

void add_alert(struct world *w, int n, int s)
{
    char json[900], id[32];
    snprintf(id, sizeof id, "alert-%04d", n);
    snprintf(json, sizeof json,
        "{\"@timestamp\":\"2026-03-11T%02d:%02d:%02d.%03dZ\",\"kibana.alert.uuid\":\"%s\","
        "\"kibana.alert.original_time\":\"2026-03-11T00:00:00.%03dZ\","
        "\"kibana.alert.rule.name\":\"Encoded launcher\",\"kibana.alert.severity\":\"high\","
        "\"kibana.alert.risk_score\":73,\"kibana.alert.workflow_status\":\"open\","
        "\"kibana.alert.rule.threat\":[{\"technique\":[{\"id\":\"T1059\",\"subtechnique\":[{\"id\":"
        "\"T1059.001\"}]}]}],\"event.type\":[\"info\",\"denied\"],"
        "\"host\":{\"name\":\"web-%02d\"},\"agent\":{\"id\":\"agent-%d\"},"
        "\"process\":{\"pid\":%d,\"executable\":\"/usr/bin/sh\"}}",
        s / 3600, s / 60 % 60, s % 60, n % 1000, id, n % 1000, n % 7, n % 7, 1000 + n);
    assert_int_equal(sim_elastic_add(w->sim, SIM_ALERTS, id, json, &w->e), 0);
}

void add_event(struct world *w, int n, const char *time, const char *ingested)
{
    char json[600], id[32];
    snprintf(id, sizeof id, "event-%04d", n);
    snprintf(json, sizeof json,
        "{\"@timestamp\":\"%s\",\"event\":{\"category\":[\"process\"],\"action\":\"exec\"%s%s%s},"
        "\"host\":{\"name\":\"web-01\"},\"process\":{\"pid\":%d,\"executable\":\"/usr/bin/id\"}}",
        time, ingested ? ",\"ingested\":\"" : "", ingested ? ingested : "", ingested ? "\"" : "",
        n + 1);
    assert_int_equal(sim_elastic_add(w->sim, PROCESSES, id, json, &w->e), 0);
}

static bool holds(const struct world *w, struct slice id)
{
    for (size_t i = 0; i < w->kept_count; i++)
        if (slice_is(id, w->kept[i]))
            return true;
    return false;
}

static void store(struct world *w, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct slice id = b->records[i].native_id;
        w->deliveries++;
        if (w->kept_count == 0)
            snprintf(w->first_id, sizeof w->first_id, "%.*s", (int)id.n, id.p);
        if (holds(w, id))
            continue;
        assert_true(w->kept_count < KEPT_MAX);
        w->kept[w->kept_count++] = mem_strndup(id.p, id.n);
    }
    for (size_t i = 0; i < b->bad_count; i++) {
        free(w->last_bad);
        w->last_bad = mem_strndup(b->bad[i].reason.p, b->bad[i].reason.n);
        assert_true(b->bad[i].raw.n > 0 && b->bad[i].place.n > 0);
        w->bad++;
    }
    w->pages += b->pages;
    if (b->cursor.n) {
        free(w->cursor);
        w->cursor = mem_strndup(b->cursor.p, b->cursor.n);
    }
}

int pull(struct world *w, int most)
{
    struct batch b;
    int rc = 1;
    batch_init(&b);
    for (int i = 0; i < most && rc == 1; i++) {
        struct poll_context c = {.cursor = w->cursor};
        batch_reset(&b);
        w->e = (struct err)ERR_INIT;
        w->retry = 0;
        rc = w->ops->poll(w->state, &c, &b, &w->retry, &w->e);
        if (rc >= 0)
            store(w, &b);
    }
    batch_release(&b);
    return rc;
}

void die_and_come_back(struct world *w)
{
    close_source(w);
    open_source(w);
}
