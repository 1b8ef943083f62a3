#include "remote/runbook.h"

#include "core/clock.h"
#include "core/hash.h"
#include "core/mem.h"
#include "remote/script.h"

#include <stdlib.h>
#include <string.h>

enum { RUNBOOK_SIZE_MAX = 128 * 1024 };

static const char *const step_names[STEP_COUNT] = {
    [STEP_PREFLIGHT] = "preflight",
    [STEP_SCRIPT] = "script",
    [STEP_VERIFY] = "verify",
    [STEP_COMMIT] = "commit",
    [STEP_REVERT] = "revert",
};

static const char *const danger_names[] = {
    [RUNBOOK_READS] = "reads",
    [RUNBOOK_CHANGES] = "changes",
    [RUNBOOK_DESTROYS] = "destroys",
    [RUNBOOK_CUTS] = "cuts",
};

const char *runbook_step_name(enum runbook_step step)
{
    return step_names[step];
}

struct parser {
    struct runbook *r;
    const char *place;
    int line;
    struct err *e;
};

static int wrong(struct parser *p, const char *what, struct slice word)
{
    return err_set(p->e, ERR_CONFIG, "%s:%d: %s: %.*s", p->place, p->line, what,
        (int)(word.n < 60 ? word.n : 60), word.p);
}

static struct slice cut(struct slice *rest, char at)
{
    const char *found = rest->n ? memchr(rest->p, at, rest->n) : NULL;
    size_t n = found ? (size_t)(found - rest->p) : rest->n;
    struct slice left = {rest->p, n};
    *rest = found ? (struct slice){found + 1, rest->n - n - 1} : (struct slice){rest->p + n, 0};
    return left;
}

static char *keep(struct parser *p, struct slice s)
{
    return (char *)(uintptr_t)arena_copy(&p->r->arena, s).p;
}

static int set_title(struct parser *p, struct slice v)
{
    p->r->title = keep(p, v);
    return 0;
}

static int set_title_ja(struct parser *p, struct slice v)
{
    p->r->title_ja = keep(p, v);
    return 0;
}

static int set_help(struct parser *p, struct slice v)
{
    p->r->help = keep(p, v);
    return 0;
}

static int set_help_ja(struct parser *p, struct slice v)
{
    p->r->help_ja = keep(p, v);
    return 0;
}

static int set_name(struct parser *p, struct slice v)
{
    return slice_is(v, p->r->name) ? 0 : wrong(p, "name must be that of the file", v);
}

static int set_platforms(struct parser *p, struct slice v)
{
    p->r->platforms = keep(p, v);
    return 0;
}

static int set_danger(struct parser *p, struct slice v)
{
    for (size_t i = 0; i < sizeof danger_names / sizeof *danger_names; i++)
        if (slice_is(v, danger_names[i])) {
            p->r->danger = (enum runbook_danger)i;
            return 0;
        }
    return wrong(p, "danger is one of reads, changes, destroys, cuts, not", v);
}

static int set_needs(struct parser *p, struct slice v)
{
    p->r->needs_root = slice_is(v, "root");
    return p->r->needs_root || slice_is(v, "user") ? 0 : wrong(p, "needs is root or user, not", v);
}

static int set_hidden(struct parser *p, struct slice v)
{
    p->r->is_hidden = slice_is(v, "yes");
    return p->r->is_hidden ? 0 : wrong(p, "hidden is yes or left out, not", v);
}

static int set_reversible(struct parser *p, struct slice v)
{
    if (!slice_starts(v, SLICE("nothing:"))) {
        p->r->reversible_by = keep(p, v);
        return 0;
    }
    p->r->irreversible = keep(p, slice_trim((struct slice){v.p + 8, v.n - 8}));
    return 0;
}

static int set_timeout(struct parser *p, struct slice v)
{
    if (!clock_parse_duration(v, &p->r->timeout_ns) || p->r->timeout_ns < CLOCK_SECOND ||
        p->r->timeout_ns > 3600 * CLOCK_SECOND)
        return wrong(p, "timeout is a time from 1s to 1h, not", v);
    return 0;
}

static bool shell_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_' ||
                (i && s.p[i] >= '0' && s.p[i] <= '9')))
            return false;
    return s.n > 0 && s.n <= 32;
}

static int set_parameter(struct parser *p, struct slice v)
{
    struct runbook *r = p->r;
    if (r->parameter_count == RUNBOOK_PARAMETERS_MAX)
        return wrong(p, "more than 12 parameters", v);
    struct slice name = cut(&v, ' ');
    v = slice_trim(v);
    struct slice type = cut(&v, ' ');
    struct slice fallback = type;
    type = cut(&fallback, '=');
    int kind = value_type_find(type);
    if (!shell_name(name))
        return wrong(p, "a parameter's name is of a-z, 0-9 and _, not", name);
    if (kind < 0)
        return wrong(p, "no such type of parameter", type);
    for (size_t i = 0; i < r->parameter_count; i++)
        if (slice_is(name, r->parameters[i].name))
            return wrong(p, "this parameter stands here twice", name);
    if (fallback.n && !slice_is(fallback, "-") &&
        !value_check((enum value_type)kind, fallback, NULL))
        return wrong(p, "the default does not fit the type", fallback);
    r->parameters[r->parameter_count++] = (struct runbook_parameter){
        .name = keep(p, name),
        .type = (enum value_type)kind,
        .fallback = fallback.n ? keep(p, fallback) : NULL,
        .help = keep(p, slice_trim(v)),
    };
    return 0;
}

static const struct {
    const char *key;
    int (*set)(struct parser *, struct slice);
} keys[] = {
    {"name", set_name},
    {"title", set_title},
    {"title.ja", set_title_ja},
    {"help", set_help},
    {"help.ja", set_help_ja},
    {"platforms", set_platforms},
    {"danger", set_danger},
    {"needs", set_needs},
    {"hidden", set_hidden},
    {"reversible-by", set_reversible},
    {"timeout", set_timeout},
    {"parameter", set_parameter},
};

static int head_line(struct parser *p, struct slice line)
{
    line = slice_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return 0;
    if (!memchr(line.p, '=', line.n))
        return wrong(p, "expected KEY = VALUE", line);
    struct slice key = slice_trim(cut(&line, '='));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (slice_is(key, keys[i].key))
            return keys[i].set(p, slice_trim(line));
    return wrong(p, "no such key", key);
}

static const char **section_place(struct runbook *r, struct slice name)
{
    if (slice_is(name, "common"))
        return &r->common;
    for (int i = 0; i < STEP_COUNT; i++)
        if (slice_is(name, step_names[i]))
            return &r->sections[i];
    return NULL;
}

static int section_start(struct parser *p, struct slice name, const char ***section)
{
    name = slice_trim(name);
    *section = section_place(p->r, name);
    if (!*section)
        return wrong(p, "no such section", name);
    return **section ? wrong(p, "this section stands here twice", name) : 0;
}

static int complete(struct parser *p)
{
    const struct runbook *r = p->r;
    static const struct slice none = {"", 0};
    if (!r->title || !r->help || !r->platforms)
        return wrong(p, "title, help and platforms must be there", none);
    if (!r->sections[STEP_SCRIPT])
        return wrong(p, "the section %% script is missing", none);
    if (r->danger != RUNBOOK_READS && !r->reversible_by && !r->irreversible)
        return wrong(p, "reversible-by must say how it is taken back, or nothing: and why", none);
    return 0;
}

static int parse_lines(struct parser *p, struct slice text)
{
    const char **section = NULL;
    const char *start = NULL;
    while (text.n) {
        struct slice line = cut(&text, '\n');
        p->line++;
        bool heading = slice_starts(line, SLICE("%% "));
        if (!heading && !section) {
            if (head_line(p, line))
                return -1;
            continue;
        }
        if (!heading)
            continue;
        if (section)
            *section = keep(p, (struct slice){start, (size_t)(line.p - start)});
        if (section_start(p, (struct slice){line.p + 3, line.n - 3}, &section))
            return -1;
        start = text.p;
    }
    if (section)
        *section = keep(p, (struct slice){start, (size_t)(text.p - start)});
    return complete(p);
}

int runbook_parse(
    struct runbook **out, const char *name, struct slice text, const char *place, struct err *e)
{
    struct runbook *r = mem_zalloc(1, sizeof *r);
    struct parser p = {.r = r, .place = place, .e = e};
    const char *why = "";
    r->timeout_ns = 60 * CLOCK_SECOND;
    r->name = arena_strdup(&r->arena, name);
    int rc = 0;
    if (!value_check(VALUE_WORD, slice_of(name), &why))
        rc = err_set(e, ERR_CONFIG, "%s: the name of a runbook %s", place, why);
    else if (text.n > RUNBOOK_SIZE_MAX || (text.n && memchr(text.p, '\0', text.n)))
        rc = err_set(e, ERR_CONFIG, "%s: a runbook is text of at most 128 KiB", place);
    else
        rc = parse_lines(&p, text);
    if (rc) {
        runbook_free(r);
        return -1;
    }
    hash_sha256_hex(text, r->sha256);
    *out = r;
    return 0;
}

void runbook_free(struct runbook *r)
{
    if (!r)
        return;
    arena_release(&r->arena);
    free(r);
}

bool runbook_runs_on(const struct runbook *r, const char *platform)
{
    struct slice rest = slice_of(r->platforms);
    while (rest.n)
        if (slice_is(cut(&rest, ' '), platform))
            return true;
    return false;
}

static const struct runbook_value *given(
    const struct runbook_value *values, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i].name, name) == 0)
            return &values[i];
    return NULL;
}

static bool known(const struct runbook *r, const char *name)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        if (strcmp(r->parameters[i].name, name) == 0)
            return true;
    return false;
}

int runbook_bind(const struct runbook *r, const struct runbook_value *values, size_t count,
    const char *out[RUNBOOK_PARAMETERS_MAX], struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!known(r, values[i].name))
            return err_set(e, ERR_USAGE, "%s has no parameter %.64s", r->name, values[i].name);
    for (size_t i = 0; i < r->parameter_count; i++) {
        const struct runbook_parameter *p = &r->parameters[i];
        const struct runbook_value *v = given(values, count, p->name);
        const char *why = "", *value = v && v->value ? v->value : p->fallback;
        if (!value)
            return err_set(e, ERR_USAGE, "%s needs %s=…: %s", r->name, p->name, p->help);
        bool absent = p->fallback && strcmp(p->fallback, "-") == 0 && strcmp(value, "-") == 0;
        if (!absent && !value_check(p->type, slice_of(value), &why))
            return err_set(e, ERR_USAGE, "%s: %s %s", r->name, p->name, why);
        out[i] = value;
    }
    return 0;
}

int runbook_render(const struct runbook *r, enum runbook_step step,
    const struct runbook_value *values, size_t count, const char *nonce, struct str *out,
    struct err *e)
{
    const char *bound[RUNBOOK_PARAMETERS_MAX];
    if (!r->sections[step])
        return err_set(
            e, ERR_UNSUPPORTED, "the runbook %s has no step %s", r->name, step_names[step]);
    if (runbook_bind(r, values, count, bound, e))
        return -1;
    script_frame(out, r, step, bound, nonce);
    return 0;
}
