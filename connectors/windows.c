#include "connectors/windows.h"

static const struct {
    const char *name;
    enum windows_key key;
} names[] = {
#define NAME_ROW(id, name) {name, WINDOWS_##id},
    WINDOWS_KEY_LIST(NAME_ROW)
#undef NAME_ROW
        {"event_id", WINDOWS_EVENT_ID},
    {"computer", WINDOWS_COMPUTER},
    {"computer_name", WINDOWS_COMPUTER},
    {"HostName", WINDOWS_COMPUTER},
    {"provider", WINDOWS_PROVIDER},
    {"providerName", WINDOWS_PROVIDER},
    {"provider_name", WINDOWS_PROVIDER},
    {"EventSourceName", WINDOWS_PROVIDER},
    {"SystemTime", WINDOWS_SYSTEM_TIME},
    {"record_id", WINDOWS_RECORD_ID},
    {"RecordNumber", WINDOWS_RECORD_ID},
    {"UserID", WINDOWS_SUBJECT_SID},
};

static size_t slot(const struct windows_names *n, uint64_t hash)
{
    size_t at = hash % 512;
    while (n->keys[at] && n->hashes[at] != hash)
        at = (at + 1) % 512;
    return at;
}

void windows_names_compile(struct windows_names *n)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint64_t hash = scan_key(names[i].name);
        size_t at = slot(n, hash);
        n->hashes[at] = hash;
        n->keys[at] = (unsigned char)(names[i].key + 1);
    }
    n->ready = true;
}

static void set_by_hash(struct windows_event *w, uint64_t hash, struct slice value)
{
    size_t at = slot(w->names, hash);
    if (!w->names->keys[at] || !value.n)
        return;
    struct slice *v = &w->values[w->names->keys[at] - 1];
    if (!v->n)
        *v = value;
}

void windows_set(struct windows_event *w, struct slice name, struct slice value)
{
    set_by_hash(w, scan_key_of(name), value);
}

static bool is_one_of(struct slice name, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (slice_is(name, words[i]))
            return true;
    return false;
}

/* One half of {"Name": …, "#text": …}, in either order; halves of two objects are no pair. */
static void pair(struct windows_event *w, const struct scan_leaf *leaf, bool is_name)
{
    struct slice value = scan_text(leaf, w->arena);
    const char *from = w->pair_at;
    bool same = from && from < leaf->raw.p && !memchr(from, '}', (size_t)(leaf->raw.p - from));
    if (!same)
        w->name = w->text = (struct slice){NULL, 0};
    *(is_name ? &w->name : &w->text) = value;
    w->pair_at = leaf->raw.p + leaf->raw.n;
    if (w->name.n && w->text.n) {
        windows_set(w, w->name, w->text);
        w->pair_at = NULL;
    }
}

int windows_leaf(void *owner, const struct scan_leaf *leaf)
{
    static const char *const name_keys[] = {"Name", "@Name", "_Name", NULL};
    static const char *const text_keys[] = {"#text", "text", "$", "content", "_", NULL};
    struct windows_event *w = owner;
    if (leaf->type == SCAN_NULL || leaf->type == SCAN_EMPTY)
        return 0;
    size_t at = slot(w->names, leaf->key);
    if (w->names->keys[at] == WINDOWS_MESSAGE + 1)
        w->message = *leaf;
    else if (w->names->keys[at])
        set_by_hash(w, leaf->key, scan_text(leaf, w->arena));
    else if (is_one_of(leaf->name, name_keys))
        pair(w, leaf, true);
    else if (is_one_of(leaf->name, text_keys))
        pair(w, leaf, false);
    return 0;
}

static bool contains(struct slice text, const char *word)
{
    return text.n && memmem(text.p, text.n, word, strlen(word));
}

static enum windows_provider provider_of(const struct windows_event *w)
{
    struct slice name = w->values[WINDOWS_PROVIDER], channel = w->values[WINDOWS_CHANNEL];
    if (contains(name, "Sysmon") || contains(channel, "Sysmon"))
        return WINDOWS_SYSMON;
    if (contains(name, "Security-Auditing") || slice_equal_nocase(channel, SLICE("Security")))
        return WINDOWS_SECURITY;
    if (contains(name, "PowerShell") || contains(channel, "PowerShell"))
        return WINDOWS_POWERSHELL;
    if (contains(name, "Service Control Manager") || slice_equal_nocase(channel, SLICE("System")))
        return WINDOWS_SYSTEM;
    return WINDOWS_OTHER;
}

/* Sysmon's own clock first; a shipper's stamp is kept beside it. NXLog's EventTime is the machine's
 * local time. */
static bool fill_time(struct windows_event *w, struct record *r)
{
    static const enum windows_key order[] = {WINDOWS_UTC_TIME, WINDOWS_SYSTEM_TIME, WINDOWS_SHIPPED,
        WINDOWS_TIME_GENERATED, WINDOWS_EVENT_TIME};
    int64_t ns, shipped;
    size_t i = 0;
    while (i < 5 && !clock_parse(w->values[order[i]], &ns))
        i++;
    if (i == 5)
        return false;
    record_set_time(r, w->arena, ns);
    for (i++; i < 5 && r->shipped == CLOCK_NONE; i++)
        if (order[i] != WINDOWS_EVENT_TIME && clock_parse(w->values[order[i]], &shipped) &&
            shipped != ns)
            r->shipped = shipped;
    return true;
}

/* NXLog leaves ProcessId out of some process creations; the rendered message still has it. */
static void pid_from_message(struct windows_event *w)
{
    static const char mark[] = "\nProcessId: ";
    if (w->values[WINDOWS_PROCESS_ID].n || !w->message.raw.n)
        return;
    struct slice message = scan_text(&w->message, w->arena);
    const char *at = memmem(message.p, message.n, mark, sizeof mark - 1);
    if (!at)
        return;
    at += sizeof mark - 1;
    const char *end = message.p + message.n, *stop = at;
    while (stop < end && *stop >= '0' && *stop <= '9')
        stop++;
    w->values[WINDOWS_PROCESS_ID] = (struct slice){at, (size_t)(stop - at)};
}

static void fill_fields(
    struct windows_event *w, struct record *r, enum windows_provider p, int code)
{
    for (const struct windows_rule *rule = windows_rules; rule->key != WINDOWS_KEY_COUNT; rule++) {
        if (rule->provider != p || (rule->code && rule->code != code))
            continue;
        if (w->values[rule->key].n && !r->first[rule->field].p)
            map_set(r, w->arena, rule->field, rule->how, w->values[rule->key]);
    }
}

static void fill_code(struct record *r, struct arena *a, enum windows_provider p, int code)
{
    for (const struct windows_code *c = windows_codes; c->category; c++)
        if (c->provider == p && c->code == code) {
            record_set(r, a, FIELD_EVENT_CATEGORY, slice_of(c->category));
            record_set(r, a, FIELD_EVENT_ACTION, slice_of(c->action));
            return;
        }
    record_set(r, a, FIELD_EVENT_CATEGORY, SLICE("other"));
}

static void expand(struct windows_event *w)
{
    struct slice data = slice_trim(w->values[WINDOWS_EVENT_DATA]);
    struct slice syslog = slice_trim(w->values[WINDOWS_SYSLOG_MESSAGE]);
    if (data.n && data.p[0] == '<')
        windows_xml(w, data);
    else if (data.n && data.p[0] == '{')
        scan_each(data, windows_leaf, w, NULL);
    const char *event = syslog.n ? memmem(syslog.p, syslog.n, "<Event>", 7) : NULL;
    if (event)
        windows_xml(w, (struct slice){event, (size_t)(syslog.p + syslog.n - event)});
}

const char *windows_fill(struct windows_event *w, struct record *r)
{
    int64_t code;
    expand(w);
    if (!slice_int(slice_trim(w->values[WINDOWS_EVENT_ID]), &code) || code < 0 || code > 100000)
        return "no EventID that is a number";
    if (!fill_time(w, r))
        return "no time that can be read (UtcTime, TimeCreated, @timestamp)";
    enum windows_provider p = provider_of(w);
    if (p == WINDOWS_SYSMON)
        pid_from_message(w);
    fill_code(r, w->arena, p, (int)code);
    record_set_int(r, w->arena, FIELD_EVENT_CODE, code);
    map_set(r, w->arena, FIELD_EVENT_PROVIDER, MAP_TEXT, w->values[WINDOWS_PROVIDER]);
    map_set(r, w->arena, FIELD_HOST_NAME, MAP_TEXT, w->values[WINDOWS_COMPUTER]);
    fill_fields(w, r, p, (int)code);
    if ((p == WINDOWS_SYSMON && code == 1) || (p == WINDOWS_SECURITY && code == 4688))
        record_set_int(r, w->arena, FIELD_PROCESS_START, r->time);
    if ((p == WINDOWS_SYSMON && code == 5) || (p == WINDOWS_SECURITY && code == 4689))
        record_set_int(r, w->arena, FIELD_PROCESS_END, r->time);
    record_finish(r, w->arena);
    return NULL;
}
