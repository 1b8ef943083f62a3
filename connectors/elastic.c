#include "connectors/elastic.h"

#include "connectors/format.h"
#include "core/clock.h"
#include "core/command.h"
#include "core/mem.h"

#include <stdlib.h>

static const struct connector_option options[] = {
    {"url", "https://es.example:9200", N_("address of Elasticsearch"), true, false},
    {"api_key", NULL, N_("API key in its encoded form (base64 of id:key)"), false, true},
    {"username", "hinomi", N_("user name, where there is no API key"), false, false},
    {"password", NULL, N_("that user's password"), false, true},
    {"kibana_url", "https://kibana.example:5601",
        N_("address of Kibana: verdicts with a reason, isolation, links"), false, false},
    {"space", "default", N_("Kibana space whose alerts are read"), false, false},
    {"alerts_index", ".alerts-security.alerts-default", N_("index or pattern of the alerts"), false,
        false},
    {"telemetry_index", "logs-endpoint.events.*",
        N_("index or pattern of the telemetry; none: alerts only"), false, false},
    {"telemetry_time", "event.ingested",
        N_("field that says when a record came in; left out, the index decides"), false, false},
    {"overlap", "5m", N_("how far behind its newest record telemetry is read again"), false, false},
    {"page_size", "500", N_("records a request, 10 to 10000"), false, false},
    {"ca_file", "/etc/hinomi/ca.pem", N_("authorities to trust instead of the system's (PEM)"),
        false, false},
    {"pin", "sha256//BASE64", N_("public key that the server must show beside its certificate"),
        false, false},
    {NULL, NULL, NULL, false, false},
};

static const char *option(const struct source_settings *settings, const char *name)
{
    const char *v = settings->option(settings, name);
    return v && *v ? v : NULL;
}

static char *copy_url(const char *url, const char *space)
{
    struct str s = STR_INIT;
    size_t n = strlen(url);
    while (n && url[n - 1] == '/')
        n--;
    str_add(&s, url, n);
    if (space && strcmp(space, "default") != 0)
        str_printf(&s, "/s/%s", space);
    return str_take(&s);
}

static int read_numbers(struct elastic *s, struct err *e)
{
    const char *size = option(&s->settings, "page_size");
    const char *overlap = option(&s->settings, "overlap");
    int64_t n = ELASTIC_PAGE_DEFAULT;
    if (size && (!slice_int(slice_of(size), &n) || n < ELASTIC_PAGE_MIN || n > ELASTIC_PAGE_MAX))
        return err_set(e, ERR_CONFIG, "page_size of %s is a number from %d to %d, not \"%s\"",
            s->settings.name, ELASTIC_PAGE_MIN, ELASTIC_PAGE_MAX, size);
    s->page_size = (size_t)n;
    if (overlap && !clock_parse_duration(slice_of(overlap), &s->streams[ELASTIC_TELEMETRY].overlap))
        return err_set(e, ERR_CONFIG, "overlap of %s is a length of time as 5m, not \"%s\"",
            s->settings.name, overlap);
    return 0;
}

static void name_streams(struct elastic *s)
{
    const char *space = option(&s->settings, "space"), *telemetry;
    const char *alerts = option(&s->settings, "alerts_index");
    struct str name = STR_INIT;
    if (alerts)
        str_puts(&name, alerts);
    else
        str_printf(&name, ".alerts-security.alerts-%s", space ? space : "default");
    s->alerts_index = str_take(&name);
    telemetry = option(&s->settings, "telemetry_index");
    if (!telemetry)
        telemetry = "logs-endpoint.events.*";
    s->telemetry_index = strcmp(telemetry, "none") == 0 ? NULL : mem_strdup(telemetry);
    /* @timestamp of an alert is when it was made or last changed, and the rules' engine writes it:
     * a short overlap covers its refresh */
    s->streams[ELASTIC_ALERTS] = (struct elastic_stream){.name = "alerts",
        .index = s->alerts_index,
        .by = "@timestamp",
        .kind = RECORD_ALERT,
        .overlap = 60 * CLOCK_SECOND};
    s->streams[ELASTIC_TELEMETRY] = (struct elastic_stream){.name = "telemetry",
        .index = s->telemetry_index,
        .by = option(&s->settings, "telemetry_time"),
        .kind = RECORD_EVENT,
        .overlap = 300 * CLOCK_SECOND};
    for (int i = 0; i < ELASTIC_STREAMS; i++)
        s->streams[i].high = s->streams[i].low = CLOCK_NONE;
}

static void elastic_close(void *state)
{
    struct elastic *s = state;
    if (!s->url)
        return;
    for (int i = 0; i < ELASTIC_STREAMS; i++) {
        elastic_walk_end(s, &s->streams[i].live);
        elastic_walk_end(s, &s->streams[i].back);
    }
    elastic_walk_end(s, &s->search);
    http_free(s->http);
    http_reply_release(&s->reply);
    free(s->url);
    free(s->kibana);
    free(s->alerts_index);
    free(s->telemetry_index);
    str_release(&s->cursor);
    str_release(&s->search_query);
    free(s->ecs_state);
}

static int elastic_open(void *state, const struct source_settings *settings, struct err *e)
{
    struct elastic *s = state;
    const char *url = option(settings, "url"), *kibana = option(settings, "kibana_url");
    *s = (struct elastic){.settings = *settings};
    if (!url)
        return err_set(
            e, ERR_CONFIG, "source %s needs `url`, as %s", settings->name, options->example);
    name_streams(s);
    s->ecs_state = mem_zalloc(1, file_format_find("ecs")->state_size + 1);
    s->url = copy_url(url, NULL);
    s->kibana = kibana ? copy_url(kibana, option(settings, "space")) : NULL;
    s->http = http_new(&(struct http_settings){.name = settings->name,
        .ca_file = option(settings, "ca_file"),
        .pin = option(settings, "pin"),
        .dialer = settings->dialer,
        .timeout_ns = settings->timeout_ns});
    if (read_numbers(s, e) == 0 && elastic_authorize(s, e) == 0)
        return 0;
    elastic_close(s);
    return -1;
}

const struct connector_ops connector_elastic = {
    .name = "elastic",
    .help = N_("Elastic Security 7.16 and newer: alerts and endpoint telemetry from Elasticsearch, "
               "verdicts and isolation through Kibana"),
    .options = options,
    .state_size = sizeof(struct elastic),
    .open = elastic_open,
    .close = elastic_close,
    .check = elastic_check,
    .poll = elastic_poll,
    .search = elastic_search,
    .update = elastic_update,
    .contain = elastic_contain,
    .contain_state = elastic_contain_state,
};
