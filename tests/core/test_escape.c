#include "core/escape.h"
#include "core/text.h"
#include "tests/support/cmocka.h"
#include "tests/support/hostile.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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
        {SLICE("[x](javascript:alert(1))"), "\\[x\\](javascript:alert(1))"},
        {SLICE("![x](http://x/)"), "\\!\\[x\\](http\\://x/)"},
        {SLICE("|a|\nb"), "\\|a\\|<br>b"},
        {SLICE("<img src=x>"), "&lt;img src=x>"},
        {SLICE("a&b"), "a&amp;b"},
        {SLICE("*a* _b_ ~c~ `d` $e$"), "\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\$e\\$"},
        {SLICE("www.example.com kato@example.com"), "www\\.example.com kato\\@example.com"},
        {SLICE("C:\\Windows\\system32"), "C:\\Windows\\system32"},
        {SLICE("a\\*b\\"), "a\\\\\\*b\\\\"},
        {SLICE("経理"), "経理"},
        {SLICE("a\xe2\x80\xae"
               "b"),
            "a&lt;U+202E>b"},
    };
    CHECK(escape_markdown, table);
}

static void markdown_leaves_names_and_times_readable(void **state)
{
    (void)state;
    static const char *const same[] = {"ws-fin-01", "2026-11-22T23:46:01.5Z", "192.0.2.7",
        "Encoded launcher (T1059.001)", "a-b.c=d+e!", "C#", "50% > 20%", "kato @ desk"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const struct example table[] = {{slice_of(same[i]), same[i]}};
        CHECK(escape_markdown, table);
    }
}

static void markdown_blocks_cannot_begin(void **state)
{
    (void)state;
    const struct example table[] = {
        {SLICE("- a"), "\\- a"},
        {SLICE("---"), "\\---"},
        {SLICE("+ a"), "\\+ a"},
        {SLICE("# a"), "\\# a"},
        {SLICE("a #"), "a \\#"},
        {SLICE("> a"), "\\> a"},
        {SLICE("==="), "\\==="},
        {SLICE("1. a"), "1\\. a"},
        {SLICE("23) a"), "23\\) a"},
        {SLICE("1."), "1\\."},
        {SLICE("    a"), "&#32;   a"},
        {SLICE("```sh"), "\\`\\`\\`sh"},
    };
    CHECK(escape_markdown, table);
}

/* What a renderer makes of a document; false: it is not installed. */
static bool render(const char *const *command, const struct str *document, struct str *html)
{
    int in[2], out[2], status;
    char part[4096];
    if (pipe(in) || pipe(out))
        return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execvp(command[0], (char *const *)(uintptr_t)command);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    ssize_t written = write(in[1], document->p, document->n);
    close(in[1]);
    for (ssize_t n; (n = read(out[0], part, sizeof part)) > 0;)
        str_add(html, part, (size_t)n);
    close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return written == (ssize_t)document->n && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The cleaned text as HTML shows it: the only markup is our own line break. */
static void put_expected(struct str *out, struct slice raw)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "<br>"};
    static const char plain[] = "&<>\"\n";
    struct str clean = STR_INIT;
    text_clean_lines(&clean, raw);
    for (size_t i = 0; i < clean.n; i++)
        if (strchr(plain, clean.p[i]))
            str_puts(out, names[strchr(plain, clean.p[i]) - plain]);
        else
            str_char(out, clean.p[i]);
    str_release(&clean);
}

static bool renders_as_text(const char *const *command)
{
    static const struct {
        const char *before, *after, *html_before, *html_after;
    } places[] = {{"", "\n", "<p>", "</p>\n"}, {"# ", "\n", "<h1>", "</h1>\n"},
        {"- ", " (kato)\n", "<ul>\n<li>", " (kato)</li>\n</ul>\n"},
        {"a ", "\n", "<p>a ", "</p>\n"}};
    bool ran = true;
    for (size_t i = 0; ran && i < sizeof places / sizeof *places * hostile_count; i++) {
        struct slice raw = hostile[i % hostile_count];
        struct str document = STR_INIT, html = STR_INIT, expected = STR_INIT;
        str_puts(&document, places[i / hostile_count].before);
        escape_markdown(&document, raw);
        str_puts(&document, places[i / hostile_count].after);
        str_puts(&expected, places[i / hostile_count].html_before);
        put_expected(&expected, raw);
        str_puts(&expected, places[i / hostile_count].html_after);
        ran = render(command, &document, &html);
        if (ran && strcmp(html.p, expected.p) != 0)
            fail_msg("%s made %s of %s, not %s", command[0], html.p, document.p, expected.p);
        str_release(&document);
        str_release(&html);
        str_release(&expected);
    }
    return ran;
}

static void a_real_renderer_shows_hostile_text_as_text(void **state)
{
    (void)state;
    const char *const common[] = {"cmark", "--unsafe", NULL};
    const char *const github[] = {"cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e",
        "strikethrough", "-e", "tasklist", NULL};
    bool one = renders_as_text(common), two = renders_as_text(github);
    if (!one && !two)
        skip();
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
    signal(SIGPIPE, SIG_IGN); /* a renderer that is not there reads nothing */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_cells_never_become_formulas),
        cmocka_unit_test(markdown_shows_text_as_typed),
        cmocka_unit_test(markdown_leaves_names_and_times_readable),
        cmocka_unit_test(markdown_blocks_cannot_begin),
        cmocka_unit_test(a_real_renderer_shows_hostile_text_as_text),
        cmocka_unit_test(code_spans_cannot_be_left),
        cmocka_unit_test(html_holds_no_markup_of_others),
        cmocka_unit_test(shell_words_stay_one_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
