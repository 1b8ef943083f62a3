#include "core/query_inside.h"

#include "core/token.h"
#include "core/vocabulary.h"

#include <stdio.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* On a mismatch the last * takes one byte more; two markers, no recursion, no blow-up. */
static bool matches_wild(struct slice pattern, struct slice text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, taken = 0;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.n && lower(pattern.p[p]) == lower(text.p[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

static bool is_in_network(const struct query_node *n, struct slice value)
{
    unsigned char address[16];
    if (!query_address(value, address))
        return false;
    unsigned whole = n->bits / 8, rest = n->bits % 8;
    if (memcmp(address, n->address, whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ n->address[whole]) >> (8 - rest)) == 0;
}

static bool same_address(struct slice a, struct slice b)
{
    unsigned char x[16], y[16];
    return query_address(a, x) && query_address(b, y) && memcmp(x, y, sizeof x) == 0;
}

static bool value_number(enum field field, struct slice value, int64_t *number)
{
    if (field_table[field].type != TYPE_SEVERITY)
        return slice_int(value, number);
    *number = severity_find(value);
    return *number >= 0;
}

static bool holds(enum query_op op, int order)
{
    return (op == QUERY_LESS && order < 0) || (op == QUERY_LESS_EQUAL && order <= 0) ||
           (op == QUERY_GREATER && order > 0) || (op == QUERY_GREATER_EQUAL && order >= 0) ||
           (op == QUERY_EQUAL && order == 0);
}

static int byte_order(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static bool value_matches(const struct query_node *n, struct slice value)
{
    int64_t number;
    if (n->op == QUERY_EXISTS)
        return true;
    if (n->op == QUERY_WILD)
        return matches_wild(n->text, value);
    if (n->op == QUERY_CIDR)
        return is_in_network(n, value);
    if (n->has_number)
        return value_number(n->field, value, &number) &&
               holds(n->op, (number > n->number) - (number < n->number));
    if (n->op == QUERY_EQUAL)
        return slice_equal_nocase(n->text, value) ||
               (field_table[n->field].type == TYPE_IP && same_address(n->text, value));
    return holds(n->op, byte_order(value, n->text));
}

/* The values of a field; those that a record keeps outside its table as well. */
static bool field_matches(const struct query_node *n, const struct record *r)
{
    const struct record_value *at = NULL;
    struct slice value;
    char digits[24];
    while (record_next(r, n->field, &at, &value))
        if (value_matches(n, value))
            return true;
    if (r->first[n->field].p)
        return false;
    if (n->field == FIELD_NATIVE_ID && r->native_id.n)
        return value_matches(n, r->native_id);
    if (n->field == FIELD_TIMESTAMP && r->time != CLOCK_NONE) {
        snprintf(digits, sizeof digits, "%lld", (long long)r->time);
        return value_matches(n, slice_of(digits));
    }
    return false;
}

/* The tokens of one phrase, and how they stand to each other: bigrams of one run overlap. */
struct phrase {
    char text[QUERY_PHRASE_BYTES];
    uint16_t from[QUERY_PHRASE_MAX + 1];
    bool overlaps[QUERY_PHRASE_MAX];
    size_t count, last_to;
    bool too_long;
};

static int learn(void *owner, struct slice token, size_t from, size_t to)
{
    struct phrase *p = owner;
    size_t at = p->from[p->count];
    if (p->count == QUERY_PHRASE_MAX || at + token.n > sizeof p->text) {
        p->too_long = true;
        return 1;
    }
    memcpy(p->text + at, token.p, token.n);
    p->overlaps[p->count] = p->count && from < p->last_to;
    p->from[++p->count] = (uint16_t)(at + token.n);
    p->last_to = to;
    return 0;
}

/* Shift-and over tokens: bit i of `state` says that the i+1 first tokens of the phrase end here. */
struct search {
    const struct phrase *phrase;
    uint64_t state;
    size_t last_to;
};

static int step(void *owner, struct slice token, size_t from, size_t to)
{
    struct search *s = owner;
    const struct phrase *p = s->phrase;
    bool overlaps = from < s->last_to;
    uint64_t next = 0, reached = s->state << 1 | 1;
    for (size_t i = 0; i < p->count; i++) {
        struct slice wanted = {p->text + p->from[i], (size_t)(p->from[i + 1] - p->from[i])};
        if ((reached >> i & 1) && slice_equal(wanted, token) &&
            (i == 0 || p->overlaps[i] == overlaps))
            next |= UINT64_C(1) << i;
    }
    s->state = next;
    s->last_to = to;
    return next >> (p->count - 1) & 1;
}

static bool record_holds(const struct record *r, const struct phrase *p)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice value;
        while (field_table[f].free_text && record_next(r, (enum field)f, &at, &value)) {
            struct search s = {.phrase = p};
            if (token_each(value, step, &s))
                return true;
        }
    }
    return false;
}

struct words {
    const struct record *record;
    bool all;
};

static int each_word(void *owner, struct slice token, size_t from, size_t to)
{
    struct words *w = owner;
    struct phrase one = {.count = 0};
    learn(&one, token, from, to);
    w->all = record_holds(w->record, &one);
    return !w->all;
}

static bool words_match(const struct query_node *n, const struct record *r)
{
    if (n->phrase) {
        struct phrase p = {.count = 0};
        token_each(n->text, learn, &p);
        return p.count && !p.too_long && record_holds(r, &p);
    }
    struct words w = {r, false};
    token_each(n->text, each_word, &w);
    return w.all;
}

static bool node_matches(const struct query_node *n, const struct record *r)
{
    switch (n->op) {
    case QUERY_EVERYTHING:
        return true;
    case QUERY_AND:
        for (const struct query_node *c = n->child; c; c = c->next)
            if (!node_matches(c, r))
                return false;
        return true;
    case QUERY_OR:
        for (const struct query_node *c = n->child; c; c = c->next)
            if (node_matches(c, r))
                return true;
        return false;
    case QUERY_NOT:
        return !node_matches(n->child, r);
    case QUERY_WORDS:
        return words_match(n, r);
    case QUERY_EQUAL:
    case QUERY_WILD:
    case QUERY_CIDR:
    case QUERY_LESS:
    case QUERY_LESS_EQUAL:
    case QUERY_GREATER:
    case QUERY_GREATER_EQUAL:
    case QUERY_EXISTS:
        return field_matches(n, r);
    }
    return false;
}

bool query_match(const struct query *q, const struct record *r)
{
    return node_matches(q->root, r);
}
