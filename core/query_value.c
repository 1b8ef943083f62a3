#include "core/query_inside.h"

#include "core/token.h"
#include "core/vocabulary.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

/* What stands behind a field, by the field's type. */

static int shown(struct slice s)
{
    return (int)(s.n < 60 ? s.n : 60);
}

static struct query_node *leaf(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    struct query_node *n = query_node_new(p, op, l->position);
    n->field = field;
    n->text = l->text;
    return n;
}

static struct query_node *with_number(struct query_node *n, int64_t number)
{
    n->has_number = true;
    n->number = number;
    return n;
}

/* A-20931, C-7, E-5, R-3: how ids are shown. */
static struct slice without_prefix(enum field field, struct slice text)
{
    bool id = field == FIELD_ID || field == FIELD_CASE || field == FIELD_GROUP;
    if (id && text.n > 2 && text.p[1] == '-' && strchr("ACERacer", text.p[0]))
        return (struct slice){text.p + 2, text.n - 2};
    return text;
}

static struct query_node *number_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    int64_t number;
    uint64_t hex;
    struct slice text = without_prefix(field, slice_trim(l->text));
    if (slice_int(text, &number))
        return with_number(leaf(p, field, op, l), number);
    if (slice_uint(text, &hex) && hex <= INT64_MAX)
        return with_number(leaf(p, field, op, l), (int64_t)hex);
    return query_fail(p, l->position, "%s takes a number, not \"%.*s\"", field_table[field].name,
        shown(l->text), l->text.p);
}

/* 2026-03-11 alone means the whole day: it is equal all day long, and after it means after its
 * end, as Elasticsearch rounds
 * (https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-range-query). */
static bool is_day(struct slice text)
{
    int64_t ns;
    return text.n <= 10 && text.n >= 8 && memchr(text.p, '-', text.n) && text.p[0] != '-' &&
           clock_parse(text, &ns) && ns % (86400 * CLOCK_SECOND) == 0;
}

static struct query_node *day_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    static const enum query_op at_end[] = {
        [QUERY_LESS_EQUAL] = QUERY_LESS, [QUERY_GREATER] = QUERY_GREATER_EQUAL};
    int64_t start = 0, day = 86400 * CLOCK_SECOND;
    clock_parse(slice_trim(l->text), &start);
    if (op == QUERY_LESS || op == QUERY_GREATER_EQUAL)
        return with_number(leaf(p, field, op, l), start);
    if (op != QUERY_EQUAL)
        return with_number(leaf(p, field, at_end[op], l), start + day);
    struct query_node *both = query_node_new(p, QUERY_AND, l->position);
    both->child = with_number(leaf(p, field, QUERY_GREATER_EQUAL, l), start);
    both->child->next = with_number(leaf(p, field, QUERY_LESS, l), start + day);
    return both;
}

static struct query_node *time_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    int64_t ns;
    if (is_day(slice_trim(l->text)))
        return day_value(p, field, op, l);
    if (clock_parse_human(l->text, p->now, &ns))
        return with_number(leaf(p, field, op, l), ns);
    return query_fail(p, l->position,
        "%s takes a time, as now-24h, 2026-03-11 or 2026-03-11T11:40:00Z, not \"%.*s\"",
        field_table[field].name, shown(l->text), l->text.p);
}

static struct query_node *severity_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    int severity = severity_find(l->text);
    if (severity >= 0)
        return with_number(leaf(p, field, op, l), severity);
    return query_fail(p, l->position,
        "%s is one of info, low, medium, high, critical, not \"%.*s\"", field_table[field].name,
        shown(l->text), l->text.p);
}

bool query_address(struct slice text, unsigned char out[16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char copy[INET6_ADDRSTRLEN + 1];
    if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, '\0', text.n))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (inet_pton(AF_INET6, copy, out) == 1)
        return true;
    memcpy(out, mapped, sizeof mapped);
    return inet_pton(AF_INET, copy, out + sizeof mapped) == 1;
}

static bool parse_network(struct slice text, struct query_node *n)
{
    const char *slash = memchr(text.p, '/', text.n);
    size_t head = slash ? (size_t)(slash - text.p) : text.n;
    struct slice address = {text.p, head};
    int64_t bits;
    if (!slash || !query_address(address, n->address) ||
        !slice_int((struct slice){slash + 1, text.n - head - 1}, &bits))
        return false;
    bool v6 = memchr(address.p, ':', address.n) != NULL;
    if (bits < 0 || bits > (v6 ? 128 : 32))
        return false;
    n->bits = (unsigned)(v6 ? bits : bits + 96);
    return true;
}

static struct query_node *address_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    struct query_node *n = leaf(p, field, op, l);
    unsigned char address[16];
    n->text = slice_trim(l->text);
    if (op != QUERY_EQUAL)
        return query_fail(p, l->position, "%s has no order; write a network as 10.0.0.0/8",
            field_table[field].name);
    if (query_address(n->text, address))
        return n;
    if (parse_network(n->text, n)) {
        n->op = QUERY_CIDR;
        return n;
    }
    return query_fail(p, l->position,
        "%s takes an address, as 192.0.2.7, 10.0.0.0/8 or 10.1.*, not \"%.*s\"",
        field_table[field].name, shown(l->text), l->text.p);
}

struct vocabulary {
    enum field field;
    int (*find)(struct slice);
    const char *words;
};

static struct query_node *word_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    static const struct vocabulary vocabularies[] = {
        {FIELD_STATUS, status_find, "new, ack, closed"},
        {FIELD_VERDICT, verdict_find, "tp, benign, fp, duplicate, test"},
        {FIELD_DISPOSITION, disposition_find,
            "unknown, prevented, quarantined, detected, allowed, failed"},
    };
    for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
        if (vocabularies[i].field == field && vocabularies[i].find(l->text) < 0)
            return query_fail(p, l->position, "%s is one of %s, not \"%.*s\"",
                field_table[field].name, vocabularies[i].words, shown(l->text), l->text.p);
    return leaf(p, field, op, l);
}

static bool is_all_stars(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '*')
            return false;
    return text.n > 0;
}

static struct query_node *wild_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    if (op != QUERY_EQUAL)
        return query_fail(p, l->position, "a wildcard has no order; write it behind a colon");
    if (is_all_stars(l->text))
        return leaf(p, field, QUERY_EXISTS, l);
    if (field_table[field].type == TYPE_TIME)
        return query_fail(p, l->position, "%s takes a range of times, as @timestamp >= now-24h",
            field_table[field].name);
    return leaf(p, field, QUERY_WILD, l);
}

struct query_node *query_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l)
{
    typedef struct query_node *maker(
        struct query_parser *, enum field, enum query_op, const struct query_literal *);
    static maker *const makers[] = {
        [TYPE_KEYWORD] = word_value,
        [TYPE_TEXT] = word_value,
        [TYPE_NUMBER] = number_value,
        [TYPE_TIME] = time_value,
        [TYPE_IP] = address_value,
        [TYPE_SEVERITY] = severity_value,
        [TYPE_ENUM] = word_value,
    };
    if (l->wild)
        return wild_value(p, field, op, l);
    return makers[field_table[field].type](p, field, op, l);
}

struct tally {
    size_t tokens, bytes;
};

static int count_token(void *owner, struct slice token, size_t from, size_t to)
{
    struct tally *t = owner;
    (void)from;
    (void)to;
    t->tokens++;
    t->bytes += token.n;
    return 0;
}

struct query_node *query_words(struct query_parser *p, const struct query_literal *l)
{
    struct tally t = {0, 0};
    if (!l->quoted && is_all_stars(l->text))
        return query_node_new(p, QUERY_EVERYTHING, l->position);
    if (l->wild)
        return query_fail(p, l->position,
            "a wildcard needs a field, as in process.command_line: *%.*s*", shown(l->text),
            l->text.p);
    token_each(l->text, count_token, &t);
    if (t.tokens == 0)
        return query_fail(p, l->position, "\"%.*s\" has no letter or digit to look for",
            shown(l->text), l->text.p);
    if (t.tokens > QUERY_PHRASE_MAX || t.bytes > QUERY_PHRASE_BYTES)
        return query_fail(p, l->position, "a phrase has at most %d words and %d bytes",
            (int)QUERY_PHRASE_MAX, (int)QUERY_PHRASE_BYTES);
    struct query_node *n = query_node_new(p, QUERY_WORDS, l->position);
    n->text = l->text;
    n->phrase = t.tokens > 1;
    return n;
}
