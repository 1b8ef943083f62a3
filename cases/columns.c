#include "cases/columns.h"

static const char *const quoted[FIELD_COUNT] = {
#define QUOTED(id, name, ...) [FIELD_##id] = "\"" name "\"",
    FIELD_LIST(QUOTED)
#undef QUOTED
};

static const struct {
    enum field field;
    struct column column;
} alert_special[] = {
    {FIELD_ID, {"id", NULL, COLUMN_INT, false, false}},
    {FIELD_TIMESTAMP, {"ts", NULL, COLUMN_INT, false, false}},
    {FIELD_SEVERITY, {"severity", NULL, COLUMN_INT, false, false}},
    {FIELD_SCORE, {"score", "-1", COLUMN_INT, false, false}},
    {FIELD_DISPOSITION, {"disposition", NULL, COLUMN_TEXT, false, false}},
    {FIELD_OCCURRENCES, {"occurrences", NULL, COLUMN_INT, false, false}},
    {FIELD_UPDATED, {"updated", NULL, COLUMN_INT, false, false}},
    {FIELD_SOURCE, {"source", NULL, COLUMN_TEXT, false, false}},
    {FIELD_KIND, {"kind", NULL, COLUMN_TEXT, false, false}},
    {FIELD_NATIVE_ID, {"native_id", NULL, COLUMN_TEXT, false, false}},
    {FIELD_ORGANIZATION_ID, {"organization", NULL, COLUMN_TEXT, false, false}},
    {FIELD_GROUP, {"grp", NULL, COLUMN_INT, false, false}},
    {FIELD_STATUS, {"status", NULL, COLUMN_TEXT, false, true}},
    {FIELD_VERDICT, {"verdict", "''", COLUMN_TEXT, false, true}},
    {FIELD_ASSIGNEE, {"assignee", "''", COLUMN_TEXT, false, true}},
    {FIELD_REASON, {"reason", "''", COLUMN_TEXT, false, true}},
    {FIELD_TAGS, {"tags", "''", COLUMN_TEXT, true, true}},
    {FIELD_SNOOZED_UNTIL, {"snoozed_until", "0", COLUMN_INT, false, true}},
    {FIELD_CASE, {"case_id", "0", COLUMN_INT, false, true}},
};

static bool is_number(enum field f)
{
    enum field_type t = field_table[f].type;
    return t == TYPE_NUMBER || t == TYPE_TIME || t == TYPE_SEVERITY;
}

void columns_of_alerts(struct column table[FIELD_COUNT])
{
    for (int f = 0; f < FIELD_COUNT; f++)
        table[f] = (struct column){
            .name = quoted[f],
            .shape = !(field_table[f].storage & STORE_ALERT) ? COLUMN_NONE
                     : is_number((enum field)f)              ? COLUMN_INT
                                                             : COLUMN_TEXT,
            .many = field_table[f].many,
        };
    for (size_t i = 0; i < sizeof alert_special / sizeof *alert_special; i++)
        table[alert_special[i].field] = alert_special[i].column;
}

/* Values that hardly repeat; a string table would only grow by them. */
static const enum field unrepeated[] = {FIELD_NATIVE_ID, FIELD_PROCESS_ENTITY_ID,
    FIELD_PARENT_ENTITY_ID, FIELD_EFFECTIVE_PARENT, FIELD_TARGET_ENTITY_ID,
    FIELD_PROCESS_COMMAND_LINE, FIELD_PARENT_COMMAND_LINE, FIELD_FILE_PATH, FIELD_REGISTRY_PATH,
    FIELD_REGISTRY_DATA, FIELD_SCRIPT_TEXT, FIELD_URL_FULL, FIELD_PIPE_NAME};

static bool repeats(enum field f)
{
    for (size_t i = 0; i < sizeof unrepeated / sizeof *unrepeated; i++)
        if (unrepeated[i] == f)
            return false;
    return true;
}

void columns_of_events(struct column table[FIELD_COUNT])
{
    for (int f = 0; f < FIELD_COUNT; f++)
        table[f] = (struct column){
            .name = quoted[f],
            .shape = !(field_table[f].storage & STORE_EVENT) ? COLUMN_NONE
                     : is_number((enum field)f)              ? COLUMN_INT
                     : repeats((enum field)f)                ? COLUMN_STRING
                                                             : COLUMN_TEXT,
            .many = field_table[f].many,
        };
    table[FIELD_ID].name = "id";
    table[FIELD_TIMESTAMP].name = "ts";
}
