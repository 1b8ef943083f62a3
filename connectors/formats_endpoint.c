/* Endpoint telemetry that a field map tells: CrowdStrike's Falcon data replicator, osquery results,
 * the Linux audit records that Azure's agent (auoms) forwards. */
#include "connectors/mapped.h"
#include "core/command.h"

#include <stdio.h>

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, FIELD_NONE, MAP_TEXT                                                                 \
    }

static const struct map_row crowdstrike_rows[] = {{"timestamp", FIELD_TIMESTAMP, MAP_TIME},
    {"p_event_time", FIELD_TIMESTAMP, MAP_TIME}, {"ContextTimeStamp", FIELD_TIMESTAMP, MAP_TIME},
    {"ProcessStartTime", FIELD_PROCESS_START, MAP_TIME},
    {"event_simpleName", FIELD_EVENT_ACTION, MAP_TEXT},
    {"fdr_event_type", FIELD_EVENT_ACTION, MAP_TEXT}, {"eventType", FIELD_EVENT_ACTION, MAP_TEXT},
    {"aid", FIELD_AGENT_ID, MAP_TEXT}, {"ComputerName", FIELD_HOST_NAME, MAP_TEXT},
    {"Hostname", FIELD_HOST_NAME, MAP_TEXT}, {"CommandLine", FIELD_PROCESS_COMMAND_LINE, MAP_TEXT},
    {"ImageFileName", FIELD_PROCESS_EXECUTABLE, MAP_TEXT},
    {"RawProcessId", FIELD_PROCESS_PID, MAP_NUMBER},
    {"TargetProcessId", FIELD_PROCESS_ENTITY_ID, MAP_TEXT},
    {"ContextProcessId", FIELD_PROCESS_ENTITY_ID, MAP_TEXT},
    {"ParentProcessId", FIELD_PARENT_ENTITY_ID, MAP_TEXT},
    {"ParentBaseFileName", FIELD_PARENT_NAME, MAP_TEXT},
    {"SHA256HashData", FIELD_PROCESS_HASH_SHA256, MAP_HASH},
    {"MD5HashData", FIELD_PROCESS_HASH_MD5, MAP_HASH}, {"UserName", FIELD_USER_NAME, MAP_ACCOUNT},
    {"UserSid", FIELD_USER_ID, MAP_TEXT}, {"DomainName", FIELD_DNS_QUESTION, MAP_TEXT},
    {"RemoteAddressIP4", FIELD_DESTINATION_IP, MAP_IP},
    {"RemotePort", FIELD_DESTINATION_PORT, MAP_NUMBER},
    {"LocalAddressIP4", FIELD_SOURCE_IP, MAP_IP}, {"LocalPort", FIELD_SOURCE_PORT, MAP_NUMBER},
    {"TargetFileName", FIELD_FILE_PATH, MAP_TEXT}, END};

static const char *crowdstrike_after(struct record *r, struct arena *a, struct slice piece)
{
    int64_t start;
    (void)piece;
    if (!r->first[FIELD_EVENT_ACTION].p)
        return "no event name (event_simpleName): not a Falcon event";
    if (r->time == CLOCK_NONE && record_get_int(r, FIELD_PROCESS_START, &start))
        record_set_time(r, a, start);
    return NULL;
}

static const struct map_row osquery_rows[] = {{"unixTime", FIELD_TIMESTAMP, MAP_TIME},
    {"calendarTime", FIELD_TIMESTAMP, MAP_TIME}, {"hostIdentifier", FIELD_HOST_NAME, MAP_TEXT},
    {"name", FIELD_EVENT_DATASET, MAP_TEXT}, {"action", FIELD_EVENT_ACTION, MAP_TEXT},
    {"pid", FIELD_PROCESS_PID, MAP_NUMBER}, {"parent", FIELD_PARENT_PID, MAP_NUMBER},
    {"columns.path", FIELD_FILE_PATH, MAP_TEXT}, {"cmdline", FIELD_PROCESS_COMMAND_LINE, MAP_TEXT},
    {"command", FIELD_PROCESS_COMMAND_LINE, MAP_TEXT}, {"username", FIELD_USER_NAME, MAP_TEXT},
    {"columns.user", FIELD_USER_NAME, MAP_TEXT}, {"uid", FIELD_USER_ID, MAP_TEXT},
    {"remote_address", FIELD_DESTINATION_IP, MAP_IP},
    {"remote_port", FIELD_DESTINATION_PORT, MAP_NUMBER}, {"local_address", FIELD_SOURCE_IP, MAP_IP},
    {"sha256", FIELD_FILE_HASH_SHA256, MAP_HASH}, END};

static const struct map_row auoms_rows[] = {{"EventTime", FIELD_TIMESTAMP, MAP_TIME},
    {"TimeGenerated", FIELD_TIMESTAMP, MAP_TIME}, {"Computer", FIELD_HOST_NAME, MAP_TEXT},
    {"HostName", FIELD_HOST_NAME, MAP_TEXT}, {"SyslogMessage", FIELD_MESSAGE, MAP_TEXT}, END};

/* key=value or key="value" inside the audit line */
static struct slice word(struct slice line, const char *key)
{
    size_t n = strlen(key);
    for (size_t i = 1; i + n + 1 < line.n; i++) {
        if (line.p[i - 1] != ' ' || memcmp(line.p + i, key, n) != 0 || line.p[i + n] != '=')
            continue;
        const char *begin = line.p + i + n + 1, *end = line.p + line.n, *stop;
        bool quoted = begin < end && *begin == '"';
        begin += quoted;
        stop = begin < end ? memchr(begin, quoted ? '"' : ' ', (size_t)(end - begin)) : NULL;
        return (struct slice){begin, (size_t)((stop ? stop : end) - begin)};
    }
    return (struct slice){NULL, 0};
}

static const char *auoms_after(struct record *r, struct arena *a, struct slice piece)
{
    static const struct {
        const char *key;
        enum field field;
        enum map_how how;
    } words[] = {{"pid", FIELD_PROCESS_PID, MAP_NUMBER}, {"ppid", FIELD_PARENT_PID, MAP_NUMBER},
        {"exe", FIELD_PROCESS_EXECUTABLE, MAP_TEXT}, {"user", FIELD_USER_NAME, MAP_TEXT},
        {"uid", FIELD_USER_ID, MAP_TEXT}, {"cmdline", FIELD_PROCESS_COMMAND_LINE, MAP_TEXT},
        {"cwd", FIELD_PROCESS_WORKING_DIRECTORY, MAP_TEXT},
        {"syscall", FIELD_EVENT_ACTION, MAP_TEXT}};
    static const char mark[] = " audit(";
    struct slice line = r->first[FIELD_MESSAGE];
    const char *stamp = line.n ? memmem(line.p, line.n, mark, sizeof mark - 1) : NULL;
    int64_t ns;
    (void)piece;
    if (!stamp)
        return "no audit(time:serial) in SyslogMessage";
    stamp += sizeof mark - 1;
    const char *colon = memchr(stamp, ':', (size_t)(line.p + line.n - stamp));
    if (colon && clock_parse((struct slice){stamp, (size_t)(colon - stamp)}, &ns))
        record_set_time(r, a, ns);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        map_set(r, a, words[i].field, words[i].how, word(line, words[i].key));
    bool exec = slice_is(r->first[FIELD_EVENT_ACTION], "execve");
    bool worked = slice_is(word(line, "success"), "yes");
    record_set(r, a, FIELD_EVENT_OUTCOME, worked ? SLICE("success") : SLICE("failure"));
    record_set(r, a, FIELD_EVENT_CATEGORY, exec ? SLICE("process") : SLICE("other"));
    if (exec && worked)
        record_set(r, a, FIELD_EVENT_ACTION, SLICE("exec"));
    return NULL;
}

static const struct mapped_format crowdstrike = {crowdstrike_rows, true,
    WORDS("\"event", "\"aid\""), 70, RECORD_EVENT, "crowdstrike", FIELD_EVENT_ACTION, "other",
    crowdstrike_after};
static const struct mapped_format osquery = {osquery_rows, true,
    WORDS("\"name\"", "\"action\"", "\"columns\""), 80, RECORD_EVENT, "osquery",
    FIELD_EVENT_DATASET, "host", NULL};
static const struct mapped_format auditd_azure = {auoms_rows, false, WORDS("type=AUOMS", "audit("),
    95, RECORD_EVENT, "auditd", FIELD_NONE, "other", auoms_after};

MAPPED_FILE_FORMAT(crowdstrike, N_("CrowdStrike Falcon data replicator events"))
MAPPED_FILE_FORMAT(osquery, N_("osquery result logs"))
MAPPED_FILE_FORMAT(
    auditd_azure, N_("Linux audit records as Azure's agent writes them into syslog rows"))
