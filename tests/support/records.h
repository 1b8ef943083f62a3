/* Alerts and events with invented people and hosts, made by a line each. */
#ifndef HINOMI_TESTS_SUPPORT_RECORDS_H
#define HINOMI_TESTS_SUPPORT_RECORDS_H

#include "core/record.h"

enum { RECORDS_START = 1767225600 }; /* 2026-01-01T00:00:00Z, in seconds */

/* What a test names; the rest is absent. NULL members are absent. */
struct alert_spec {
    const char *id, *rule, *host, *user, *severity, *command_line, *raw;
    int64_t second; /* after RECORDS_START */
    int score;      /* 0: absent */
};
struct record *records_alert(struct batch *b, const struct alert_spec *spec);

struct event_spec {
    const char *id, *host, *user, *category, *command_line, *entity, *parent, *address, *raw;
    int64_t second;
};
struct record *records_event(struct batch *b, const struct event_spec *spec);

static inline int64_t records_time(int64_t second)
{
    return (RECORDS_START + second) * CLOCK_SECOND;
}

#endif
