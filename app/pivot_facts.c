#include "app/pivot_facts.h"

#include "core/mem.h"
#include "core/vocabulary.h"

#include <stdlib.h>

static struct slice keep(struct pivot_facts *f, const struct record *r, enum field field)
{
    struct slice v = record_get(r, field);
    return v.n ? arena_copy(&f->arena, v) : (struct slice){NULL, 0};
}

static int64_t number(const struct record *r, enum field field, int64_t none)
{
    int64_t v;
    return record_get_int(r, field, &v) ? v : none;
}

static struct tree_fact *add_fact(struct pivot_facts *f, const struct record *r)
{
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? f->capacity * 2 : 256;
        f->facts = mem_grow(f->facts, f->capacity, sizeof *f->facts);
    }
    struct tree_fact *t = &f->facts[f->count++];
    *t = (struct tree_fact){.host = keep(f, r, FIELD_HOST_NAME),
        .entity_id = keep(f, r, FIELD_PROCESS_ENTITY_ID),
        .parent_entity_id = keep(f, r, FIELD_PARENT_ENTITY_ID),
        .effective_parent_id = keep(f, r, FIELD_EFFECTIVE_PARENT),
        .pid = number(r, FIELD_PROCESS_PID, -1),
        .parent_pid = number(r, FIELD_PARENT_PID, -1),
        .start = number(r, FIELD_PROCESS_START, CLOCK_NONE),
        .end = CLOCK_NONE,
        .image = keep(f, r, FIELD_PROCESS_EXECUTABLE),
        .command_line = keep(f, r, FIELD_PROCESS_COMMAND_LINE),
        .user = keep(f, r, FIELD_USER_NAME),
        .parent_image = keep(f, r, FIELD_PARENT_EXECUTABLE),
        .parent_command_line = keep(f, r, FIELD_PARENT_COMMAND_LINE),
        .seen = r->time,
        .parent_start = number(r, FIELD_PARENT_START, CLOCK_NONE)};
    if (!t->image.n)
        t->image = keep(f, r, FIELD_PROCESS_NAME);
    if (!t->parent_image.n)
        t->parent_image = keep(f, r, FIELD_PARENT_NAME);
    return t;
}

static void add_source(struct pivot_facts *f, struct tree_fact *t, const struct record *r)
{
    if (f->source_count == f->source_capacity) {
        f->source_capacity = f->source_capacity ? f->source_capacity * 2 : 256;
        f->sources = mem_grow(f->sources, f->source_capacity, sizeof *f->sources);
    }
    f->sources[f->source_count++] =
        (struct process_source){r->kind == RECORD_EVENT ? number(r, FIELD_ID, 0) : 0,
            keep(f, r, FIELD_PROCESS_HASH_SHA256).p, keep(f, r, FIELD_PROCESS_EXECUTABLE).p};
    t->record = (int64_t)f->source_count;
}

static bool is_creation(struct slice action)
{
    static const char *const words[] = {"start", "fork", "exec", "creation", "process_started",
        "Process Create", "created-process", "process-start"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase(action, slice_of(words[i])))
            return true;
    return false;
}

static bool is_end(struct slice action)
{
    return slice_is(action, "end") || slice_is(action, "exited-process") ||
           slice_is(action, "process_stopped");
}

static int take_event(void *owner, const struct record *r)
{
    struct pivot_facts *f = owner;
    struct slice action = record_get(r, FIELD_EVENT_ACTION);
    bool creation = is_creation(action), end = is_end(action);
    if (!creation && !end)
        return 0;
    struct tree_fact *t = add_fact(f, r);
    t->is_start = creation;
    if (end)
        t->end = number(r, FIELD_PROCESS_END, r->time);
    else if (t->start == CLOCK_NONE)
        t->start = r->time;
    if (creation)
        add_source(f, t, r);
    f->creations += creation;
    return 0;
}

static int take_alert(void *owner, const struct record *r)
{
    struct pivot_facts *f = owner;
    int64_t pid = number(r, FIELD_PROCESS_PID, -1);
    if (pid < 0 && !record_get(r, FIELD_PROCESS_ENTITY_ID).n)
        return 0;
    if (f->pin_count == f->pin_capacity) {
        f->pin_capacity = f->pin_capacity ? f->pin_capacity * 2 : 32;
        f->pins = mem_grow(f->pins, f->pin_capacity, sizeof *f->pins);
    }
    f->pins[f->pin_count++] = (struct alert_pin){number(r, FIELD_ID, 0), pid, r->time,
        severity_find(record_get(r, FIELD_SEVERITY)), keep(f, r, FIELD_HOST_NAME),
        keep(f, r, FIELD_PROCESS_ENTITY_ID), f->count};
    struct tree_fact *t = add_fact(f, r);
    add_source(f, t, r);
    return 0;
}

static bool is_vendor_id(struct slice id)
{
    return id.n && !slice_starts(id, SLICE("h:"));
}

static int compare_creations(const void *a, const void *b)
{
    const struct tree_fact *x = *(const struct tree_fact *const *)a;
    const struct tree_fact *y = *(const struct tree_fact *const *)b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->start == y->start ? 0 : x->start < y->start ? -1 : 1;
}

static struct slice base_name(struct slice path)
{
    size_t from = path.n;
    while (from && path.p[from - 1] != '/' && path.p[from - 1] != '\\')
        from--;
    return (struct slice){path.p + from, path.n - from};
}

/* Two recorders of one host whose records were stamped by different shippers are whole hours apart
 * (time zones) plus some seconds of lag; that the same pid got the same program just then twice is
 * no other creation. */
static bool is_same_creation(const struct tree_fact *a, const struct tree_fact *b)
{
    const int64_t hour = 3600 * CLOCK_SECOND, lag = 5 * CLOCK_SECOND, day = 24 * hour;
    int64_t apart = a->start - b->start;
    if (apart > day + lag || apart < -day - lag)
        return false;
    int64_t rest = ((apart % hour) + hour) % hour;
    return (rest <= lag || rest >= hour - lag) &&
           slice_equal_nocase(base_name(a->image), base_name(b->image));
}

static const struct tree_fact **creations_with_ids(struct pivot_facts *f, size_t *count)
{
    const struct tree_fact **list = mem_alloc((f->count + 1) * sizeof *list);
    *count = 0;
    for (size_t i = 0; i < f->count; i++)
        if (f->facts[i].is_start && is_vendor_id(f->facts[i].entity_id))
            list[(*count)++] = &f->facts[i];
    qsort(list, *count, sizeof *list, compare_creations);
    return list;
}

/* The first of them with this pid, or the end. */
static size_t first_with_pid(const struct tree_fact **list, size_t count, int64_t pid)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle]->pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What a recorder without entity ids says of a creation that one with ids tells too is left out. */
static void drop_twins(struct pivot_facts *f)
{
    size_t count;
    const struct tree_fact **list = creations_with_ids(f, &count);
    for (size_t i = 0; count && i < f->count; i++) {
        struct tree_fact *t = &f->facts[i];
        if (!t->is_start || is_vendor_id(t->entity_id) || t->pid < 0)
            continue;
        for (size_t k = first_with_pid(list, count, t->pid); k < count && list[k]->pid == t->pid;
             k++)
            if (is_same_creation(t, list[k])) {
                *t = (struct tree_fact){.pid = -1,
                    .parent_pid = -1,
                    .start = CLOCK_NONE,
                    .end = CLOCK_NONE,
                    .parent_start = CLOCK_NONE};
                break;
            }
    }
    free(list);
}

static bool has_creation(const struct pivot_facts *f, const struct alert_pin *pin)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->facts[i].is_start && f->facts[i].pid == pin->pid &&
            f->facts[i].start <= pin->time + CLOCK_SECOND &&
            slice_equal_nocase(f->facts[i].host, pin->host))
            return true;
    return false;
}

/* An alert adds a process only where the telemetry has none; it gets an id, so that it can stand in
 * the tree. */
static void settle_alerts(struct pivot_facts *f)
{
    for (size_t i = 0; i < f->pin_count; i++) {
        struct alert_pin *pin = &f->pins[i];
        struct tree_fact *t = &f->facts[pin->fact];
        if (is_vendor_id(pin->entity_id))
            continue;
        if (has_creation(f, pin)) {
            t->entity_id = (struct slice){NULL, 0};
            t->pid = -1;
        } else {
            t->entity_id = slice_of(arena_printf(&f->arena, "h:pid-%lld", (long long)pin->pid));
        }
        pin->entity_id = t->entity_id;
    }
}

static void quote(struct str *out, const char *value)
{
    str_char(out, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            str_char(out, '\\');
        str_char(out, *value);
    }
    str_char(out, '"');
}

int pivot_narrow(const struct query *base, enum field field, const char *value, struct query **out,
    struct err *e)
{
    struct str text = STR_INIT;
    size_t position = 0;
    if (base && base->root->op != QUERY_EVERYTHING)
        str_printf(&text, "(%s) and ", base->text);
    str_printf(&text, "%s: ", field_table[field].name);
    quote(&text, value);
    int rc = query_parse(out, str_as_slice(&text), clock_now(), &position, e);
    str_release(&text);
    return rc;
}

static int read_alerts(
    struct store *s, const struct facts_request *r, struct pivot_facts *f, struct err *e)
{
    struct query *query = NULL;
    struct alert_list list = {.sort = ALERT_BY_TIME, .with_hidden = true};
    enum { ALERTS_MAX = 5000 };
    if (pivot_narrow(NULL, FIELD_HOST_NAME, r->host, &query, e) < 0)
        return -1;
    list.query = query;
    int rc = alerts_each(s, &list, ALERTS_MAX, take_alert, f, e);
    query_free(query);
    /* only those of the window, and the one that was asked for */
    size_t kept = 0;
    for (size_t i = 0; i < f->pin_count; i++)
        if ((f->pins[i].time >= r->from && f->pins[i].time < r->to) || f->pins[i].alert == r->alert)
            f->pins[kept++] = f->pins[i];
    f->pin_count = kept;
    drop_twins(f);
    settle_alerts(f);
    return rc;
}

int pivot_facts_read(
    struct store *s, const struct facts_request *r, struct pivot_facts *out, struct err *e)
{
    struct process_span span = {r->organization, r->host, r->from, r->to};
    *out = (struct pivot_facts){.arena = ARENA_INIT};
    if (events_processes(s, &span, take_event, out, e) < 0)
        return -1;
    return read_alerts(s, r, out, e);
}

void pivot_facts_release(struct pivot_facts *f)
{
    arena_release(&f->arena);
    free(f->facts);
    free(f->sources);
    free(f->pins);
    *f = (struct pivot_facts){.arena = ARENA_INIT};
}
