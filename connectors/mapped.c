#include "connectors/mapped.h"

#include "core/scan.h"

static const struct {
    const char *word, *category;
} categories[] = {
    {"ProcessRollup", "process"},
    {"ProcessCreated", "process"},
    {"Process", "process"},
    {"Dns", "network"},
    {"Network", "network"},
    {"Connection", "network"},
    {"Registry", "registry"},
    {"Reg", "registry"},
    {"Logon", "authentication"},
    {"Login", "authentication"},
    {"Auth", "authentication"},
    {"ImageLoad", "library"},
    {"Module", "library"},
    {"Script", "process"},
    {"PowerShell", "process"},
    {"Service", "configuration"},
    {"ScheduledTask", "configuration"},
    {"Mail", "email"},
    {"File", "file"},
    {"Ldap", "network"},
    {"User", "iam"},
    {"Role", "iam"},
    {"Policy", "iam"},
};

const char *mapped_category(struct slice name)
{
    for (size_t i = 0; name.n && i < sizeof categories / sizeof *categories; i++)
        if (memmem(name.p, name.n, categories[i].word, strlen(categories[i].word)))
            return categories[i].category;
    return NULL;
}

static bool holds(struct slice text, const char *word)
{
    return text.n && memmem(text.p, text.n, word, strlen(word));
}

int mapped_sniff(const struct mapped_format *f, struct slice head)
{
    for (size_t i = 0; f->marks[i]; i++)
        if (!holds(head, f->marks[i]))
            return 0;
    return f->sure;
}

static const char *fill(const struct mapped_format *f, const struct map *map, struct slice piece,
    struct record *r, struct arena *a)
{
    struct scan_fault fault;
    if (map_text(map, piece, r, a, &fault))
        return fault.what;
    const char *why = f->after ? f->after(r, a, piece) : NULL;
    if (why)
        return why;
    if (r->time == CLOCK_NONE)
        return "no time that can be read";
    if (!r->first[FIELD_EVENT_CATEGORY].p) {
        const char *category =
            f->named_by == FIELD_NONE ? NULL : mapped_category(r->first[f->named_by]);
        record_set(r, a, FIELD_EVENT_CATEGORY, slice_of(category ? category : f->category));
    }
    if (f->provider && !r->first[FIELD_EVENT_PROVIDER].p)
        record_set(r, a, FIELD_EVENT_PROVIDER, slice_of(f->provider));
    record_finish(r, a);
    return NULL;
}

void mapped_feed(const struct mapped_format *f, struct mapped_state *state, struct slice piece,
    struct slice place, struct batch *out)
{
    if (!state->ready) {
        map_compile(&state->map, f->rows, f->by_key);
        state->ready = true;
    }
    struct record *r = batch_add(out, f->kind);
    r->raw = piece;
    r->place = place;
    const char *why = fill(f, &state->map, piece, r, &out->arena);
    if (!why) {
        r->native_id = r->first[FIELD_NATIVE_ID];
        return;
    }
    batch_drop_last(out);
    batch_add_bad(out, piece, place, "%s", why);
}
