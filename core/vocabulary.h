/* Words with a fixed meaning: their order, their names in files, JSON and queries. */
#ifndef HINOMI_CORE_VOCABULARY_H
#define HINOMI_CORE_VOCABULARY_H

#include "core/slice.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
enum status { STATUS_NEW, STATUS_ACK, STATUS_CLOSED };
enum verdict {
    VERDICT_NONE,
    VERDICT_TP,
    VERDICT_BENIGN,
    VERDICT_FP,
    VERDICT_DUPLICATE,
    VERDICT_TEST
};
enum disposition {
    DISPOSITION_UNKNOWN,
    DISPOSITION_PREVENTED,   /* it did not run */
    DISPOSITION_QUARANTINED, /* it ran or lay there, and was put away */
    DISPOSITION_DETECTED,    /* it ran and was seen */
    DISPOSITION_ALLOWED,     /* it ran because a policy lets it */
    DISPOSITION_FAILED       /* the product tried to stop it and could not */
};
enum case_status {
    CASE_NEW,
    CASE_TRIAGE,
    CASE_INVESTIGATE,
    CASE_CONTAIN,
    CASE_ERADICATE,
    CASE_RECOVER,
    CASE_REVIEW,
    CASE_CLOSED
};
enum host_state {
    HOST_STATE_UNKNOWN,
    HOST_STATE_FREE,
    HOST_STATE_CONTAINING,
    HOST_STATE_UNPROVED, /* contained, as far as we know: proof is missing */
    HOST_STATE_CONTAINED,
    HOST_STATE_RELEASING
};

/* Name for a value; a static string. Value for a name (whatever its ASCII case), or -1. */
const char *severity_name(enum severity v);
int severity_find(struct slice name);
const char *severity_badge(enum severity v); /* INFO LOW MED HIGH CRIT */
const char *status_name(enum status v);
int status_find(struct slice name);
const char *verdict_name(enum verdict v); /* VERDICT_NONE: "" */
int verdict_find(struct slice name);
const char *disposition_name(enum disposition v);
int disposition_find(struct slice name);
const char *case_status_name(enum case_status v);
int case_status_find(struct slice name);
const char *host_state_name(enum host_state v);
int host_state_find(struct slice name);

#endif
