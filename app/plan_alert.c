#include "app/pivot.h"
#include "app/plan_inside.h"
#include "cases/alerts.h"
#include "core/mem.h"

#include <stdlib.h>

struct facts {
    const struct record *alert;
    struct arena *arena;
    int64_t started; /* ns; of its process */
};

static const char *copy(const struct facts *f, enum field field)
{
    struct slice v = record_get(f->alert, field);
    return v.n ? arena_copy(f->arena, v).p : NULL;
}

static const char *pid_value(const struct facts *f)
{
    return copy(f, FIELD_PROCESS_PID);
}

static const char *started_value(const struct facts *f)
{
    if (f->started == CLOCK_NONE)
        return NULL;
    return arena_printf(f->arena, "%lld", (long long)(f->started / CLOCK_SECOND));
}

static const char *path_value(const struct facts *f)
{
    const char *file = copy(f, FIELD_FILE_PATH);
    return file ? file : copy(f, FIELD_PROCESS_EXECUTABLE);
}

/* The hash belongs to the file that is named: a process's own only where its file is meant. */
static const char *file_hash(const struct facts *f)
{
    return record_get(f->alert, FIELD_FILE_PATH).n ? copy(f, FIELD_FILE_HASH_SHA256)
                                                   : copy(f, FIELD_PROCESS_HASH_SHA256);
}

static const char *process_hash(const struct facts *f)
{
    return copy(f, FIELD_PROCESS_HASH_SHA256);
}

static const char *controls_value(const struct facts *f)
{
    const char *ip = copy(f, FIELD_DESTINATION_IP), *port = copy(f, FIELD_DESTINATION_PORT);
    if (!ip || !port)
        return NULL;
    return arena_printf(f->arena, strchr(ip, ':') ? "[%s]:%s" : "%s:%s", ip, port);
}

/* Which fact serves which parameter of which runbook (NULL: any that has the parameter). */
static const struct {
    const char *runbook, *parameter;
    const char *(*value)(const struct facts *f);
} sources[] = {
    {NULL, "pid", pid_value},
    {NULL, "started", started_value},
    {"kill-process", "sha256", process_hash},
    {"quarantine-file", "sha256", file_hash},
    {"restore-file", "sha256", file_hash},
    {"quarantine-file", "path", path_value},
    {"isolate", "controls", controls_value},
};

/* The alert's own word, else the process's creation in the telemetry. */
static int64_t start_of_process(
    struct app *a, struct store *s, int64_t alert, const struct record *r)
{
    struct pivot_tree tree;
    struct err ignored = ERR_INIT;
    int64_t start;
    if (record_get_int(r, FIELD_PROCESS_START, &start))
        return start;
    if (pivot_lineage(a, s, alert, &tree, &ignored) < 0)
        return CLOCK_NONE;
    start = tree.focus >= 0 && tree.rows[tree.focus].recorded ? tree.rows[tree.focus].start
                                                              : CLOCK_NONE;
    pivot_tree_release(&tree);
    return start;
}

static void take(const struct runbook *runbook, const struct facts *f, struct plan_parameter *list,
    size_t *count)
{
    for (size_t i = 0; i < runbook->parameter_count; i++)
        for (size_t k = 0; k < sizeof sources / sizeof *sources; k++) {
            const struct runbook_parameter *p = &runbook->parameters[i];
            const char *why, *value;
            if (strcmp(sources[k].parameter, p->name) != 0 ||
                (sources[k].runbook && strcmp(sources[k].runbook, runbook->name) != 0))
                continue;
            /* an alert is hostile text: what is not plainly of the type is left out */
            value = sources[k].value(f);
            if (value && value_check(p->type, slice_of(value), &why))
                list[(*count)++] = (struct plan_parameter){p->name, value};
        }
    for (size_t i = 0; i < *count; i++)
        list[i].name = arena_strdup(f->arena, list[i].name);
}

int plan_parameters_of_alert(struct app *a, struct store *s, int64_t alert, const char *runbook,
    struct arena *arena, struct plan_parameter **list, size_t *count, struct err *e)
{
    struct runbooks *all = NULL;
    struct batch batch;
    *count = 0;
    *list = arena_zalloc(arena, RUNBOOK_PARAMETERS_MAX * 2 * sizeof **list);
    if (plan_load_runbooks(a, &all, e) < 0)
        return -1;
    batch_init(&batch);
    int rc = alert_get(s, alert, &batch, e);
    const struct runbook *r = runbooks_find(all, runbook);
    if (rc == 0 && !r)
        rc = err_set(e, ERR_NOT_FOUND, "there is no runbook \"%.60s\"", runbook);
    if (rc == 0 && batch.count) {
        struct facts f = {
            &batch.records[0], arena, start_of_process(a, s, alert, &batch.records[0])};
        take(r, &f, *list, count);
    }
    batch_release(&batch);
    runbooks_free(all);
    return rc;
}
