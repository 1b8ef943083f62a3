/* One line through one format, and what became of it. */
#ifndef HINOMI_TESTS_SUPPORT_FEED_H
#define HINOMI_TESTS_SUPPORT_FEED_H

#include "connectors/format.h"

/* Feeds `text` as one piece; the batch is the caller's (batch_release). */
void feed_piece(const char *format, const char *text, struct batch *out);

/* Exactly one good record and nothing quarantined, or the test fails. */
const struct record *feed_one(const char *format, const char *text, struct batch *out);

/* Exactly one quarantined piece, with its raw bytes, its place and a reason. */
void feed_bad(const char *format, const char *text);

/* `expected` NULL: the field is absent. */
void assert_field(const struct record *r, enum field field, const char *expected);

/* The n-th value of a many-valued field, from 0. */
void assert_value(const struct record *r, enum field field, size_t n, const char *expected);

/* The record's time as ISO 8601. */
void assert_when(const struct record *r, const char *iso);

#endif
