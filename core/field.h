/* The one table of fields. SQL columns, JSON, KQL, completion and docs come from it.
 * Names are the Elastic Common Schema's
 * (https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html); what ECS lacks stands
 * under `hinomi.`. A new field is one line here. */
#ifndef HINOMI_CORE_FIELD_H
#define HINOMI_CORE_FIELD_H

#include "core/slice.h"

enum field_type {
    TYPE_KEYWORD,  /* whole, compared without ASCII case */
    TYPE_TEXT,     /* the same, and its words are found by free text */
    TYPE_NUMBER,   /* int64 in decimal */
    TYPE_TIME,     /* ns since the epoch in decimal inside; ISO 8601 at the edges */
    TYPE_IP,       /* v4 or v6 text; CIDR in queries */
    TYPE_SEVERITY, /* info low medium high critical: ordered */
    TYPE_ENUM      /* one of a small vocabulary: keyword that completes */
};

/* Where a field is stored. E: column of the events cache. A: column of the alerts table.
 * B: both. R: read from the raw record only when asked for. */
enum field_storage { STORE_RAW_ONLY = 0, STORE_EVENT = 1, STORE_ALERT = 2, STORE_BOTH = 3 };

/*  id, ECS name, short alias or NULL, type, several values?, storage, in free text?, help */
#define FIELD_LIST(X)                                                                              \
    X(TIMESTAMP, "@timestamp", "time", TIME, 0, BOTH, 0,                                           \
        "when it happened, by the record's own clock")                                             \
    X(ORGANIZATION_ID, "organization.id", "customer", KEYWORD, 0, BOTH, 0,                         \
        "the customer it belongs to")                                                              \
    X(EVENT_CATEGORY, "event.category", "category", ENUM, 1, BOTH, 0,                              \
        "process, file, network, registry, authentication, …")                                     \
    X(EVENT_ACTION, "event.action", "action", KEYWORD, 0, BOTH, 0,                                 \
        "start, end, fork, connection_attempted, …")                                               \
    X(EVENT_TYPE, "event.type", NULL, KEYWORD, 1, RAW_ONLY, 0,                                     \
        "start, end, creation, deletion, …")                                                       \
    X(EVENT_CODE, "event.code", "code", KEYWORD, 0, BOTH, 0,                                       \
        "the vendor's event number, as Sysmon's 1 or Windows' 4688")                               \
    X(EVENT_PROVIDER, "event.provider", "provider", KEYWORD, 0, EVENT, 0,                          \
        "what wrote the record: Microsoft-Windows-Sysmon, auditd, …")                              \
    X(EVENT_DATASET, "event.dataset", NULL, KEYWORD, 0, RAW_ONLY, 0, "the data set at the source") \
    X(EVENT_OUTCOME, "event.outcome", NULL, ENUM, 0, BOTH, 0, "success, failure or unknown")       \
    X(EVENT_INGESTED, "event.ingested", NULL, TIME, 0, ALERT, 0,                                   \
        "when the source's store took it in")                                                      \
    X(MESSAGE, "message", NULL, TEXT, 0, ALERT, 1, "the vendor's sentence about it")               \
    X(RULE_ID, "rule.id", NULL, KEYWORD, 0, ALERT, 0, "the rule's id at its source")               \
    X(RULE_NAME, "rule.name", "rule", TEXT, 0, BOTH, 1, "the rule that judged it")                 \
    X(RULE_DESCRIPTION, "rule.description", NULL, TEXT, 0, ALERT, 1,                               \
        "what the rule's author says about it")                                                    \
    X(HOST_ID, "host.id", NULL, KEYWORD, 0, BOTH, 0, "the host's own id (machine-id, agent's id)") \
    X(HOST_NAME, "host.name", "host", KEYWORD, 0, BOTH, 1, "the host it happened on")              \
    X(HOST_IP, "host.ip", NULL, IP, 1, ALERT, 0, "the host's addresses")                           \
    X(HOST_OS, "host.os.name", "os", KEYWORD, 0, ALERT, 0, "the host's operating system")          \
    X(AGENT_ID, "agent.id", NULL, KEYWORD, 0, ALERT, 0,                                            \
        "the sensor's id: what a vendor's isolation wants")                                        \
    X(USER_NAME, "user.name", "user", KEYWORD, 0, BOTH, 1, "who did it")                           \
    X(USER_DOMAIN, "user.domain", "domain", KEYWORD, 0, BOTH, 0, "the user's domain or realm")     \
    X(USER_ID, "user.id", NULL, KEYWORD, 0, BOTH, 0, "SID or uid")                                 \
    X(USER_TARGET_NAME, "user.target.name", NULL, KEYWORD, 0, BOTH, 1, "whom it was done to")      \
    X(PROCESS_ENTITY_ID, "process.entity_id", "guid", KEYWORD, 0, BOTH, 0,                         \
        "the process, unique over reboots and pid reuse")                                          \
    X(PROCESS_PID, "process.pid", "pid", NUMBER, 0, BOTH, 0, "process id")                         \
    X(PROCESS_NAME, "process.name", "process", KEYWORD, 0, BOTH, 1, "the executable's base name")  \
    X(PROCESS_EXECUTABLE, "process.executable", "image", KEYWORD, 0, BOTH, 1,                      \
        "the executable's path")                                                                   \
    X(PROCESS_COMMAND_LINE, "process.command_line", "cmdline", TEXT, 0, BOTH, 1,                   \
        "the whole command line")                                                                  \
    X(PROCESS_WORKING_DIRECTORY, "process.working_directory", NULL, KEYWORD, 0, RAW_ONLY, 0,       \
        "its current folder")                                                                      \
    X(PROCESS_START, "process.start", NULL, TIME, 0, BOTH, 0, "when it started")                   \
    X(PROCESS_END, "process.end", NULL, TIME, 0, BOTH, 0, "when it ended")                         \
    X(PROCESS_EXIT_CODE, "process.exit_code", NULL, NUMBER, 0, BOTH, 0, "how it ended")            \
    X(PROCESS_HASH_SHA256, "process.hash.sha256", "sha256", KEYWORD, 0, BOTH, 0,                   \
        "the executable's SHA-256")                                                                \
    X(PROCESS_HASH_SHA1, "process.hash.sha1", NULL, KEYWORD, 0, RAW_ONLY, 0,                       \
        "the executable's SHA-1")                                                                  \
    X(PROCESS_HASH_MD5, "process.hash.md5", "md5", KEYWORD, 0, BOTH, 0, "the executable's MD5")    \
    X(PROCESS_INTEGRITY, "process.integrity_level", "integrity", KEYWORD, 0, RAW_ONLY, 0,          \
        "Windows integrity level")                                                                 \
    X(PARENT_ENTITY_ID, "process.parent.entity_id", NULL, KEYWORD, 0, BOTH, 0,                     \
        "the parent's entity id")                                                                  \
    X(PARENT_PID, "process.parent.pid", "ppid", NUMBER, 0, BOTH, 0, "the parent's process id")     \
    X(PARENT_NAME, "process.parent.name", "parent", KEYWORD, 0, BOTH, 1, "the parent's base name") \
    X(PARENT_EXECUTABLE, "process.parent.executable", NULL, KEYWORD, 0, BOTH, 1,                   \
        "the parent's path")                                                                       \
    X(PARENT_COMMAND_LINE, "process.parent.command_line", NULL, TEXT, 0, BOTH, 1,                  \
        "the parent's command line")                                                               \
    X(PARENT_START, "process.parent.start", NULL, TIME, 0, BOTH, 0, "when the parent started")     \
    X(EFFECTIVE_PARENT, "process.effective_parent.entity_id", NULL, KEYWORD, 0, EVENT, 0,          \
        "who really asked for it (COM, WMI, services)")                                            \
    X(TARGET_ENTITY_ID, "process.target.entity_id", NULL, KEYWORD, 0, EVENT, 0,                    \
        "the process acted upon (injection, access)")                                              \
    X(TARGET_PID, "process.target.pid", NULL, NUMBER, 0, EVENT, 0, "its pid")                      \
    X(TARGET_EXECUTABLE, "process.target.executable", NULL, KEYWORD, 0, EVENT, 1, "its path")      \
    X(FILE_PATH, "file.path", "file", KEYWORD, 0, BOTH, 1, "the file touched")                     \
    X(FILE_NAME, "file.name", NULL, KEYWORD, 0, RAW_ONLY, 0, "its base name")                      \
    X(FILE_HASH_SHA256, "file.hash.sha256", NULL, KEYWORD, 0, BOTH, 0, "its SHA-256")              \
    X(FILE_SIZE, "file.size", NULL, NUMBER, 0, RAW_ONLY, 0, "its size in bytes")                   \
    X(REGISTRY_PATH, "registry.path", "registry", KEYWORD, 0, BOTH, 1, "hive, key and value name") \
    X(REGISTRY_DATA, "registry.data.strings", NULL, TEXT, 1, EVENT, 1, "what was written there")   \
    X(DLL_PATH, "dll.path", "dll", KEYWORD, 0, EVENT, 1, "the module or driver loaded")            \
    X(PIPE_NAME, "hinomi.pipe", "pipe", KEYWORD, 0, EVENT, 1, "named pipe")                        \
    X(SERVICE_NAME, "service.name", "service", KEYWORD, 0, BOTH, 1, "service")                     \
    X(TASK_NAME, "hinomi.task", "task", KEYWORD, 0, EVENT, 1,                                      \
        "scheduled task, timer or cron entry")                                                     \
    X(SCRIPT_TEXT, "powershell.file.script_block_text", "script", TEXT, 0, EVENT, 1,               \
        "script block")                                                                            \
    X(SOURCE_IP, "source.ip", "src", IP, 0, BOTH, 0, "address that began the connection")          \
    X(SOURCE_PORT, "source.port", NULL, NUMBER, 0, BOTH, 0, "its port")                            \
    X(DESTINATION_IP, "destination.ip", "dst", IP, 0, BOTH, 0, "address it went to")               \
    X(DESTINATION_PORT, "destination.port", "port", NUMBER, 0, BOTH, 0, "its port")                \
    X(DESTINATION_DOMAIN, "destination.domain", NULL, KEYWORD, 0, BOTH, 1, "its name")             \
    X(NETWORK_TRANSPORT, "network.transport", "proto", KEYWORD, 0, BOTH, 0, "tcp, udp, icmp")      \
    X(NETWORK_DIRECTION, "network.direction", NULL, KEYWORD, 0, RAW_ONLY, 0, "ingress, egress, …") \
    X(NETWORK_BYTES, "network.bytes", NULL, NUMBER, 0, RAW_ONLY, 0, "bytes both ways")             \
    X(DNS_QUESTION, "dns.question.name", "dns", KEYWORD, 0, BOTH, 1, "the name asked for")         \
    X(DNS_ANSWERS, "dns.resolved_ip", NULL, IP, 1, EVENT, 0, "the addresses answered")             \
    X(URL_FULL, "url.full", "url", KEYWORD, 0, BOTH, 1, "URL")                                     \
    X(HTTP_USER_AGENT, "user_agent.original", NULL, TEXT, 0, RAW_ONLY, 0, "user agent")            \
    X(TLS_JA3, "tls.client.ja3", NULL, KEYWORD, 0, BOTH, 0, "client fingerprint")                  \
    X(EMAIL_SUBJECT, "email.subject", "subject", TEXT, 0, ALERT, 1, "subject of the mail")         \
    X(EMAIL_FROM, "email.from.address", NULL, KEYWORD, 1, ALERT, 1, "sender")                      \
    X(EMAIL_TO, "email.to.address", NULL, KEYWORD, 1, ALERT, 1, "recipients")                      \
    X(LOGON_TYPE, "winlog.logon.type", NULL, KEYWORD, 0, EVENT, 0, "how the user logged on")       \
    X(LOGON_ID, "winlog.logon.id", NULL, KEYWORD, 0, RAW_ONLY, 0, "the logon session")             \
    X(CLOUD_ACCOUNT, "cloud.account.id", NULL, KEYWORD, 0, ALERT, 0, "cloud account or tenant")    \
    X(THREAT_TECHNIQUE, "threat.technique.id", "technique", KEYWORD, 1, BOTH, 0,                   \
        "ATT&CK technique, as T1003.001")                                                          \
    X(THREAT_TACTIC, "threat.tactic.name", "tactic", KEYWORD, 1, ALERT, 0, "ATT&CK tactic")        \
    X(SIGNATURE_ID, "hinomi.signature_id", NULL, KEYWORD, 0, RAW_ONLY, 0, "network signature id")  \
    X(SEVERITY, "hinomi.severity", "severity", SEVERITY, 0, ALERT, 0,                              \
        "info, low, medium, high, critical")                                                       \
    X(SCORE, "hinomi.score", "score", NUMBER, 0, ALERT, 0,                                         \
        "the vendor's risk score, if it gives one")                                                \
    X(DISPOSITION, "hinomi.disposition", "disposition", ENUM, 0, ALERT, 0,                         \
        "prevented, quarantined, detected, allowed, failed, unknown")                              \
    X(OCCURRENCES, "hinomi.count", "count", NUMBER, 0, ALERT, 0, "how often the vendor saw it")    \
    X(NATIVE_ID, "hinomi.native_id", "native_id", KEYWORD, 0, BOTH, 0,                             \
        "the record's id at its source")                                                           \
    X(NATIVE_STATUS, "hinomi.native_status", NULL, KEYWORD, 0, ALERT, 0,                           \
        "its status at the source")                                                                \
    X(NATIVE_URL, "hinomi.native_url", NULL, KEYWORD, 0, ALERT, 0,                                 \
        "where to see it at the vendor")                                                           \
    X(UPDATED, "hinomi.updated", "updated", TIME, 0, ALERT, 0, "when the source last changed it")  \
    X(SOURCE, "hinomi.source", "source", KEYWORD, 0, BOTH, 0, "the configured source it came by")  \
    X(KIND, "hinomi.kind", "kind", KEYWORD, 0, ALERT, 0, "the kind of that source")                \
    X(ID, "hinomi.id", "id", NUMBER, 0, BOTH, 0, "our number for it")                              \
    X(STATUS, "hinomi.status", "status", ENUM, 0, ALERT, 0, "new, ack, closed")                    \
    X(VERDICT, "hinomi.verdict", "verdict", ENUM, 0, ALERT, 0, "tp, benign, fp, duplicate, test")  \
    X(ASSIGNEE, "hinomi.assignee", "assignee", KEYWORD, 0, ALERT, 0, "whose it is")                \
    X(CASE, "hinomi.case", "case", NUMBER, 0, ALERT, 0, "the case it is in")                       \
    X(GROUP, "hinomi.group", "group", NUMBER, 0, ALERT, 0, "what it is folded with")               \
    X(REASON, "hinomi.reason", "reason", TEXT, 0, ALERT, 1, "why it was closed")                   \
    X(TAGS, "tags", "tag", KEYWORD, 1, ALERT, 0, "words that analysts gave it")                    \
    X(SNOOZED_UNTIL, "hinomi.snoozed_until", "snoozed", TIME, 0, ALERT, 0, "hidden until then")

enum field {
#define FIELD_ID(id, ...) FIELD_##id,
    FIELD_LIST(FIELD_ID)
#undef FIELD_ID
        FIELD_COUNT,
    FIELD_NONE = FIELD_COUNT
};

struct field_info {
    const char *name, *alias; /* alias may be NULL */
    enum field_type type;
    bool many;
    enum field_storage storage;
    bool free_text;
    const char *help; /* N_() literal */
};

extern const struct field_info field_table[FIELD_COUNT];

/* By ECS name or alias, whatever its case; FIELD_NONE if there is none. */
enum field field_find(struct slice name);

/* The field whose name or alias is nearest to a mistyped one (edit distance, a prefix counts as
 * near); FIELD_NONE if nothing is near enough to suggest. */
enum field field_nearest(struct slice name);

#endif
