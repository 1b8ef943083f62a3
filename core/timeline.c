#include "core/timeline.h"

#include "core/mem.h"

#include <stdlib.h>

#define MS CLOCK_MILLISECOND
#define S CLOCK_SECOND
static const int64_t ladder[] = {1 * MS, 2 * MS, 5 * MS, 10 * MS, 20 * MS, 50 * MS, 100 * MS,
    200 * MS, 500 * MS, 1 * S, 2 * S, 5 * S, 10 * S, 15 * S, 30 * S, 60 * S, 120 * S, 300 * S,
    600 * S, 900 * S, 1800 * S, 3600 * S, 7200 * S, 21600 * S, 43200 * S, 86400 * S, 604800 * S};
enum { RUNGS = sizeof ladder / sizeof *ladder };

static int rung(int64_t least)
{
    int i = 0;
    while (i < RUNGS - 1 && ladder[i] < least)
        i++;
    return i;
}

int64_t timeline_round_up(int64_t least_ns)
{
    return ladder[rung(least_ns)];
}

int64_t timeline_zoom(int64_t width_ns, int steps)
{
    int i = rung(width_ns) + steps;
    return ladder[i < 0 ? 0 : i >= RUNGS ? RUNGS - 1 : i];
}

static int64_t floor_to(int64_t time, int64_t width)
{
    int64_t rest = time % width;
    return time - (rest < 0 ? rest + width : rest);
}

/* About 1861 to 2079: a record from the edge of int64 must not make the arithmetic overflow. */
#define FURTHEST INT64_C(3450000000000000000)

static int64_t clamp(int64_t time)
{
    return time < -FURTHEST ? -FURTHEST : time > FURTHEST ? FURTHEST : time;
}

struct timeline_axis timeline_axis(int64_t from, int64_t to, uint32_t buckets)
{
    struct timeline_axis a;
    from = clamp(from);
    to = clamp(to) < from ? from : clamp(to);
    int64_t span = to > from ? to - from : 1;
    if (buckets < 2) /* a span over 1970 never lies in one multiple of any width */
        buckets = 2;
    a.width = timeline_round_up((span + buckets - 1) / buckets);
    a.from = floor_to(from, a.width);
    while ((to - a.from) / a.width >= buckets && a.width < ladder[RUNGS - 1]) {
        a.width = timeline_zoom(a.width, 1);
        a.from = floor_to(from, a.width);
    }
    /* more than `buckets` weeks: weeks are joined */
    while ((to - a.from) / a.width >= buckets) {
        a.width *= 2;
        a.from = floor_to(from, a.width);
    }
    a.buckets = (uint32_t)((to - a.from) / a.width + 1);
    return a;
}

int64_t timeline_bucket(const struct timeline_axis *a, int64_t time)
{
    int64_t distance;
    if (time < a->from || __builtin_sub_overflow(time, a->from, &distance))
        return -1;
    return distance / a->width < a->buckets ? distance / a->width : -1;
}

void timeline_init(struct timeline_lanes *t, struct timeline_axis axis, uint32_t lanes)
{
    size_t cells = (size_t)axis.buckets * lanes;
    *t = (struct timeline_lanes){.axis = axis, .lanes = lanes};
    t->counts = mem_zalloc(cells, sizeof *t->counts);
    t->worst = mem_alloc(cells);
    memset(t->worst, -1, cells);
}

void timeline_release(struct timeline_lanes *t)
{
    free(t->counts);
    free(t->worst);
    *t = (struct timeline_lanes){.lanes = 0};
}

void timeline_add(
    struct timeline_lanes *t, uint32_t lane, int64_t time, uint32_t count, int severity)
{
    int64_t b = timeline_bucket(&t->axis, time);
    if (b < 0 || lane >= t->lanes)
        return;
    size_t cell = (size_t)lane * t->axis.buckets + (size_t)b;
    t->counts[cell] += count;
    if (severity > t->worst[cell])
        t->worst[cell] = (signed char)severity;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t median_distance(const struct timeline_lanes *t, const uint32_t *row)
{
    uint32_t *distances = mem_alloc((t->axis.buckets + 1) * sizeof *distances);
    uint32_t n = 0, last = UINT32_MAX;
    for (uint32_t i = 0; i < t->axis.buckets; i++) {
        if (!row[i])
            continue;
        if (last != UINT32_MAX)
            distances[n++] = i - last;
        last = i;
    }
    qsort(distances, n, sizeof *distances, compare);
    uint32_t median = n ? distances[n / 2] : 0;
    free(distances);
    return median;
}

bool timeline_gap(const struct timeline_lanes *t, uint32_t lane, uint32_t at, uint32_t least,
    struct timeline_gap *gap)
{
    const uint32_t *row = t->counts + (size_t)lane * t->axis.buckets;
    uint32_t median = median_distance(t, row);
    uint32_t longer = median * 4 > least ? median * 4 : least;
    if (median == 0)
        return false;
    for (uint32_t i = at; i < t->axis.buckets;) {
        uint32_t end = i;
        while (end < t->axis.buckets && !row[end])
            end++;
        if (end - i >= longer) {
            *gap = (struct timeline_gap){i, end - 1};
            return true;
        }
        i = end + 1;
    }
    return false;
}
