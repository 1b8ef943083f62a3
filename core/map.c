#include "core/map.h"

#include "core/vocabulary.h"

#include <arpa/inet.h>
#include <assert.h>

void map_compile(struct map *m, const struct map_row *rows, bool by_key)
{
    const char *last = "";
    *m = (struct map){.rows = rows, .by_key = by_key};
    for (size_t i = 0; rows[i].path; i++) {
        assert(i < MAP_SLOTS / 2);
        if (strcmp(rows[i].path, last) == 0)
            continue;
        last = rows[i].path;
        uint64_t h = by_key ? scan_key(last) : scan_path(last);
        size_t at = h % MAP_SLOTS;
        while (m->first[at])
            at = (at + 1) % MAP_SLOTS;
        m->hashes[at] = h;
        m->first[at] = (uint16_t)(i + 1);
    }
}

static const struct map_row *find(const struct map *m, uint64_t h)
{
    size_t at = h % MAP_SLOTS;
    while (m->first[at]) {
        if (m->hashes[at] == h)
            return &m->rows[m->first[at] - 1];
        at = (at + 1) % MAP_SLOTS;
    }
    return NULL;
}

static void set_ranked(struct map_ranks *ranks, const struct map *m, const struct map_row *row,
    struct record *r, struct arena *a, struct slice value)
{
    uint16_t rank = (uint16_t)(row - m->rows + 1), *best = &ranks->by[row->field];
    if (field_table[row->field].many) {
        map_set(r, a, row->field, row->how, value);
        return;
    }
    if (*best && *best <= rank)
        return;
    struct slice before = r->first[row->field];
    r->first[row->field] = (struct slice){NULL, 0};
    map_set(r, a, row->field, row->how, value);
    if (r->first[row->field].p)
        *best = rank;
    else
        r->first[row->field] = before;
}

bool map_leaf(const struct map *m, const struct scan_leaf *leaf, struct map_ranks *ranks,
    struct record *r, struct arena *a)
{
    const struct map_row *row = find(m, m->by_key ? leaf->key : leaf->path);
    if (!row)
        return false;
    if (leaf->type == SCAN_NULL || leaf->type == SCAN_EMPTY)
        return true;
    struct slice value = scan_text(leaf, a);
    const char *path = row->path;
    for (; row->path && strcmp(row->path, path) == 0; row++)
        set_ranked(ranks, m, row, r, a, value);
    return true;
}

static bool put(struct record *r, struct arena *a, enum field field, struct slice value)
{
    struct slice trimmed = slice_trim(value);
    if (!trimmed.n)
        return false;
    record_set(r, a, field, trimmed);
    return true;
}

static struct slice lower(struct arena *a, struct slice v)
{
    struct slice copy = arena_copy(a, v);
    char *p = (char *)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + 32);
    return copy;
}

static bool put_time(struct record *r, struct arena *a, enum field field, struct slice v)
{
    int64_t ns;
    if (!clock_parse(v, &ns))
        return false;
    if (field == FIELD_TIMESTAMP)
        record_set_time(r, a, ns);
    else
        record_set_int(r, a, field, ns);
    return true;
}

static bool put_number(struct record *r, struct arena *a, enum field field, struct slice v)
{
    const char *point = memchr(v.p, '.', v.n);
    uint64_t n;
    int64_t i;
    if (point)
        v.n = (size_t)(point - v.p);
    v = slice_trim(v);
    if (slice_int(v, &i)) {
        record_set_int(r, a, field, i);
        return true;
    }
    if (!slice_uint(v, &n) || n > INT64_MAX)
        return false;
    record_set_int(r, a, field, (int64_t)n);
    return true;
}

/* GUIDs are spelled in either case by hosts and versions; other ids (Elastic's base64) keep theirs,
 * as a search at the source needs it. */
static bool put_guid(struct record *r, struct arena *a, enum field field, struct slice v)
{
    bool zero = true, guid = true;
    v = slice_trim(v);
    if (v.n >= 2 && v.p[0] == '{' && v.p[v.n - 1] == '}')
        v = (struct slice){v.p + 1, v.n - 2};
    for (size_t i = 0; zero && i < v.n; i++)
        zero = v.p[i] == '0' || v.p[i] == '-';
    for (size_t i = 0; guid && i < v.n; i++)
        guid = v.p[i] == '-' || (v.p[i] >= '0' && v.p[i] <= '9') ||
               ((v.p[i] | 32) >= 'a' && (v.p[i] | 32) <= 'f');
    return !zero && put(r, a, field, guid ? lower(a, v) : v);
}

/* "SHA1=AB,MD5=CD": the algorithm before each = chooses the field. */
static bool put_hashes(struct record *r, struct arena *a, enum field field, struct slice v)
{
    static const struct {
        const char *prefix;
        enum field process, file;
    } kinds[] = {
        {"SHA256=", FIELD_PROCESS_HASH_SHA256, FIELD_FILE_HASH_SHA256},
        {"MD5=", FIELD_PROCESS_HASH_MD5, FIELD_NONE},
        {"SHA1=", FIELD_PROCESS_HASH_SHA1, FIELD_NONE},
    };
    bool any = false;
    while (v.n) {
        const char *comma = memchr(v.p, ',', v.n);
        size_t n = comma ? (size_t)(comma - v.p) : v.n;
        struct slice part = slice_trim((struct slice){v.p, n});
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            size_t k = strlen(kinds[i].prefix);
            enum field to = field == FIELD_FILE_HASH_SHA256 ? kinds[i].file : kinds[i].process;
            if (to != FIELD_NONE && part.n > k &&
                slice_equal_nocase((struct slice){part.p, k}, slice_of(kinds[i].prefix)))
                any |= put(r, a, to, lower(a, (struct slice){part.p + k, part.n - k}));
        }
        n += comma ? 1 : 0;
        v = (struct slice){v.p + n, v.n - n};
    }
    return any;
}

static bool is_address(struct slice v)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (v.n == 0 || v.n >= sizeof text)
        return false;
    memcpy(text, v.p, v.n);
    text[v.n] = '\0';
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool put_addresses(struct record *r, struct arena *a, enum field field, struct slice v)
{
    bool any = false;
    while (v.n) {
        size_t n = 0;
        while (n < v.n && v.p[n] != ',' && v.p[n] != ' ' && v.p[n] != ';')
            n++;
        struct slice one = {v.p, n};
        if (slice_starts(one, SLICE("::ffff:")) && memchr(one.p, '.', one.n))
            one = (struct slice){one.p + 7, one.n - 7};
        if (is_address(one))
            any |= put(r, a, field, one);
        n += n < v.n ? 1 : 0;
        v = (struct slice){v.p + n, v.n - n};
    }
    return any;
}

static bool put_account(struct record *r, struct arena *a, enum field field, struct slice v)
{
    const char *slash, *at;
    v = slice_trim(v);
    slash = memchr(v.p, '\\', v.n);
    at = memchr(v.p, '@', v.n);
    if (field != FIELD_USER_NAME || (!slash && !at))
        return put(r, a, field, v);
    size_t n = (size_t)((slash ? slash : at) - v.p);
    struct slice head = {v.p, n}, tail = {v.p + n + 1, v.n - n - 1};
    put(r, a, FIELD_USER_DOMAIN, slash ? head : tail);
    return put(r, a, FIELD_USER_NAME, slash ? tail : head);
}

static bool put_severity(struct record *r, struct arena *a, enum field field, struct slice v)
{
    static const struct {
        const char *word;
        enum severity severity;
    } others[] = {{"informational", SEVERITY_INFO}, {"information", SEVERITY_INFO},
        {"notice", SEVERITY_LOW}, {"warning", SEVERITY_MEDIUM}, {"moderate", SEVERITY_MEDIUM},
        {"error", SEVERITY_HIGH}, {"fatal", SEVERITY_CRITICAL}, {"emergency", SEVERITY_CRITICAL}};
    int severity = severity_find(slice_trim(v));
    for (size_t i = 0; severity < 0 && i < sizeof others / sizeof *others; i++)
        if (slice_equal_nocase(slice_trim(v), slice_of(others[i].word)))
            severity = (int)others[i].severity;
    if (severity < 0)
        return false;
    record_set(r, a, field, slice_of(severity_name((enum severity)severity)));
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* T1059 or T1059.001, not inside a longer word. */
static bool put_techniques(struct record *r, struct arena *a, enum field field, struct slice v)
{
    bool any = false;
    for (size_t i = 0; i + 5 <= v.n; i++) {
        size_t n = 1;
        if (v.p[i] != 'T' || (i && (is_digit(v.p[i - 1]) || (v.p[i - 1] | 32) >= 'a')))
            continue;
        while (n < 5 && is_digit(v.p[i + n]))
            n++;
        if (n < 5 || (i + n < v.n && is_digit(v.p[i + n])))
            continue;
        if (i + 9 <= v.n && v.p[i + 5] == '.' && is_digit(v.p[i + 6]) && is_digit(v.p[i + 7]) &&
            is_digit(v.p[i + 8]))
            n = 9;
        any |= put(r, a, field, (struct slice){v.p + i, n});
    }
    return any;
}

/* S-1-0-0 is nobody:
 * https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
 */
static bool put_sid(struct record *r, struct arena *a, enum field field, struct slice v)
{
    return !slice_is(slice_trim(v), "S-1-0-0") && put(r, a, field, v);
}

static bool put_lower(struct record *r, struct arena *a, enum field field, struct slice v)
{
    return put(r, a, field, lower(a, v));
}

/* https://www.iana.org/assignments/protocol-numbers */
static bool put_protocol(struct record *r, struct arena *a, enum field field, struct slice v)
{
    static const struct {
        const char *number, *name;
    } numbers[] = {{"1", "icmp"}, {"6", "tcp"}, {"17", "udp"}, {"58", "ipv6-icmp"}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (slice_is(v, numbers[i].number))
            v = slice_of(numbers[i].name);
    return put_lower(r, a, field, v);
}

bool map_set(
    struct record *r, struct arena *a, enum field field, enum map_how how, struct slice value)
{
    static bool (*const how_table[])(struct record *, struct arena *, enum field, struct slice) = {
        [MAP_TEXT] = put,
        [MAP_LOWER] = put_lower,
        [MAP_TIME] = put_time,
        [MAP_NUMBER] = put_number,
        [MAP_GUID] = put_guid,
        [MAP_HASHES] = put_hashes,
        [MAP_HASH] = put_lower,
        [MAP_IP] = put_addresses,
        [MAP_ACCOUNT] = put_account,
        [MAP_SEVERITY] = put_severity,
        [MAP_TECHNIQUE] = put_techniques,
        [MAP_SID] = put_sid,
        [MAP_PROTOCOL] = put_protocol,
    };
    return value.n && how_table[how](r, a, field, value);
}

struct target {
    const struct map *map;
    struct map_ranks ranks;
    struct record *record;
    struct arena *arena;
};

static int set_leaf(void *owner, const struct scan_leaf *leaf)
{
    struct target *t = owner;
    map_leaf(t->map, leaf, &t->ranks, t->record, t->arena);
    return 0;
}

int map_text(const struct map *m, struct slice text, struct record *r, struct arena *a,
    struct scan_fault *fault)
{
    struct target t = {.map = m, .record = r, .arena = a};
    return scan_each(text, set_leaf, &t, fault);
}
