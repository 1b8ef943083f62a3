/* The parts of journal_verify. Each gives one line and returns 0 well, 1 not, -1 could not look. */
#ifndef HINOMI_CASES_VERIFY_INSIDE_H
#define HINOMI_CASES_VERIFY_INSIDE_H

#include "cases/journal.h"
#include "cases/store_inside.h"

int verify_events(struct store *s, verify_sink *sink, void *owner, struct err *e);
int verify_evidence(struct store *s, verify_sink *sink, void *owner, struct err *e);

/* Names the first fault of a line; later ones are left out. */
void verify_fault(struct verify_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int verify_database(struct db *db, struct verify_line *line, struct err *e);

#endif
