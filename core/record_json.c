#include "core/record.h"

#include "core/str.h"

#include <stdlib.h>

/* One key of the object. A promised group without a value ("file") has no field. */
struct key {
    const char *name;
    enum field field;
};

/* What CLI.md promises on every alert and event, known or not. */
static const enum field promised[] = {FIELD_TIMESTAMP, FIELD_ORGANIZATION_ID, FIELD_RULE_ID,
    FIELD_RULE_NAME, FIELD_HOST_NAME, FIELD_HOST_IP, FIELD_USER_NAME, FIELD_PROCESS_ENTITY_ID,
    FIELD_PROCESS_PID, FIELD_PROCESS_NAME, FIELD_PROCESS_EXECUTABLE, FIELD_PROCESS_COMMAND_LINE,
    FIELD_PROCESS_HASH_SHA256, FIELD_PARENT_ENTITY_ID, FIELD_PARENT_PID, FIELD_PARENT_NAME,
    FIELD_THREAT_TECHNIQUE, FIELD_ID, FIELD_SOURCE};

static const enum field promised_alert[] = {FIELD_NATIVE_ID, FIELD_KIND, FIELD_SEVERITY,
    FIELD_SCORE, FIELD_STATUS, FIELD_VERDICT, FIELD_ASSIGNEE, FIELD_CASE, FIELD_GROUP,
    FIELD_OCCURRENCES, FIELD_UPDATED, FIELD_DISPOSITION};

static const enum field promised_event[] = {
    FIELD_EVENT_CATEGORY, FIELD_EVENT_ACTION, FIELD_EVENT_CODE};

static const char *const promised_groups[] = {"file", "source", "destination", "dns", "url"};

#define LENGTH(table) (sizeof(table) / sizeof *(table))
enum { KEYS_MAX = FIELD_COUNT + 16 };

static void promise(bool wanted[FIELD_COUNT], const enum field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        wanted[fields[i]] = true;
}

static bool is_within(const char *name, const char *group, size_t n)
{
    return strncmp(name, group, n) == 0 && (name[n] == '.' || name[n] == '\0');
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct key *)a)->name, ((const struct key *)b)->name);
}

static size_t collect(const struct record *r, struct key keys[KEYS_MAX])
{
    bool wanted[FIELD_COUNT] = {false};
    size_t n = 0;
    promise(wanted, promised, LENGTH(promised));
    if (r->kind == RECORD_ALERT)
        promise(wanted, promised_alert, LENGTH(promised_alert));
    else
        promise(wanted, promised_event, LENGTH(promised_event));
    for (int f = 0; f < FIELD_COUNT; f++)
        if (wanted[f] || r->first[f].p)
            keys[n++] = (struct key){field_table[f].name, (enum field)f};
    size_t fields = n;
    for (size_t g = 0; g < LENGTH(promised_groups); g++) {
        bool there = false;
        for (size_t i = 0; i < fields && !there; i++)
            there = is_within(keys[i].name, promised_groups[g], strlen(promised_groups[g]));
        if (!there)
            keys[n++] = (struct key){promised_groups[g], FIELD_NONE};
    }
    qsort(keys, n, sizeof *keys, by_name);
    return n;
}

static void put_value(struct str *out, enum field_type type, struct slice value)
{
    char time[CLOCK_TEXT_MAX];
    int64_t number;
    if (type == TYPE_TIME && slice_int(value, &number))
        str_printf(out, "\"%s\"", clock_format(number, time));
    else if (type == TYPE_NUMBER && slice_int(value, &number))
        str_printf(out, "%lld", (long long)number);
    else
        str_json(out, value);
}

/* What a promised key says when the record does not know it. */
static const char *fallback(const struct record *r, enum field field)
{
    if (r->kind != RECORD_ALERT)
        return "null";
    if (field == FIELD_OCCURRENCES)
        return "1";
    if (field == FIELD_STATUS)
        return "\"new\"";
    if (field == FIELD_DISPOSITION)
        return "\"unknown\"";
    return field == FIELD_SEVERITY ? "\"info\"" : "null";
}

static void put_field(struct str *out, const struct record *r, enum field field)
{
    if (field == FIELD_NONE) {
        str_puts(out, "null");
        return;
    }
    const struct field_info *info = &field_table[field];
    struct slice value = r->first[field];
    if (field == FIELD_NATIVE_ID && !value.p && r->native_id.n)
        value = r->native_id;
    if (!value.p) {
        str_puts(out, fallback(r, field));
        return;
    }
    if (!info->many) {
        put_value(out, info->type, value);
        return;
    }
    const struct record_value *at = NULL;
    char before = '[';
    while (record_next(r, field, &at, &value)) {
        str_char(out, before);
        put_value(out, info->type, value);
        before = ',';
    }
    str_char(out, ']');
}

/* Keys are sorted, so each group is one run; `depth` is how many bytes of the names are written. */
static void put_group(
    struct str *out, const struct record *r, const struct key *keys, size_t n, size_t depth)
{
    str_char(out, '{');
    for (size_t i = 0; i < n;) {
        const char *name = keys[i].name + depth;
        size_t length = strcspn(name, ".");
        size_t end = i + 1;
        while (end < n && is_within(keys[end].name, keys[i].name, depth + length))
            end++;
        if (i)
            str_char(out, ',');
        str_json(out, (struct slice){name, length});
        str_char(out, ':');
        if (name[length] == '.')
            put_group(out, r, keys + i, end - i, depth + length + 1);
        else
            put_field(out, r, keys[i].field);
        i = end;
    }
    str_char(out, '}');
}

void record_json(const struct record *r, struct str *out)
{
    struct key keys[KEYS_MAX];
    size_t n = collect(r, keys);
    put_group(out, r, keys, n, 0);
}
