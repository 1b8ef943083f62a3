/* Time axis and histogram, pure: round bucket widths, counts and the worst severity per bucket and
 * lane, gaps. */
#ifndef HINOMI_CORE_TIMELINE_H
#define HINOMI_CORE_TIMELINE_H

#include "core/clock.h"

/* The zoom ladder: 1 ms … 1 week, round for a reader (1 2 5 10 …, 15 30 s/min, 1 2 6 12 h, 1 d, 1
 * w). */
int64_t timeline_round_up(
    int64_t least_ns); /* smallest rung not below; the last rung when none is */
int64_t timeline_zoom(int64_t width_ns, int steps); /* steps < 0: finer */

/* An axis of whole buckets that covers [from, to] with at most `buckets` of them (at least 2),
 * within the years 1861 to 2079. */
struct timeline_axis {
    int64_t from, width; /* from is a multiple of width (UTC) */
    uint32_t buckets;
};
struct timeline_axis timeline_axis(int64_t from, int64_t to, uint32_t buckets);
/* -1 when the time lies outside. */
int64_t timeline_bucket(const struct timeline_axis *a, int64_t time);

struct timeline_lanes {
    struct timeline_axis axis;
    uint32_t lanes;
    uint32_t *counts;   /* lanes × buckets, malloced */
    signed char *worst; /* lanes × buckets: severity or -1 */
};
void timeline_init(struct timeline_lanes *t, struct timeline_axis axis, uint32_t lanes);
void timeline_release(struct timeline_lanes *t);
void timeline_add(
    struct timeline_lanes *t, uint32_t lane, int64_t time, uint32_t count, int severity);

/* A stretch of empty buckets of a lane that is longer than its own rhythm: at least four times the
 * median distance between its filled buckets, and at least `least` buckets. `at` is where to look
 * from; false when there is none. */
struct timeline_gap {
    uint32_t first, last; /* buckets, inclusive */
};
bool timeline_gap(const struct timeline_lanes *t, uint32_t lane, uint32_t at, uint32_t least,
    struct timeline_gap *gap);

#endif
