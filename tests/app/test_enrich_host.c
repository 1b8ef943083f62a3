#include "app/enrich_host.h"
#include "app/ingest.h"
#include "cases/alerts.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>

struct place {
    char *folder;
    struct app *app;
    struct store *store;
    struct err e;
};

static const char conf[] =
    "[source acme-edr]\nkind = file\npath = /nonexistent/a\ncustomer = acme\n"
    "[source other-edr]\nkind = file\npath = /nonexistent/b\n"
    "customer = other\n"
    "[source acme-nids]\nkind = file\npath = /nonexistent/c\n"
    "customer = acme\nformat = suricata\n"
    "[host db-01]\naddress = 192.0.2.50\n";

static char *path_of(const struct place *p, const char *name)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/%s", p->folder, name);
    return str_take(&path);
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    char *file = path_of(p, "hinomi.conf"), *data = path_of(p, "data");
    write_text(file, conf);
    struct app_options o = {.config_file = file, .data_folder = data, .program = "/bin/false"};
    if (app_open(&p->app, &o, &p->e) || app_store(p->app, &p->store, &p->e))
        fail_msg("%s", p->e.text);
    free(file);
    free(data);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    store_close(p->store);
    app_close(p->app);
    folder_remove(p->folder);
    free(p);
    return 0;
}

static void import(struct place *p, const char *source, const char *text)
{
    static int number;
    char name[32];
    struct put_counts counts = {0};
    struct import_options o = {.source = source};
    snprintf(name, sizeof name, "%d.jsonl", number++);
    char *path = path_of(p, name);
    write_text(path, text);
    if (ingest_import(p->app, p->store, path, &o, NULL, &counts, &p->e))
        fail_msg("%s", p->e.text);
    assert_int_equal(counts.alerts_new, 1);
    free(path);
}

static void seen(struct place *p, const char *source, const char *host, const char *address)
{
    char text[500];
    snprintf(text, sizeof text,
        "{\"@timestamp\":\"2026-03-11T10:00:00Z\",\"kibana.alert.uuid\":\"%s-%s\","
        "\"kibana.alert.rule.name\":\"x\",\"event.kind\":\"signal\",\"host\":{\"name\":\"%s\","
        "\"ip\":[\"%s\","
        "\"127.0.0.1\"]}}\n",
        source, host, host, address);
    import(p, source, text);
}

/* host.name of the sensor's alert on a flow between the two; "" if it was left open. */
static const char *judged(struct place *p, const char *from, const char *to)
{
    static char name[64];
    static int second;
    char text[500];
    struct batch b;
    int64_t id = 0;
    snprintf(text, sizeof text,
        "{\"timestamp\":\"2026-03-11T10:%02d:00.000000+0000\",\"event_type\":\"alert\",\"host\":"
        "\"sensor-1\",\"src_ip\":\"%s\",\"dest_ip\":\"%s\",\"alert\":{\"signature\":\"Beacon\","
        "\"signature_id\":7,\"severity\":1,\"action\":\"allowed\"}}\n",
        ++second, from, to);
    import(p, "acme-nids", text);
    name[0] = '\0';
    for (bool more = true; more;) { /* the newest number is ours */
        batch_init(&b);
        more = alert_get(p->store, id + 1, &b, &p->e) == 0;
        if (more) {
            struct slice host = record_get(b.records, FIELD_HOST_NAME);
            snprintf(name, sizeof name, "%.*s", (int)host.n, host.n ? host.p : "");
            id++;
        }
        batch_release(&b);
    }
    return name;
}

static void the_only_host_with_the_address_is_named(void **state)
{
    struct place *p = *state;
    assert_string_equal(judged(p, "192.0.2.10", "203.0.113.66"), "");
    seen(p, "acme-edr", "ws-fin-01", "192.0.2.10");
    assert_string_equal(judged(p, "192.0.2.10", "203.0.113.66"), "ws-fin-01");
    assert_string_equal(judged(p, "203.0.113.66", "192.0.2.10"), "ws-fin-01");
    assert_string_equal(judged(p, "127.0.0.1", "203.0.113.66"), "");
}

static void two_hosts_name_none(void **state)
{
    struct place *p = *state;
    seen(p, "acme-edr", "ws-fin-01", "192.0.2.10");
    seen(p, "acme-edr", "ws-fin-02", "192.0.2.11");
    assert_string_equal(judged(p, "192.0.2.10", "192.0.2.11"), "");
    seen(p, "acme-edr", "ws-fin-03", "192.0.2.10");
    assert_string_equal(judged(p, "192.0.2.10", "203.0.113.66"), "");
}

static void another_customers_host_is_not_named(void **state)
{
    struct place *p = *state;
    seen(p, "other-edr", "their-pc", "192.0.2.10");
    assert_string_equal(judged(p, "192.0.2.10", "203.0.113.66"), "");
    seen(p, "acme-edr", "our-pc", "192.0.2.10");
    assert_string_equal(judged(p, "192.0.2.10", "203.0.113.66"), "our-pc");
}

static void a_configured_address_counts_where_its_customer_is_known(void **state)
{
    struct place *p = *state;
    assert_string_equal(judged(p, "192.0.2.50", "203.0.113.66"), "");
    seen(p, "acme-edr", "db-01", "198.51.100.9");
    assert_string_equal(judged(p, "192.0.2.50", "203.0.113.66"), "db-01");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_only_host_with_the_address_is_named),
        T(two_hosts_name_none),
        T(another_customers_host_is_not_named),
        T(a_configured_address_counts_where_its_customer_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
