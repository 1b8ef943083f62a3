/* The ordinary day around the intrusion: rules, machines and programs, all invented. */
#include "range/background_table.h"

const struct telemetry_rule background_rules[] = {
    {"bg-001", "SSH login from an address not seen before", "medium", 47, "%s", "TA0001",
        "Initial Access", "T1078", "Valid Accounts"},
    {"bg-002", "sudo used outside working hours", "low", 21, "%s", "TA0004", "Privilege Escalation",
        "T1548.003", "Sudo and Sudo Caching"},
    {"bg-003", "Package installed by hand", "low", 21, "%s", "TA0002", "Execution", "T1072",
        "Software Deployment Tools"},
    {"bg-004", "Many failed logins for one account", "medium", 47, "%s", "TA0006",
        "Credential Access", "T1110.001", "Password Guessing"},
    {"bg-005", "Shell history cleared", "high", 73, "%s", "TA0005", "Defense Evasion", "T1070.003",
        "Clear Command History"},
    {"bg-006", "共有フォルダからの大量コピー", "medium", 47, "%s", "TA0010", "Exfiltration",
        "T1048", "Exfiltration Over Alternative Protocol"},
    {"bg-007", "New cron entry", "low", 21, "%s", "TA0003", "Persistence", "T1053.003", "Cron"},
    {"bg-008", "Network scan by an internal host", "high", 73, "%s", "TA0007", "Discovery", "T1046",
        "Network Service Discovery"},
    {"bg-009", "不審なPowerShell実行", "high", 73, "%s", "TA0002", "Execution", "T1059.001",
        "PowerShell"},
    {"bg-010", "curl piped into a shell", "medium", 47, "%s", "TA0011", "Command and Control",
        "T1105", "Ingress Tool Transfer"},
    {"bg-011", "Service account logged in interactively", "medium", 47, "%s", "TA0008",
        "Lateral Movement", "T1021.004", "SSH"},
    {"bg-012", "経理サーバへの深夜ログイン", "low", 21, "%s", "TA0001", "Initial Access", "T1078",
        "Valid Accounts"},
    {"bg-013", "World-writable file in a system folder", "low", 21, "%s", "TA0005",
        "Defense Evasion", "T1222.002",
        "Linux and Mac File and Directory Permissions Modification"},
    {"bg-014", "Database dump written to /tmp", "high", 73, "%s", "TA0009", "Collection", "T1005",
        "Data from Local System"},
};
const size_t background_rule_count = sizeof(background_rules) / sizeof(*background_rules);

const struct telemetry_host background_hosts[] = {
    {"ws-fin-01", "192.0.2.11", "2001:db8:2::11", "3f1c9a52-7d0e-4b61-9a44-5d2f0c8e1101"},
    {"ws-fin-02", "192.0.2.12", "2001:db8:2::12", "8b27e4d0-1f35-4c98-8e02-91ac6b7d2202"},
    {"db-01", "192.0.2.21", "2001:db8:2::21", "c4d81b6e-60aa-4f17-b1c3-2e7f95d03303"},
    {"ws-hr-03", "192.0.2.43", NULL, "0e5a7c14-22d9-4f6b-83c1-6ad9f0b14404"},
    {"ws-dev-07", "192.0.2.57", NULL, "d72f3b80-9c46-4ea5-a7d8-13c2be5f5505"},
    {"mail-01", "192.0.2.25", NULL, "51b8e9f3-4a07-4d32-b690-c8e17a2d6606"},
    {"file-02", "192.0.2.28", NULL, "a9046dc7-e813-4b5c-95fe-7f20d3c87707"},
};
const size_t background_host_count = sizeof(background_hosts) / sizeof(*background_hosts);

const struct background_program background_programs[] = {
    {"/usr/sbin/cron", "/usr/sbin/cron -f", "root"},
    {"/usr/bin/run-parts", "run-parts --report /etc/cron.hourly", "root"},
    {"/usr/sbin/sshd", "sshd: backup [priv]", "root"},
    {"/usr/bin/rsync", "rsync -a /srv/share/ backup-01:/vol/share/", "backup"},
    {"/usr/bin/apt-get", "apt-get -qq update", "root"},
    {"/usr/bin/psql", "psql -At -c SELECT_1 ledger", "postgres"},
    {"/usr/bin/firefox-esr", "firefox-esr", "y.tanaka"},
    {"/usr/lib/libreoffice/program/soffice.bin", "soffice.bin --calc 予算2026.ods", "k.mori"},
    {"/usr/bin/git", "git fetch --prune", "h.ito"},
    {"/usr/bin/python3.11", "python3 /opt/report/daily.py --since yesterday", "report"},
    {"/usr/bin/find", "find /var/log -name *.gz -mtime +30", "root"},
    {"/usr/bin/sudo", "sudo systemctl restart ledger-sync", "h.ito"},
};
const size_t background_program_count = sizeof(background_programs) / sizeof(*background_programs);
