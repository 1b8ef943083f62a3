#include "connectors/format.h"

extern const struct file_format format_ecs, format_sysmon, format_windows, format_wazuh,
    format_suricata, format_cloudtrail, format_azure_audit, format_office, format_defender,
    format_crowdstrike, format_osquery, format_auditd_azure;

const struct file_format *const file_formats[] = {
    &format_ecs,
    &format_sysmon,
    &format_windows,
    &format_wazuh,
    &format_suricata,
    &format_cloudtrail,
    &format_azure_audit,
    &format_office,
    &format_defender,
    &format_crowdstrike,
    &format_osquery,
    &format_auditd_azure,
    NULL,
};

const struct file_format *file_format_find(const char *name)
{
    for (size_t i = 0; file_formats[i]; i++)
        if (strcmp(file_formats[i]->name, name) == 0)
            return file_formats[i];
    return NULL;
}

const struct file_format *file_format_sniff(struct slice head)
{
    const struct file_format *best = NULL;
    int surest = 0;
    for (size_t i = 0; file_formats[i]; i++) {
        int sure = file_formats[i]->sniff(head);
        if (sure > surest) {
            surest = sure;
            best = file_formats[i];
        }
    }
    return best;
}
