/* Records to rows and back. */
#ifndef HINOMI_CASES_FIELDS_H
#define HINOMI_CASES_FIELDS_H

#include "cases/store_inside.h"

/* One column of a record as a parameter; many values are joined in scratch. Interns where the
 * column says so. */
struct field_binding {
    struct statement *st;
    int index; /* from 1 */
    const struct column *column;
    enum field field;
    struct strings *strings; /* for COLUMN_STRING */
    struct arena *scratch;
};
int fields_bind(const struct field_binding *b, const struct record *r, struct err *e);

/* Column `index` (from 0) of the row into the record; strings are copied into the arena unless the
 * column is interned. */
struct field_reading {
    struct statement *st;
    int index;
    const struct column *column;
    enum field field;
    struct strings *strings;
    struct arena *arena;
};
void fields_read(const struct field_reading *b, struct record *r);

/* Values that have no column, with their names, so that none is lost. Appended. */
void fields_pack(const struct record *r, const struct column columns[FIELD_COUNT], struct str *out);
/* Unknown names are skipped. Values are borrowed from `packed`. */
void fields_unpack(struct slice packed, struct record *r, struct arena *a);

/* The words of a record for full text: its ready tokens (if any), then all free-text fields but
 * the analyst's. */
void fields_words(
    const struct record *r, const struct column columns[FIELD_COUNT], struct str *out);

/* Kinds of entities, as letters in ready tokens and in table entity; '\0': the field names none. */
char fields_entity(enum field f);
enum { ENTITY_TOKEN_MAX = 24 };
/* The ready token for a value: the kind and a hash without ASCII case; returns out. */
const char *fields_entity_token(char kind, struct slice value, char out[ENTITY_TOKEN_MAX]);
void fields_entity_tokens(const struct record *r, struct str *out); /* with the ready marks */

#endif
