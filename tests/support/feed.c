#include "tests/support/feed.h"

#include "core/mem.h"
#include "tests/support/cmocka.h"

#include <stdlib.h>

void feed_piece(const char *format, const char *text, struct batch *out)
{
    const struct file_format *f = file_format_find(format);
    assert_non_null(f);
    void *state = mem_zalloc(1, f->state_size + 1);
    f->feed(state, arena_copy(&out->arena, slice_of(text)), SLICE("f.jsonl:1"), out);
    if (f->flush)
        f->flush(state, out);
    free(state);
}

const struct record *feed_one(const char *format, const char *text, struct batch *out)
{
    batch_init(out);
    feed_piece(format, text, out);
    if (out->bad_count)
        fail_msg("quarantined: %s", out->bad[0].reason.p);
    assert_int_equal(out->count, 1);
    assert_true(slice_is(out->records[0].raw, text));
    assert_true(slice_is(out->records[0].place, "f.jsonl:1"));
    return &out->records[0];
}

void feed_bad(const char *format, const char *text)
{
    struct batch b;
    batch_init(&b);
    feed_piece(format, text, &b);
    assert_int_equal(b.count, 0);
    assert_int_equal(b.bad_count, 1);
    assert_true(slice_is(b.bad[0].raw, text));
    assert_true(slice_is(b.bad[0].place, "f.jsonl:1"));
    assert_true(b.bad[0].reason.n > 0);
    batch_release(&b);
}

static void assert_slice(enum field field, struct slice v, const char *expected)
{
    if (!expected && v.p)
        fail_msg("%s is \"%.*s\", not absent", field_table[field].name, (int)v.n, v.p);
    if (expected && (!v.p || !slice_is(v, expected)))
        fail_msg("%s is \"%.*s\", not \"%s\"", field_table[field].name, (int)v.n, v.p ? v.p : "",
            expected);
}

void assert_field(const struct record *r, enum field field, const char *expected)
{
    assert_slice(field, r->first[field], expected);
}

void assert_value(const struct record *r, enum field field, size_t n, const char *expected)
{
    const struct record_value *at = NULL;
    struct slice v = {NULL, 0};
    for (size_t i = 0; i <= n; i++)
        if (!record_next(r, field, &at, &v))
            v = (struct slice){NULL, 0};
    assert_slice(field, v, expected);
}

void assert_when(const struct record *r, const char *iso)
{
    int64_t ns;
    assert_true(clock_parse(slice_of(iso), &ns));
    assert_int_equal(r->time, ns);
}
