#include "connectors/query_dsl.h"

#include "connectors/query_dsl_leaf.h"

/* the name of each field that the map does not list */
static const char *const own_names[FIELD_COUNT][2] = {
#define OWN_NAME(id, name, ...) {name, NULL},
    FIELD_LIST(OWN_NAME)
#undef OWN_NAME
};

const char *const *dsl_names(enum field field, bool *derived)
{
    for (const struct dsl_map *m = dsl_maps; m->field != FIELD_NONE; m++)
        if (m->field == field) {
            *derived = m->derived;
            return m->names;
        }
    *derived = false;
    return own_names[field];
}

static void put_node(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out);

static void put_children(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out)
{
    for (const struct query_node *c = n->child; c; c = c->next) {
        if (c != n->child)
            str_char(out, ',');
        put_node(types, c, lower, out);
    }
}

static void put_node(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out)
{
    switch (n->op) {
    case QUERY_EVERYTHING:
        str_puts(out, "{\"match_all\":{}}");
        return;
    case QUERY_AND:
        str_puts(out, "{\"bool\":{\"filter\":[");
        put_children(types, n, lower, out);
        str_puts(out, "]}}");
        return;
    case QUERY_OR:
        str_puts(out, "{\"bool\":{\"minimum_should_match\":1,\"should\":[");
        put_children(types, n, lower, out);
        str_puts(out, "]}}");
        return;
    case QUERY_NOT:
        str_puts(out, "{\"bool\":{\"must_not\":[");
        put_children(types, n, !lower, out);
        str_puts(out, "]}}");
        return;
    case QUERY_WORDS:
        dsl_put_words(types, n, lower, out);
        return;
    case QUERY_EQUAL:
    case QUERY_WILD:
    case QUERY_CIDR:
    case QUERY_LESS:
    case QUERY_LESS_EQUAL:
    case QUERY_GREATER:
    case QUERY_GREATER_EQUAL:
    case QUERY_EXISTS:
        dsl_put_leaf(types, n, lower, out);
        return;
    }
}

void query_dsl(const struct query *q, const struct dsl_types *types, struct str *out)
{
    put_node(types, q->root, false, out);
}

static void name_field(enum field field, void (*each)(void *owner, const char *name), void *owner)
{
    bool derived;
    for (const char *const *name = dsl_names(field, &derived); *name; name++)
        each(owner, *name);
}

static void name_node(
    const struct query_node *n, void (*each)(void *owner, const char *name), void *owner)
{
    if (n->op == QUERY_WORDS) {
        for (int f = 0; f < FIELD_COUNT; f++)
            if (field_table[f].free_text)
                name_field((enum field)f, each, owner);
    } else if (n->op >= QUERY_EQUAL) {
        name_field(n->field, each, owner);
    }
    for (const struct query_node *c = n->child; c; c = c->next)
        name_node(c, each, owner);
}

void query_dsl_names(
    const struct query *q, void (*each)(void *owner, const char *name), void *owner)
{
    name_node(q->root, each, owner);
}
