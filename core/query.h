/* KQL text → one AST, which three engines run: SQL (cases/query_sql.c), Elasticsearch DSL
 * (connectors/query_dsl.c) and the in-memory matcher here. What a query means, for all three:
 *   - a field is a set of values; `f: v` holds if any of them equals v; `not` keeps rows without f;
 *   - text and wildcards ignore ASCII case only; `*` is the one wildcard, and only outside quotes;
 *   - a value is whole (no tokens) when a field is named; severity is ordered; an ip takes CIDR;
 *   - free text: every word is a whole token (core/token.h) of some text field; a quoted phrase is
 * adjacent tokens within one field. An engine may over-select, never under-select: the matcher has
 * the last word;
 *   - a time that is only a date means that whole day;
 *   - an unquoted value goes on over blanks up to and, or, a parenthesis or the end;
 *   - a backslash takes the meaning from a blank and from \ ( ) : < > " * and braces, inside quotes
 *     from " and \ only; before anything else it is a backslash, so that paths can be typed;
 *   - a word of free text that is cut into several tokens (cmd.exe, 不審な) is a phrase of them.
 * Language: https://www.elastic.co/guide/en/kibana/current/kuery-query.html */
#ifndef HINOMI_CORE_QUERY_H
#define HINOMI_CORE_QUERY_H

#include "core/err.h"
#include "core/record.h"

enum query_op {
    QUERY_EVERYTHING, /* an empty query, or `*` */
    QUERY_AND,        /* children */
    QUERY_OR,
    QUERY_NOT,   /* one child */
    QUERY_EQUAL, /* field, text; for numbers, times and severities also number */
    QUERY_WILD,  /* field, text with * */
    QUERY_CIDR,  /* field, address[16] (v4 mapped), bits */
    QUERY_LESS,  /* field, number (text kept for keyword fields: byte order) */
    QUERY_LESS_EQUAL,
    QUERY_GREATER,
    QUERY_GREATER_EQUAL,
    QUERY_EXISTS, /* field: * */
    QUERY_WORDS   /* free text: text; phrase tells adjacency; the parser makes one node a word */
};

struct query_node {
    enum query_op op;
    enum field field;
    struct slice text; /* unescaped, NUL-terminated behind n */
    bool has_number;
    int64_t number;
    unsigned char address[16];
    unsigned bits; /* of 128 */
    bool phrase;
    struct query_node *child, *next; /* first child; next sibling */
    uint32_t position;               /* byte in the text, for messages */
};

struct query {
    struct arena arena;
    struct query_node *root; /* never NULL */
    char *text;              /* as typed */
};

enum { QUERY_TEXT_MAX = 65536, QUERY_DEPTH_MAX = 100 };

/* `now` resolves now-24h. On failure err's text names what was expected and the nearest field, and
 * *position is the byte offset of the fault (a caret goes there). Caller frees with query_free. */
int query_parse(
    struct query **out, struct slice text, int64_t now, size_t *position, struct err *e);
void query_free(struct query *q);

/* The judge. Allocation-free but for a bounded scratch when free text occurs. */
bool query_match(const struct query *q, const struct record *r);

/* Back to canonical KQL, fully parenthesised where needed: parse(print(q)) means the same. */
void query_print(const struct query *q, struct str *out);

/* Does any node name a field that this storage lacks, so that SQL alone cannot answer? */
bool query_needs_raw(const struct query *q, enum field_storage storage);

#endif
