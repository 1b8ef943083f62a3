#include "cases/fields.h"

#include "cases/strings.h"
#include "cases/tokenizer.h"
#include "core/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>

static struct slice join(const struct record *r, enum field f, struct arena *scratch)
{
    const struct record_value *at = NULL;
    struct slice value;
    size_t n = 0;
    while (record_next(r, f, &at, &value))
        n += value.n + 1;
    char *p = arena_alloc(scratch, n + 1), *end = p;
    for (at = NULL; record_next(r, f, &at, &value);) {
        if (end != p)
            *end++ = COLUMN_JOIN;
        memcpy(end, value.p, value.n);
        end += value.n;
    }
    return (struct slice){p, (size_t)(end - p)};
}

static void bind_number(const struct field_binding *b, struct slice value)
{
    int64_t number;
    int severity;
    if (slice_int(value, &number))
        statement_bind_int(b->st, b->index, number);
    else if (field_table[b->field].type == TYPE_SEVERITY && (severity = severity_find(value)) >= 0)
        statement_bind_int(b->st, b->index, severity);
    else
        statement_bind_text(b->st, b->index, value);
}

int fields_bind(const struct field_binding *b, const struct record *r, struct err *e)
{
    struct slice value = r->first[b->field];
    if (!value.p) {
        statement_bind_null(b->st, b->index);
        return 0;
    }
    if (b->column->many && r->more)
        value = join(r, b->field, b->scratch);
    if (b->column->shape == COLUMN_INT) {
        bind_number(b, value);
    } else if (b->column->shape == COLUMN_TEXT) {
        statement_bind_text(b->st, b->index, value);
    } else {
        int64_t id = strings_id(b->strings, value, e);
        if (id < 0)
            return -1;
        statement_bind_int(b->st, b->index, id);
    }
    return 0;
}

static void split(struct record *r, struct arena *a, enum field f, struct slice joined)
{
    while (joined.n) {
        const char *end = memchr(joined.p, COLUMN_JOIN, joined.n);
        size_t n = end ? (size_t)(end - joined.p) : joined.n;
        record_set(r, a, f, (struct slice){joined.p, n});
        size_t used = n + (end ? 1 : 0);
        joined = (struct slice){joined.p + used, joined.n - used};
    }
}

static struct slice number_text(const struct field_reading *b)
{
    int64_t value = statement_int(b->st, b->index);
    if (field_table[b->field].type == TYPE_SEVERITY)
        return slice_of(severity_name((enum severity)value));
    return slice_of(arena_printf(b->arena, "%" PRId64, value));
}

static bool stands_for_nothing(const struct column *c, struct slice value)
{
    if (!c->absent)
        return false;
    return strcmp(c->absent, "''") == 0 ? value.n == 0 : slice_is(value, c->absent);
}

void fields_read(const struct field_reading *b, struct record *r)
{
    struct slice value;
    if (statement_is_null(b->st, b->index))
        return;
    if (b->column->shape == COLUMN_STRING)
        value = strings_text(b->strings, statement_int(b->st, b->index));
    else if (statement_is_int(b->st, b->index))
        value = number_text(b);
    else
        value = arena_copy(b->arena, statement_text(b->st, b->index));
    if (!value.p || stands_for_nothing(b->column, value))
        return;
    if (b->column->many)
        split(r, b->arena, b->field, value);
    else
        r->first[b->field] = value;
}

/* name, NUL, length as eight hex digits, bytes. */
static void pack_value(struct str *out, const char *name, struct slice value)
{
    char length[9];
    snprintf(length, sizeof length, "%08x", (unsigned)value.n);
    str_add(out, name, strlen(name) + 1);
    str_add(out, length, 8);
    str_slice(out, value);
}

static const char shipped_name[] = "@shipped";

void fields_pack(const struct record *r, const struct column columns[FIELD_COUNT], struct str *out)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice value;
        if (columns[f].shape != COLUMN_NONE || !r->first[f].p)
            continue;
        while (record_next(r, (enum field)f, &at, &value))
            pack_value(out, field_table[f].name, value);
    }
    if (r->shipped != CLOCK_NONE) {
        char digits[24];
        snprintf(digits, sizeof digits, "%" PRId64, r->shipped);
        pack_value(out, shipped_name, slice_of(digits));
    }
}

void fields_unpack(struct slice packed, struct record *r, struct arena *a)
{
    while (packed.n) {
        char hex[11] = "0x";
        uint64_t n;
        const char *end = memchr(packed.p, '\0', packed.n);
        size_t name = end ? (size_t)(end - packed.p) : 0;
        if (!end || packed.n - name < 9)
            return;
        memcpy(hex + 2, end + 1, 8);
        if (!slice_uint(slice_of(hex), &n) || n > packed.n - name - 9)
            return;
        struct slice value = {end + 9, n};
        enum field f = field_find((struct slice){packed.p, name});
        if (f != FIELD_NONE)
            record_set(r, a, f, value);
        else if (strcmp(packed.p, shipped_name) == 0)
            slice_int(value, &r->shipped);
        packed = (struct slice){value.p + n, packed.n - name - 9 - n};
    }
}

void fields_words(const struct record *r, const struct column columns[FIELD_COUNT], struct str *out)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct record_value *at = NULL;
        struct slice value;
        if (!field_table[f].free_text || columns[f].analyst || !r->first[f].p)
            continue;
        while (record_next(r, (enum field)f, &at, &value)) {
            str_slice(out, value);
            str_char(out, '\n');
        }
    }
}

static const struct {
    enum field field;
    char kind;
} entities[] = {{FIELD_HOST_NAME, 'n'}, {FIELD_USER_NAME, 'u'}, {FIELD_USER_TARGET_NAME, 'u'},
    {FIELD_HOST_IP, 'i'}, {FIELD_SOURCE_IP, 'i'}, {FIELD_DESTINATION_IP, 'i'},
    {FIELD_DNS_ANSWERS, 'i'}, {FIELD_DESTINATION_DOMAIN, 'd'}, {FIELD_DNS_QUESTION, 'd'},
    {FIELD_PROCESS_HASH_SHA256, 'h'}, {FIELD_PROCESS_HASH_MD5, 'h'}, {FIELD_FILE_HASH_SHA256, 'h'}};

char fields_entity(enum field f)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (entities[i].field == f)
            return entities[i].kind;
    return '\0';
}

/* An address has several spellings and one token. */
const char *fields_entity_token(char kind, struct slice value, char out[ENTITY_TOKEN_MAX])
{
    unsigned char address[16];
    uint64_t h = 0xcbf29ce484222325u;
    if (kind == 'i' && address_parse(value, address))
        value = (struct slice){(const char *)address, sizeof address};
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 0x100000001b3u;
    }
    snprintf(out, ENTITY_TOKEN_MAX, "=%c%016" PRIx64, kind, h);
    return out;
}

void fields_entity_tokens(const struct record *r, struct str *out)
{
    char token[ENTITY_TOKEN_MAX];
    str_char(out, TOKEN_READY);
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        const struct record_value *at = NULL;
        struct slice value;
        if (entities[i].field == FIELD_HOST_NAME)
            continue; /* has an index of its own */
        while (record_next(r, entities[i].field, &at, &value)) {
            str_puts(out, fields_entity_token(entities[i].kind, value, token));
            str_char(out, ' ');
        }
    }
    str_char(out, TOKEN_READY);
}
