/* Between the parts of the parser. */
#ifndef HINOMI_CORE_QUERY_INSIDE_H
#define HINOMI_CORE_QUERY_INSIDE_H

#include "core/query.h"

struct query_parser {
    struct query *query;
    struct slice text;
    size_t at;
    int64_t now;
    int depth;
    size_t fault; /* where the error is */
    struct err *err;
};

/* A value as it was typed. */
struct query_literal {
    struct slice text; /* unescaped, in the query's arena, NUL behind it */
    size_t position;
    bool quoted, wild; /* wild: an unescaped * outside quotes */
};

/* Sets the error and its place; NULL, so that a parse function can return it. */
struct query_node *query_fail(struct query_parser *p, size_t position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct query_node *query_node_new(struct query_parser *p, enum query_op op, size_t position);

/* The node of `field op literal`; op is QUERY_EQUAL for a colon. NULL with the error set. */
struct query_node *query_value(
    struct query_parser *p, enum field field, enum query_op op, const struct query_literal *l);

/* The node of free text. */
struct query_node *query_words(struct query_parser *p, const struct query_literal *l);

/* An address as 16 bytes, v4 mapped. */
bool query_address(struct slice text, unsigned char out[16]);

enum { QUERY_PHRASE_MAX = 64, QUERY_PHRASE_BYTES = 2048 }; /* tokens of one phrase */

#endif
