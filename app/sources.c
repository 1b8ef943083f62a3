#include "app/ingest.h"

#include "app/source_open.h"
#include "core/mem.h"

#include <stdlib.h>

static struct source_health *row_named(struct source_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].name, name) == 0)
            return &list->rows[i];
    return NULL;
}

static struct source_health *add(struct source_list *list, const char *name, const char *kind)
{
    list->rows = mem_grow(list->rows, list->count + 1, sizeof *list->rows);
    struct source_health *h = &list->rows[list->count++];
    *h = (struct source_health){.name = arena_strdup(&list->arena, name),
        .kind = arena_strdup(&list->arena, kind ? kind : ""),
        .never = true,
        .lag_ns = CLOCK_NONE,
        .last_success = CLOCK_NONE,
        .last_attempt = CLOCK_NONE};
    return h;
}

static int next_step_of(const char *code_name)
{
    for (int code = ERR_NONE; code <= ERR_UNSUPPORTED; code++)
        if (strcmp(err_code_name((enum err_code)code), code_name) == 0)
            return code;
    return ERR_NONE;
}

static const char *copied(struct source_list *list, const char *text)
{
    return text && *text ? arena_strdup(&list->arena, text) : NULL;
}

static void fill(struct source_list *list, struct source_health *h, const struct source_state *st)
{
    h->never = st->last_attempt == CLOCK_NONE;
    h->ok = !h->never && !st->last_error;
    h->lag_ns = st->last_record == CLOCK_NONE ? CLOCK_NONE : clock_now() - st->last_record;
    h->last_success = st->last_success;
    h->last_attempt = st->last_attempt;
    h->alerts = st->alerts;
    h->events = st->events;
    h->quarantined = st->quarantined;
    memcpy(h->hourly, st->hourly, sizeof h->hourly);
    h->cursor = copied(list, st->cursor);
    h->error = copied(list, st->last_error);
    h->error_code = copied(list, st->error_code);
    if (h->error_code)
        h->next_step = source_next_step((enum err_code)next_step_of(h->error_code));
}

int ingest_sources(struct app *a, struct store *s, struct source_list *out, struct err *e)
{
    struct source_state *states = NULL;
    size_t count = 0;
    *out = (struct source_list){.arena = ARENA_INIT};
    if (put_source_states(s, &states, &count, e) < 0)
        return -1;
    for (size_t i = 0; i < a->config->source_count; i++) {
        const struct source_config *config = &a->config->sources[i];
        struct source_health *h = add(out, config->name, config->kind);
        h->configured = true;
        h->interval_ns = config->interval_ns;
        h->via = config->via ? config->via : config->proxy;
    }
    for (size_t i = 0; i < count; i++) {
        struct source_health *h = row_named(out, states[i].source);
        fill(out, h ? h : add(out, states[i].source, states[i].kind), &states[i]);
    }
    put_source_states_free(states, count);
    return 0;
}

void source_list_release(struct source_list *list)
{
    arena_release(&list->arena);
    free(list->rows);
    *list = (struct source_list){.arena = ARENA_INIT};
}
