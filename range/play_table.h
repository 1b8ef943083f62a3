/* The story that plays: what is written where, and what a detection engine would say of it. */
#ifndef HINOMI_RANGE_PLAY_TABLE_H
#define HINOMI_RANGE_PLAY_TABLE_H

#include "range/telemetry.h"

#include <stddef.h>

#define PLAY_HOME "/home/" RANGE_USER
#define PLAY_VIEWER "/opt/docview/docview"
#define PLAY_DOCUMENT PLAY_HOME "/Downloads/invoice-2026-1122.odt"
#define PLAY_PAYLOAD PLAY_HOME "/Downloads/.invoice-2026-1122.bin"
#define PLAY_FOLDER "/tmp/.cache-7f3a"
#define PLAY_BEACON PLAY_FOLDER "/updated"
#define PLAY_UNIT PLAY_HOME "/.config/systemd/user/updated.service"
#define PLAY_ARCHIVE PLAY_FOLDER "/q3.tgz"

enum play_rule {
    RULE_VIEWER_SHELL,
    RULE_ENCODED,
    RULE_HIDDEN_PROGRAM,
    RULE_UNIT,
    RULE_ARCHIVE,
    RULE_BEACON,
    RULE_NONE
};
extern const struct telemetry_rule play_rules[];

struct play_file {
    const char *path, *step;
    enum play_rule rule;
};
extern const struct play_file play_files[];
extern const size_t play_file_count;

/* The launcher's script; each @ stands for the pause in seconds. */
extern const char play_script[];

#endif
