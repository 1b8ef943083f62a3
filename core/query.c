#include "core/query.h"

#include <stdlib.h>

void query_free(struct query *q)
{
    if (!q)
        return;
    arena_release(&q->arena);
    free(q->text);
    free(q);
}

static bool node_needs_raw(const struct query_node *n, enum field_storage storage)
{
    if (n->field != FIELD_NONE && (n->op >= QUERY_EQUAL && n->op != QUERY_WORDS) &&
        !(field_table[n->field].storage & storage))
        return true;
    for (const struct query_node *c = n->child; c; c = c->next)
        if (node_needs_raw(c, storage))
            return true;
    return false;
}

bool query_needs_raw(const struct query *q, enum field_storage storage)
{
    return node_needs_raw(q->root, storage);
}
