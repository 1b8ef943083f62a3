#include "core/mem.h"
#include "core/tree_inside.h"

#include <stdlib.h>

#define TOLERANCE CLOCK_SECOND

struct build {
    struct tree *t;
    struct tree_hint *hints;
    struct tree_index index;
    size_t capacity;
};

static int compare_facts(const void *a, const void *b)
{
    const struct tree_fact *x = *(const struct tree_fact *const *)a;
    const struct tree_fact *y = *(const struct tree_fact *const *)b;
    int c = tree_compare_host(x->host, y->host);
    if (c)
        return c;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if ((x->entity_id.n == 0) != (y->entity_id.n == 0))
        return x->entity_id.n ? -1 : 1;
    return x->record == y->record ? 0 : x->record < y->record ? -1 : 1;
}

static int64_t node_add(struct build *b, const struct tree_fact *f, bool recorded)
{
    struct tree *t = b->t;
    if (t->count == b->capacity) {
        b->capacity *= 2;
        t->nodes = mem_grow(t->nodes, b->capacity, sizeof *t->nodes);
        b->hints = mem_grow(b->hints, b->capacity, sizeof *b->hints);
    }
    struct tree_node *n = &t->nodes[t->count];
    *n = (struct tree_node){.host = arena_copy(&t->arena, f->host),
        .entity_id = arena_copy(&t->arena, tree_known_id(f->entity_id)),
        .image = arena_copy(&t->arena, f->image),
        .command_line = arena_copy(&t->arena, f->command_line),
        .user = arena_copy(&t->arena, f->user),
        .pid = f->pid,
        .start = f->start,
        .end = f->end,
        .record = f->record,
        .recorded = recorded,
        .parent = -1,
        .first_child = -1,
        .next_sibling = -1};
    b->hints[t->count] = (struct tree_hint){tree_known_id(f->parent_entity_id),
        tree_known_id(f->effective_parent_id), f->parent_image, f->parent_command_line,
        f->parent_pid, f->parent_start, f->seen};
    return (int64_t)t->count++;
}

static void fill(struct arena *a, struct slice *have, struct slice more)
{
    if (!have->n && more.n)
        *have = arena_copy(a, more);
}

/* Elastic's fork and exec share pid, entity id and start; some vendors' exec starts later. */
static bool is_later_exec(
    const struct tree_node *n, const struct tree_hint *h, const struct tree_fact *f)
{
    if (!f->is_start || !f->image.n || !tree_same_id(n->entity_id, f->entity_id))
        return false;
    if (slice_equal_nocase(n->image, f->image) && slice_equal(n->command_line, f->command_line))
        return false;
    if (f->seen && h->seen && f->start == n->start)
        return f->seen > h->seen;
    return f->start != CLOCK_NONE && n->start != CLOCK_NONE && f->start > n->start &&
           !slice_equal_nocase(n->image, f->image);
}

/* Another record of the same process: what was unknown is filled; an exec after a fork renames it.
 */
static void node_merge(struct build *b, int64_t node, const struct tree_fact *f)
{
    struct tree_node *n = &b->t->nodes[node];
    struct tree_hint *h = &b->hints[node];
    struct arena *a = &b->t->arena;
    if (is_later_exec(n, h, f)) {
        n->image = arena_copy(a, f->image);
        n->command_line = arena_copy(a, f->command_line);
        n->record = f->record;
        h->seen = f->seen;
    }
    fill(a, &n->entity_id, tree_known_id(f->entity_id));
    fill(a, &n->image, f->image);
    fill(a, &n->command_line, f->command_line);
    fill(a, &n->user, f->user);
    if (n->pid < 0)
        n->pid = f->pid;
    if (n->start == CLOCK_NONE)
        n->start = f->start;
    if (f->end != CLOCK_NONE && (n->end == CLOCK_NONE || f->end > n->end))
        n->end = f->end;
    if (!n->record)
        n->record = f->record;
    if (!h->id.n)
        h->id = tree_known_id(f->parent_entity_id);
    if (!h->effective_id.n)
        h->effective_id = tree_known_id(f->effective_parent_id);
    if (!h->image.n)
        h->image = f->parent_image;
    if (h->pid < 0)
        h->pid = f->parent_pid;
}

static bool is_vendor_id(struct slice id)
{
    return tree_known_id(id).n && !slice_starts(id, SLICE("h:"));
}

/* The same creation told by a second recorder: same host and pid, within a second, images agree. */
static bool is_twin(const struct tree_node *n, const struct tree_fact *f)
{
    if (n->pid != f->pid || f->pid < 0 || tree_compare_host(n->host, f->host) != 0)
        return false;
    int64_t distance;
    if (n->start == CLOCK_NONE || f->start == CLOCK_NONE ||
        __builtin_sub_overflow(f->start, n->start, &distance) || distance > TOLERANCE)
        return false;
    if (is_vendor_id(n->entity_id) && is_vendor_id(f->entity_id))
        return false; /* ids differ, or the entity look-up had found it */
    return !n->image.n || !f->image.n ||
           slice_equal_nocase(tree_base_name(n->image), tree_base_name(f->image));
}

static void take_vendor_id(struct build *b, int64_t node, const struct tree_fact *f)
{
    struct tree_node *n = &b->t->nodes[node];
    if (is_vendor_id(f->entity_id) && !is_vendor_id(n->entity_id)) {
        n->entity_id = arena_copy(&b->t->arena, f->entity_id);
        b->hints[node].id = tree_known_id(f->parent_entity_id);
        tree_index_add_entity(&b->index, b->t, node);
    }
}

static void add_creations(struct build *b, const struct tree_fact *const *facts, size_t count)
{
    int64_t last = -1;
    for (size_t i = 0; i < count; i++) {
        const struct tree_fact *f = facts[i];
        if (!f->is_start)
            continue;
        int64_t same = tree_index_entity(&b->index, b->t, f->host, f->entity_id);
        if (same < 0 && last >= 0 && is_twin(&b->t->nodes[last], f))
            same = last;
        if (same >= 0) {
            take_vendor_id(b, same, f);
            node_merge(b, same, f);
            continue;
        }
        last = node_add(b, f, true);
        tree_index_add_entity(&b->index, b->t, last);
    }
}

/* Ends and other activity: of a recorded process, else of one that was never seen created. */
static void add_others(struct build *b, const struct tree_fact *const *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct tree_fact key = *facts[i];
        if (key.is_start)
            continue;
        key.entity_id = tree_known_id(key.entity_id);
        int64_t node = tree_index_entity(&b->index, b->t, key.host, key.entity_id);
        if (node < 0 && key.pid >= 0 && !is_vendor_id(key.entity_id)) {
            if (key.start == CLOCK_NONE)
                key.start = key.end;
            node = tree_index_pid(&b->index, b->t, &key);
        }
        if (node >= 0) {
            node_merge(b, node, facts[i]);
        } else if (key.entity_id.n) {
            node = node_add(b, facts[i], false);
            tree_index_add_entity(&b->index, b->t, node);
        }
    }
}

static struct tree_fact parent_fact(const struct build *b, size_t child)
{
    const struct tree_hint *h = &b->hints[child];
    return (struct tree_fact){.host = b->t->nodes[child].host,
        .entity_id = h->id,
        .image = h->image,
        .command_line = h->command_line,
        .pid = h->pid,
        .parent_pid = -1,
        .start = b->t->nodes[child].start,
        .end = CLOCK_NONE,
        .parent_start = CLOCK_NONE};
}

/* A ghost without an id gets one of its own making, so that siblings meet under it. */
static int64_t ghost(struct build *b, size_t child)
{
    struct tree_fact f = parent_fact(b, child);
    if (!f.entity_id.n) {
        struct slice base = tree_base_name(f.image);
        char *id = arena_printf(&b->t->arena, "g:%lld:%.*s", (long long)f.pid, (int)base.n, base.p);
        f.entity_id = slice_of(id);
    }
    f.start = b->hints[child].start;
    int64_t node = tree_index_entity(&b->index, b->t, f.host, f.entity_id);
    if (node < 0) {
        node = node_add(b, &f, false);
        tree_index_add_entity(&b->index, b->t, node);
    } else {
        node_merge(b, node, &f);
    }
    return node;
}

static void find_parent(struct build *b, size_t child)
{
    struct tree_node *n = &b->t->nodes[child];
    struct tree_hint h = b->hints[child];
    struct tree_fact key = parent_fact(b, child);
    enum tree_link link = TREE_ID;
    int64_t parent = tree_index_entity(&b->index, b->t, n->host, h.effective_id);
    if (parent < 0)
        parent = tree_index_entity(&b->index, b->t, n->host, h.id);
    if (parent >= 0 && !b->t->nodes[parent].recorded)
        link = TREE_GHOST;
    if (parent < 0 && h.pid > 0) {
        link = TREE_NEAR;
        parent = tree_index_pid(&b->index, b->t, &key);
        if (parent == (int64_t)child)
            parent = -1;
    }
    if (parent < 0 && (h.id.n || h.pid > 0)) {
        link = TREE_GHOST;
        parent = ghost(b, child);
        n = &b->t->nodes[child];
    }
    if (parent >= 0 && parent != (int64_t)child) {
        n->parent = parent;
        n->link = link;
    }
}

/* Walks up from every node once; a walk that meets itself is a cycle, cut at its youngest member.
 */
static void cut_cycles(struct tree *t)
{
    uint32_t *seen = mem_zalloc(t->count, sizeof *seen);
    for (size_t i = 0; i < t->count; i++) {
        uint32_t mark = (uint32_t)i + 1;
        int64_t at = (int64_t)i;
        while (at >= 0 && !seen[at]) {
            seen[at] = mark;
            at = t->nodes[at].parent;
        }
        if (at < 0 || seen[at] != mark)
            continue;
        int64_t youngest = at;
        for (int64_t k = t->nodes[at].parent; k != at; k = t->nodes[k].parent)
            if (t->nodes[k].start > t->nodes[youngest].start)
                youngest = k;
        t->nodes[youngest].parent = -1;
        t->nodes[youngest].link = TREE_ROOT;
        t->nodes[youngest].cut = true;
        t->cycles++;
    }
    free(seen);
}

static int compare_siblings(const void *a, const void *b, void *tree)
{
    const struct tree *t = tree;
    const struct tree_node *x = &t->nodes[*(const int64_t *)a], *y = &t->nodes[*(const int64_t *)b];
    int c = tree_compare_host(x->host, y->host);
    if (c)
        return c;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->pid == y->pid ? (x < y ? -1 : x > y) : x->pid < y->pid ? -1 : 1;
}

/* Youngest first, each pushed in front: every list ends up oldest first. */
static void link_children(struct tree *t)
{
    int64_t *order = mem_alloc((t->count + 1) * sizeof *order);
    for (size_t i = 0; i < t->count; i++)
        order[i] = (int64_t)i;
    qsort_r(order, t->count, sizeof *order, compare_siblings, t);
    t->first_root = -1;
    for (size_t i = t->count; i > 0; i--) {
        struct tree_node *n = &t->nodes[order[i - 1]];
        int64_t *head = n->parent >= 0 ? &t->nodes[n->parent].first_child : &t->first_root;
        n->next_sibling = *head;
        *head = order[i - 1];
        if (n->parent >= 0)
            t->nodes[n->parent].children++;
    }
    free(order);
}

void tree_build(struct tree *t, const struct tree_fact *facts, size_t count)
{
    const struct tree_fact **sorted = mem_alloc((count + 1) * sizeof *sorted);
    struct build b = {.t = t, .capacity = count * 2 + 16};
    *t = (struct tree){.arena = ARENA_INIT, .first_root = -1};
    t->nodes = mem_alloc(b.capacity * sizeof *t->nodes);
    b.hints = mem_alloc(b.capacity * sizeof *b.hints);
    tree_index_init(&b.index, b.capacity);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &facts[i];
    qsort(sorted, count, sizeof *sorted, compare_facts);
    add_creations(&b, sorted, count);
    tree_index_sort_pids(&b.index, t);
    add_others(&b, sorted, count);
    size_t known = t->count;
    for (size_t i = 0; i < known; i++)
        find_parent(&b, i);
    cut_cycles(t);
    link_children(t);
    tree_index_release(&b.index);
    free(b.hints);
    free(sorted);
}
