/* Audit trails of clouds and identity, and hunting rows: told by their field maps alone. Sources of
 * the names:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html,
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/auditlogs, …/officeactivity, and
 * https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables. */
#include "connectors/mapped.h"
#include "core/command.h"

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, FIELD_NONE, MAP_TEXT                                                                 \
    }

static const struct map_row cloudtrail_rows[] = {{"eventTime", FIELD_TIMESTAMP, MAP_TIME},
    {"@timestamp", FIELD_TIMESTAMP, MAP_TIME}, {"eventID", FIELD_NATIVE_ID, MAP_TEXT},
    {"eventName", FIELD_EVENT_ACTION, MAP_TEXT}, {"eventSource", FIELD_EVENT_PROVIDER, MAP_TEXT},
    {"sourceIPAddress", FIELD_SOURCE_IP, MAP_IP}, {"userAgent", FIELD_HTTP_USER_AGENT, MAP_TEXT},
    {"userIdentity.userName", FIELD_USER_NAME, MAP_TEXT},
    {"userIdentity.arn", FIELD_USER_ID, MAP_TEXT},
    {"recipientAccountId", FIELD_CLOUD_ACCOUNT, MAP_TEXT},
    {"errorCode", FIELD_EVENT_OUTCOME, MAP_TEXT}, END};

static const char *cloudtrail_after(struct record *r, struct arena *a, struct slice piece)
{
    (void)piece;
    r->first[FIELD_EVENT_OUTCOME] =
        r->first[FIELD_EVENT_OUTCOME].p ? SLICE("failure") : SLICE("success");
    (void)a;
    return NULL;
}

static const struct map_row azure_audit_rows[] = {{"TimeGenerated", FIELD_TIMESTAMP, MAP_TIME},
    {"Id", FIELD_NATIVE_ID, MAP_TEXT}, {"OperationName", FIELD_EVENT_ACTION, MAP_TEXT},
    {"Operation", FIELD_EVENT_ACTION, MAP_TEXT}, {"OfficeWorkload", FIELD_EVENT_PROVIDER, MAP_TEXT},
    {"LoggedByService", FIELD_EVENT_PROVIDER, MAP_TEXT}, {"Result", FIELD_EVENT_OUTCOME, MAP_LOWER},
    {"ResultStatus", FIELD_EVENT_OUTCOME, MAP_LOWER},
    {"InitiatingUserOrApp", FIELD_USER_NAME, MAP_ACCOUNT}, {"UserId", FIELD_USER_NAME, MAP_ACCOUNT},
    {"UserPrincipalName", FIELD_USER_NAME, MAP_ACCOUNT},
    {"Client_IPAddress", FIELD_SOURCE_IP, MAP_IP}, {"ClientIP", FIELD_SOURCE_IP, MAP_IP},
    {"IPAddress", FIELD_SOURCE_IP, MAP_IP}, {"UserAgent", FIELD_HTTP_USER_AGENT, MAP_TEXT},
    {"TenantId", FIELD_CLOUD_ACCOUNT, MAP_TEXT},
    {"targetDisplayName", FIELD_USER_TARGET_NAME, MAP_TEXT}, END};

static const struct map_row defender_rows[] = {{"Timestamp", FIELD_TIMESTAMP, MAP_TIME},
    {"ActionType", FIELD_EVENT_ACTION, MAP_TEXT}, {"ReportId_string", FIELD_NATIVE_ID, MAP_TEXT},
    {"DeviceName", FIELD_HOST_NAME, MAP_TEXT}, {"DeviceId", FIELD_HOST_ID, MAP_TEXT},
    {"OSPlatform", FIELD_HOST_OS, MAP_TEXT}, {"FolderPath", FIELD_FILE_PATH, MAP_TEXT},
    {"SHA256", FIELD_FILE_HASH_SHA256, MAP_HASH}, {"ProcessId", FIELD_TARGET_PID, MAP_NUMBER},
    {"ProcessCommandLine", FIELD_MESSAGE, MAP_TEXT},
    {"ProcessCreationTime", FIELD_PROCESS_START, MAP_TIME},
    {"RemoteUrl", FIELD_DESTINATION_DOMAIN, MAP_TEXT}, {"RemoteIP", FIELD_DESTINATION_IP, MAP_IP},
    {"RemotePort", FIELD_DESTINATION_PORT, MAP_NUMBER},
    {"DestinationIPAddress", FIELD_DESTINATION_IP, MAP_IP}, {"LocalIP", FIELD_SOURCE_IP, MAP_IP},
    {"LocalPort", FIELD_SOURCE_PORT, MAP_NUMBER}, {"IPAddress", FIELD_SOURCE_IP, MAP_IP},
    {"RegistryKey", FIELD_REGISTRY_PATH, MAP_TEXT},
    {"RegistryValueData", FIELD_REGISTRY_DATA, MAP_TEXT},
    {"AccountName", FIELD_USER_NAME, MAP_TEXT}, {"AccountDomain", FIELD_USER_DOMAIN, MAP_TEXT},
    {"AccountUpn", FIELD_USER_TARGET_NAME, MAP_TEXT},
    {"InitiatingProcessAccountName", FIELD_USER_NAME, MAP_TEXT},
    {"InitiatingProcessAccountDomain", FIELD_USER_DOMAIN, MAP_TEXT},
    {"InitiatingProcessId", FIELD_PROCESS_PID, MAP_NUMBER},
    {"InitiatingProcessFileName", FIELD_PROCESS_NAME, MAP_TEXT},
    {"InitiatingProcessFolderPath", FIELD_PROCESS_EXECUTABLE, MAP_TEXT},
    {"InitiatingProcessCommandLine", FIELD_PROCESS_COMMAND_LINE, MAP_TEXT},
    {"InitiatingProcessSHA256", FIELD_PROCESS_HASH_SHA256, MAP_HASH},
    {"InitiatingProcessParentId", FIELD_PARENT_PID, MAP_NUMBER},
    {"InitiatingProcessParentFileName", FIELD_PARENT_NAME, MAP_TEXT}, END};

static const struct mapped_format cloudtrail = {cloudtrail_rows, false,
    WORDS("\"eventSource\"", "\"eventName\"", "\"awsRegion\""), 90, RECORD_EVENT, "cloudtrail",
    FIELD_NONE, "cloud", cloudtrail_after};
static const struct mapped_format azure_audit = {azure_audit_rows, false,
    WORDS("\"AADOperationType\"", "\"TimeGenerated\""), 90, RECORD_EVENT, "azure",
    FIELD_EVENT_ACTION, "iam", NULL};
static const struct mapped_format office = {azure_audit_rows, false,
    WORDS("\"OfficeWorkload\"", "\"Operation\""), 90, RECORD_EVENT, "office", FIELD_EVENT_ACTION,
    "email", NULL};
static const struct mapped_format defender = {defender_rows, false,
    WORDS("\"ActionType\"", "\"Timestamp\"", "\"InitiatingProcess"), 90, RECORD_EVENT,
    "Microsoft Defender", FIELD_EVENT_ACTION, "other", NULL};

MAPPED_FILE_FORMAT(cloudtrail, N_("AWS CloudTrail records"))
MAPPED_FILE_FORMAT(azure_audit, N_("Entra ID (Azure AD) audit logs as Log Analytics rows"))
MAPPED_FILE_FORMAT(office, N_("Microsoft 365 audit (OfficeActivity) rows"))
MAPPED_FILE_FORMAT(defender, N_("Microsoft Defender XDR advanced hunting rows"))
