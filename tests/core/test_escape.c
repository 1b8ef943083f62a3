#include "core/escape.h"
#include "tests/support/cmocka.h"

#include <stdlib.h>

typedef void escaper(struct str *out, struct slice raw);

struct example {
    struct slice raw;
    const char *escaped;
};

static void check(escaper *escape, const struct example *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str out = STR_INIT;
        escape(&out, table[i].raw);
        if (strcmp(out.p, table[i].escaped) != 0)
            fail_msg("\"%.*s\" became %s, not %s", (int)table[i].raw.n, table[i].raw.p, out.p,
                table[i].escaped);
        str_release(&out);
    }
}

#define CHECK(escape, table) check(escape, table, sizeof(table) / sizeof *(table))

static void csv_cells_never_become_formulas(void **state)
{
    (void)state;
    const struct example table[] = {
        {SLICE("a\"b,c\nd"), "\"a\"\"b,c\nd\""},
        {SLICE("=1+1"), "\"'=1+1\""},
        {SLICE("+1"), "\"'+1\""},
        {SLICE("-1"), "\"'-1\""},
        {SLICE("@SUM(1)"), "\"'@SUM(1)\""},
        {SLICE("\t=1"), "\"'\t=1\""},
        {SLICE("\r=1"), "\"'\\r=1\""},
        {SLICE(" =1"), "\"' =1\""},
        {SLICE("\"=1"), "\"'\"\"=1\""},
        {SLICE("＝1"), "\"'＝1\""},
        {SLICE("\0=1"), "\"'\\x00=1\""},
        {SLICE("a=1"), "\"a=1\""},
        {SLICE("\x1b[2J"), "\"\\e[2J\""},
        {SLICE(""), "\"\""},
    };
    CHECK(escape_csv, table);
}

static void markdown_shows_text_as_typed(void **state)
{
    (void)state;
    const struct example table[] = {
        {SLICE("[x](javascript:alert(1))"), "\\[x\\]\\(javascript\\:alert\\(1\\)\\)"},
        {SLICE("|a|\nb"), "\\|a\\|<br>b"},
        {SLICE("<img src=x>"), "&lt;img src\\=x&gt;"},
        {SLICE("a&b"), "a&amp;b"},
        {SLICE("経理"), "経理"},
        {SLICE("a\xe2\x80\xae"
               "b"),
            "a&lt;U\\+202E&gt;b"},
    };
    CHECK(escape_markdown, table);
}

static void code_spans_cannot_be_left(void **state)
{
    (void)state;
    const struct example table[] = {
        {SLICE("plain"), "` plain `"},
        {SLICE("a`b"), "`` a`b ``"},
        {SLICE("```"), "```` ``` ````"},
        {SLICE("a\nb"), "` a\\nb `"},
    };
    CHECK(escape_markdown_code, table);
    struct str raw = STR_INIT, out = STR_INIT;
    for (int i = 0; i < 9000; i++)
        str_char(&raw, 'a');
    escape_markdown_code(&out, str_as_slice(&raw));
    assert_int_equal(out.n, 9004);
    str_release(&raw);
    str_release(&out);
}

static void html_holds_no_markup_of_others(void **state)
{
    (void)state;
    const struct example table[] = {
        {SLICE("<img src=x onerror='1'>"), "&lt;img src=x onerror=&#39;1&#39;&gt;"},
        {SLICE("\"&\""), "&quot;&amp;&quot;"},
        {SLICE("</td>"), "&lt;/td&gt;"},
    };
    CHECK(escape_html, table);
}

static void shell_words_stay_one_word(void **state)
{
    (void)state;
    struct str out = STR_INIT;
    assert_true(escape_shell(&out, SLICE("a'b $(id) ; \\\n")));
    assert_string_equal(out.p, "'a'\\''b $(id) ; \\\n'");
    str_clear(&out);
    assert_false(escape_shell(&out, SLICE("a\0b")));
    assert_int_equal(out.n, 0);
    assert_true(escape_shell(&out, SLICE("")));
    assert_string_equal(out.p, "''");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_cells_never_become_formulas),
        cmocka_unit_test(markdown_shows_text_as_typed),
        cmocka_unit_test(code_spans_cannot_be_left),
        cmocka_unit_test(html_holds_no_markup_of_others),
        cmocka_unit_test(shell_words_stay_one_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
