#include "connectors/query_dsl_leaf.h"

#include "core/token.h"

struct words {
    const struct dsl_types *types;
    struct str *out;
    bool any;
};

static bool is_ascii(struct slice token)
{
    for (size_t i = 0; i < token.n; i++)
        if ((unsigned char)token.p[i] >= 0x80)
            return false;
    return true;
}

/* An analysed field keeps CJK in single characters or in runs, depending on script and analyzer:
 * each character stands in some term, the pair need not. */
static void put_characters(struct str *out, const char *name, struct slice token)
{
    str_puts(out, "{\"bool\":{\"filter\":[");
    for (size_t i = 0, n; i < token.n; i += n) {
        for (n = 1; i + n < token.n && ((unsigned char)token.p[i + n] & 0xc0) == 0x80; n++)
            ;
        if (i)
            str_char(out, ',');
        dsl_put_wildcard(out, name, (struct slice){token.p + i, n}, false, true);
    }
    str_puts(out, "]}}");
}

static void put_field(struct words *w, enum field field, struct slice token)
{
    bool derived;
    for (const char *const *name = dsl_names(field, &derived); *name; name++) {
        enum dsl_type type = w->types->type(w->types, *name);
        if (type != DSL_KEYWORD && type != DSL_TEXT)
            continue;
        str_char(w->out, ',');
        if (type == DSL_TEXT && !is_ascii(token))
            put_characters(w->out, *name, token);
        else
            dsl_put_wildcard(w->out, *name, token, false, true);
    }
}

/* Every token stands somewhere; values too long to be indexed may hold it too. */
static int put_token(void *owner, struct slice token, size_t from, size_t to)
{
    struct words *w = owner;
    (void)from;
    (void)to;
    if (w->any)
        str_char(w->out, ',');
    w->any = true;
    str_puts(w->out, "{\"bool\":{\"minimum_should_match\":1,\"should\":[{\"exists\":{\"field\":"
                     "\"_ignored\"}}");
    for (int f = 0; f < FIELD_COUNT; f++)
        if (field_table[f].free_text)
            put_field(w, (enum field)f, token);
    str_puts(w->out, "]}}");
    return 0;
}

void dsl_put_words(
    const struct dsl_types *types, const struct query_node *n, bool lower, struct str *out)
{
    struct words w = {types, out, false};
    if (lower) {
        str_puts(out, "{\"match_none\":{}}");
        return;
    }
    str_puts(out, "{\"bool\":{\"filter\":[");
    token_each(n->text, put_token, &w);
    str_puts(out, "]}}");
}
