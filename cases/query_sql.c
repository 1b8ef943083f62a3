#include "cases/query_sql.h"

#include "cases/fields.h"
#include "cases/tokenizer.h"
#include "core/mem.h"
#include "core/token.h"

#include <stdlib.h>

enum { PARAMETERS_MAX = 30000, LIKE_MAX = 20000, TOKENS_MAX = 64 };

/* `over`: may select too much here; else may select too little (under a `not`). */
struct builder {
    struct store *s;
    struct query_sql *q;
    const struct column *columns;
    bool events;
};

static void emit(struct builder *b, const struct query_node *n, bool over);

static struct query_parameter *parameter(struct builder *b, int kind)
{
    struct query_sql *q = b->q;
    if (q->count == q->capacity) {
        q->capacity = q->capacity ? q->capacity * 2 : 16;
        q->parameters = mem_grow(q->parameters, q->capacity, sizeof *q->parameters);
    }
    struct query_parameter *p = &q->parameters[q->count++];
    *p = (struct query_parameter){.kind = kind};
    return p;
}

static int text_parameter(struct builder *b, struct slice text)
{
    parameter(b, PARAMETER_TEXT)->bytes = arena_copy(&b->q->arena, text);
    return query_sql_next(b->q) - 1;
}

static int int_parameter(struct builder *b, int64_t number)
{
    parameter(b, PARAMETER_INT)->number = number;
    return query_sql_next(b->q) - 1;
}

/* SQL cannot say: everything, or under a `not` nothing; the matcher decides. */
static void undecided(struct builder *b, bool over)
{
    b->q->exact = false;
    b->q->extra = true;
    str_char(&b->q->where, over ? '1' : '0');
}

static const char *column_name(struct builder *b, const struct column *c)
{
    return arena_printf(&b->q->arena, "%s%s", b->q->prefix, c->name);
}

static const char *column_value(struct builder *b, const struct column *c)
{
    const char *name = column_name(b, c);
    return c->absent ? arena_printf(&b->q->arena, "nullif(%s, %s)", name, c->absent) : name;
}

/* A test on the text of a field: `before` parameter `after`, where $ in `before` is the text. An
 * interned column asks the table of strings, whose rows are few. */
static void text_test(struct builder *b, const struct column *c, const char *test, int number)
{
    struct str *out = &b->q->where;
    bool interned = c->shape == COLUMN_STRING;
    if (interned)
        str_printf(out, "%s IN (SELECT id FROM string WHERE ", column_name(b, c));
    for (const char *p = test; *p; p++) {
        if (*p == '$')
            str_puts(out, interned ? "s" : column_value(b, c));
        else if (*p == '#')
            str_printf(out, "?%d", number);
        else
            str_char(out, *p);
    }
    if (interned)
        str_char(out, ')');
}

/* Rows whose full text holds one ready token. */
static void words_test(struct builder *b, struct slice token)
{
    struct str *out = &b->q->where;
    int number = text_parameter(b, slice_of(arena_printf(&b->q->arena, "\"%c%.*s%c\"", TOKEN_READY,
                                       (int)token.n, token.p, TOKEN_READY)));
    const char *id = arena_printf(&b->q->arena, "%sid", b->q->prefix);
    if (!b->events) {
        int word = text_parameter(b, token);
        str_printf(out,
            "%s IN (SELECT rowid FROM alert_text WHERE alert_text MATCH ?%d UNION SELECT id FROM"
            " alert WHERE reason<>'' AND has_word(reason, ?%d))",
            id, number, word);
        return;
    }
    struct statement *st = db_prepare(b->s->events, "SELECT id FROM segment ORDER BY id", NULL);
    const char *between = "";
    str_printf(out, "%s IN (", id);
    while (st && statement_step(st, NULL) > 0) {
        long long segment = statement_int(st, 0);
        str_printf(out, "%sSELECT rowid FROM text_%lld WHERE text_%lld MATCH ?%d", between, segment,
            segment, number);
        between = " UNION ALL ";
    }
    statement_done(st);
    str_printf(out, "%s)", *between ? "" : "NULL");
}

/* Values of entities are tokens in the events' full text: an index that costs no sixth. */
static bool entity_test(struct builder *b, const struct query_node *n)
{
    char token[ENTITY_TOKEN_MAX];
    char kind = b->events ? fields_entity(n->field) : '\0';
    if (!kind || n->field == FIELD_HOST_NAME)
        return false;
    str_char(&b->q->where, '(');
    words_test(b, slice_of(fields_entity_token(kind, n->text, token)));
    str_puts(&b->q->where, " AND ");
    return true;
}

static int address_parameter(struct builder *b, const unsigned char address[16])
{
    parameter(b, PARAMETER_BLOB)->bytes =
        arena_copy(&b->q->arena, (struct slice){(const char *)address, 16});
    return query_sql_next(b->q) - 1;
}

static void network_test(
    struct builder *b, const struct column *c, const unsigned char address[16], unsigned bits)
{
    int number = address_parameter(b, address);
    text_test(b, c, arena_printf(&b->q->arena, "in_network($, #, %u)", bits), number);
}

/* The indexes of the alert table by host and by rule stand on coalesce(); without it the whole
 * table is read. It says the same, for an absent value equals no text that is not empty. */
static const char *equals_form(
    const struct builder *b, const struct query_node *n, const struct column *c)
{
    if (c->many)
        return "has_value($, #)";
    bool indexed = n->field == FIELD_HOST_NAME || n->field == FIELD_RULE_NAME;
    return !b->events && indexed && n->text.n ? "coalesce($, '') = # COLLATE NOCASE"
                                              : "$ = # COLLATE NOCASE";
}

static void emit_equal(struct builder *b, const struct query_node *n, bool over)
{
    const struct column *c = &b->columns[n->field];
    unsigned char address[16];
    if (c->shape == COLUMN_NONE || (c->shape == COLUMN_INT && !n->has_number)) {
        undecided(b, over);
        return;
    }
    if (c->shape == COLUMN_INT) {
        str_printf(&b->q->where, "%s = ?%d", column_value(b, c), int_parameter(b, n->number));
        return;
    }
    bool entity = over && entity_test(b, n);
    if (field_table[n->field].type == TYPE_IP && address_parse(n->text, address))
        network_test(b, c, address, 128);
    else
        text_test(b, c, equals_form(b, n, c), text_parameter(b, n->text));
    if (entity)
        str_char(&b->q->where, ')');
}

static struct slice like_pattern(struct arena *a, struct slice text, bool many)
{
    char *out = arena_alloc(a, 2 * text.n + 3), *p = out;
    if (many)
        *p++ = '%';
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\')
            *p++ = '\\';
        *p++ = text.p[i] == '*' ? '%' : text.p[i];
    }
    if (many)
        *p++ = '%';
    return (struct slice){out, (size_t)(p - out)};
}

static void emit_wild(struct builder *b, const struct query_node *n, bool over)
{
    const struct column *c = &b->columns[n->field];
    bool many = c->many, severity = field_table[n->field].type == TYPE_SEVERITY;
    if (c->shape == COLUMN_NONE || severity || n->text.n > LIKE_MAX || (many && !over)) {
        undecided(b, over);
        return;
    }
    if (many)
        b->q->exact = false; /* a pattern may reach over the joint of two values */
    text_test(
        b, c, "$ LIKE # ESCAPE '\\'", text_parameter(b, like_pattern(&b->q->arena, n->text, many)));
}

static void emit_cidr(struct builder *b, const struct query_node *n, bool over)
{
    const struct column *c = &b->columns[n->field];
    if (c->shape != COLUMN_TEXT && c->shape != COLUMN_STRING)
        undecided(b, over);
    else
        network_test(b, c, n->address, n->bits);
}

static void emit_order(struct builder *b, const struct query_node *n, bool over)
{
    static const char *const signs[] = {[QUERY_LESS] = "<",
        [QUERY_LESS_EQUAL] = "<=",
        [QUERY_GREATER] = ">",
        [QUERY_GREATER_EQUAL] = ">="};
    const struct column *c = &b->columns[n->field];
    if (c->shape == COLUMN_NONE || c->many || (c->shape == COLUMN_INT) != n->has_number) {
        undecided(b, over);
        return;
    }
    if (c->shape != COLUMN_INT) {
        const char *test = arena_printf(&b->q->arena, "$ %s #", signs[n->op]);
        text_test(b, c, test, text_parameter(b, n->text));
        return;
    }
    /* What is no number was kept as text, which SQLite orders above every number. */
    const char *value = column_value(b, c);
    str_printf(&b->q->where, "(%s %s ?%d AND typeof(%s)='integer')", value, signs[n->op],
        int_parameter(b, n->number), value);
}

static void emit_exists(struct builder *b, const struct query_node *n, bool over)
{
    const struct column *c = &b->columns[n->field];
    if (c->shape == COLUMN_NONE)
        undecided(b, over);
    else
        str_printf(&b->q->where, "%s IS NOT NULL", column_value(b, c));
}

struct tokens {
    struct arena *arena;
    struct slice list[TOKENS_MAX];
    size_t count, seen;
};

static int keep_token(void *owner, struct slice token, size_t from, size_t to)
{
    struct tokens *t = owner;
    (void)from;
    (void)to;
    t->seen++;
    if (t->count < TOKENS_MAX)
        t->list[t->count++] = arena_copy(t->arena, token);
    return 0;
}

static void emit_words(struct builder *b, const struct query_node *n, bool over)
{
    struct tokens t = {.arena = &b->q->arena};
    token_each(n->text, keep_token, &t);
    /* Words may stand anywhere; a phrase is adjacent, which the index does not know. */
    bool decided = t.seen <= TOKENS_MAX && (!n->phrase || t.seen == 1);
    if (!t.count || (!decided && !over)) {
        undecided(b, over);
        return;
    }
    if (!decided) {
        b->q->exact = false;
        b->q->extra = true; /* free text may stand in fields of the other table */
    }
    str_char(&b->q->where, '(');
    for (size_t i = 0; i < t.count; i++) {
        if (i)
            str_puts(&b->q->where, " AND ");
        words_test(b, t.list[i]);
    }
    str_char(&b->q->where, ')');
}

/* A balanced tree of pairs: SQLite refuses expressions deeper than 1000, and lists of indicators
 * are longer. */
static void emit_joined(struct builder *b, const struct query_node *const *list, size_t count,
    const char *word, bool over)
{
    if (count == 1) {
        emit(b, list[0], over);
        return;
    }
    str_char(&b->q->where, '(');
    emit_joined(b, list, count / 2, word, over);
    str_puts(&b->q->where, word);
    emit_joined(b, list + count / 2, count - count / 2, word, over);
    str_char(&b->q->where, ')');
}

static void emit_children(struct builder *b, const struct query_node *n, bool over)
{
    size_t count = 0;
    for (const struct query_node *c = n->child; c; c = c->next)
        count++;
    const struct query_node **list = mem_zalloc(count, sizeof *list);
    count = 0;
    for (const struct query_node *c = n->child; c; c = c->next)
        list[count++] = c;
    if (count)
        emit_joined(b, list, count, n->op == QUERY_AND ? " AND " : " OR ", over);
    else
        undecided(b, over);
    free(list);
}

static void emit_not(struct builder *b, const struct query_node *n, bool over)
{
    str_puts(&b->q->where, "NOT coalesce((");
    emit(b, n->child, !over);
    str_puts(&b->q->where, "), 0)");
}

static void emit(struct builder *b, const struct query_node *n, bool over)
{
    if (b->q->count > PARAMETERS_MAX) {
        undecided(b, over);
        return;
    }
    switch (n->op) {
    case QUERY_EVERYTHING:
        str_char(&b->q->where, '1');
        return;
    case QUERY_AND:
    case QUERY_OR:
        emit_children(b, n, over);
        return;
    case QUERY_NOT:
        emit_not(b, n, over);
        return;
    case QUERY_EQUAL:
        emit_equal(b, n, over);
        return;
    case QUERY_WILD:
        emit_wild(b, n, over);
        return;
    case QUERY_CIDR:
        emit_cidr(b, n, over);
        return;
    case QUERY_LESS:
    case QUERY_LESS_EQUAL:
    case QUERY_GREATER:
    case QUERY_GREATER_EQUAL:
        emit_order(b, n, over);
        return;
    case QUERY_EXISTS:
        emit_exists(b, n, over);
        return;
    case QUERY_WORDS:
        emit_words(b, n, over);
        return;
    }
}

static int build(struct builder *b, const struct query *query)
{
    b->q->exact = true;
    if (query)
        emit(b, query->root, true);
    else
        str_char(&b->q->where, '1');
    return 0;
}

int query_sql_alerts(
    struct store *s, const struct query *query, struct query_sql *out, struct err *e)
{
    struct builder b = {.s = s, .q = out, .columns = s->alert_columns};
    (void)e;
    return build(&b, query);
}

int query_sql_events(
    struct store *s, const struct query *query, struct query_sql *out, struct err *e)
{
    struct builder b = {.s = s, .q = out, .columns = s->event_columns, .events = true};
    (void)e;
    return build(&b, query);
}

void query_sql_bind(const struct query_sql *q, struct statement *st)
{
    for (size_t i = 0; i < q->count; i++) {
        const struct query_parameter *p = &q->parameters[i];
        int number = q->first + (int)i;
        if (p->kind == PARAMETER_INT)
            statement_bind_int(st, number, p->number);
        else if (p->kind == PARAMETER_TEXT)
            statement_bind_text(st, number, p->bytes);
        else
            statement_bind_blob(st, number, p->bytes);
    }
}

void query_sql_release(struct query_sql *q)
{
    str_release(&q->where);
    arena_release(&q->arena);
    free(q->parameters);
    q->parameters = NULL;
}
