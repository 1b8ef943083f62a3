/* Windows events, Sysmon's among them, whatever JSON a shipper made of them: the members are
 * gathered by their own names, then one table says what they mean for which event. Shapes:
 * winlogbeat (winlog.event_data.X), NXLog flat (X), Wazuh (data.win.eventdata.x),
 * Event.EventData.X, Event.EventData.Data[{Name,#text}], XML or JSON inside a string, Sysmon for
 * Linux as XML inside syslog. */
#ifndef HINOMI_CONNECTORS_WINDOWS_H
#define HINOMI_CONNECTORS_WINDOWS_H

#include "core/map.h"
#include "core/record.h"

/* id, the member's name (first letter's case is ignored) */
/* clang-format off */
#define WINDOWS_KEY_LIST(X) \
    X(EVENT_ID, "EventID") \
    X(CHANNEL, "Channel") \
    X(PROVIDER, "SourceName") \
    X(COMPUTER, "Hostname") \
    X(UTC_TIME, "UtcTime") \
    X(SYSTEM_TIME, "TimeCreated") \
    X(SHIPPED, "@timestamp") \
    X(EVENT_TIME, "EventTime") \
    X(TIME_GENERATED, "TimeGenerated") \
    X(RECORD_ID, "EventRecordID") \
    X(MESSAGE, "Message") \
    X(RULE_NAME, "RuleName") \
    X(PROCESS_GUID, "ProcessGuid") \
    X(PROCESS_ID, "ProcessId") \
    X(PROCESS_ID_2, "ProcessID") \
    X(IMAGE, "Image") \
    X(COMMAND_LINE, "CommandLine") \
    X(CURRENT_DIRECTORY, "CurrentDirectory") \
    X(USER, "User") \
    X(INTEGRITY, "IntegrityLevel") \
    X(HASHES, "Hashes") \
    X(HASH, "Hash") \
    X(LOGON_ID, "LogonId") \
    X(PARENT_GUID, "ParentProcessGuid") \
    X(PARENT_ID, "ParentProcessId") \
    X(PARENT_IMAGE, "ParentImage") \
    X(PARENT_COMMAND_LINE, "ParentCommandLine") \
    X(TARGET_FILENAME, "TargetFilename") \
    X(TARGET_OBJECT, "TargetObject") \
    X(DETAILS, "Details") \
    X(IMAGE_LOADED, "ImageLoaded") \
    X(SOURCE_IP, "SourceIp") \
    X(SOURCE_PORT, "SourcePort") \
    X(DESTINATION_IP, "DestinationIp") \
    X(DESTINATION_PORT, "DestinationPort") \
    X(DESTINATION_HOSTNAME, "DestinationHostname") \
    X(PROTOCOL, "Protocol") \
    X(QUERY_NAME, "QueryName") \
    X(QUERY_RESULTS, "QueryResults") \
    X(PIPE_NAME, "PipeName") \
    X(SOURCE_PROCESS_GUID, "SourceProcessGuid") \
    X(SOURCE_PROCESS_GUID_2, "SourceProcessGUID") \
    X(SOURCE_PROCESS_ID, "SourceProcessId") \
    X(SOURCE_IMAGE, "SourceImage") \
    X(TARGET_PROCESS_GUID, "TargetProcessGuid") \
    X(TARGET_PROCESS_GUID_2, "TargetProcessGUID") \
    X(TARGET_PROCESS_ID, "TargetProcessId") \
    X(TARGET_IMAGE, "TargetImage") \
    X(SOURCE_USER, "SourceUser") \
    X(NEW_PROCESS_ID, "NewProcessId") \
    X(NEW_PROCESS_NAME, "NewProcessName") \
    X(PARENT_PROCESS_NAME, "ParentProcessName") \
    X(PROCESS_NAME, "ProcessName") \
    X(SUBJECT_USER, "SubjectUserName") \
    X(SUBJECT_DOMAIN, "SubjectDomainName") \
    X(SUBJECT_SID, "SubjectUserSid") \
    X(TARGET_USER, "TargetUserName") \
    X(TARGET_DOMAIN, "TargetDomainName") \
    X(TARGET_SID, "TargetUserSid") \
    X(IP_ADDRESS, "IpAddress") \
    X(IP_PORT, "IpPort") \
    X(LOGON_TYPE, "LogonType") \
    X(TARGET_LOGON_ID, "TargetLogonId") \
    X(SERVICE_NAME, "ServiceName") \
    X(SERVICE_FILE, "ServiceFileName") \
    X(IMAGE_PATH, "ImagePath") \
    X(TASK_NAME, "TaskName") \
    X(OBJECT_NAME, "ObjectName") \
    X(OBJECT_VALUE, "ObjectValueName") \
    X(NEW_VALUE, "NewValue") \
    X(SCRIPT_BLOCK, "ScriptBlockText") \
    X(PAYLOAD, "Payload") \
    X(CONTEXT_INFO, "ContextInfo") \
    X(APPLICATION, "Application") \
    X(SOURCE_ADDRESS, "SourceAddress") \
    X(DEST_ADDRESS, "DestAddress") \
    X(DEST_PORT, "DestPort") \
    X(SHARE_NAME, "ShareName") \
    X(EVENT_DATA, "EventData") \
    X(SYSLOG_MESSAGE, "SyslogMessage") \
    X(ACCOUNT_NAME, "AccountName") \
    X(DOMAIN, "Domain") \
    X(EVENT_TYPE, "EventType") \
    X(TECHNIQUE_ID, "Technique_id")
/* clang-format on */

enum windows_key {
#define WINDOWS_KEY_ID(id, name) WINDOWS_##id,
    WINDOWS_KEY_LIST(WINDOWS_KEY_ID)
#undef WINDOWS_KEY_ID
        WINDOWS_KEY_COUNT
};

enum windows_provider {
    WINDOWS_OTHER,
    WINDOWS_SYSMON,
    WINDOWS_SECURITY,
    WINDOWS_POWERSHELL,
    WINDOWS_SYSTEM
};

/* The meaning of a member: for one provider, one code (0: all of them). First rows win for a field.
 */
struct windows_rule {
    enum windows_provider provider;
    int code;
    enum windows_key key;
    enum field field;
    enum map_how how;
};
struct windows_code {
    enum windows_provider provider;
    int code;
    const char *category, *action;
};
extern const struct windows_rule windows_rules[]; /* ends with WINDOWS_KEY_COUNT */
extern const struct windows_code windows_codes[]; /* ends with NULL category */

struct windows_names { /* compiled names; zeroed memory is not compiled yet */
    bool ready;
    uint64_t hashes[512];
    unsigned char keys[512]; /* enum windows_key + 1 */
};

struct windows_event {
    const struct windows_names *names;
    struct arena *arena;
    struct slice values[WINDOWS_KEY_COUNT];
    struct slice name, text;  /* Data[{Name,#text}]: the one that waits for the other */
    const char *pair_at;      /* where it stood */
    struct scan_leaf message; /* decoded only when it is asked: a third of all bytes */
};

void windows_names_compile(struct windows_names *n);
/* scan_sink; owner: struct windows_event */
int windows_leaf(void *owner, const struct scan_leaf *leaf);
void windows_set(struct windows_event *w, struct slice name, struct slice value);
/* <Event> or <EventData> as XML: elements and Data Name="…" become members. */
void windows_xml(struct windows_event *w, struct slice xml);
/* Members → fields; NULL, or why it is no event that can be understood. */
const char *windows_fill(struct windows_event *w, struct record *r);

#endif
