/* Write-backs to sources: held, then sent by app in the background; never lost, never silent. */
#ifndef HINOMI_CASES_OUTBOX_H
#define HINOMI_CASES_OUTBOX_H

#include "cases/triage.h"

struct outbox_row {
    int64_t id, alert, act, due, tries;
    const char *source, *state, *error; /* held sent failed dropped conflict; error NULL: none */
    enum status status;
    enum verdict verdict;
    const char *native_id, *assignee, *comment;
};
typedef int outbox_sink(void *owner, const struct outbox_row *row);

/* Rows of a source whose hold is over and which were not sent; oldest first. */
int outbox_due(struct store *s, const char *source, int64_t now, outbox_sink *sink, void *owner,
    struct err *e);
/* NULL: sent. Else it is tried again later (back-off), or is a conflict (ERR_CONFLICT). */
int outbox_result(struct store *s, int64_t id, const struct err *failure_or_null, struct err *e);
int outbox_each(
    struct store *s, bool unfinished_only, outbox_sink *sink, void *owner, struct err *e);
int outbox_drop(struct store *s, const struct actor *who, int64_t id, struct err *e);
/* Ends the hold of all waiting rows of a source now (`hinomi pull --push-now`, tests). */
int outbox_release(struct store *s, const char *source, struct err *e);

#endif
