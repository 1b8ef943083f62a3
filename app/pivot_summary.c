#include "app/pivot.h"

#include "core/record.h"

/* `pid` may be absent; a name stands alone then. */
static bool add_process(
    struct str *out, const struct record *r, enum field name, enum field path, enum field pid)
{
    struct slice n = record_get(r, name), p = record_get(r, path), id = record_get(r, pid);
    if (!n.n && p.n) {
        size_t from = p.n;
        while (from && p.p[from - 1] != '/' && p.p[from - 1] != '\\')
            from--;
        n = (struct slice){p.p + from, p.n - from};
    }
    if (!n.n && !id.n)
        return false;
    str_slice(out, n.n ? n : SLICE("?"));
    if (id.n) {
        str_char(out, ' ');
        str_slice(out, id);
    }
    return true;
}

static void add_field(struct str *out, const char *before, struct slice v)
{
    if (!v.n)
        return;
    str_puts(out, before);
    str_slice(out, v);
}

/* The arguments without the program's own path: what tells two runs apart. */
static struct slice arguments(struct slice line)
{
    size_t i = 0;
    if (line.n && line.p[0] == '"') {
        for (i = 1; i < line.n && line.p[i] != '"'; i++)
            ;
        i += i < line.n;
    } else {
        while (i < line.n && line.p[i] != ' ')
            i++;
    }
    return slice_trim((struct slice){line.p + i, line.n - i});
}

static void add_network(struct str *out, const struct record *r)
{
    struct slice dns = record_get(r, FIELD_DNS_QUESTION), ip = record_get(r, FIELD_DESTINATION_IP);
    struct slice name = record_get(r, FIELD_DESTINATION_DOMAIN);
    struct slice port = record_get(r, FIELD_DESTINATION_PORT);
    if (dns.n) {
        add_field(out, " asks for ", dns);
        add_field(out, " = ", record_get(r, FIELD_DNS_ANSWERS));
        return;
    }
    if (!ip.n && !name.n)
        return;
    add_field(out, " > ", ip.n ? ip : name);
    add_field(out, ":", port);
    if (ip.n && name.n) {
        add_field(out, " (", name);
        str_char(out, ')');
    }
}

static const enum field objects[] = {FIELD_FILE_PATH, FIELD_REGISTRY_PATH, FIELD_DLL_PATH,
    FIELD_PIPE_NAME, FIELD_SERVICE_NAME, FIELD_TASK_NAME, FIELD_TARGET_EXECUTABLE, FIELD_URL_FULL,
    FIELD_EMAIL_SUBJECT, FIELD_USER_TARGET_NAME, FIELD_SCRIPT_TEXT};

static bool add_object(struct str *out, const struct record *r)
{
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (record_get(r, objects[i]).n) {
            if (out->n)
                str_char(out, ' ');
            str_slice(out, record_get(r, objects[i]));
            return true;
        }
    return false;
}

static bool is_start(const struct record *r)
{
    struct slice action = record_get(r, FIELD_EVENT_ACTION);
    return slice_is(action, "start") || slice_is(action, "fork") || slice_is(action, "exec");
}

static void add_words(struct str *out, const struct record *r)
{
    static const enum field words[] = {FIELD_MESSAGE, FIELD_RULE_NAME, FIELD_EVENT_ACTION,
        FIELD_EVENT_PROVIDER, FIELD_EVENT_CODE, FIELD_USER_NAME};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (record_get(r, words[i]).n) {
            struct slice v = record_get(r, words[i]);
            const char *line = memchr(v.p, '\n', v.n);
            str_slice(out, slice_trim((struct slice){v.p, line ? (size_t)(line - v.p) : v.n}));
            return;
        }
}

void pivot_summary(const struct record *r, struct str *out)
{
    struct slice category = record_get(r, FIELD_EVENT_CATEGORY);
    size_t before = out->n;
    if (is_start(r) &&
        add_process(out, r, FIELD_PARENT_NAME, FIELD_PARENT_EXECUTABLE, FIELD_PARENT_PID))
        str_puts(out, " > ");
    bool process =
        add_process(out, r, FIELD_PROCESS_NAME, FIELD_PROCESS_EXECUTABLE, FIELD_PROCESS_PID);
    if (slice_is(category, "process") && process) {
        struct slice rest = arguments(record_get(r, FIELD_PROCESS_COMMAND_LINE));
        if (is_start(r))
            add_field(out, " ", rest);
        else {
            add_field(out, " ", record_get(r, FIELD_EVENT_ACTION));
            add_object(out, r);
        }
        return;
    }
    bool network = record_get(r, FIELD_DNS_QUESTION).n || record_get(r, FIELD_DESTINATION_IP).n ||
                   record_get(r, FIELD_DESTINATION_DOMAIN).n;
    if (network) {
        if (!process)
            str_slice(out, record_get(r, FIELD_SOURCE_IP));
        add_network(out, r);
        return;
    }
    bool object = add_object(out, r);
    if (!object && out->n == before)
        add_words(out, r);
    else if (!object) {
        str_char(out, ' ');
        add_words(out, r);
    }
}
