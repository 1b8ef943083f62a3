#include "core/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t fake = CLOCK_NONE;

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec;
}

int64_t clock_now(void)
{
    int64_t now = __atomic_load_n(&fake, __ATOMIC_RELAXED);
    return now != CLOCK_NONE ? now : read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_set_fake(int64_t now)
{
    __atomic_store_n(&fake, now, __ATOMIC_RELAXED);
}

const char *clock_format(int64_t ns, char out[CLOCK_TEXT_MAX])
{
    int64_t seconds = ns / CLOCK_SECOND, rest = ns % CLOCK_SECOND;
    if (rest < 0) {
        rest += CLOCK_SECOND;
        seconds--;
    }
    time_t t = (time_t)seconds;
    struct tm tm;
    char head[80];
    gmtime_r(&t, &tm);
    snprintf(head, sizeof head, "%04d-%02d-%02dT%02d:%02d:%02d", (tm.tm_year + 1900) % 10000,
        tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (rest % 1000000 == 0)
        snprintf(out, CLOCK_TEXT_MAX, "%.20s.%03dZ", head, (int)(rest / 1000000));
    else if (rest % 1000 == 0)
        snprintf(out, CLOCK_TEXT_MAX, "%.20s.%06dZ", head, (int)(rest / 1000));
    else
        snprintf(out, CLOCK_TEXT_MAX, "%.20s.%09dZ", head, (int)rest);
    return out;
}

const char *clock_format_local(int64_t ns, char out[CLOCK_TEXT_MAX])
{
    time_t t = (time_t)(ns / CLOCK_SECOND);
    struct tm tm;
    localtime_r(&t, &tm);
    long offset = tm.tm_gmtoff / 60, size = offset < 0 ? -offset : offset;
    clock_format(ns + offset * 60 * CLOCK_SECOND, out);
    size_t n = strlen(out);
    snprintf(out + n - 1, CLOCK_TEXT_MAX - n, "%c%02d:%02d", offset < 0 ? '-' : '+',
        (int)(size / 60 % 100), (int)(size % 60));
    return out;
}

const char *clock_format_age(int64_t age, char out[CLOCK_TEXT_MAX])
{
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = {{31557600, 'y'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    if (age == CLOCK_NONE) {
        snprintf(out, CLOCK_TEXT_MAX, "-");
        return out;
    }
    int64_t s = age / CLOCK_SECOND;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (s >= units[i].seconds) {
            int64_t n = s / units[i].seconds;
            if (n == 1 && units[i].unit == 'y')
                continue; /* 400d says more than 1y */
            if (n > 999)
                n = 999;
            snprintf(out, CLOCK_TEXT_MAX, "%d%c", (int)n, units[i].unit);
            return out;
        }
    snprintf(out, CLOCK_TEXT_MAX, "%s", s < 0 ? "soon" : "0s");
    return out;
}

const char *clock_format_span(int64_t ns, char out[CLOCK_TEXT_MAX])
{
    if (ns == CLOCK_NONE || ns < 0) {
        snprintf(out, CLOCK_TEXT_MAX, "-");
        return out;
    }
    int64_t s = ns / CLOCK_SECOND;
    if (s < 1)
        snprintf(out, CLOCK_TEXT_MAX, "0.%ds", (int)(ns / 100000000));
    else if (s < 60)
        snprintf(out, CLOCK_TEXT_MAX, "%ds", (int)s);
    else if (s < 3600)
        snprintf(out, CLOCK_TEXT_MAX, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        snprintf(out, CLOCK_TEXT_MAX, "%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
    else
        snprintf(out, CLOCK_TEXT_MAX, "%dd%02dh", (int)(s / 86400 % 100000), (int)(s / 3600 % 24));
    return out;
}
