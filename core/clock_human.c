#include "core/clock.h"

/* Times and lengths as a person types them. Months and years are calendar steps in UTC. */

static const struct unit {
    char letter;
    int64_t ns;
    int months;
} units[] = {
    {'s', CLOCK_SECOND, 0},
    {'m', 60 * CLOCK_SECOND, 0},
    {'h', 3600 * CLOCK_SECOND, 0},
    {'H', 3600 * CLOCK_SECOND, 0},
    {'d', 86400 * CLOCK_SECOND, 0},
    {'w', 7 * 86400 * CLOCK_SECOND, 0},
    {'M', 0, 1},
    {'y', 0, 12},
};

static const struct unit *find_unit(char letter)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].letter == letter)
            return &units[i];
    return NULL;
}

static int64_t floor_to(int64_t ns, int64_t step)
{
    int64_t rest = ns % step;
    return ns - (rest < 0 ? rest + step : rest);
}

struct month {
    int64_t year;
    int month; /* 0 to 11 */
    int day;   /* 1 to 31 */
};

/* The civil calendar from days since 1970, by eras of 400 years that begin on the 1st of March. */
static struct month month_of(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    int day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    return (struct month){year_of_era + era * 400 + (month <= 2), month - 1, day};
}

static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = year - (month < 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int month_length(int64_t year, int month)
{
    int64_t next_year = month == 11 ? year + 1 : year;
    return (int)(days_of(next_year, (month + 1) % 12, 1) - days_of(year, month, 1));
}

/* The same day and time of day, n months on; the 31st becomes the last day of a shorter month. */
static bool add_months(int64_t *ns, int64_t n)
{
    int64_t day_ns = 86400 * CLOCK_SECOND;
    int64_t start = floor_to(*ns, day_ns);
    struct month m = month_of(start / day_ns);
    if (n < -12000 || n > 12000)
        return false;
    int64_t index = m.year * 12 + m.month + n;
    if (index < 0)
        return false;
    int64_t year = index / 12;
    int month = (int)(index % 12);
    int longest = month_length(year, month);
    int64_t days = days_of(year, month, m.day < longest ? m.day : longest), moved;
    if (__builtin_mul_overflow(days, day_ns, &moved))
        return false;
    return !__builtin_add_overflow(moved, *ns - start, ns);
}

static bool add_unit(int64_t *ns, int64_t count, const struct unit *u)
{
    int64_t step;
    if (u->months)
        return count >= -12000 && count <= 12000 && add_months(ns, count * u->months);
    return !__builtin_mul_overflow(count, u->ns, &step) && !__builtin_add_overflow(*ns, step, ns);
}

static bool round_down(int64_t *ns, const struct unit *u)
{
    int64_t day_ns = 86400 * CLOCK_SECOND;
    if (u->letter == 'w') /* weeks begin on Monday; 1970-01-01 was a Thursday */
        *ns = floor_to(*ns + 3 * day_ns, 7 * day_ns) - 3 * day_ns;
    else if (!u->months)
        *ns = floor_to(*ns, u->ns);
    else {
        struct month m = month_of(floor_to(*ns, day_ns) / day_ns);
        int64_t days = days_of(m.year, u->months == 1 ? m.month : 0, 1);
        return !__builtin_mul_overflow(days, day_ns, ns);
    }
    return true;
}

/* One step of date math: "-24h", "+1M", "/d". Moves text past it. */
static bool take_step(struct slice *text, int64_t *ns)
{
    char sign = text->p[0];
    size_t n = 1;
    int64_t count = 1;
    if (sign == '/') {
        const struct unit *u = text->n > 1 ? find_unit(text->p[1]) : NULL;
        if (!u || !round_down(ns, u))
            return false;
        *text = (struct slice){text->p + 2, text->n - 2};
        return true;
    }
    while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
        n++;
    if ((sign != '-' && sign != '+') || n == text->n)
        return false;
    if (n > 1 && !slice_int((struct slice){text->p + 1, n - 1}, &count))
        return false;
    const struct unit *u = find_unit(text->p[n]);
    if (!u || !add_unit(ns, sign == '-' ? -count : count, u))
        return false;
    *text = (struct slice){text->p + n + 1, text->n - n - 1};
    return true;
}

static bool take_steps(struct slice text, int64_t start, int64_t *ns)
{
    while (text.n)
        if (!take_step(&text, &start))
            return false;
    *ns = start;
    return start != CLOCK_NONE;
}

/* 11:40 or 11:40:05: that time of the day of `now`, in UTC. */
static bool parse_time_of_day(struct slice text, int64_t now, int64_t *ns)
{
    int64_t part[3] = {0, 0, 0};
    size_t count = 0, from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] != ':')
            continue;
        if (count == 3 || i == from || i - from > 2 || text.p[from] == '-' || text.p[from] == '+' ||
            !slice_int((struct slice){text.p + from, i - from}, &part[count++]))
            return false;
        from = i + 1;
    }
    if (count < 2 || part[0] > 23 || part[1] > 59 || part[2] > 59)
        return false;
    *ns = floor_to(now, 86400 * CLOCK_SECOND) +
          (part[0] * 3600 + part[1] * 60 + part[2]) * CLOCK_SECOND;
    return true;
}

bool clock_parse_human(struct slice text, int64_t now, int64_t *ns)
{
    text = slice_trim(text);
    if (text.n == 0)
        return false;
    if (text.n >= 3 && slice_equal_nocase((struct slice){text.p, 3}, SLICE("now")))
        return take_steps((struct slice){text.p + 3, text.n - 3}, now, ns);
    if ((text.p[0] == '-' || text.p[0] == '+') && take_steps(text, now, ns))
        return true;
    if (parse_time_of_day(text, now, ns))
        return true;
    /* Elasticsearch's date math: an absolute time, "||", then steps */
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == '|' && text.p[i + 1] == '|') {
            int64_t start;
            return clock_parse((struct slice){text.p, i}, &start) &&
                   take_steps((struct slice){text.p + i + 2, text.n - i - 2}, start, ns);
        }
    return clock_parse(text, ns);
}

bool clock_parse_duration(struct slice text, int64_t *ns)
{
    int64_t total = 0, count, part;
    text = slice_trim(text);
    if (text.n == 0)
        return false;
    while (text.n) {
        size_t n = 0;
        while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
            n++;
        if (n == text.n || !slice_int((struct slice){text.p, n}, &count))
            return false;
        const struct unit *u = find_unit(text.p[n]);
        int64_t unit = u ? u->ns : 0;
        size_t used = n + 1;
        if (text.n >= n + 2 && text.p[n] == 'm' && text.p[n + 1] == 's') {
            unit = CLOCK_MILLISECOND;
            used = n + 2;
        }
        if (unit == 0 || __builtin_mul_overflow(count, unit, &part) ||
            __builtin_add_overflow(total, part, &total))
            return false;
        text = (struct slice){text.p + used, text.n - used};
    }
    *ns = total;
    return true;
}
