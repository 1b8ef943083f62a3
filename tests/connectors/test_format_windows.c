/* One process creation as eight shippers write it; the members of other events; hostile lines. */
#include "tests/support/cmocka.h"
#include "tests/support/feed.h"

#define GUID "{1E5B0A2C-77AA-6512-8B01-000000000900}"
#define PARENT "{1E5B0A2C-7000-6512-0C00-000000000900}"
#define LOWER_GUID "1e5b0a2c-77aa-6512-8b01-000000000900"
#define LOWER_PARENT "1e5b0a2c-7000-6512-0c00-000000000900"

/* What every shape of that one event must say. */
static void assert_creation(const char *format, const char *text)
{
    struct batch b;
    const struct record *r = feed_one(format, text, &b);
    assert_int_equal(r->kind, RECORD_EVENT);
    assert_when(r, "2026-03-11T11:42:07.512Z");
    assert_field(r, FIELD_EVENT_CODE, "1");
    assert_field(r, FIELD_EVENT_CATEGORY, "process");
    assert_field(r, FIELD_EVENT_ACTION, "start");
    assert_field(r, FIELD_HOST_NAME, "ws14.example.com");
    assert_field(r, FIELD_PROCESS_ENTITY_ID, LOWER_GUID);
    assert_field(r, FIELD_PROCESS_PID, "7196");
    assert_field(r, FIELD_PROCESS_EXECUTABLE, "C:\\Tools\\report.exe");
    assert_field(r, FIELD_PROCESS_NAME, "report.exe");
    assert_field(r, FIELD_PROCESS_COMMAND_LINE, "\"C:\\Tools\\report.exe\" /q");
    assert_field(r, FIELD_PARENT_ENTITY_ID, LOWER_PARENT);
    assert_field(r, FIELD_PARENT_PID, "5024");
    assert_field(r, FIELD_PARENT_NAME, "explorer.exe");
    assert_field(r, FIELD_USER_NAME, "aya");
    assert_field(r, FIELD_USER_DOMAIN, "CORP");
    assert_field(r, FIELD_PROCESS_HASH_MD5, "0f343b0931126a20f133d67c2b018a3b");
    assert_field(r, FIELD_PROCESS_HASH_SHA256,
        "5f4dcc3b5aa765d61d8327deb882cf99aa765d61d8327deb882cf995f4dcc3b5");
    batch_release(&b);
}

#define HASHES                                                                                     \
    "MD5=0F343B0931126A20F133D67C2B018A3B,SHA256="                                                 \
    "5F4DCC3B5AA765D61D8327DEB882CF99AA765D61D8327DEB882CF995F4DCC3B5,IMPHASH=00"
/* members as JSON, keys and values in plain spelling */
#define MEMBERS                                                                                    \
    "\"UtcTime\":\"2026-03-11 11:42:07.512\",\"ProcessGuid\":\"" GUID                              \
    "\",\"ProcessId\":\"7196\",\"Image\":\"C:\\\\Tools\\\\report.exe\","                           \
    "\"CommandLine\":\"\\\"C:\\\\Tools\\\\report.exe\\\" /q\",\"User\":\"CORP\\\\aya\","           \
    "\"Hashes\":\"" HASHES "\",\"ParentProcessGuid\":\"" PARENT                                    \
    "\",\"ParentProcessId\":5024,\"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\""
#define LINUX_OR_WINDOWS_XML                                                                       \
    "<EventData><Data Name=\\\"UtcTime\\\">2026-03-11 11:42:07.512</Data>"                         \
    "<Data Name=\\\"ProcessGuid\\\">" GUID "</Data><Data Name=\\\"ProcessId\\\">7196</Data>"       \
    "<Data Name=\\\"Image\\\">C:\\\\Tools\\\\report.exe</Data>"                                    \
    "<Data Name=\\\"CommandLine\\\">&quot;C:\\\\Tools\\\\report.exe&quot; /q</Data>"               \
    "<Data Name=\\\"User\\\">CORP\\\\aya</Data><Data Name=\\\"Hashes\\\">" HASHES "</Data>"        \
    "<Data Name=\\\"ParentProcessGuid\\\">" PARENT "</Data>"                                       \
    "<Data Name=\\\"ParentProcessId\\\">5024</Data>"                                               \
    "<Data Name=\\\"ParentImage\\\">C:\\\\Windows\\\\explorer.exe</Data></EventData>"

static void sysmon_by_winlogbeat(void **state)
{
    (void)state;
    assert_creation("sysmon",
        "{\"@timestamp\":\"2026-03-11T11:42:09.000Z\",\"winlog\":{\"channel\":"
        "\"Microsoft-Windows-Sysmon/Operational\",\"provider_name\":\"Microsoft-Windows-Sysmon\","
        "\"event_id\":1,\"computer_name\":\"ws14.example.com\",\"event_data\":{" MEMBERS "}}}");
}

static void sysmon_by_nxlog_flat(void **state)
{
    (void)state;
    assert_creation("sysmon",
        "{\"EventTime\":\"2026-03-11 20:42:07\",\"Hostname\":\"ws14.example.com\","
        "\"Keywords\":-9223372036854775808,\"EventID\":1,\"ExecutionProcessID\":2892,"
        "\"ProcessID\":2892,\"SourceName\":\"Microsoft-Windows-Sysmon\","
        "\"Channel\":\"Microsoft-Windows-Sysmon/Operational\"," MEMBERS "}");
}

static void nxlog_without_a_pid_gives_it_in_the_message(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("sysmon",
        "{\"EventID\":1,\"ProcessID\":2892,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
        "\"UtcTime\":\"2026-03-11 11:42:07.512\",\"ProcessGuid\":\"" GUID "\","
        "\"Message\":\"Process Create:\\r\\nProcessGuid: x\\r\\nProcessId: 7196\\r\\nImage: x\"}",
        &b);
    assert_field(r, FIELD_PROCESS_PID, "7196");
    batch_release(&b);
}

static void sysmon_as_objects_of_event_data(void **state)
{
    (void)state;
    assert_creation("sysmon",
        "{\"Event\":{\"System\":{\"Provider\":{\"@Name\":\"Microsoft-Windows-Sysmon\"},"
        "\"EventID\":\"1\",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
        "\"Computer\":\"ws14.example.com\"},\"EventData\":{" MEMBERS "}}}");
}

#define DATA(name, value) "{\"@Name\":\"" name "\",\"#text\":\"" value "\"}"
static void sysmon_as_data_arrays(void **state)
{
    (void)state;
    assert_creation("sysmon",
        "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/"
        "Operational\",\"Computer\":\"ws14.example.com\"},\"EventData\":{\"Data\":[" DATA(
            "RuleName", "-") "," DATA("UtcTime", "2026-03-11 11:42:07.512") "," DATA("ProcessGuid",
            GUID) "," DATA("ProcessId", "7196") "," DATA("Image",
            "C:\\\\Tools\\\\report.exe") "," DATA("CommandLine",
            "\\\"C:\\\\Tools\\\\report.exe\\\" /q") "," DATA("User", "CORP\\\\aya") "," DATA("Hash"
                                                                                             "es",
            HASHES) "," DATA("ParentProcessGuid", PARENT) "," DATA("ParentProcessId",
            "5024") "," DATA("ParentImage", "C:\\\\Windows\\\\explorer.exe") "]}}}");
}

static void a_data_array_may_say_the_text_first_or_not_at_all(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("sysmon",
        "{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Data\":["
        "{\"#text\":\"2026-03-11 11:42:07.512\",\"Name\":\"UtcTime\"},"
        "{\"Name\":\"CommandLine\"},{\"Name\":\"User\",\"#text\":null},"
        "{\"#text\":\"7196\",\"Name\":\"ProcessId\"}]}",
        &b);
    assert_when(r, "2026-03-11T11:42:07.512Z");
    assert_field(r, FIELD_PROCESS_PID, "7196");
    assert_field(r, FIELD_PROCESS_COMMAND_LINE, NULL);
    assert_field(r, FIELD_USER_NAME, NULL);
    batch_release(&b);
}

static void sysmon_as_xml_inside_syslog(void **state)
{
    (void)state;
    assert_creation("sysmon",
        "{\"TimeGenerated\":\"2026-03-11T11:42:08Z\",\"Computer\":\"ws14.example.com\","
        "\"ProcessName\":\"sysmon\",\"SyslogMessage\":\"<Event><System><Provider "
        "Name=\\\"Linux-Sysmon\\\" Guid=\\\"{0}\\\"/><EventID>1</EventID><TimeCreated "
        "SystemTime=\\\"2026-03-11T11:42:07.600Z\\\"/><Channel>Linux-Sysmon/Operational</Channel>"
        "<Computer>ws14.example.com</Computer></System>" LINUX_OR_WINDOWS_XML
        "</Event>\",\"Type\":\"Syslog\"}");
}

static void azure_rows_carry_json_or_xml_in_a_string(void **state)
{
    (void)state;
    assert_creation("sysmon",
        "{\"TimeGenerated\":\"2026-03-11T11:42:08Z\",\"Computer\":\"ws14.example.com\","
        "\"Provider\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,"
        "\"EventData\":\"" LINUX_OR_WINDOWS_XML "\"}");
    assert_creation("sysmon",
        "{\"TimeGenerated\":\"2026-03-11T11:42:08Z\",\"Computer\":\"ws14.example.com\","
        "\"Provider\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"EventData\":\"{"
        "\\\"UtcTime\\\":\\\"2026-03-11T11:42:07.5120000Z\\\",\\\"ProcessGuid\\\":\\\"" GUID
        "\\\",\\\"ProcessId\\\":\\\"7196\\\",\\\"Image\\\":\\\"C:\\\\\\\\Tools\\\\\\\\report.exe"
        "\\\",\\\"CommandLine\\\":\\\"\\\\\\\"C:\\\\\\\\Tools\\\\\\\\report.exe\\\\\\\" /q\\\","
        "\\\"User\\\":\\\"CORP\\\\\\\\aya\\\",\\\"Hashes\\\":\\\"" HASHES
        "\\\",\\\"ParentProcessGuid\\\":\\\"" PARENT "\\\",\\\"ParentProcessId\\\":\\\"5024\\\","
        "\\\"ParentImage\\\":\\\"C:\\\\\\\\Windows\\\\\\\\explorer.exe\\\"}\"}");
}

static void the_shippers_stamp_is_kept_beside_sysmons_own_time(void **state)
{
    struct batch b;
    int64_t shipped;
    (void)state;
    const struct record *r = feed_one("sysmon",
        "{\"EventID\":\"5\",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
        "\"@timestamp\":\"2026-03-10T16:42:07.512Z\",\"UtcTime\":\"2026-03-11 11:42:07.512\"}",
        &b);
    assert_when(r, "2026-03-11T11:42:07.512Z");
    assert_true(clock_parse(SLICE("2026-03-10T16:42:07.512Z"), &shipped));
    assert_int_equal(r->shipped, shipped);
    batch_release(&b);
}

static void a_zero_guid_is_absent(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("sysmon",
        "{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
        "\"UtcTime\":\"2026-03-11 11:42:07.512\",\"ProcessGuid\":\"" GUID
        "\",\"ParentProcessGuid\":\"{00000000-0000-0000-0000-000000000000}\"}",
        &b);
    assert_field(r, FIELD_PARENT_ENTITY_ID, NULL);
    batch_release(&b);
}

static void dns_answers_are_addresses_only(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("sysmon",
        "{\"EventID\":22,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
        "\"UtcTime\":\"2026-03-11 11:42:07.512\",\"QueryName\":\"cdn.example.com\","
        "\"QueryResults\":\"type:  5 edge.example.com;::ffff:192.0.2.7;2001:db8::7;\"}",
        &b);
    assert_field(r, FIELD_DNS_QUESTION, "cdn.example.com");
    assert_value(r, FIELD_DNS_ANSWERS, 0, "192.0.2.7");
    assert_value(r, FIELD_DNS_ANSWERS, 1, "2001:db8::7");
    assert_value(r, FIELD_DNS_ANSWERS, 2, NULL);
    batch_release(&b);
}

static void injection_names_both_processes(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("sysmon",
        "{\"EventID\":8,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
        "\"UtcTime\":\"2026-03-11 11:42:07.512\",\"RuleName\":\"technique_id=T1055,x\","
        "\"SourceProcessGuid\":\"" GUID
        "\",\"SourceProcessId\":7196,\"SourceImage\":\"C:\\\\a.exe\","
        "\"TargetProcessGuid\":\"" PARENT "\",\"TargetProcessId\":5024,"
        "\"TargetImage\":\"C:\\\\b.exe\"}",
        &b);
    assert_field(r, FIELD_PROCESS_ENTITY_ID, LOWER_GUID);
    assert_field(r, FIELD_TARGET_ENTITY_ID, LOWER_PARENT);
    assert_field(r, FIELD_TARGET_PID, "5024");
    assert_field(r, FIELD_TARGET_EXECUTABLE, "C:\\b.exe");
    assert_value(r, FIELD_THREAT_TECHNIQUE, 0, "T1055");
    batch_release(&b);
}

static void security_4688_tells_hexadecimal_pids_and_whom_it_runs_as(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("windows",
        "{\"EventID\":4688,\"Channel\":\"security\",\"@timestamp\":\"2026-03-11T11:42:07Z\","
        "\"Hostname\":\"ws14\",\"NewProcessId\":\"0x1c1c\",\"ProcessId\":\"0x13a0\","
        "\"NewProcessName\":\"C:\\\\Windows\\\\System32\\\\whoami.exe\","
        "\"SubjectUserName\":\"aya\",\"SubjectDomainName\":\"CORP\",\"SubjectUserSid\":\"S-1-5-21-"
        "1\","
        "\"TargetUserName\":\"-\",\"TargetDomainName\":\"-\",\"TargetUserSid\":\"S-1-0-0\"}",
        &b);
    assert_field(r, FIELD_PROCESS_PID, "7196");
    assert_field(r, FIELD_PARENT_PID, "5024");
    assert_field(r, FIELD_PROCESS_NAME, "whoami.exe");
    assert_field(r, FIELD_USER_NAME, "aya");
    assert_field(r, FIELD_USER_ID, "S-1-5-21-1");
    assert_field(r, FIELD_EVENT_ACTION, "start");
    batch_release(&b);
}

static void logons_services_tasks_and_scripts_are_told(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("windows",
        "{\"EventID\":\"4624\",\"Channel\":\"Security\",\"TimeCreated\":\"2026-03-11T11:42:07Z\","
        "\"TargetUserName\":\"ren\",\"TargetDomainName\":\"CORP\",\"SubjectUserName\":\"WS14$\","
        "\"IpAddress\":\"::ffff:198.51.100.9\",\"IpPort\":\"50122\",\"LogonType\":3}",
        &b);
    assert_field(r, FIELD_USER_NAME, "ren");
    assert_field(r, FIELD_SOURCE_IP, "198.51.100.9");
    assert_field(r, FIELD_LOGON_TYPE, "3");
    batch_release(&b);
    r = feed_one("windows",
        "{\"EventID\":7045,\"SourceName\":\"Service Control Manager\",\"Channel\":\"System\","
        "\"TimeCreated\":\"2026-03-11T11:42:07Z\",\"ServiceName\":\"upd\","
        "\"ImagePath\":\"%COMSPEC% /c x\"}",
        &b);
    assert_field(r, FIELD_SERVICE_NAME, "upd");
    assert_field(r, FIELD_EVENT_CATEGORY, "configuration");
    batch_release(&b);
    r = feed_one("windows",
        "{\"EventID\":4698,\"Channel\":\"Security\",\"TimeCreated\":\"2026-03-11T11:42:07Z\","
        "\"TaskName\":\"\\\\Updater\",\"SubjectUserName\":\"aya\"}",
        &b);
    assert_field(r, FIELD_TASK_NAME, "\\Updater");
    batch_release(&b);
    r = feed_one("windows",
        "{\"EventID\":4104,\"Channel\":\"Microsoft-Windows-PowerShell/Operational\","
        "\"TimeCreated\":\"2026-03-11T11:42:07Z\",\"ScriptBlockText\":\"Get-Item .\"}",
        &b);
    assert_field(r, FIELD_SCRIPT_TEXT, "Get-Item .");
    batch_release(&b);
    r = feed_one("windows",
        "{\"EventID\":5156,\"Channel\":\"Security\",\"TimeCreated\":\"2026-03-11T11:42:07Z\","
        "\"ProcessID\":\"3428\",\"Protocol\":\"6\",\"SourceAddress\":\"192.0.2.1\","
        "\"DestAddress\":\"203.0.113.9\",\"DestPort\":\"443\"}",
        &b);
    assert_field(r, FIELD_PROCESS_PID, "3428");
    assert_field(r, FIELD_NETWORK_TRANSPORT, "tcp");
    assert_field(r, FIELD_DESTINATION_IP, "203.0.113.9");
    batch_release(&b);
}

static void what_is_no_event_is_quarantined(void **state)
{
    (void)state;
    feed_bad("sysmon", "not JSON at all");
    feed_bad("sysmon", "{\"EventID\":1,\"Channel\":\"Sysmon\"");
    feed_bad("sysmon", "{\"Channel\":\"Sysmon\",\"UtcTime\":\"2026-03-11 11:42:07\"}");
    feed_bad("windows", "{\"EventID\":\"first\",\"@timestamp\":\"2026-03-11T11:42:07Z\"}");
    feed_bad("windows", "{\"EventID\":4688,\"@timestamp\":\"yesterday\"}");
    feed_bad("sysmon", "[1,2]");
    feed_bad("sysmon", "\x01\x02\xff");
    feed_bad("sysmon", "{\"EventID\":-5,\"UtcTime\":\"2026-03-11 11:42:07\"}");
}

static void broken_xml_and_json_inside_a_string_harm_nothing(void **state)
{
    static const char *const inside[] = {"<", "<Data", "<Data Name=", "<Data Name='", "</>",
        "<Data Name='Image'>&#xD800;&#;&#x110000;&", "{\\\"Image\\\":", "{", "<Event><EventID>",
        "<!-- --><Event/>", "&lt;"};
    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        struct batch b;
        batch_init(&b);
        char *text = arena_printf(&b.arena,
            "{\"EventID\":1,\"UtcTime\":\"2026-03-11 11:42:07\",\"EventData\":\"%s\","
            "\"SyslogMessage\":\"<Event>%s\"}",
            inside[i], inside[i]);
        feed_piece("sysmon", text, &b);
        assert_int_equal(b.count + b.bad_count, 1);
        batch_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sysmon_by_winlogbeat),
        cmocka_unit_test(sysmon_by_nxlog_flat),
        cmocka_unit_test(nxlog_without_a_pid_gives_it_in_the_message),
        cmocka_unit_test(sysmon_as_objects_of_event_data),
        cmocka_unit_test(sysmon_as_data_arrays),
        cmocka_unit_test(a_data_array_may_say_the_text_first_or_not_at_all),
        cmocka_unit_test(sysmon_as_xml_inside_syslog),
        cmocka_unit_test(azure_rows_carry_json_or_xml_in_a_string),
        cmocka_unit_test(the_shippers_stamp_is_kept_beside_sysmons_own_time),
        cmocka_unit_test(a_zero_guid_is_absent),
        cmocka_unit_test(dns_answers_are_addresses_only),
        cmocka_unit_test(injection_names_both_processes),
        cmocka_unit_test(security_4688_tells_hexadecimal_pids_and_whom_it_runs_as),
        cmocka_unit_test(logons_services_tasks_and_scripts_are_told),
        cmocka_unit_test(what_is_no_event_is_quarantined),
        cmocka_unit_test(broken_xml_and_json_inside_a_string_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
