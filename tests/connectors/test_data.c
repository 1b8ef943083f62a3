/* Real telemetry that nobody here wrote: every record is read, or quarantined with a reason.
 * Skipped with a word where it is absent. */
#include "connectors/reader.h"
#include "tests/support/cmocka.h"

#include <stdio.h>
#include <unistd.h>

struct expected {
    const char *path, *format; /* NULL: sysmon or windows by what happens to stand first */
    size_t records, quarantined,
        starts; /* starts: process creations by Sysmon, as the oracle counts them */
};

static const struct expected sets[] = {
    {"otrf/lsass03_comsvcs.jsonl.zst", NULL, 41954, 0, 127},
    {"otrf/proxylogon.jsonl.zst", NULL, 10487, 0, 13},
    {"otrf/uac_fodhelper.jsonl.zst", NULL, 4139, 0, 18},
    {"otrf/mshta_hta.jsonl.zst", NULL, 1553, 0, 7},
    {"otrf/empire_launcher_vbs.jsonl.zst", NULL, 2067, 0, 5},
    {"otrf/schtask_create.jsonl.zst", NULL, 1041, 0, 10},
    {"otrf/log4shell_linux_sysmon.jsonl.zst", "sysmon", 93, 0, 0},
    {"otrf/log4shell_windows_sysmon.jsonl.zst", "sysmon", 487, 0, 0},
    {"otrf/log4shell_securityauditing.jsonl.zst", "windows", 39, 0, 0},
    {"otrf/log4shell_linux_auditd.jsonl.zst", "auditd_azure", 50, 0, 0},
    {"otrf/goldensaml_WindowsEvents.jsonl.zst", NULL, 38, 0, 0},
    {"otrf/goldensaml_AADAuditEvents.jsonl.zst", "azure_audit", 4, 0, 0},
    {"otrf/goldensaml_OfficeActivityEvents.jsonl.zst", "office", 1, 0, 0},
    {"otrf/goldensaml_Microsoft365DefenderEvents.jsonl.zst", "defender", 9, 0, 0},
    {"otrf/aws_s3_exfil.jsonl.zst", "cloudtrail", 103, 0, 0},
    {"suricata/honeypot-2018.alerts.jsonl", "suricata", 0, 0, 0},
    {"suricata/wrccdc-2017.alerts.jsonl", "suricata", 0, 0, 0},
    {"edr/panther_crowdstrike.jsonl", "crowdstrike", 0, 0, 0},
    {"edr/panther_osquery.jsonl", "osquery", 0, 0, 0},
};

static size_t count_starts(const struct batch *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        n += slice_is(b->records[i].first[FIELD_EVENT_CODE], "1") &&
             slice_is(b->records[i].first[FIELD_EVENT_ACTION], "start") &&
             b->records[i].first[FIELD_PROCESS_ENTITY_ID].p;
    return n;
}

static void check_set(const struct expected *x)
{
    char path[256];
    struct reader_options options = {.format = NULL};
    struct reader *r;
    struct err e = ERR_INIT;
    struct batch b;
    size_t records = 0, bad = 0, starts = 0;
    int more = 1;
    snprintf(path, sizeof path, "../shared/data/%s", x->path);
    if (reader_open(&r, path, &options, &e))
        fail_msg("%s", e.text);
    if (x->format)
        assert_string_equal(reader_format(r), x->format);
    batch_init(&b);
    while (more > 0) {
        batch_reset(&b);
        more = reader_next(r, &b, &e);
        assert_true(more >= 0);
        records += b.count;
        bad += b.bad_count;
        starts += count_starts(&b);
        for (size_t i = 0; i < b.count; i++) {
            assert_true(b.records[i].time != CLOCK_NONE);
            assert_non_null(b.records[i].first[FIELD_EVENT_CATEGORY].p);
        }
        for (size_t i = 0; i < b.bad_count; i++)
            assert_true(b.bad[i].reason.n > 0 && b.bad[i].place.n > 0 && b.bad[i].raw.n > 0);
    }
    print_message(
        "%s: %zu records, %zu quarantined, %zu creations\n", x->path, records, bad, starts);
    assert_true(records + bad <= reader_line(r)); /* blank lines are no records */
    if (x->records) {
        assert_int_equal(records, x->records);
        assert_int_equal(bad, x->quarantined);
    }
    if (x->starts)
        assert_int_equal(starts, x->starts);
    reader_close(r);
    batch_release(&b);
}

static void every_record_is_read_or_quarantined(void **state)
{
    (void)state;
    if (access("../shared/data/otrf", R_OK) != 0) {
        print_message("skipped: no ../shared/data here\n");
        skip();
    }
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        check_set(&sets[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_record_is_read_or_quarantined)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
