#include "core/clock.h"

#include <stdio.h>

/* A cursor over the text; each reader moves it only when it succeeds. */
struct reader {
    const char *p, *end;
};

struct civil {
    int year, month, day, hour, minute, second;
    int64_t fraction; /* ns */
    int64_t offset;   /* seconds east of UTC */
};

/* The span that int64 nanoseconds can name, a year inside both ends. */
enum { YEAR_MIN = 1678, YEAR_MAX = 2261 };

/* 100 ns ticks from 1601-01-01 to 1970-01-01 (FILETIME's epoch). */
#define FILETIME_EPOCH INT64_C(116444736000000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool read_char(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static void skip_spaces(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
        r->p++;
}

static bool read_number(struct reader *r, int least, int most, int *value)
{
    const char *p = r->p;
    int n = 0, v = 0;
    while (p < r->end && n < most && is_digit(*p)) {
        v = v * 10 + (*p++ - '0');
        n++;
    }
    if (n < least)
        return false;
    *value = v;
    r->p = p;
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400;
}

static int64_t days_since_1970(int year, int month, int day)
{
    int64_t days = days_before_year(year) - days_before_year(1970) + day - 1;
    for (int m = 1; m < month; m++)
        days += days_in_month(year, m);
    return days;
}

static bool civil_to_ns(const struct civil *c, int64_t *ns)
{
    if (c->year < YEAR_MIN || c->year > YEAR_MAX || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > days_in_month(c->year, c->month) || c->hour > 24 || c->minute > 59 ||
        c->second > 60)
        return false;
    if (c->hour == 24 && (c->minute || c->second || c->fraction))
        return false;
    int64_t seconds = days_since_1970(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
                      c->minute * 60 + c->second - c->offset;
    *ns = seconds * CLOCK_SECOND + c->fraction;
    return true;
}

/* Digits after the point; beyond nine they are below a nanosecond and are dropped. */
static bool read_fraction(struct reader *r, int64_t *ns)
{
    int64_t v = 0;
    int n = 0;
    *ns = 0;
    if (r->p == r->end || (*r->p != '.' && *r->p != ','))
        return true;
    for (r->p++; r->p < r->end && is_digit(*r->p); r->p++, n++)
        if (n < 9)
            v = v * 10 + (*r->p - '0');
    if (n == 0)
        return false;
    for (; n < 9; n++)
        v *= 10;
    *ns = v;
    return true;
}

static bool read_zone(struct reader *r, int64_t *offset)
{
    int hours, minutes = 0;
    *offset = 0;
    skip_spaces(r);
    if (r->p == r->end)
        return true;
    if (lower(*r->p) == 'z') {
        r->p++;
        return true;
    }
    if (r->end - r->p >= 3 && (memcmp(r->p, "UTC", 3) == 0 || memcmp(r->p, "GMT", 3) == 0)) {
        r->p += 3;
        return true;
    }
    if (*r->p != '+' && *r->p != '-')
        return false;
    int64_t sign = *r->p++ == '-' ? -1 : 1;
    if (!read_number(r, 2, 2, &hours))
        return false;
    bool colon = read_char(r, ':');
    if (!read_number(r, 2, 2, &minutes) && colon)
        return false;
    if (hours > 18 || minutes > 59)
        return false;
    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* H:MM[:SS[.fraction]] [AM|PM] [zone] up to the end of the text. */
static bool read_time_of_day(struct reader *r, struct civil *c)
{
    if (!read_number(r, 1, 2, &c->hour) || !read_char(r, ':') || !read_number(r, 2, 2, &c->minute))
        return false;
    if (read_char(r, ':') && (!read_number(r, 1, 2, &c->second) || !read_fraction(r, &c->fraction)))
        return false;
    struct reader half = *r;
    skip_spaces(&half);
    if (half.end - half.p >= 2 && lower(half.p[1]) == 'm' &&
        (lower(*half.p) == 'a' || lower(*half.p) == 'p')) {
        if (c->hour < 1 || c->hour > 12)
            return false;
        c->hour = c->hour % 12 + (lower(*half.p) == 'p' ? 12 : 0);
        r->p = half.p + 2;
    }
    return read_zone(r, &c->offset) && r->p == r->end;
}

static bool read_month_name(struct reader *r, int *month)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (r->end - r->p < 3)
        return false;
    for (int m = 0; m < 12; m++) {
        const char *name = names + 3 * m;
        if (lower(r->p[0]) == name[0] && lower(r->p[1]) == name[1] && lower(r->p[2]) == name[2]) {
            *month = m + 1;
            r->p += 3;
            return true;
        }
    }
    return false;
}

/* 2024-05-20 and 2024/05/20 */
static bool read_date_iso(struct reader *r, struct civil *c)
{
    struct reader at = *r;
    if (!read_number(&at, 4, 4, &c->year) || at.p == at.end || (*at.p != '-' && *at.p != '/'))
        return false;
    char separator = *at.p++;
    if (!read_number(&at, 1, 2, &c->month) || !read_char(&at, separator) ||
        !read_number(&at, 1, 2, &c->day))
        return false;
    *r = at;
    return true;
}

/* 20-May-2024, 20 May 2024, 20/May/2024:… */
static bool read_date_named(struct reader *r, struct civil *c)
{
    struct reader at = *r;
    if (!read_number(&at, 1, 2, &c->day) || at.p == at.end ||
        (*at.p != '-' && *at.p != ' ' && *at.p != '/'))
        return false;
    char separator = *at.p++;
    if (!read_month_name(&at, &c->month) || !read_char(&at, separator) ||
        !read_number(&at, 4, 4, &c->year))
        return false;
    *r = at;
    return true;
}

/* 3/24/2022: month first, as the Azure diagnostic risk events write it */
static bool read_date_us(struct reader *r, struct civil *c)
{
    struct reader at = *r;
    if (!read_number(&at, 1, 2, &c->month) || !read_char(&at, '/') ||
        !read_number(&at, 1, 2, &c->day) || !read_char(&at, '/') ||
        !read_number(&at, 4, 4, &c->year))
        return false;
    *r = at;
    return true;
}

static bool parse_calendar(struct slice text, int64_t *ns)
{
    struct civil c = {0};
    struct reader r = {text.p, text.p + text.n};
    if (!read_date_iso(&r, &c) && !read_date_named(&r, &c) && !read_date_us(&r, &c))
        return false;
    if (r.p == r.end)
        return civil_to_ns(&c, ns);
    if (lower(*r.p) != 't' && *r.p != ' ' && *r.p != ':' && *r.p != '_')
        return false;
    r.p++;
    skip_spaces(&r);
    return read_time_of_day(&r, &c) && civil_to_ns(&c, ns);
}

/* Units by magnitude: 1e11 seconds is the year 5138, 1e14 ms too; FILETIME of 1970 to 2262 lies
 * between 1.16e17 and 2.1e17, where nanoseconds would mean 1973 to 1976. */
static bool epoch_to_ns(int64_t v, int64_t fraction_ns, int64_t *ns)
{
    int64_t size = v < 0 ? -v : v;
    if (size < INT64_C(100000000000)) {
        if (size > INT64_MAX / CLOCK_SECOND - 1)
            return false;
        *ns = v * CLOCK_SECOND + (v < 0 ? -fraction_ns : fraction_ns);
        return true;
    }
    if (size < INT64_C(100000000000000)) {
        if (size > INT64_MAX / CLOCK_MILLISECOND - 1)
            return false;
        *ns = v * CLOCK_MILLISECOND + fraction_ns / 1000;
        return true;
    }
    if (v < 0)
        return false;
    if (v < INT64_C(9223372036854775) && v < INT64_C(100000000000000000))
        *ns = v * 1000;
    else if (v >= FILETIME_EPOCH && v < INT64_C(210000000000000000))
        *ns = (v - FILETIME_EPOCH) * 100;
    else
        *ns = v;
    return true;
}

static bool parse_epoch(struct slice text, int64_t *ns)
{
    size_t n = 0;
    int64_t whole, fraction;
    while (n < text.n && (is_digit(text.p[n]) || (n == 0 && text.p[0] == '-')))
        n++;
    if (!slice_int((struct slice){text.p, n}, &whole) || whole == INT64_MIN)
        return false;
    struct reader r = {text.p + n, text.p + text.n};
    if (!read_fraction(&r, &fraction) || r.p != r.end)
        return false;
    if (whole == 0 && text.p[0] == '-')
        return false;
    return epoch_to_ns(whole, fraction, ns);
}

bool clock_parse(struct slice text, int64_t *ns)
{
    int64_t v;
    text = slice_trim(text);
    if (text.n == 0 || text.n > 64)
        return false;
    if (!parse_calendar(text, &v) && !parse_epoch(text, &v))
        return false;
    *ns = v;
    return v != CLOCK_NONE;
}
