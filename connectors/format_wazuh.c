/* Wazuh 4.x alerts.json: fields as analysisd's to_json writes them
 * (https://documentation.wazuh.com/current/user-manual/manager/alert-management.html). Windows data
 * is escaped twice. */
#include "connectors/format.h"
#include "connectors/windows.h"
#include "core/command.h"
#include "core/vocabulary.h"

static const struct map_row rows[] = {
    {"timestamp", FIELD_TIMESTAMP, MAP_TIME},
    {"id", FIELD_NATIVE_ID, MAP_TEXT},
    {"rule.id", FIELD_RULE_ID, MAP_TEXT},
    {"rule.description", FIELD_RULE_NAME, MAP_TEXT},
    {"rule.level", FIELD_SCORE, MAP_NUMBER},
    {"rule.firedtimes", FIELD_OCCURRENCES, MAP_NUMBER},
    {"rule.mitre.id", FIELD_THREAT_TECHNIQUE, MAP_TECHNIQUE},
    {"rule.mitre.tactic", FIELD_THREAT_TACTIC, MAP_TEXT},
    {"agent.id", FIELD_AGENT_ID, MAP_TEXT},
    {"agent.name", FIELD_HOST_NAME, MAP_TEXT},
    {"agent.ip", FIELD_HOST_IP, MAP_IP},
    {"manager.name", FIELD_EVENT_DATASET, MAP_TEXT},
    {"decoder.name", FIELD_EVENT_PROVIDER, MAP_TEXT},
    {"full_log", FIELD_MESSAGE, MAP_TEXT},
    {"data.srcip", FIELD_SOURCE_IP, MAP_IP},
    {"data.srcport", FIELD_SOURCE_PORT, MAP_NUMBER},
    {"data.dstip", FIELD_DESTINATION_IP, MAP_IP},
    {"data.dstport", FIELD_DESTINATION_PORT, MAP_NUMBER},
    {"data.protocol", FIELD_NETWORK_TRANSPORT, MAP_LOWER},
    {"data.dstuser", FIELD_USER_NAME, MAP_TEXT},
    {"data.srcuser", FIELD_USER_NAME, MAP_TEXT},
    {"data.url", FIELD_URL_FULL, MAP_TEXT},
    {"data.action", FIELD_EVENT_ACTION, MAP_TEXT},
    {"data.audit.pid", FIELD_PROCESS_PID, MAP_NUMBER},
    {"data.audit.ppid", FIELD_PARENT_PID, MAP_NUMBER},
    {"data.audit.exe", FIELD_PROCESS_EXECUTABLE, MAP_TEXT},
    {"data.audit.command", FIELD_PROCESS_NAME, MAP_TEXT},
    {"syscheck.path", FIELD_FILE_PATH, MAP_TEXT},
    {"syscheck.sha256_after", FIELD_FILE_HASH_SHA256, MAP_HASH},
    {"syscheck.event", FIELD_EVENT_ACTION, MAP_TEXT},
    {NULL, FIELD_NONE, MAP_TEXT},
};

struct wazuh {
    bool ready;
    struct map map;
    struct windows_names names;
};

struct target {
    struct wazuh *wazuh;
    struct record *record;
    struct map_ranks ranks;
    struct windows_event windows;
};

/* \\ and \" once more, as the manager wrote them into the string. */
static struct slice unescape_again(struct slice v, struct arena *a)
{
    if (!v.n || !memchr(v.p, '\\', v.n))
        return v;
    char *out = arena_alloc(a, v.n), *to = out;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '\\' && i + 1 < v.n && (v.p[i + 1] == '\\' || v.p[i + 1] == '"'))
            i++;
        *to++ = v.p[i];
    }
    return (struct slice){out, (size_t)(to - out)};
}

static int leaf_in(void *owner, const struct scan_leaf *leaf)
{
    struct target *t = owner;
    struct arena *a = t->windows.arena;
    if (!map_leaf(&t->wazuh->map, leaf, &t->ranks, t->record, a) && leaf->type == SCAN_STRING) {
        windows_set(&t->windows, leaf->name, unescape_again(scan_text(leaf, a), a));
    }
    return 0;
}

/* rule.level 0–16:
 * https://documentation.wazuh.com/current/user-manual/ruleset/rules/rules-classification.html; the
 * cut points are convention (the dashboard counts 12 and above as high). */
static enum severity severity_of_level(int64_t level)
{
    if (level >= 15)
        return SEVERITY_CRITICAL;
    if (level >= 12)
        return SEVERITY_HIGH;
    if (level >= 7)
        return SEVERITY_MEDIUM;
    return level >= 4 ? SEVERITY_LOW : SEVERITY_INFO;
}

static void fill_windows(struct target *t)
{
    struct record w = {.kind = RECORD_EVENT, .time = CLOCK_NONE, .shipped = CLOCK_NONE};
    if (!t->windows.values[WINDOWS_EVENT_ID].n || windows_fill(&t->windows, &w))
        return;
    for (int f = 0; f < FIELD_COUNT; f++)
        if (!t->record->first[f].p && f != FIELD_TIMESTAMP)
            t->record->first[f] = w.first[f];
}

static const char *fill(struct target *t, struct arena *a)
{
    struct record *r = t->record;
    struct slice action = r->first[FIELD_EVENT_ACTION];
    int64_t level;
    if (!r->first[FIELD_RULE_NAME].p || !record_get_int(r, FIELD_SCORE, &level))
        return "no rule.level and rule.description: not a Wazuh alert";
    if (r->time == CLOCK_NONE)
        return "no timestamp that can be read";
    fill_windows(t);
    record_set(r, a, FIELD_SEVERITY, slice_of(severity_name(severity_of_level(level))));
    r->first[FIELD_SCORE] = (struct slice){NULL, 0};
    bool stopped =
        slice_is(action, "blocked") || slice_is(action, "DROP") || slice_is(action, "deny");
    record_set(r, a, FIELD_DISPOSITION, stopped ? SLICE("prevented") : SLICE("detected"));
    if (r->first[FIELD_EVENT_DATASET].p && r->first[FIELD_NATIVE_ID].p) {
        r->native_id = slice_of(arena_printf(a, "%.*s/%.*s", (int)r->first[FIELD_EVENT_DATASET].n,
            r->first[FIELD_EVENT_DATASET].p, (int)r->first[FIELD_NATIVE_ID].n,
            r->first[FIELD_NATIVE_ID].p));
        record_set(r, a, FIELD_NATIVE_ID, r->native_id);
    }
    record_finish(r, a);
    return NULL;
}

static int sniff(struct slice head)
{
    static const char *const words[] = {"\"rule\":", "\"level\":", "\"agent\":", "\"manager\":"};
    for (size_t i = 0; i < 4; i++)
        if (!head.n || !memmem(head.p, head.n, words[i], strlen(words[i])))
            return 0;
    return 95;
}

static void feed(void *state, struct slice piece, struct slice place, struct batch *out)
{
    struct wazuh *z = state;
    struct scan_fault fault;
    if (!z->ready) {
        map_compile(&z->map, rows, false);
        windows_names_compile(&z->names);
        z->ready = true;
    }
    struct record *r = batch_add(out, RECORD_ALERT);
    struct target t = {
        .wazuh = z, .record = r, .windows = {.names = &z->names, .arena = &out->arena}};
    r->raw = piece;
    r->place = place;
    const char *why = scan_each(piece, leaf_in, &t, &fault) ? fault.what : fill(&t, &out->arena);
    if (why) {
        batch_drop_last(out);
        batch_add_bad(out, piece, place, "%s", why);
    }
}

const struct file_format format_wazuh = {
    .name = "wazuh",
    .help = N_("Wazuh 4.x alerts.json"),
    .state_size = sizeof(struct wazuh),
    .sniff = sniff,
    .frame = FRAME_LINES,
    .feed = feed,
};
