#include "connectors/query_dsl_leaf.h"

#include "core/clock.h"
#include "core/vocabulary.h"

#include <arpa/inet.h>
#include <stdio.h>

/* What one name of a field answers: nothing, exactly, or at most. */
enum exactness { SAYS_NOTHING, SAYS_EXACTLY, SAYS_AT_MOST };

static void put_exists(struct str *out, const char *name)
{
    str_puts(out, "{\"exists\":{\"field\":");
    str_json(out, slice_of(name));
    str_puts(out, "}}");
}

void dsl_put_wildcard(struct str *out, const char *name, struct slice text, bool stars, bool around)
{
    struct str pattern = STR_INIT;
    if (around)
        str_char(&pattern, '*');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '?' || text.p[i] == '\\' || (text.p[i] == '*' && !stars))
            str_char(&pattern, '\\');
        str_char(&pattern, text.p[i]);
    }
    if (around)
        str_char(&pattern, '*');
    str_puts(out, "{\"wildcard\":{");
    str_json(out, slice_of(name));
    str_puts(out, ":{\"value\":");
    str_json(out, str_as_slice(&pattern));
    str_puts(out, ",\"case_insensitive\":true}}}");
    str_release(&pattern);
}

static void put_term(struct str *out, const char *name, struct slice value, bool fold)
{
    str_puts(out, "{\"term\":{");
    str_json(out, slice_of(name));
    str_puts(out, ":{\"value\":");
    str_json(out, value);
    str_puts(out, fold ? ",\"case_insensitive\":true}}}" : "}}}");
}

/* A `date` holds milliseconds where the record has more, so every bound is inclusive. */
static void put_times(struct str *out, const char *name, const struct query_node *n)
{
    static const char format[] = "\"format\":\"strict_date_optional_time_nanos\"";
    int64_t ms =
        n->number - ((n->number % CLOCK_MILLISECOND) + CLOCK_MILLISECOND) % CLOCK_MILLISECOND;
    char at[CLOCK_TEXT_MAX], end[CLOCK_TEXT_MAX];
    bool above = n->op == QUERY_GREATER || n->op == QUERY_GREATER_EQUAL || n->op == QUERY_EQUAL;
    bool below = n->op == QUERY_LESS || n->op == QUERY_LESS_EQUAL || n->op == QUERY_EQUAL;
    clock_format(ms, at);
    clock_format(n->op == QUERY_EQUAL ? ms + CLOCK_MILLISECOND - 1 : n->number, end);
    str_puts(out, "{\"range\":{");
    str_json(out, slice_of(name));
    str_printf(out, ":{%s", format);
    if (above)
        str_printf(out, ",\"gte\":\"%s\"", at);
    if (below)
        str_printf(out, ",\"lte\":\"%s\"", end);
    str_puts(out, "}}}");
}

static const char *comparison(enum query_op op)
{
    switch (op) {
    case QUERY_LESS:
        return "lt";
    case QUERY_LESS_EQUAL:
        return "lte";
    case QUERY_GREATER:
        return "gt";
    case QUERY_GREATER_EQUAL:
        return "gte";
    case QUERY_EVERYTHING:
    case QUERY_AND:
    case QUERY_OR:
    case QUERY_NOT:
    case QUERY_EQUAL:
    case QUERY_WILD:
    case QUERY_CIDR:
    case QUERY_EXISTS:
    case QUERY_WORDS:
        break;
    }
    return NULL;
}

static bool severity_holds(enum query_op op, int64_t have, int64_t asked)
{
    return (op == QUERY_EQUAL && have == asked) || (op == QUERY_LESS && have < asked) ||
           (op == QUERY_LESS_EQUAL && have <= asked) || (op == QUERY_GREATER && have > asked) ||
           (op == QUERY_GREATER_EQUAL && have >= asked);
}

static void put_severities(struct str *out, const char *name, const struct query_node *n)
{
    const char *comma = "";
    str_puts(out, "{\"terms\":{");
    str_json(out, slice_of(name));
    str_puts(out, ":[");
    for (int v = SEVERITY_INFO; v <= SEVERITY_CRITICAL; v++)
        if (severity_holds(n->op, v, n->number)) {
            str_printf(out, "%s\"%s\"", comma, severity_name((enum severity)v));
            comma = ",";
        }
    str_puts(out, "]}}");
}

static void put_cidr(struct str *out, const char *name, const struct query_node *n)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char address[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];
    bool v4 = n->bits >= 96 && memcmp(n->address, mapped, sizeof mapped) == 0;
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? n->address + 12 : n->address, address, sizeof address);
    snprintf(text, sizeof text, "%s/%u", address, v4 ? n->bits - 96 : n->bits);
    put_term(out, name, slice_of(text), false);
}

/* One spelling of an address: the shortest. */
static void put_address(struct str *out, const char *name, const struct query_node *n)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[16];
    int family = memchr(n->text.p, ':', n->text.n) ? AF_INET6 : AF_INET;
    snprintf(text, sizeof text, "%.*s", (int)n->text.n, n->text.p);
    if (inet_pton(family, text, address) == 1)
        inet_ntop(family, address, text, sizeof text);
    bool mapped = strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.');
    put_term(out, name, slice_of(mapped ? text + 7 : text), false);
}

static enum exactness put_keyword(struct str *out, const char *name, const struct query_node *n)
{
    enum field_type type = field_table[n->field].type;
    if (type == TYPE_SEVERITY && n->op != QUERY_WILD && n->op != QUERY_EXISTS && n->has_number) {
        put_severities(out, name, n);
        return SAYS_EXACTLY;
    }
    if (n->op == QUERY_EQUAL && type != TYPE_IP) {
        put_term(out, name, n->text, true);
        return SAYS_EXACTLY;
    }
    if (n->op == QUERY_WILD) {
        dsl_put_wildcard(out, name, n->text, true, false);
        return SAYS_EXACTLY;
    }
    put_exists(out, name); /* an order of texts, an address kept as text: we compare ourselves */
    return SAYS_AT_MOST;
}

static enum exactness put_number(struct str *out, const char *name, const struct query_node *n)
{
    const char *op = comparison(n->op);
    if (!n->has_number) {
        put_exists(out, name);
        return SAYS_AT_MOST;
    }
    if (op)
        str_printf(out, "{\"range\":{\"%s\":{\"%s\":%lld}}}", name, op, (long long)n->number);
    else
        str_printf(out, "{\"term\":{\"%s\":{\"value\":%lld}}}", name, (long long)n->number);
    return SAYS_EXACTLY;
}

static enum exactness put_one(
    struct str *out, const char *name, enum dsl_type type, const struct query_node *n)
{
    if (type == DSL_ABSENT)
        return SAYS_NOTHING;
    if (n->op == QUERY_EXISTS) {
        put_exists(out, name);
        return SAYS_EXACTLY;
    }
    if (type == DSL_KEYWORD)
        return put_keyword(out, name, n);
    if (type == DSL_NUMBER && n->op != QUERY_WILD)
        return put_number(out, name, n);
    if (type == DSL_IP && n->op == QUERY_CIDR) {
        put_cidr(out, name, n);
        return SAYS_EXACTLY;
    }
    if (type == DSL_DATE && n->has_number && n->op != QUERY_WILD)
        put_times(out, name, n);
    else if (type == DSL_IP && n->op == QUERY_EQUAL)
        put_address(out, name, n);
    else
        put_exists(out, name);
    return SAYS_AT_MOST;
}

/* Values too long for a keyword are not indexed, but _ignored tells that there is one. */
static void put_ignored(struct str *out, const char *name)
{
    put_term(out, "_ignored", slice_of(name), false);
}

static void put_none_has(struct str *out, const char *const *names, const struct dsl_types *types)
{
    const char *comma = "";
    str_puts(out, "{\"bool\":{\"must_not\":[");
    for (; *names; names++)
        if (types->type(types, *names) != DSL_ABSENT) {
            str_puts(out, comma);
            put_exists(out, *names);
            comma = ",";
        }
    str_puts(out, "]}}");
}

static size_t count_present(const char *const *names, const struct dsl_types *types)
{
    size_t n = 0;
    for (; *names; names++)
        n += types->type(types, *names) != DSL_ABSENT;
    return n;
}

void dsl_put_leaf(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out)
{
    bool derived, is_long = field_table[n->field].free_text;
    const char *const *names = dsl_names(n->field, &derived);
    size_t present = count_present(names, types), before = out->n, clauses = 0;
    /* with several names the first that has a value counts, which a disjunction cannot say */
    bool certain = present == 1 || field_table[n->field].many;
    str_puts(out, "{\"bool\":{\"minimum_should_match\":1,\"should\":[");
    for (const char *const *name = names; *name; name++) {
        size_t start = out->n;
        enum dsl_type type = types->type(types, *name);
        if (clauses)
            str_char(out, ',');
        enum exactness says = put_one(out, *name, type, n);
        if (says == SAYS_NOTHING || (lower && (says == SAYS_AT_MOST || !certain))) {
            out->n = start;
            continue;
        }
        clauses++;
        if (!lower && is_long && type == DSL_KEYWORD) {
            str_char(out, ',');
            put_ignored(out, *name);
        }
    }
    if (derived && !lower) {
        str_puts(out, clauses++ ? "," : "");
        put_none_has(out, names, types);
    }
    str_puts(out, "]}}");
    if (!clauses) {
        out->n = before;
        str_puts(out, "{\"match_none\":{}}");
    }
}
