#include "core/query_inside.h"

#include "core/mem.h"
#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* or := and ("or" and)*    and := not ("and" not)*    not := "not" not | term
 * term := "(" or ")" | field ":" value | field ":" "(" values ")" | field ("<" …) value | words */

enum stop { STOP_FIELD, STOP_VALUE };

struct query_node *query_fail(struct query_parser *p, size_t position, const char *format, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    p->fault = position;
    err_set(p->err, ERR_USAGE, "%s", text);
    return NULL;
}

struct query_node *query_node_new(struct query_parser *p, enum query_op op, size_t position)
{
    struct query_node *n = arena_zalloc(&p->query->arena, sizeof *n);
    n->op = op;
    n->field = FIELD_NONE;
    n->position = (uint32_t)position;
    return n;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct query_parser *p)
{
    while (p->at < p->text.n && is_space(p->text.p[p->at]))
        p->at++;
}

static bool at_end(const struct query_parser *p)
{
    return p->at == p->text.n;
}

static char peek(const struct query_parser *p)
{
    return at_end(p) ? '\0' : p->text.p[p->at];
}

static bool ends_word(char c, enum stop stop)
{
    if (is_space(c) || c == '(' || c == ')' || c == '"')
        return true;
    return stop == STOP_FIELD && (c == ':' || c == '<' || c == '>');
}

/* The word at the cursor, with its escapes; nothing is consumed. */
static struct slice word_at(const struct query_parser *p, size_t at, enum stop stop)
{
    size_t end = at;
    while (end < p->text.n && !ends_word(p->text.p[end], stop))
        end += p->text.p[end] == '\\' && end + 1 < p->text.n ? 2 : 1;
    return (struct slice){p->text.p + at, end - at};
}

static bool is_keyword(struct slice word, const char *keyword)
{
    return slice_equal_nocase(word, slice_of(keyword));
}

static bool any_keyword(struct slice word)
{
    return is_keyword(word, "and") || is_keyword(word, "or") || is_keyword(word, "not");
}

static bool take_keyword(struct query_parser *p, const char *keyword)
{
    skip_space(p);
    struct slice word = word_at(p, p->at, STOP_VALUE);
    if (!is_keyword(word, keyword))
        return false;
    p->at += word.n;
    return true;
}

/* What a backslash takes the meaning from; before anything else it is a backslash, so that the
 * paths of Windows can be typed. */
static bool is_escapable(char c, bool quoted)
{
    return quoted ? c == '"' || c == '\\' : c != '\0' && strchr("\\():<>\"*{} ", c) != NULL;
}

struct unescaping {
    char *out;
    size_t n;
    bool wild, star; /* star: a literal one */
};

static void unescape(struct unescaping *u, struct slice raw, bool quoted)
{
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        bool escaped = c == '\\' && i + 1 < raw.n && is_escapable(raw.p[i + 1], quoted);
        if (escaped)
            c = raw.p[++i];
        if (c == '*' && !quoted) {
            u->wild |= !escaped;
            u->star |= escaped;
        }
        u->out[u->n++] = c;
    }
}

static bool read_quoted(struct query_parser *p, struct query_literal *l)
{
    size_t from = p->at + 1, end = from;
    while (end < p->text.n && p->text.p[end] != '"')
        end +=
            p->text.p[end] == '\\' && end + 1 < p->text.n && is_escapable(p->text.p[end + 1], true)
                ? 2
                : 1;
    if (end >= p->text.n) {
        query_fail(p, p->at, "the quote that begins here is not closed");
        return false;
    }
    struct slice raw = {p->text.p + from, end - from};
    struct unescaping u = {.out = arena_zalloc(&p->query->arena, raw.n + 1)};
    unescape(&u, raw, true);
    *l = (struct query_literal){{u.out, u.n}, p->at, true, false};
    p->at = end + 1;
    return true;
}

/* The next word belongs to a value of several words, unless it is a keyword or begins a new term;
 * a forgotten "and" must not vanish into a value. 1: it belongs; 0: it does not; -1: error set. */
static int continues_value(struct query_parser *p, size_t at)
{
    struct slice word = word_at(p, at, STOP_VALUE);
    if (word.n == 0 || any_keyword(word))
        return 0;
    struct slice name = word_at(p, at, STOP_FIELD);
    size_t after = at + name.n;
    while (after < p->text.n && is_space(p->text.p[after]))
        after++;
    bool sign = after < p->text.n && strchr(":<>", p->text.p[after]) != NULL;
    if (!sign || field_find(name) == FIELD_NONE)
        return 1;
    query_fail(p, at, "expected and, or or the end before \"%.*s\"",
        (int)(name.n < 60 ? name.n : 60), name.p);
    return -1;
}

static bool read_words(struct query_parser *p, struct query_literal *l, bool several)
{
    size_t from = p->at, end = p->at + word_at(p, p->at, STOP_VALUE).n;
    while (several) {
        size_t next = end;
        while (next < p->text.n && is_space(p->text.p[next]))
            next++;
        int more = continues_value(p, next);
        if (more < 0)
            return false;
        if (!more)
            break;
        end = next + word_at(p, next, STOP_VALUE).n;
    }
    struct slice raw = {p->text.p + from, end - from};
    struct unescaping u = {.out = arena_zalloc(&p->query->arena, raw.n + 1)};
    bool escaped_keyword =
        raw.n && raw.p[0] == '\\' && any_keyword((struct slice){raw.p + 1, raw.n - 1});
    if (escaped_keyword)
        raw = (struct slice){raw.p + 1, raw.n - 1};
    unescape(&u, raw, false);
    if (u.wild && u.star) {
        query_fail(p, from, "a value with a wildcard cannot also hold an escaped *");
        return false;
    }
    *l = (struct query_literal){{u.out, u.n}, from, false, u.wild};
    p->at = end;
    return true;
}

static bool read_literal(struct query_parser *p, struct query_literal *l, bool several)
{
    skip_space(p);
    if (peek(p) == '"')
        return read_quoted(p, l);
    struct slice word = word_at(p, p->at, STOP_VALUE);
    if (word.n && !any_keyword(word))
        return read_words(p, l, several);
    if (at_end(p))
        query_fail(p, p->at, "expected a value at the end");
    else
        query_fail(p, p->at, "expected a value before \"%.*s\"", word.n ? (int)word.n : 1,
            p->text.p + p->at);
    return false;
}

static struct query_node *parse_or(struct query_parser *p, enum field field);

static struct query_node *parse_group(struct query_parser *p, enum field field)
{
    size_t open = p->at++;
    struct query_node *n = parse_or(p, field);
    if (!n)
        return NULL;
    skip_space(p);
    if (peek(p) != ')')
        return at_end(p) ? query_fail(p, open, "the ( that begins here is not closed")
                         : query_fail(p, p->at, "expected and, or or ) here");
    p->at++;
    return n;
}

static struct query_node *unknown_field(struct query_parser *p, struct slice name, size_t position)
{
    enum field near = field_nearest(name);
    int n = (int)(name.n < 60 ? name.n : 60);
    if (near == FIELD_NONE)
        return query_fail(p, position,
            "there is no field \"%.*s\"; put text that holds a : < or > in quotes", n, name.p);
    return query_fail(p, position, "there is no field \"%.*s\"; did you mean %s?", n, name.p,
        field_table[near].name);
}

static bool take_sign(struct query_parser *p, enum query_op *op)
{
    char c = peek(p);
    if (c != ':' && c != '<' && c != '>')
        return false;
    p->at++;
    bool equal = c != ':' && peek(p) == '=';
    p->at += equal;
    if (c == ':')
        *op = QUERY_EQUAL;
    else if (c == '<')
        *op = equal ? QUERY_LESS_EQUAL : QUERY_LESS;
    else
        *op = equal ? QUERY_GREATER_EQUAL : QUERY_GREATER;
    return true;
}

static struct query_node *parse_comparison(
    struct query_parser *p, struct slice name, size_t position)
{
    enum query_op op = QUERY_EQUAL;
    enum field field = field_find(name);
    struct query_literal l;
    take_sign(p, &op);
    if (name.n == 0)
        return query_fail(p, position, "expected the name of a field before this sign");
    if (field == FIELD_NONE)
        return unknown_field(p, name, position);
    skip_space(p);
    if (peek(p) == '(') {
        if (op == QUERY_EQUAL)
            return parse_group(p, field);
        return query_fail(p, p->at, "a list of values stands behind : only");
    }
    if (!read_literal(p, &l, true))
        return NULL;
    struct query_node *n = query_value(p, field, op, &l);
    if (n)
        n->position = (uint32_t)position;
    return n;
}

/* People who come from other languages type these. */
static struct query_node *fail_foreign(struct query_parser *p, size_t position)
{
    char c = p->text.p[position];
    if (c == '!')
        return query_fail(p, position, "unequal is written not FIELD: VALUE");
    if (c == '=')
        return query_fail(
            p, position, "a field and its value stand with a colon, as in severity: high");
    return query_fail(p, position, "write and, or, not in words");
}

/* severity = high, severity=high, severity != high: a known field before a sign that is none. */
static bool has_foreign_sign(const struct query_parser *p, size_t from, size_t *sign)
{
    size_t n = 0, at;
    while (from + n < p->text.n && !strchr("=!", p->text.p[from + n]) &&
           !ends_word(p->text.p[from + n], STOP_FIELD))
        n++;
    for (at = from + n; at < p->text.n && is_space(p->text.p[at]);)
        at++;
    *sign = at;
    return at < p->text.n && strchr("=!", p->text.p[at]) &&
           field_find((struct slice){p->text.p + from, n}) != FIELD_NONE;
}

static bool is_foreign_word(struct slice word)
{
    static const char *const words[] = {"&&", "||", "&", "|", "=", "==", "!=", "!"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_is(word, words[i]))
            return true;
    return false;
}

/* foo bar: every word, in any text field. */
static struct query_node *parse_free(struct query_parser *p)
{
    struct query_node *first = NULL, *last = NULL;
    for (int more = 1; more;) {
        struct query_literal l;
        skip_space(p);
        if (is_foreign_word(word_at(p, p->at, STOP_VALUE)))
            return fail_foreign(p, p->at);
        if (!read_literal(p, &l, false))
            return NULL;
        struct query_node *n = query_words(p, &l);
        if (!n)
            return NULL;
        first = first ? first : n;
        if (last)
            last->next = n;
        last = n;
        skip_space(p);
        more = peek(p) == '"' ? 1 : continues_value(p, p->at);
        if (more < 0)
            return NULL;
    }
    if (first == last)
        return first;
    struct query_node *all = query_node_new(p, QUERY_AND, first->position);
    all->child = first;
    return all;
}

static struct query_node *parse_term(struct query_parser *p, enum field field)
{
    struct query_literal l;
    skip_space(p);
    if (peek(p) == '(')
        return parse_group(p, field);
    if (field != FIELD_NONE)
        return read_literal(p, &l, true) ? query_value(p, field, QUERY_EQUAL, &l) : NULL;
    if (peek(p) != '"') {
        size_t position = p->at, sign;
        struct slice name = word_at(p, p->at, STOP_FIELD);
        if (has_foreign_sign(p, position, &sign))
            return fail_foreign(p, sign);
        p->at += name.n;
        skip_space(p);
        if (!any_keyword(name) && !at_end(p) && strchr(":<>", peek(p)))
            return parse_comparison(p, name, position);
        p->at = position;
    }
    return parse_free(p);
}

static struct query_node *parse_not(struct query_parser *p, enum field field)
{
    skip_space(p);
    size_t position = p->at;
    if (++p->depth > QUERY_DEPTH_MAX)
        return query_fail(p, position, "the query is nested deeper than %d", (int)QUERY_DEPTH_MAX);
    struct query_node *n;
    if (take_keyword(p, "not")) {
        struct query_node *child = parse_not(p, field);
        n = child ? query_node_new(p, QUERY_NOT, position) : NULL;
        if (n)
            n->child = child;
    } else {
        n = parse_term(p, field);
    }
    p->depth--;
    return n;
}

/* One level of the grammar. */
typedef struct query_node *parse_part(struct query_parser *p, enum field field);

/* part (keyword part)* as one node with all parts as children; a part of the same kind is merged.
 */
static struct query_node *parse_list(
    struct query_parser *p, enum field field, enum query_op op, parse_part *part)
{
    struct query_node *first = part(p, field), *list = NULL, **end = NULL;
    while (first && take_keyword(p, op == QUERY_AND ? "and" : "or")) {
        if (!list) {
            list = query_node_new(p, op, first->position);
            list->child = first;
            end = &first->next;
        }
        *end = part(p, field);
        if (!*end)
            return NULL;
        end = &(*end)->next;
    }
    return list ? list : first;
}

static struct query_node *parse_and(struct query_parser *p, enum field field)
{
    return parse_list(p, field, QUERY_AND, parse_not);
}

static struct query_node *parse_or(struct query_parser *p, enum field field)
{
    return parse_list(p, field, QUERY_OR, parse_and);
}

static struct query_node *parse_all(struct query_parser *p)
{
    size_t bad = utf8_check(p->text);
    if (p->text.n > QUERY_TEXT_MAX)
        return query_fail(
            p, QUERY_TEXT_MAX, "the query is longer than %d bytes", (int)QUERY_TEXT_MAX);
    if (bad < p->text.n)
        return query_fail(p, bad, "this byte is not UTF-8");
    if (p->text.n && memchr(p->text.p, '\0', p->text.n))
        return query_fail(p, strlen(p->text.p), "a query cannot hold a NUL byte");
    skip_space(p);
    if (at_end(p))
        return query_node_new(p, QUERY_EVERYTHING, 0);
    struct query_node *n = parse_or(p, FIELD_NONE);
    if (!n)
        return NULL;
    skip_space(p);
    if (at_end(p))
        return n;
    return peek(p) == ')' ? query_fail(p, p->at, "there is no ( for this )")
                          : query_fail(p, p->at, "expected and, or or the end here");
}

int query_parse(struct query **out, struct slice text, int64_t now, size_t *position, struct err *e)
{
    struct query *q = mem_zalloc(1, sizeof *q);
    q->arena = (struct arena)ARENA_INIT;
    q->text = mem_strndup(text.n ? text.p : "", text.n);
    struct query_parser p = {
        .query = q, .text = {q->text, text.n}, .now = now, .fault = SIZE_MAX, .err = e};
    q->root = parse_all(&p);
    if (!q->root) {
        if (position)
            *position = p.fault;
        query_free(q);
        *out = NULL;
        return -1;
    }
    *out = q;
    return 0;
}
