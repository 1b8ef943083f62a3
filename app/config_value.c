#include "app/config_table.h"

#include "core/ini.h"

#include <stdlib.h>

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein; of long words the first 48 bytes count. */
static unsigned edit_distance(const char *a, const char *b)
{
    enum { WORD_MAX = 48 };
    unsigned row[WORD_MAX + 1];
    size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[m];
}

void config_guess(struct config_guess *best, const char *typed, const char *candidate)
{
    size_t n = strlen(typed);
    size_t d = n >= 3 && strncmp(candidate, typed, n) == 0 ? 1 : edit_distance(typed, candidate);
    if (d > 1 + n / 3 || (best->word && d >= best->distance))
        return;
    *best = (struct config_guess){candidate, d};
}

static const char *expand_home(struct arena *arena, const char *path)
{
    const char *home = getenv("HOME");
    if (strncmp(path, "~/", 2) != 0 || !home)
        return arena_strdup(arena, path);
    return arena_printf(arena, "%s/%s", home, path + 2);
}

static int truth(const char *value, struct err *e)
{
    int v = ini_bool(value);
    return v >= 0 ? v : err_set(e, ERR_CONFIG, "expected yes or no, not \"%.60s\"", value);
}

static const char **split(struct arena *arena, const char *value)
{
    size_t count = 0, size = strlen(value) / 2 + 2;
    const char **words = arena_alloc(arena, size * sizeof *words);
    while (*value) {
        value += strspn(value, " \t,");
        size_t n = strcspn(value, " \t,");
        if (n)
            words[count++] = arena_copy(arena, (struct slice){value, n}).p;
        value += n;
    }
    words[count] = NULL;
    return words;
}

static const char *chosen(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = choices; *at;) {
        size_t n = strcspn(at, " ");
        if (n == length && strncmp(at, value, n) == 0)
            return value;
        at += n + (at[n] == ' ');
    }
    return NULL;
}

static int set_duration(const char *value, int64_t *at, struct err *e)
{
    if (!clock_parse_duration(slice_of(value), at) || *at <= 0)
        return err_set(e, ERR_CONFIG,
            "expected a length of time such as 90s, 15m or 8h, not \"%.60s\"", value);
    return 0;
}

static int set_since(const char *value, int64_t *at, struct err *e)
{
    int64_t span, now = clock_now();
    if (clock_parse_duration(slice_of(value), &span) && span >= 0) {
        *at = span < now ? now - span : 0;
        return 0;
    }
    if (clock_parse_human(slice_of(value), now, at))
        return 0;
    return err_set(e, ERR_CONFIG,
        "expected a length of time such as 30d or a time such as 2026-03-01, not \"%.60s\"", value);
}

static int set_port(const char *value, int *at, struct err *e)
{
    int64_t port;
    if (!slice_int(slice_of(value), &port) || port < 1 || port > 65535)
        return err_set(e, ERR_CONFIG, "expected a port from 1 to 65535, not \"%.60s\"", value);
    *at = (int)port;
    return 0;
}

int config_value_set(struct arena *arena, int row, const char *value, void *base, struct err *e)
{
    const struct config_binding *b = &config_bindings[row];
    void *at = (char *)base + b->offset;
    int said;
    if (!*value)
        return err_set(e, ERR_CONFIG, "%s has no value; for example: %s = %s",
            config_keys[row].name, config_keys[row].name, config_keys[row].example);
    switch (b->type) {
    case CONFIG_TEXT:
        *(const char **)at = arena_strdup(arena, value);
        return 0;
    case CONFIG_PATH:
        *(const char **)at = expand_home(arena, value);
        return 0;
    case CONFIG_BOOL:
        said = truth(value, e);
        *(bool *)at = said > 0;
        return said < 0 ? -1 : 0;
    case CONFIG_TRISTATE:
        said = truth(value, e);
        *(int *)at = said;
        return said < 0 ? -1 : 0;
    case CONFIG_DURATION:
        return set_duration(value, at, e);
    case CONFIG_SINCE:
        return set_since(value, at, e);
    case CONFIG_PORT:
        return set_port(value, at, e);
    case CONFIG_WORDS:
        *(const char ***)at = split(arena, value);
        return 0;
    case CONFIG_CHOICE:
        if (!chosen(b->choices, value))
            return err_set(e, ERR_CONFIG, "expected one of %s, not \"%.60s\"", b->choices, value);
        *(const char **)at = arena_strdup(arena, value);
        return 0;
    }
    return 0;
}
