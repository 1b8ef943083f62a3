/* Every other format: a typical line, a sparse one, hostile ones; who claims which file. */
#include "tests/support/cmocka.h"
#include "tests/support/feed.h"

static void ecs_telemetry_nested(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("ecs",
        "{\"@timestamp\":\"2026-03-11T11:42:07.5123456Z\",\"event\":{\"kind\":\"event\","
        "\"category\":[\"process\"],\"type\":[\"start\"],\"action\":\"exec\",\"id\":\"e-1\"},"
        "\"host\":{\"hostname\":\"db1\",\"name\":\"db1.example.com\",\"ip\":[\"192.0.2.5\","
        "\"2001:db8::5\",\"db1\"]},\"process\":{\"pid\":41,\"entity_id\":\"AbC\","
        "\"executable\":\"/bin/sh\",\"parent\":{\"entity_id\":\"Par\",\"pid\":\"40\"},"
        "\"hash\":{\"sha256\":\"AB01\"}},\"dns\":{\"Ext\":{\"options\":9223372036854775808}}}",
        &b);
    assert_int_equal(r->kind, RECORD_EVENT);
    assert_when(r, "2026-03-11T11:42:07.5123456Z");
    assert_field(r, FIELD_HOST_NAME, "db1.example.com");
    assert_value(r, FIELD_HOST_IP, 0, "192.0.2.5");
    assert_value(r, FIELD_HOST_IP, 1, "2001:db8::5");
    assert_value(r, FIELD_HOST_IP, 2, NULL);
    assert_field(r, FIELD_PROCESS_PID, "41");
    assert_field(r, FIELD_PROCESS_NAME, "sh");
    assert_field(r, FIELD_PARENT_PID, "40");
    assert_field(r, FIELD_PROCESS_HASH_SHA256, "ab01");
    assert_field(r, FIELD_EVENT_CATEGORY, "process");
    assert_true(slice_is(r->native_id, "e-1"));
    batch_release(&b);
}

static void ecs_the_tables_order_decides_not_the_texts(void **state)
{
    static const char *const texts[] = {"{\"@timestamp\":\"2026-03-11T11:42:07Z\",\"host.name\":"
                                        "\"full\",\"host.hostname\":\"short\"}",
        "{\"@timestamp\":\"2026-03-11T11:42:07Z\",\"host\":{\"hostname\":\"short\",\"name\":"
        "\"full\"}}"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct batch b;
        assert_field(feed_one("ecs", texts[i], &b), FIELD_HOST_NAME, "full");
        batch_release(&b);
    }
}

static void ecs_alert_of_the_detection_engine(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("ecs",
        "{\"@timestamp\":\"2026-03-11T11:50:00.000Z\",\"kibana.alert.uuid\":\"u-1\","
        "\"event.kind\":\"signal\",\"event.id\":\"e-9\",\"event.type\":[\"info\",\"denied\"],"
        "\"kibana.alert.original_time\":\"2026-03-11T11:42:07.512Z\","
        "\"kibana.alert.severity\":\"high\",\"kibana.alert.risk_score\":73,"
        "\"kibana.alert.rule.name\":\"Encoded launcher\","
        "\"kibana.alert.workflow_status\":\"open\",\"kibana.alert.reason\":\"why\","
        "\"message\":\"other\",\"kibana.alert.rule.threat\":[{\"tactic\":{\"name\":\"Execution\"},"
        "\"technique\":[{\"id\":\"T1059\",\"subtechnique\":[{\"id\":\"T1059.001\"}]}]}],"
        "\"host\":{\"name\":\"ws14\"}}",
        &b);
    assert_int_equal(r->kind, RECORD_ALERT);
    assert_when(r, "2026-03-11T11:42:07.512Z");
    assert_true(slice_is(r->native_id, "u-1"));
    assert_field(r, FIELD_RULE_NAME, "Encoded launcher");
    assert_field(r, FIELD_SEVERITY, "high");
    assert_field(r, FIELD_SCORE, "73");
    assert_field(r, FIELD_MESSAGE, "why");
    assert_field(r, FIELD_NATIVE_STATUS, "open");
    assert_field(r, FIELD_DISPOSITION, "prevented");
    assert_value(r, FIELD_THREAT_TECHNIQUE, 0, "T1059");
    assert_value(r, FIELD_THREAT_TECHNIQUE, 1, "T1059.001");
    batch_release(&b);
}

static void ecs_a_rule_name_alone_is_no_alert(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("ecs",
        "{\"@timestamp\":\"2026-03-11T11:42:07Z\",\"event\":{\"kind\":\"event\"},"
        "\"rule\":{\"name\":\"technique_id=T1059\"}}",
        &b);
    assert_int_equal(r->kind, RECORD_EVENT);
    batch_release(&b);
}

static void ecs_no_document_sets_what_is_the_analysts(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("ecs",
        "{\"@timestamp\":\"2026-03-11T11:42:07Z\",\"hinomi\":{\"status\":\"closed\","
        "\"verdict\":\"fp\",\"source\":\"x\"},\"tags\":[\"benign\"]}",
        &b);
    assert_field(r, FIELD_STATUS, NULL);
    assert_field(r, FIELD_VERDICT, NULL);
    assert_field(r, FIELD_SOURCE, NULL);
    assert_field(r, FIELD_TAGS, NULL);
    batch_release(&b);
}

#define WAZUH_HEAD                                                                                 \
    "{\"timestamp\":\"2026-03-11T20:42:09.985+0900\",\"rule\":{\"level\":12,\"id\":\"92057\","     \
    "\"description\":\"Encoded PowerShell\",\"mitre\":{\"id\":[\"T1059.001\"],\"tactic\":["        \
    "\"Execution\"]}},\"agent\":{\"id\":\"014\",\"name\":\"ws14\",\"ip\":\"192.0.2.14\"},"         \
    "\"manager\":{\"name\":\"mgr\"},\"id\":\"1773229329.1001\",\"decoder\":{\"name\":\"x\"}"

static void wazuh_with_sysmon_inside_is_unescaped_once_more(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("wazuh",
        WAZUH_HEAD ",\"data\":{\"win\":{\"system\":{\"providerName\":\"Microsoft-Windows-Sysmon\","
                   "\"eventID\":\"1\",\"channel\":\"Microsoft-Windows-Sysmon/Operational\","
                   "\"computer\":\"ws14.example.com\",\"processID\":\"2892\"},\"eventdata\":{"
                   "\"utcTime\":\"2026-03-11 11:42:07.512\",\"processGuid\":\"{1E5B0A2C-77AA-6512-"
                   "8B01-000000000900}\",\"processId\":\"7196\","
                   "\"image\":\"C:\\\\\\\\Windows\\\\\\\\notes.exe\","
                   "\"commandLine\":\"\\\\\\\"C:\\\\\\\\Windows\\\\\\\\notes.exe\\\\\\\" -enc\","
                   "\"user\":\"CORP\\\\\\\\aya\"}}}}",
        &b);
    assert_int_equal(r->kind, RECORD_ALERT);
    assert_field(r, FIELD_SEVERITY, "high");
    assert_field(r, FIELD_RULE_NAME, "Encoded PowerShell");
    assert_field(r, FIELD_HOST_NAME, "ws14");
    assert_field(r, FIELD_PROCESS_PID, "7196");
    assert_field(r, FIELD_PROCESS_EXECUTABLE, "C:\\Windows\\notes.exe");
    assert_field(r, FIELD_PROCESS_COMMAND_LINE, "\"C:\\Windows\\notes.exe\" -enc");
    assert_field(r, FIELD_PROCESS_ENTITY_ID, "1e5b0a2c-77aa-6512-8b01-000000000900");
    assert_field(r, FIELD_USER_NAME, "aya");
    assert_value(r, FIELD_THREAT_TECHNIQUE, 0, "T1059.001");
    assert_true(slice_is(r->native_id, "mgr/1773229329.1001"));
    batch_release(&b);
}

static void wazuh_levels_become_severities(void **state)
{
    static const struct {
        int level;
        const char *severity;
    } cases[] = {{0, "info"}, {3, "info"}, {4, "low"}, {6, "low"}, {7, "medium"}, {11, "medium"},
        {12, "high"}, {14, "high"}, {15, "critical"}, {16, "critical"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct batch b, text;
        batch_init(&text);
        const char *line = arena_printf(&text.arena,
            "{\"timestamp\":\"2026-03-11T11:42:07.000+0000\",\"rule\":{\"level\":%d,"
            "\"description\":\"x\",\"id\":\"1\"},\"agent\":{\"name\":\"a\"}}",
            cases[i].level);
        assert_field(feed_one("wazuh", line, &b), FIELD_SEVERITY, cases[i].severity);
        batch_release(&b);
        batch_release(&text);
    }
    feed_bad("wazuh", "{\"timestamp\":\"2026-03-11T11:42:07.000+0000\",\"agent\":{}}");
    feed_bad("wazuh", WAZUH_HEAD);
}

#define EVE                                                                                        \
    "{\"timestamp\":\"2026-03-11T11:42:07.315110+0000\",\"src_ip\":\"192.0.2.14\","                \
    "\"src_port\":50122,\"dest_ip\":\"203.0.113.9\",\"dest_port\":443,\"proto\":\"TCP\","

static void suricata_priority_one_is_the_highest(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("suricata",
        EVE "\"event_type\":\"alert\",\"alert\":{\"action\":\"blocked\",\"signature_id\":2000355,"
            "\"signature\":\"beacon\",\"severity\":1}}",
        &b);
    assert_int_equal(r->kind, RECORD_ALERT);
    assert_field(r, FIELD_SEVERITY, "high");
    assert_field(r, FIELD_DISPOSITION, "prevented");
    assert_field(r, FIELD_RULE_NAME, "beacon");
    assert_field(r, FIELD_SOURCE_PORT, "50122");
    assert_field(r, FIELD_NETWORK_TRANSPORT, "tcp");
    batch_release(&b);
    r = feed_one("suricata",
        EVE "\"event_type\":\"alert\",\"alert\":{\"action\":\"allowed\",\"signature\":\"s\","
            "\"severity\":3,\"metadata\":{\"signature_severity\":[\"Critical\"]}}}",
        &b);
    assert_field(r, FIELD_SEVERITY, "critical");
    assert_field(r, FIELD_DISPOSITION, "allowed");
    batch_release(&b);
}

static void suricata_flows_and_names_are_events(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("suricata",
        EVE "\"event_type\":\"dns\",\"dns\":{\"type\":\"answer\",\"rrname\":\"cdn.example.com\","
            "\"answers\":[{\"rdata\":\"203.0.113.7\"},{\"rdata\":\"edge.example.com\"}]}}",
        &b);
    assert_int_equal(r->kind, RECORD_EVENT);
    assert_field(r, FIELD_DNS_QUESTION, "cdn.example.com");
    assert_value(r, FIELD_DNS_ANSWERS, 0, "203.0.113.7");
    assert_value(r, FIELD_DNS_ANSWERS, 1, NULL);
    batch_release(&b);
    r = feed_one(
        "suricata", EVE "\"event_type\":\"tls\",\"tls\":{\"sni\":\"c2.example.com\"}}", &b);
    assert_field(r, FIELD_DESTINATION_DOMAIN, "c2.example.com");
    batch_release(&b);
    feed_bad("suricata", EVE "\"x\":1}");
    feed_bad("suricata", "{\"event_type\":\"alert\",\"timestamp\":\"\"}");
}

static void clouds_are_read(void **state)
{
    struct batch b;
    (void)state;
    const struct record *r = feed_one("cloudtrail",
        "{\"@timestamp\":\"2026-03-11T11:42:09Z\",\"eventTime\":\"2026-03-11T11:42:07Z\","
        "\"eventID\":\"id-1\",\"eventName\":\"GetObject\",\"eventSource\":\"s3.example.com\","
        "\"awsRegion\":\"r\",\"sourceIPAddress\":\"s3.example.com\",\"errorCode\":\"AccessDenied\","
        "\"userIdentity\":{\"userName\":\"ren\"},\"recipientAccountId\":\"123456789012\"}",
        &b);
    assert_when(r, "2026-03-11T11:42:07Z");
    assert_field(r, FIELD_EVENT_ACTION, "GetObject");
    assert_field(r, FIELD_EVENT_OUTCOME, "failure");
    assert_field(r, FIELD_SOURCE_IP, NULL); /* a service's name is no address */
    assert_field(r, FIELD_USER_NAME, "ren");
    batch_release(&b);
    r = feed_one("defender",
        "{\"Timestamp\":\"2026-03-11T11:42:07.7724491Z\",\"DeviceName\":\"adfs.example.com\","
        "\"ActionType\":\"LdapSearch\",\"InitiatingProcessId\":5692,"
        "\"InitiatingProcessFileName\":\"powershell.exe\",\"ProcessId\":null}",
        &b);
    assert_field(r, FIELD_HOST_NAME, "adfs.example.com");
    assert_field(r, FIELD_PROCESS_PID, "5692");
    batch_release(&b);
    r = feed_one("osquery",
        "{\"name\":\"pack_x_processes\",\"hostIdentifier\":\"h1\",\"unixTime\":\"1773229327\","
        "\"action\":\"added\",\"columns\":{\"pid\":\"41\",\"cmdline\":\"sh -i\"}}",
        &b);
    assert_when(r, "2026-03-11T11:42:07Z");
    assert_field(r, FIELD_PROCESS_COMMAND_LINE, "sh -i");
    batch_release(&b);
    feed_bad("cloudtrail", "{}");
    feed_bad("crowdstrike", "{\"aid\":\"x\",\"timestamp\":\"2026-03-11T11:42:07Z\"}");
    feed_bad("auditd_azure", "{\"SyslogMessage\":\"type=AUOMS_EXECVE audit(\"}");
}

static void no_format_falls_over_hostile_lines(void **state)
{
    static const char *const lines[] = {"", "{", "}", "[]", "null", "\"\"", "{}", "{\"a\":}",
        "{\"EventID\":{\"EventID\":[[[[]]]]},\"timestamp\":-1,\"rule\":[{\"level\":\"\\u0000\"}]}",
        "{\"@timestamp\":1e400,\"event\":{\"kind\":[\"alert\",null,{}]},\"event_type\":{}}",
        "{\"\\ud800\":\"\\udfff\",\"timestamp\":\"9999999999999999999999\"}", "\xff\xfe{\"a\":1}",
        "{\"timestamp\":\"2026-03-11T11:42:07Z\",\"event_type\":\"alert\",\"alert\":{\"severity\":"
        "-99999999999999999999,\"signature\":\"\\u202e\"}}"};
    (void)state;
    for (size_t f = 0; file_formats[f]; f++)
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
            struct batch b;
            batch_init(&b);
            feed_piece(file_formats[f]->name, lines[i], &b);
            assert_int_equal(b.count + b.bad_count, 1);
            batch_release(&b);
        }
}

static void a_file_finds_its_format(void **state)
{
    static const struct {
        const char *head, *format;
    } cases[] = {
        {"{\"@timestamp\":\"2026-03-11T11:42:07Z\",\"event\":{\"kind\":\"event\"},\"ecs\":{}}\n",
            "ecs"},
        {"{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\"}\n", "sysmon"},
        {"{\"EventID\":4688,\"Channel\":\"Security\"}\n", "windows"},
        {WAZUH_HEAD "}\n", "wazuh"},
        {EVE "\"event_type\":\"flow\"}\n", "suricata"},
        {"{\"eventSource\":\"x\",\"eventName\":\"y\",\"awsRegion\":\"z\"}\n", "cloudtrail"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct file_format *f = file_format_sniff(slice_of(cases[i].head));
        assert_non_null(f);
        assert_string_equal(f->name, cases[i].format);
    }
    assert_null(file_format_sniff(SLICE("a,b,c\n1,2,3\n")));
    assert_null(file_format_sniff(SLICE("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ecs_telemetry_nested),
        cmocka_unit_test(ecs_the_tables_order_decides_not_the_texts),
        cmocka_unit_test(ecs_alert_of_the_detection_engine),
        cmocka_unit_test(ecs_a_rule_name_alone_is_no_alert),
        cmocka_unit_test(ecs_no_document_sets_what_is_the_analysts),
        cmocka_unit_test(wazuh_with_sysmon_inside_is_unescaped_once_more),
        cmocka_unit_test(wazuh_levels_become_severities),
        cmocka_unit_test(suricata_priority_one_is_the_highest),
        cmocka_unit_test(suricata_flows_and_names_are_events),
        cmocka_unit_test(clouds_are_read),
        cmocka_unit_test(no_format_falls_over_hostile_lines),
        cmocka_unit_test(a_file_finds_its_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
