/* What the files of the case file share. */
#ifndef HINOMI_CASES_CASE_INSIDE_H
#define HINOMI_CASES_CASE_INSIDE_H

#include "cases/case_file.h"
#include "cases/edit.h"

/* The customer of a case, or of the actor when id is 0; ERR_NOT_FOUND, ERR_DENIED when the actor
 * works for another. Set `organization` to it. */
int case_organization(
    struct store *s, int64_t id, const struct actor *who, struct str *organization, struct err *e);
/* Inside a transaction: the case was worked on now. */
int case_touch(struct store *s, int64_t id, struct err *e);
int case_uid(struct store *s, int64_t id, char uid[80], struct err *e);

#endif
