#include "app/watch.h"
#include "cases/alerts.h"
#include "core/str.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t changes;

static void changed(void *owner)
{
    (void)owner;
    changes++;
}

static void add_alert(const char *folder, int n)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/eve.json", folder);
    FILE *f = fopen(path.p, "a");
    fprintf(f,
        "{\"timestamp\":\"2026-01-01T00:00:%02d.000000+0000\",\"flow_id\":%d,"
        "\"event_type\":\"alert\",\"src_ip\":\"192.0.2.7\",\"src_port\":40000,"
        "\"dest_ip\":\"198.51.100.9\",\"dest_port\":443,\"proto\":\"TCP\",\"alert\":"
        "{\"action\":\"allowed\",\"gid\":1,\"signature_id\":%d,\"rev\":1,"
        "\"signature\":\"EXAMPLE beacon\",\"category\":\"trojan\",\"severity\":1}}\n",
        n, n, 2000 + n);
    fclose(f);
    str_release(&path);
}

static struct app *open_app(const char *folder)
{
    struct app *a;
    struct err e = ERR_INIT;
    struct str conf = STR_INIT;
    str_printf(&conf, "%s/hinomi.conf", folder);
    FILE *f = fopen(conf.p, "w");
    fprintf(f,
        "[source eve]\nkind = file\npath = %s/eve.json\nformat = suricata\ninterval = 1s\n"
        "[source gone]\nkind = file\npath = %s/absent.json\nformat = suricata\ninterval = 1s\n",
        folder, folder);
    fclose(f);
    struct app_options options = {
        .config_file = conf.p, .data_folder = folder, .program = "/bin/false"};
    if (app_open(&a, &options, &e))
        fail_msg("%s", e.text);
    str_release(&conf);
    return a;
}

static uint64_t count_alerts(struct app *a)
{
    struct store *s;
    struct err e = ERR_INIT;
    struct alert_counts counts = {0};
    struct alert_list list = {.query = NULL};
    if (app_store(a, &s, &e) || alerts_count(s, &list, &counts, &e))
        fail_msg("%s", e.text);
    store_close(s);
    return counts.total;
}

static void turn(struct watch *w, struct work *work)
{
    struct pollfd p = {work_fd(work), POLLIN, 0};
    int64_t left = (watch_next(w) - clock_monotonic()) / CLOCK_MILLISECOND + 1;
    poll(&p, 1, left < 0 ? 0 : left > 50 ? 50 : (int)left);
    work_drain(work);
    watch_tick(w);
}

static void new_alerts_arrive_by_themselves_though_another_source_fails(void **state)
{
    (void)state;
    char *folder = folder_new();
    struct app *a = open_app(folder);
    struct work *work = work_new(4);
    changes = 0;
    add_alert(folder, 1);
    struct watch *w = watch_start(a, work, changed, NULL);
    int64_t until = clock_monotonic() + 20 * CLOCK_SECOND;
    while ((count_alerts(a) < 1 || !changes) && clock_monotonic() < until)
        turn(w, work);
    assert_int_equal(count_alerts(a), 1);
    assert_true(changes > 0);
    add_alert(folder, 2);
    watch_now(w, "eve");
    while (count_alerts(a) < 2 && clock_monotonic() < until)
        turn(w, work);
    assert_int_equal(count_alerts(a), 2);
    while (watch_busy(w, "eve") && clock_monotonic() < until)
        turn(w, work);
    assert_false(watch_busy(w, "eve"));
    watch_stop(w);
    work_free(work);
    app_close(a);
    folder_remove(folder);
}

static void an_observer_polls_nothing(void **state)
{
    (void)state;
    char *folder = folder_new();
    struct app *a = open_app(folder);
    struct err e = ERR_INIT;
    struct work *work = work_new(2);
    a->read_only = true;
    struct watch *w = watch_start(a, work, changed, NULL);
    assert_int_equal(watch_next(w), INT64_MAX);
    watch_now(w, NULL);
    assert_int_equal(work_pending(work), 0);
    watch_stop(w);
    work_free(work);
    assert_int_equal(watch_run(a, NULL, NULL, &e), -1);
    assert_int_equal(e.code, ERR_DENIED);
    app_close(a);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_alerts_arrive_by_themselves_though_another_source_fails),
        cmocka_unit_test(an_observer_polls_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
