/* What the members of Windows events mean. Sysmon:
 * https://learn.microsoft.com/sysinternals/downloads/sysmon#events; Security:
 * https://learn.microsoft.com/windows/security/threat-protection/auditing/security-auditing-overview
 */
#include "connectors/windows.h"

#define SYSMON(code, key, field, how)                                                              \
    {WINDOWS_SYSMON, code, WINDOWS_##key, FIELD_##field, MAP_##how},
#define SECURITY(code, key, field, how)                                                            \
    {WINDOWS_SECURITY, code, WINDOWS_##key, FIELD_##field, MAP_##how},
#define POWERSHELL(code, key, field, how)                                                          \
    {WINDOWS_POWERSHELL, code, WINDOWS_##key, FIELD_##field, MAP_##how},
#define SYSTEM(code, key, field, how)                                                              \
    {WINDOWS_SYSTEM, code, WINDOWS_##key, FIELD_##field, MAP_##how},

const struct windows_rule windows_rules[] = {
    SYSMON(0, PROCESS_GUID, PROCESS_ENTITY_ID, GUID) SYSMON(0, SOURCE_PROCESS_GUID,
        PROCESS_ENTITY_ID, GUID) SYSMON(0, SOURCE_PROCESS_GUID_2, PROCESS_ENTITY_ID, GUID) SYSMON(0,
        PROCESS_ID, PROCESS_PID, NUMBER) SYSMON(0, SOURCE_PROCESS_ID, PROCESS_PID, NUMBER) SYSMON(0,
        IMAGE, PROCESS_EXECUTABLE, TEXT) SYSMON(0, SOURCE_IMAGE, PROCESS_EXECUTABLE, TEXT) SYSMON(0,
        COMMAND_LINE, PROCESS_COMMAND_LINE, TEXT) SYSMON(0, CURRENT_DIRECTORY,
        PROCESS_WORKING_DIRECTORY, TEXT) SYSMON(0, USER, USER_NAME, ACCOUNT) SYSMON(0, SOURCE_USER,
        USER_NAME, ACCOUNT) SYSMON(0, INTEGRITY, PROCESS_INTEGRITY, TEXT) SYSMON(0, LOGON_ID,
        LOGON_ID, TEXT) SYSMON(1, HASHES, PROCESS_HASH_SHA256, HASHES) SYSMON(7, HASHES,
        FILE_HASH_SHA256, HASHES) SYSMON(6, HASHES, FILE_HASH_SHA256, HASHES) SYSMON(15, HASH,
        FILE_HASH_SHA256, HASHES) SYSMON(15, HASHES, FILE_HASH_SHA256, HASHES) SYSMON(23, HASHES,
        FILE_HASH_SHA256, HASHES) SYSMON(26, HASHES, FILE_HASH_SHA256, HASHES) SYSMON(29, HASHES,
        FILE_HASH_SHA256, HASHES) SYSMON(0, PARENT_GUID, PARENT_ENTITY_ID, GUID) SYSMON(0,
        PARENT_ID, PARENT_PID, NUMBER) SYSMON(0, PARENT_IMAGE, PARENT_EXECUTABLE, TEXT) SYSMON(0,
        PARENT_COMMAND_LINE, PARENT_COMMAND_LINE, TEXT) SYSMON(0, TARGET_FILENAME, FILE_PATH,
        TEXT) SYSMON(0, TARGET_OBJECT, REGISTRY_PATH, TEXT) SYSMON(0, DETAILS, REGISTRY_DATA,
        TEXT) SYSMON(0, IMAGE_LOADED, DLL_PATH, TEXT) SYSMON(0, SOURCE_IP, SOURCE_IP, IP) SYSMON(0,
        SOURCE_PORT, SOURCE_PORT, NUMBER) SYSMON(0, DESTINATION_IP, DESTINATION_IP, IP) SYSMON(0,
        DESTINATION_PORT, DESTINATION_PORT, NUMBER) SYSMON(0,
        DESTINATION_HOSTNAME, DESTINATION_DOMAIN, TEXT) SYSMON(0, PROTOCOL, NETWORK_TRANSPORT,
        LOWER) SYSMON(0, QUERY_NAME, DNS_QUESTION, TEXT) SYSMON(0, QUERY_RESULTS, DNS_ANSWERS,
        IP) SYSMON(0, PIPE_NAME, PIPE_NAME, TEXT) SYSMON(0, TARGET_PROCESS_GUID,
        TARGET_ENTITY_ID, GUID) SYSMON(0, TARGET_PROCESS_GUID_2, TARGET_ENTITY_ID, GUID) SYSMON(0,
        TARGET_PROCESS_ID, TARGET_PID, NUMBER) SYSMON(0, TARGET_IMAGE, TARGET_EXECUTABLE,
        TEXT) SYSMON(0, RULE_NAME, THREAT_TECHNIQUE, TECHNIQUE)

        SECURITY(4688, NEW_PROCESS_ID, PROCESS_PID, NUMBER) SECURITY(4688,
            NEW_PROCESS_NAME, PROCESS_EXECUTABLE, TEXT) SECURITY(4688, PROCESS_ID, PARENT_PID,
            NUMBER) SECURITY(4688, PARENT_PROCESS_NAME, PARENT_EXECUTABLE,
            TEXT) SECURITY(4688, TARGET_USER, USER_NAME, TEXT) SECURITY(4688, TARGET_DOMAIN,
            USER_DOMAIN, TEXT) SECURITY(4696, TARGET_PROCESS_ID, PROCESS_PID, NUMBER)
            SECURITY(4688, TARGET_SID, USER_ID, SID)
            SECURITY(4624, TARGET_USER, USER_NAME, TEXT) SECURITY(4624, TARGET_DOMAIN, USER_DOMAIN,
                TEXT) SECURITY(4624, TARGET_SID, USER_ID, TEXT) SECURITY(4624, TARGET_LOGON_ID,
                LOGON_ID, TEXT) SECURITY(4625, TARGET_USER, USER_NAME, TEXT)
                SECURITY(4625, TARGET_DOMAIN, USER_DOMAIN, TEXT) SECURITY(
                    4634, TARGET_USER, USER_NAME, TEXT) SECURITY(4634, TARGET_DOMAIN, USER_DOMAIN,
                    TEXT) SECURITY(4657, OBJECT_NAME, REGISTRY_PATH, TEXT) SECURITY(4657, NEW_VALUE,
                    REGISTRY_DATA, TEXT) SECURITY(0, COMMAND_LINE, PROCESS_COMMAND_LINE,
                    TEXT) SECURITY(0, PROCESS_ID, PROCESS_PID, NUMBER) SECURITY(0, PROCESS_ID_2,
                    PROCESS_PID, NUMBER) SECURITY(0, PROCESS_NAME, PROCESS_EXECUTABLE, TEXT)
                    SECURITY(0, APPLICATION, PROCESS_EXECUTABLE, TEXT) SECURITY(0, SUBJECT_USER,
                        USER_NAME, TEXT) SECURITY(0, SUBJECT_DOMAIN, USER_DOMAIN, TEXT) SECURITY(0,
                        SUBJECT_SID, USER_ID, TEXT) SECURITY(0, TARGET_USER, USER_TARGET_NAME,
                        TEXT) SECURITY(0, IP_ADDRESS, SOURCE_IP, IP) SECURITY(0, IP_PORT,
                        SOURCE_PORT, NUMBER) SECURITY(0, LOGON_TYPE, LOGON_TYPE,
                        TEXT) SECURITY(0, SERVICE_NAME, SERVICE_NAME, TEXT) SECURITY(4697,
                        SERVICE_FILE, FILE_PATH, TEXT) SECURITY(0, TASK_NAME, TASK_NAME, TEXT)
                        SECURITY(0, OBJECT_NAME, FILE_PATH, TEXT) SECURITY(0, SHARE_NAME, FILE_PATH,
                            TEXT) SECURITY(0, SOURCE_ADDRESS, SOURCE_IP, IP)
                            SECURITY(0, SOURCE_PORT, SOURCE_PORT, NUMBER) SECURITY(0, DEST_ADDRESS,
                                DESTINATION_IP, IP) SECURITY(0, DEST_PORT, DESTINATION_PORT, NUMBER)
                            SECURITY(0, PROTOCOL, NETWORK_TRANSPORT, PROTOCOL)

                                POWERSHELL(0, SCRIPT_BLOCK, SCRIPT_TEXT, TEXT)
                                    POWERSHELL(0, PAYLOAD, SCRIPT_TEXT, TEXT)
                                        POWERSHELL(0, PROCESS_ID_2, PROCESS_PID, NUMBER)
                                            POWERSHELL(0, USER, USER_NAME, ACCOUNT)

                                                SYSTEM(0, SERVICE_NAME, SERVICE_NAME, TEXT)
                                                    SYSTEM(0, IMAGE_PATH, FILE_PATH, TEXT)
                                                        SYSTEM(0, ACCOUNT_NAME, USER_NAME, ACCOUNT)

                                                            {WINDOWS_OTHER, 0, WINDOWS_ACCOUNT_NAME,
                                                                FIELD_USER_NAME, MAP_TEXT},
    {WINDOWS_OTHER, 0, WINDOWS_DOMAIN, FIELD_USER_DOMAIN, MAP_TEXT},
    {WINDOWS_OTHER, 0, WINDOWS_KEY_COUNT, FIELD_NONE, MAP_TEXT},
};

/* event.category takes only the words that ECS allows:
 * https://www.elastic.co/guide/en/ecs/current/ecs-allowed-values-event-category.html */
const struct windows_code windows_codes[] = {
    {WINDOWS_SYSMON, 1, "process", "start"},
    {WINDOWS_SYSMON, 2, "file", "timestamp_changed"},
    {WINDOWS_SYSMON, 3, "network", "connection_attempted"},
    {WINDOWS_SYSMON, 4, "configuration", "sensor-state"},
    {WINDOWS_SYSMON, 5, "process", "end"},
    {WINDOWS_SYSMON, 6, "driver", "load"},
    {WINDOWS_SYSMON, 7, "library", "load"},
    {WINDOWS_SYSMON, 8, "process", "remote_thread"},
    {WINDOWS_SYSMON, 9, "file", "raw_read"},
    {WINDOWS_SYSMON, 10, "process", "access"},
    {WINDOWS_SYSMON, 11, "file", "creation"},
    {WINDOWS_SYSMON, 12, "registry", "key_changed"},
    {WINDOWS_SYSMON, 13, "registry", "modification"},
    {WINDOWS_SYSMON, 14, "registry", "renamed"},
    {WINDOWS_SYSMON, 15, "file", "stream_created"},
    {WINDOWS_SYSMON, 16, "configuration", "sensor-configuration"},
    {WINDOWS_SYSMON, 17, "file", "pipe_created"},
    {WINDOWS_SYSMON, 18, "file", "pipe_connected"},
    {WINDOWS_SYSMON, 19, "configuration", "wmi_filter"},
    {WINDOWS_SYSMON, 20, "configuration", "wmi_consumer"},
    {WINDOWS_SYSMON, 21, "configuration", "wmi_binding"},
    {WINDOWS_SYSMON, 22, "network", "lookup_requested"},
    {WINDOWS_SYSMON, 23, "file", "deletion"},
    {WINDOWS_SYSMON, 24, "host", "changed"},
    {WINDOWS_SYSMON, 25, "process", "image_changed"},
    {WINDOWS_SYSMON, 26, "file", "deletion"},
    {WINDOWS_SYSMON, 27, "file", "executable-blocked"},
    {WINDOWS_SYSMON, 28, "file", "shredding-blocked"},
    {WINDOWS_SYSMON, 29, "file", "executable_detected"},
    {WINDOWS_SYSMON, 255, "configuration", "sensor-error"},
    {WINDOWS_SECURITY, 4688, "process", "start"},
    {WINDOWS_SECURITY, 4689, "process", "end"},
    {WINDOWS_SECURITY, 4624, "authentication", "logged-in"},
    {WINDOWS_SECURITY, 4625, "authentication", "logon-failed"},
    {WINDOWS_SECURITY, 4634, "authentication", "logged-out"},
    {WINDOWS_SECURITY, 4647, "authentication", "logoff"},
    {WINDOWS_SECURITY, 4648, "authentication", "logged-in-explicit"},
    {WINDOWS_SECURITY, 4672, "iam", "logged-in-special"},
    {WINDOWS_SECURITY, 4768, "authentication", "kerberos-ticket-requested"},
    {WINDOWS_SECURITY, 4769, "authentication", "kerberos-service-ticket-requested"},
    {WINDOWS_SECURITY, 4776, "authentication", "credential-validated"},
    {WINDOWS_SECURITY, 4720, "iam", "added-user-account"},
    {WINDOWS_SECURITY, 4726, "iam", "deleted-user-account"},
    {WINDOWS_SECURITY, 4732, "iam", "added-member-to-group"},
    {WINDOWS_SECURITY, 4697, "configuration", "service-installed"},
    {WINDOWS_SECURITY, 4698, "configuration", "scheduled-task-created"},
    {WINDOWS_SECURITY, 4699, "configuration", "scheduled-task-deleted"},
    {WINDOWS_SECURITY, 4702, "configuration", "scheduled-task-updated"},
    {WINDOWS_SECURITY, 4656, "file", "handle-requested"},
    {WINDOWS_SECURITY, 4658, "file", "handle-closed"},
    {WINDOWS_SECURITY, 4663, "file", "access"},
    {WINDOWS_SECURITY, 4657, "registry", "modification"},
    {WINDOWS_SECURITY, 4690, "file", "handle-duplicated"},
    {WINDOWS_SECURITY, 5140, "file", "network-share-accessed"},
    {WINDOWS_SECURITY, 5145, "file", "network-share-accessed"},
    {WINDOWS_SECURITY, 5152, "network", "packet-dropped"},
    {WINDOWS_SECURITY, 5156, "network", "connection_allowed"},
    {WINDOWS_SECURITY, 5157, "network", "connection-blocked"},
    {WINDOWS_SECURITY, 5158, "network", "bind_allowed"},
    {WINDOWS_SECURITY, 1102, "configuration", "audit-log-cleared"},
    {WINDOWS_POWERSHELL, 400, "process", "engine-start"},
    {WINDOWS_POWERSHELL, 403, "process", "engine-stop"},
    {WINDOWS_POWERSHELL, 600, "process", "provider-start"},
    {WINDOWS_POWERSHELL, 800, "process", "pipeline"},
    {WINDOWS_POWERSHELL, 4103, "process", "module-logged"},
    {WINDOWS_POWERSHELL, 4104, "process", "script-block-logged"},
    {WINDOWS_POWERSHELL, 4105, "process", "block-start"},
    {WINDOWS_POWERSHELL, 4106, "process", "block-stop"},
    {WINDOWS_SYSTEM, 7045, "configuration", "service-installed"},
    {WINDOWS_SYSTEM, 7036, "configuration", "state"},
    {WINDOWS_SYSTEM, 7040, "configuration", "start-type"},
    {WINDOWS_SYSTEM, 104, "configuration", "log-cleared"},
    {WINDOWS_SECURITY, 4728, "iam", "added-member-to-group"},
    {WINDOWS_OTHER, 0, NULL, NULL},
};
