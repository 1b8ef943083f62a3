/* The analyst's acts on alerts. Each is one journal act: durable when the call returns, undone
 * whole. */
#ifndef HINOMI_CASES_TRIAGE_H
#define HINOMI_CASES_TRIAGE_H

#include "cases/store.h"
#include "core/vocabulary.h"

struct actor {
    const char *analyst;      /* configuration, HINOMI_ANALYST or the login name */
    const char *organization; /* NULL: that of the objects; one act never spans two */
};

/* What changes; a NULL or -1 member stays as it is. */
struct triage {
    const char *verb; /* the journal's word: claim, open, close, assign, snooze, tag, … */
    int status;       /* enum status or -1 */
    int verdict;      /* enum verdict or -1 */
    const char *reason, *assignee; /* "" clears */
    const char *tag_add, *tag_remove;
    int64_t snoozed_until;  /* CLOCK_NONE: unchanged; 0: wake */
    int64_t case_id;        /* -1: unchanged; 0: out of its case */
    int64_t revision_limit; /* objects changed after it are left and named; 0: no limit */
};
#define TRIAGE_INIT(v)                                                                             \
    {                                                                                              \
        .verb = (v), .status = -1, .verdict = -1, .snoozed_until = CLOCK_NONE, .case_id = -1       \
    }

struct act_failure {
    int64_t id;
    char reason[160];
};
struct act_result {
    int64_t seq; /* of the act in the journal; 0: nothing changed, nothing written */
    size_t changed;
    struct act_failure *failures; /* malloced; act_result_release */
    size_t failed;
    char summary[240]; /* "closed 3 alerts as fp" */
};
void act_result_release(struct act_result *r);

/* 0 also when some objects were left (see failures); -1 when nothing was done. Puts the source's
 * write-back into the outbox in the same transaction when status or verdict change. */
int triage_apply(struct store *s, const struct actor *who, const struct triage *what,
    const int64_t *ids, size_t count, struct act_result *result, struct err *e);

/* Note on an alert (kind "alert") or a case (kind "case"). */
int triage_note(struct store *s, const struct actor *who, const char *kind, int64_t id,
    const char *text, struct act_result *result, struct err *e);

/* Takes back the actor's newest act not yet undone (seq 0), or a given one. Objects whose columns
 * no longer equal the act's `after` are left and named. Inside the outbox hold nothing is sent. */
int triage_undo(struct store *s, const struct actor *who, int64_t seq, struct act_result *result,
    struct err *e);
int triage_redo(struct store *s, const struct actor *who, struct act_result *result, struct err *e);
/* What undo would take back now, as a sentence; "" if nothing. */
int triage_undo_preview(
    struct store *s, const struct actor *who, char sentence[240], struct err *e);

#endif
