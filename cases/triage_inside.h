/* What triage, undo and the case file share. */
#ifndef HINOMI_CASES_TRIAGE_INSIDE_H
#define HINOMI_CASES_TRIAGE_INSIDE_H

#include "cases/journal_inside.h"

void act_fail(struct act_result *r, int64_t id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* temp.chosen(id): the alerts that an act is about, minus those that are not there, changed after
 * `revision_limit` or belong to another customer (named in r). *organization: theirs. */
int triage_choose(struct store *s, const int64_t *ids, size_t count, int64_t revision_limit,
    struct act_result *r, struct err *e);
/* The one customer of all chosen alerts; ERR_DENIED when there are several or another than asked.
 */
int triage_organization(
    struct store *s, const struct actor *who, struct str *organization, struct err *e);

/* Write-backs for all alerts whose status or verdict act `seq` changed. */
int outbox_add(struct store *s, int64_t seq, int64_t count, struct err *e);

#endif
