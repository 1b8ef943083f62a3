#include "core/query.h"

#include "core/str.h"
#include "core/token.h"

static void put_quoted(struct str *out, struct slice text)
{
    str_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            str_char(out, '\\');
        str_char(out, text.p[i]);
    }
    str_char(out, '"');
}

/* Unquoted, so that * stays a wildcard. */
static void put_wild(struct str *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("\\():<>\"{} ", text.p[i]))
            str_char(out, '\\');
        str_char(out, text.p[i]);
    }
}

static void put_value(struct str *out, const struct query_node *n)
{
    char time[CLOCK_TEXT_MAX];
    if (n->has_number && field_table[n->field].type == TYPE_TIME)
        str_printf(out, "\"%s\"", clock_format(n->number, time));
    else if (n->has_number && field_table[n->field].type == TYPE_NUMBER)
        str_printf(out, "%lld", (long long)n->number);
    else
        put_quoted(out, n->text);
}

static int count_word(void *owner, struct slice token, size_t from, size_t to)
{
    (void)token;
    (void)from;
    (void)to;
    ++*(size_t *)owner;
    return 0;
}

static int put_word(void *owner, struct slice token, size_t from, size_t to)
{
    struct str *out = owner;
    (void)from;
    (void)to;
    if (out->p[out->n - 1] != '(')
        str_puts(out, " and ");
    put_quoted(out, token);
    return 0;
}

/* Several words that need not be adjacent are one node only when a rule made it, never a person. */
static void put_words(struct str *out, const struct query_node *n)
{
    size_t words = 0;
    token_each(n->text, count_word, &words);
    if (n->phrase || words < 2) {
        put_quoted(out, n->text);
        return;
    }
    str_char(out, '(');
    token_each(n->text, put_word, out);
    str_char(out, ')');
}

static void put_node(struct str *out, const struct query_node *n);

static void put_inside(struct str *out, const struct query_node *n)
{
    bool list = n->op == QUERY_AND || n->op == QUERY_OR;
    if (list)
        str_char(out, '(');
    put_node(out, n);
    if (list)
        str_char(out, ')');
}

static void put_list(struct str *out, const struct query_node *n, const char *word)
{
    for (const struct query_node *c = n->child; c; c = c->next) {
        if (c != n->child)
            str_puts(out, word);
        put_inside(out, c);
    }
}

static void put_leaf(struct str *out, const struct query_node *n, const char *sign)
{
    str_printf(out, "%s%s", field_table[n->field].name, sign);
    if (n->op == QUERY_WILD || n->op == QUERY_EXISTS || n->op == QUERY_CIDR)
        put_wild(out, n->op == QUERY_EXISTS ? SLICE("*") : n->text);
    else
        put_value(out, n);
}

static void put_node(struct str *out, const struct query_node *n)
{
    static const char *const signs[] = {[QUERY_EQUAL] = ": ",
        [QUERY_WILD] = ": ",
        [QUERY_CIDR] = ": ",
        [QUERY_EXISTS] = ": ",
        [QUERY_LESS] = " < ",
        [QUERY_LESS_EQUAL] = " <= ",
        [QUERY_GREATER] = " > ",
        [QUERY_GREATER_EQUAL] = " >= "};
    if (n->op == QUERY_EVERYTHING)
        str_char(out, '*');
    else if (n->op == QUERY_AND || n->op == QUERY_OR)
        put_list(out, n, n->op == QUERY_AND ? " and " : " or ");
    else if (n->op == QUERY_WORDS)
        put_words(out, n);
    else if (n->op == QUERY_NOT) {
        str_puts(out, "not ");
        put_inside(out, n->child);
    } else
        put_leaf(out, n, signs[n->op]);
}

void query_print(const struct query *q, struct str *out)
{
    put_node(out, q->root);
}
