#include "tui/desk.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct view *desk_top(const struct tui *t)
{
    return t->depth ? t->views[t->depth - 1] : NULL;
}

struct view *desk_find(const struct tui *t, uint64_t serial)
{
    for (size_t i = 0; i < t->depth; i++) {
        if (t->views[i]->serial == serial) {
            return t->views[i];
        }
    }
    return NULL;
}

static void view_free(struct view *v)
{
    if (v->ops->close) {
        v->ops->close(v);
    }
    free(v->state);
    free(v);
}

struct view *desk_open(struct tui *t, const struct view_ops *ops, const void *argument)
{
    if (t->depth == VIEWS_MAX) {
        desk_say(t, ROLE_STATUS_WARN, N_("too many views are open; q closes one"));
        return NULL;
    }
    struct view *v = mem_zalloc(1, sizeof *v);
    v->ops = ops;
    v->tui = t;
    v->serial = ++t->serial;
    v->state = mem_zalloc(1, ops->state_size);
    snprintf(v->crumb, sizeof v->crumb, "%s", ops->name);
    t->views[t->depth++] = v;
    if (ops->open(v, argument) != 0) {
        t->depth--;
        view_free(v);
        return NULL;
    }
    t->dirty = true;
    return v;
}

void desk_close_top(struct tui *t)
{
    if (t->depth > 0) {
        struct view *v = t->views[--t->depth];
        view_free(v);
        t->dirty = true;
    }
}

bool desk_return_to(struct tui *t, const struct view_ops *ops)
{
    for (size_t i = 0; i < t->depth; i++) {
        if (t->views[i]->ops == ops) {
            while (t->depth > i + 1) {
                desk_close_top(t);
            }
            return true;
        }
    }
    return false;
}

void desk_say(struct tui *t, enum role role, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(t->message, sizeof t->message, format, list);
    va_end(list);
    t->message_role = role;
    t->message_until = clock_monotonic() + MESSAGE_SECONDS * CLOCK_SECOND;
    t->dirty = true;
}

void desk_fail(struct tui *t, const struct err *e)
{
    if (e->code != ERR_CANCELLED) {
        desk_say(t, ROLE_STATUS_ERROR, "%s", e->text);
    }
}

struct subject desk_subject(const struct tui *t)
{
    struct subject s = subject_none();
    struct view *v = desk_top(t);
    if (v && v->ops->subject) {
        v->ops->subject(v, &s);
    }
    return s;
}

static unsigned missing_needs(const struct tui *t, unsigned needs)
{
    struct subject s = desk_subject(t);
    struct view *v = desk_top(t);
    struct list *l = v && v->ops->list ? v->ops->list(v) : NULL;
    unsigned has = NEEDS_TERMINAL;
    has |= t->app->read_only ? 0 : NEEDS_WRITE;
    has |= s.alert || s.event || s.case_id || (s.host && *s.host) ? NEEDS_SELECTION : 0;
    has |= l && (l->mark_count || l->current) ? NEEDS_SELECTION : 0;
    has |= s.alert ? NEEDS_ALERT : 0;
    has |= s.host && *s.host ? NEEDS_HOST : 0;
    has |= s.entity_id && *s.entity_id ? NEEDS_PROCESS : 0;
    has |= s.case_id ? NEEDS_CASE : 0;
    return needs & ~has;
}

const char *desk_refusal(struct tui *t, int command)
{
    struct view *v = desk_top(t);
    unsigned missing = missing_needs(t, command_of(command)->needs);
    if (missing) {
        return command_reason(missing);
    }
    return v && v->ops->refuse ? v->ops->refuse(v, command) : NULL;
}

/* What works wherever there is something to work on. */
static const int everywhere[] = {COMMAND_ENTER, COMMAND_BACK, COMMAND_CLOSE_VIEW, COMMAND_LAST_VIEW,
    COMMAND_GO_QUEUE, COMMAND_GO_CASES, COMMAND_GO_SOURCES, COMMAND_GO_LEDGER, COMMAND_GO_RUNS,
    COMMAND_UTC, COMMAND_MOUSE, COMMAND_THEME, COMMAND_PALETTE, COMMAND_HELP, COMMAND_REDRAW,
    COMMAND_SUSPEND, COMMAND_CASE_NEW, COMMAND_PULL, COMMAND_QUIT, -1};
static const int with_list[] = {COMMAND_NEXT, COMMAND_PREVIOUS, COMMAND_FIRST, COMMAND_LAST,
    COMMAND_HALF_DOWN, COMMAND_HALF_UP, COMMAND_PAGE_DOWN, COMMAND_PAGE_UP, -1};
static const int with_subject[] = {COMMAND_TREE, COMMAND_TIMELINE, COMMAND_ENTITY, COMMAND_LOOK,
    COMMAND_CONTAIN, COMMAND_COPY, COMMAND_COPY_DEFANGED, ACT_UNDO, ACT_REDO, -1};

static size_t add_once(int *out, size_t n, int command)
{
    for (size_t i = 0; i < n; i++) {
        if (out[i] == command) {
            return n;
        }
    }
    out[n] = command;
    return n + 1;
}

void desk_commands(const struct tui *t, int out[COMMAND_COUNT + 1])
{
    struct view *v = desk_top(t);
    size_t n = 0;
    for (const struct view_key *k = v ? v->ops->keys : NULL; k && k->command >= 0; k++) {
        n = add_once(out, n, k->command);
    }
    for (const int *c = with_list; v && v->ops->list && *c >= 0; c++) {
        n = add_once(out, n, *c);
    }
    for (const int *c = with_subject; v && v->ops->subject && *c >= 0; c++) {
        n = add_once(out, n, *c);
    }
    for (const int *c = everywhere; *c >= 0; c++) {
        n = add_once(out, n, *c);
    }
    out[n] = -1;
}

bool desk_pending(const struct tui *t, int64_t id)
{
    for (size_t i = 0; i < t->pending_count; i++) {
        if (t->pending[i] == id) {
            return true;
        }
    }
    return false;
}

void desk_pending_add(struct tui *t, const int64_t *ids, size_t n)
{
    if (t->pending_count + n > t->pending_capacity) {
        t->pending_capacity = (t->pending_count + n) * 2;
        t->pending = mem_grow(t->pending, t->pending_capacity, sizeof *t->pending);
    }
    for (size_t i = 0; i < n; i++) {
        t->pending[t->pending_count++] = ids[i];
    }
}

void desk_pending_remove(struct tui *t, const int64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < t->pending_count; k++) {
            if (t->pending[k] == ids[i]) {
                t->pending[k] = t->pending[--t->pending_count];
                break;
            }
        }
    }
}
