#include "app/pivot.h"

#include "app/host_name.h"
#include "app/pivot_facts.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* Ancestors are looked for this far back, what followed this far ahead; clocks of shippers differ
 * by up to a day. */
#define LOOK_BACK (7 * 86400 * CLOCK_SECOND)
#define LOOK_AHEAD (2 * 86400 * CLOCK_SECOND)

/* The target with what its alert says filled in. */
struct aim {
    struct batch batch; /* of the alert */
    const char *organization, *host;
    struct slice entity_id;
    int64_t pid, time, alert;
    bool whole_host;
};

static struct slice value(const struct record *r, enum field field)
{
    return record_get(r, field);
}

/* The alert that was asked for may have got an id of ours on the way. */
static void use_pin(const struct pivot_facts *facts, struct aim *aim)
{
    for (size_t i = 0; aim->alert && i < facts->pin_count; i++)
        if (facts->pins[i].alert == aim->alert)
            aim->entity_id = facts->pins[i].entity_id;
}

static int aim_at(
    struct store *s, const struct pivot_target *target, struct aim *aim, struct err *e)
{
    *aim = (struct aim){.host = target->host,
        .entity_id = slice_of(target->entity_id),
        .pid = target->pid,
        .time = target->time,
        .alert = target->alert,
        .whole_host = target->whole_host};
    batch_init(&aim->batch);
    if (!target->alert)
        return target->host
                   ? host_name_full(s, target->host, &aim->batch.arena, &aim->host, e)
                   : err_set(e, ERR_USAGE, "a tree needs an alert, or a host and a process");
    aim->pid = -1;
    if (alert_get(s, target->alert, &aim->batch, e) < 0)
        return -1;
    if (!aim->batch.count)
        return err_set(e, ERR_NOT_FOUND, "there is no alert %lld", (long long)target->alert);
    const struct record *r = &aim->batch.records[0];
    struct slice host = value(r, FIELD_HOST_NAME), org = value(r, FIELD_ORGANIZATION_ID);
    aim->host = host.n ? arena_copy(&aim->batch.arena, host).p : NULL;
    aim->organization = org.n ? arena_copy(&aim->batch.arena, org).p : NULL;
    aim->entity_id = value(r, FIELD_PROCESS_ENTITY_ID);
    if (!record_get_int(r, FIELD_PROCESS_PID, &aim->pid))
        aim->pid = -1;
    aim->time = r->time;
    return 0;
}

static int64_t find_process(
    const struct tree *t, struct slice host, struct slice entity_id, int64_t pid, int64_t time)
{
    int64_t node = entity_id.n ? tree_find_entity(t, host, entity_id) : -1;
    if (node < 0 && pid >= 0)
        node = tree_find_pid(t, host, pid, time);
    return node;
}

static const char *text_or_null(struct arena *a, struct slice v)
{
    return v.n ? arena_copy(a, v).p : NULL;
}

static const char *base_name(struct arena *a, struct slice path)
{
    size_t from = path.n;
    while (from && path.p[from - 1] != '/' && path.p[from - 1] != '\\')
        from--;
    return path.n ? arena_copy(a, (struct slice){path.p + from, path.n - from}).p : NULL;
}

struct shaping {
    const struct tree *tree;
    const struct pivot_facts *facts;
    struct pivot_tree *out;
    int64_t *row_of; /* node → row, -1 */
    size_t capacity;
};

static void add_row(struct shaping *sh, int64_t node, uint32_t depth)
{
    const struct tree_node *n = &sh->tree->nodes[node];
    struct pivot_tree *out = sh->out;
    struct arena *a = &out->arena;
    if (out->count == sh->capacity) {
        sh->capacity = sh->capacity ? sh->capacity * 2 : 64;
        out->rows = mem_grow(out->rows, sh->capacity, sizeof *out->rows);
    }
    sh->row_of[node] = (int64_t)out->count;
    struct pivot_process *p = &out->rows[out->count++];
    const struct tree_node *parent = n->parent >= 0 ? &sh->tree->nodes[n->parent] : NULL;
    *p = (struct pivot_process){.depth = depth,
        .children = n->children,
        .parent = parent ? sh->row_of[n->parent] : -1,
        .recorded = n->recorded,
        .last_sibling = n->next_sibling < 0,
        .pid = n->pid,
        .start = n->start,
        .end = n->end,
        .entity_id = text_or_null(a, n->entity_id),
        .parent_entity_id = parent ? text_or_null(a, parent->entity_id) : NULL,
        .name = base_name(a, n->image),
        .executable = text_or_null(a, n->image),
        .command_line = text_or_null(a, n->command_line),
        .user = text_or_null(a, n->user),
        .host = text_or_null(a, n->host),
        .severity = -1};
    if (n->record > 0) {
        const struct process_source *src = &sh->facts->sources[n->record - 1];
        p->event_id = src->event_id;
        p->sha256 = src->sha256 ? arena_strdup(a, src->sha256) : NULL;
    }
}

static void add_subtree(struct shaping *sh, int64_t top)
{
    uint32_t depth = 0;
    for (int64_t at = top; at >= 0; at = tree_next(sh->tree, top, at, false, &depth))
        add_row(sh, at, depth);
}

static void pin_alerts(struct shaping *sh)
{
    for (size_t i = 0; i < sh->facts->pin_count; i++) {
        const struct alert_pin *pin = &sh->facts->pins[i];
        int64_t node = find_process(sh->tree, pin->host, pin->entity_id, pin->pid, pin->time);
        int64_t row = node >= 0 ? sh->row_of[node] : -1;
        if (row < 0)
            continue;
        struct pivot_process *p = &sh->out->rows[row];
        int64_t *more = arena_alloc(&sh->out->arena, (p->alert_count + 1) * sizeof *more);
        if (p->alert_count)
            memcpy(more, p->alerts, p->alert_count * sizeof *more);
        more[p->alert_count++] = pin->alert;
        p->alerts = more;
        if (pin->severity > p->severity)
            p->severity = pin->severity;
    }
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void span_of(struct pivot_tree *t)
{
    t->from = t->to = CLOCK_NONE;
    for (size_t i = 0; i < t->count; i++) {
        const struct pivot_process *p = &t->rows[i];
        int64_t last = p->end != CLOCK_NONE ? p->end : p->start;
        if (p->start != CLOCK_NONE && (t->from == CLOCK_NONE || p->start < t->from))
            t->from = p->start;
        if (last != CLOCK_NONE && (t->to == CLOCK_NONE || last > t->to))
            t->to = last;
        if (p->alert_count)
            qsort(p->alerts, p->alert_count, sizeof *p->alerts, compare_ids);
    }
}

static void say_why(
    struct pivot_tree *t, const struct pivot_facts *facts, const struct aim *aim, bool found)
{
    if (!facts->count)
        snprintf(t->why, sizeof t->why,
            "nothing is stored about processes of %s around this time: neither telemetry nor an "
            "alert that names one",
            aim->host);
    else if (!facts->creations)
        snprintf(t->why, sizeof t->why,
            "no process telemetry of %s is stored around this time: this is what the alerts "
            "themselves say",
            aim->host);
    else if (!found && aim->alert)
        snprintf(
            t->why, sizeof t->why, "the alert names no process that is known on %s", aim->host);
    else if (!found && !aim->whole_host)
        snprintf(t->why, sizeof t->why, "no such process is known on %s", aim->host);
    else if (t->focus >= 0 && !t->rows[t->focus].recorded)
        snprintf(t->why, sizeof t->why,
            "the start of this process is not in the telemetry: it is known by its alert or its "
            "children only");
}

static void shape(const struct pivot_facts *facts, struct aim *aim, struct pivot_tree *out)
{
    struct tree tree;
    tree_build(&tree, facts->facts, facts->count);
    use_pin(facts, aim);
    struct slice host = slice_of(aim->host);
    int64_t focus = find_process(&tree, host, aim->entity_id, aim->pid, aim->time);
    struct shaping sh = {&tree, facts, out, mem_alloc((tree.count + 1) * sizeof(int64_t)), 0};
    for (size_t i = 0; i < tree.count; i++)
        sh.row_of[i] = -1;
    if (aim->whole_host)
        for (int64_t root = tree.first_root; root >= 0; root = tree.nodes[root].next_sibling)
            add_subtree(&sh, root);
    else if (focus >= 0)
        add_subtree(&sh, tree_top(&tree, focus));
    out->focus = focus >= 0 ? sh.row_of[focus] : -1;
    if (out->focus >= 0)
        out->rows[out->focus].focus = true;
    if (!aim->whole_host)
        for (size_t i = 0; i < out->count; i++)
            out->rows[i].last_sibling |= out->rows[i].depth == 0;
    pin_alerts(&sh);
    span_of(out);
    say_why(out, facts, aim, focus >= 0);
    free(sh.row_of);
    tree_release(&tree);
}

static struct slice bare_id(const char *id)
{
    struct slice s = slice_of(id);
    if (s.n > 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
        s = (struct slice){s.p + 1, s.n - 2};
    return s;
}

static int compare_rows(const void *a, const void *b, void *rows)
{
    const struct pivot_process *list = rows;
    struct slice x = bare_id(list[*(const size_t *)a].entity_id);
    struct slice y = bare_id(list[*(const size_t *)b].entity_id);
    size_t n = x.n < y.n ? x.n : y.n;
    int c = strncasecmp(x.p, y.p, n);
    return c ? c : x.n < y.n ? -1 : x.n > y.n;
}

static struct pivot_process *row_with_id(
    struct pivot_tree *t, const size_t *order, size_t count, const char *id)
{
    struct slice want = bare_id(id);
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct slice have = bare_id(t->rows[order[middle]].entity_id);
        size_t n = have.n < want.n ? have.n : want.n;
        int c = strncasecmp(have.p, want.p, n);
        if (!c)
            c = have.n < want.n ? -1 : have.n > want.n;
        if (!c)
            return &t->rows[order[middle]];
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* How much each process did, by category: one grouped query a category. */
static int count_activity(
    struct store *s, const struct aim *aim, struct pivot_tree *t, struct err *e)
{
    static const struct {
        const char *category;
        size_t offset;
    } kinds[] = {{"file", offsetof(struct pivot_process, files)},
        {"registry", offsetof(struct pivot_process, registry)},
        {"network", offsetof(struct pivot_process, network)},
        {"library", offsetof(struct pivot_process, other)}};
    size_t *order = mem_alloc((t->count + 1) * sizeof *order), count = 0;
    int rc = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].entity_id)
            order[count++] = i;
    qsort_r(order, count, sizeof *order, compare_rows, t->rows);
    for (size_t k = 0; count && t->from != CLOCK_NONE && rc == 0 && k < 4; k++) {
        struct query *query = NULL;
        struct field_group *groups = NULL;
        size_t n = 0;
        struct event_list list = {.host = aim->host,
            .from = t->from - 60 * CLOCK_SECOND,
            .to = t->to + 86400 * CLOCK_SECOND};
        rc = pivot_narrow(NULL, FIELD_EVENT_CATEGORY, kinds[k].category, &query, e);
        list.query = query;
        if (rc == 0)
            rc = events_by_field(s, &list, FIELD_PROCESS_ENTITY_ID, 100000, &groups, &n, e);
        for (size_t g = 0; rc == 0 && g < n; g++) {
            struct pivot_process *p =
                groups[g].value ? row_with_id(t, order, count, groups[g].value) : NULL;
            if (p)
                *(uint32_t *)(void *)((char *)p + kinds[k].offset) = (uint32_t)groups[g].count;
        }
        field_groups_free(groups, n);
        query_free(query);
    }
    free(order);
    return rc;
}

int pivot_tree(struct app *a, struct store *s, const struct pivot_target *target,
    struct pivot_tree *out, struct err *e)
{
    struct aim aim;
    struct pivot_facts facts = {.arena = ARENA_INIT};
    (void)a;
    *out =
        (struct pivot_tree){.arena = ARENA_INIT, .focus = -1, .from = CLOCK_NONE, .to = CLOCK_NONE};
    int rc = aim_at(s, target, &aim, e);
    if (rc == 0 && !aim.host) {
        snprintf(out->why, sizeof out->why, "the alert names no host, so there is no process tree");
    } else if (rc == 0) {
        struct facts_request request = {aim.organization, aim.host,
            aim.time == CLOCK_NONE ? 0 : aim.time - LOOK_BACK,
            aim.time == CLOCK_NONE ? INT64_MAX : aim.time + LOOK_AHEAD, aim.alert};
        rc = pivot_facts_read(s, &request, &facts, e);
        if (rc == 0) {
            shape(&facts, &aim, out);
            out->host = arena_strdup(&out->arena, aim.host);
            rc = count_activity(s, &aim, out, e);
        }
    }
    pivot_facts_release(&facts);
    batch_release(&aim.batch);
    if (rc < 0)
        pivot_tree_release(out);
    return rc;
}

void pivot_tree_release(struct pivot_tree *t)
{
    arena_release(&t->arena);
    free(t->rows);
    *t = (struct pivot_tree){.arena = ARENA_INIT, .focus = -1};
}

int pivot_lineage(
    struct app *a, struct store *s, int64_t alert, struct pivot_tree *out, struct err *e)
{
    struct pivot_target target = {.alert = alert, .pid = -1, .time = CLOCK_NONE};
    if (pivot_tree(a, s, &target, out, e) < 0)
        return -1;
    if (out->focus < 0) {
        out->count = 0;
        return 0;
    }
    size_t length = 0;
    for (int64_t at = out->focus; at >= 0; at = out->rows[at].parent)
        length++;
    struct pivot_process *chain = mem_alloc(length * sizeof *chain);
    int64_t at = out->focus;
    for (size_t i = length; i > 0; i--, at = out->rows[at].parent)
        chain[i - 1] = out->rows[at];
    for (size_t i = 0; i < length; i++) {
        chain[i].depth = (uint32_t)i;
        chain[i].parent = (int64_t)i - 1;
        chain[i].last_sibling = true;
    }
    free(out->rows);
    out->rows = chain;
    out->count = length;
    out->focus = (int64_t)length - 1;
    return 0;
}
