/* The only source of time. Wall time is int64 nanoseconds since 1970-01-01T00:00:00Z. */
#ifndef HINOMI_CORE_CLOCK_H
#define HINOMI_CORE_CLOCK_H

#include "core/slice.h"

enum { CLOCK_TEXT_MAX = 40 };
#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_MILLISECOND INT64_C(1000000)
#define CLOCK_NONE INT64_MIN /* "no time known" */

int64_t clock_now(void);          /* wall; the fake one if clock_set_fake was called */
int64_t clock_monotonic(void);    /* for deadlines; never faked */
void clock_set_fake(int64_t now); /* tests and --now; CLOCK_NONE switches it off */

/* Every shape met in vendors' data: ISO 8601 with 0 to 9 digits, 'T' or space, Z, +hh:mm, +hhmm or
 * no zone (taken as UTC), unpadded hours, "T12:00Z", "20-May-2024 09:08:10", "3/24/2022 2:42:35
 * PM", epoch seconds (also with a fraction), milliseconds, microseconds, nanoseconds, FILETIME:
 * told apart by magnitude. False if it is none of these. */
bool clock_parse(struct slice text, int64_t *ns);

/* A time as a person types it in a query or a field, relative to `now`: now, now-24h, now-7d/d,
 * -15m, 11:40, an ISO date or time. Units s m h d w M y; "/d" rounds down to the unit (UTC). */
bool clock_parse_human(struct slice text, int64_t now, int64_t *ns);

/* A length of time: 90s, 15m, 8h, 30d, 2w. */
bool clock_parse_duration(struct slice text, int64_t *ns);

/* ISO 8601 UTC with 3, 6 or 9 digits, losing nothing; returns out. */
const char *clock_format(int64_t ns, char out[CLOCK_TEXT_MAX]);

/* Local time with its offset, "2026-03-11T20:42:07.000+09:00"; returns out. */
const char *clock_format_local(int64_t ns, char out[CLOCK_TEXT_MAX]);

/* "2m", "3h", "12d": the age in its largest unit, at most 4 cells; "-" when ns is CLOCK_NONE. */
const char *clock_format_age(int64_t age_ns, char out[CLOCK_TEXT_MAX]);

/* "1m12s", "39s", "0.3s", "2h43m". */
const char *clock_format_span(int64_t ns, char out[CLOCK_TEXT_MAX]);

#endif
