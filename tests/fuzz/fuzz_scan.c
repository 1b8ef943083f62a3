/* The scanner, with Jansson as its judge: both take a text or both refuse it, but for what
 * core/scan.h tolerates on purpose, and the strings that both read are the same bytes. */
#include "core/arena.h"
#include "core/scan.h"
#include "core/utf8.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEAVES_MAX = 4096 };

struct seen {
    struct arena arena;
    struct slice text[LEAVES_MAX];
    size_t n;
};

static int keep(void *owner, const struct scan_leaf *leaf)
{
    struct seen *s = owner;
    struct slice text = scan_text(leaf, &s->arena);
    if (!utf8_valid(text))
        abort();
    if (leaf->type == SCAN_STRING && s->n < LEAVES_MAX)
        s->text[s->n++] = text;
    return 0;
}

/* Strings in the order of the text, which Jansson keeps; a repeated key it does not. */
static void compare(const json_t *value, const struct seen *s, size_t *at)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(value) && *at < LEAVES_MAX) {
        struct slice theirs = {json_string_value(value), json_string_length(value)};
        if (*at >= s->n || !slice_equal(theirs, s->text[*at]))
            abort();
        ++*at;
    }
    json_array_foreach(value, i, member) compare(member, s, at);
    if (json_is_object(value))
        json_object_foreach((json_t *)(uintptr_t)value, key, member) compare(member, s, at);
}

/* Tolerated here, refused there: numbers of any size, lone surrogates, bytes that are no UTF-8. A
 * BOM in front is taken off for both. */
static bool is_tolerance(const json_error_t *error, struct slice text)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_invalid_utf8 ||
           code == json_error_null_character || !utf8_valid(text) ||
           (code == json_error_invalid_syntax && strstr(error->text, "\\u"));
}

static void judge(struct slice text, const struct seen *s, int accepted)
{
    json_error_t error;
    size_t at = 0;
    json_t *root = json_loadb(text.p, text.n,
        JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES,
        &error);
    bool duplicate = !root && json_error_code(&error) == json_error_duplicate_key;
    if (root && accepted != 0)
        abort();
    if (!root && accepted == 0 && !duplicate && !is_tolerance(&error, text))
        abort();
    if (root)
        compare(root, s, &at);
    if (root && at < s->n && at < LEAVES_MAX)
        abort();
    json_decref(root);
}

static void walk_elements(struct slice text)
{
    struct scan_value v;
    size_t at = 0, before;
    int rc;
    do {
        before = at;
        rc = scan_element(text, &at, &v);
        if (rc == 1 && at <= before)
            abort();
    } while (rc == 1);
    scan_find(text, "a.b.c", &v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct scan_fault fault = {0, NULL};
    struct seen *s = calloc(1, sizeof *s);
    unsigned depth = 0;
    int rc = scan_each(text, keep, s, &fault);
    if (rc && (!fault.what || fault.position > size))
        abort();
    walk_elements(text);
    for (size_t i = 0; i < size; i++)
        depth += data[i] == '[' || data[i] == '{';
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = (struct slice){text.p + 3, text.n - 3};
    /* a NUL byte ends the text for Jansson; no JSON holds one */
    if (depth < SCAN_DEPTH_MAX && !(size && memchr(data, 0, size)))
        judge(text, s, rc);
    arena_release(&s->arena);
    free(s);
    return 0;
}
