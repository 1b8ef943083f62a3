#include "core/tree_inside.h"

#include <stdlib.h>

void tree_release(struct tree *t)
{
    arena_release(&t->arena);
    free(t->nodes);
    *t = (struct tree){.first_root = -1};
}

int64_t tree_find_entity(const struct tree *t, struct slice host, struct slice entity_id)
{
    int64_t best = -1;
    for (size_t i = 0; i < t->count; i++) {
        const struct tree_node *n = &t->nodes[i];
        if (!tree_same_id(n->entity_id, entity_id) ||
            (host.n && tree_compare_host(n->host, host) != 0))
            continue;
        if (best < 0 || n->start > t->nodes[best].start)
            best = (int64_t)i;
    }
    return best;
}

int64_t tree_find_pid(const struct tree *t, struct slice host, int64_t pid, int64_t time)
{
    int64_t best = -1;
    for (size_t i = 0; i < t->count; i++) {
        const struct tree_node *n = &t->nodes[i];
        if (n->pid != pid || (host.n && tree_compare_host(n->host, host) != 0))
            continue;
        if (time != CLOCK_NONE && n->start != CLOCK_NONE && n->start > time + CLOCK_SECOND)
            continue;
        if (best < 0 || n->start > t->nodes[best].start)
            best = (int64_t)i;
    }
    return best;
}

int64_t tree_top(const struct tree *t, int64_t node)
{
    while (t->nodes[node].parent >= 0)
        node = t->nodes[node].parent;
    return node;
}

int64_t tree_next(const struct tree *t, int64_t top, int64_t at, bool fold, uint32_t *depth)
{
    if (!fold && t->nodes[at].first_child >= 0) {
        ++*depth;
        return t->nodes[at].first_child;
    }
    while (at != top) {
        if (t->nodes[at].next_sibling >= 0)
            return t->nodes[at].next_sibling;
        at = t->nodes[at].parent;
        --*depth;
    }
    return -1;
}
