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
    if (number(r, FIELD_PROCESS_PID, -1) < 0 && !record_get(r, FIELD_PROCESS_ENTITY_ID).n)
        return 0;
    struct tree_fact *t = add_fact(f, r);
    if (f->pin_count == f->pin_capacity) {
        f->pin_capacity = f->pin_capacity ? f->pin_capacity * 2 : 32;
        f->pins = mem_grow(f->pins, f->pin_capacity, sizeof *f->pins);
    }
    f->pins[f->pin_count++] = (struct alert_pin){number(r, FIELD_ID, 0), t->pid, r->time,
        severity_find(record_get(r, FIELD_SEVERITY)), t->host, t->entity_id};
    add_source(f, t, r);
    return 0;
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
