#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct example {
    struct slice raw;
    const char *shown;
    bool signal;
};

static void check(struct slice raw, const char *shown, bool signal)
{
    struct str out = STR_INIT;
    bool got = text_clean(&out, raw);
    if (strcmp(out.p, shown) != 0 || got != signal)
        fail_msg("\"%.*s\" became \"%s\" (%d), not \"%s\"", (int)raw.n, raw.p, out.p, got, shown);
    str_release(&out);
}

static void hostile_text_is_made_visible(void **state)
{
    (void)state;
    const struct example table[] = {
        {SLICE("plain text"), "plain text", false},
        {SLICE(""), "", false},
        {SLICE("\x1b]0;pwn\x07"), "\\e]0;pwn\\x07", true},
        {SLICE("\x1b]52;c;cm0gLXJm\x07"), "\\e]52;c;cm0gLXJm\\x07", true},
        {SLICE("\x1bP$q\x1b\\"), "\\eP$q\\e\\", true},
        {SLICE("\x1b[6n"), "\\e[6n", true},
        {SLICE("\x1b[2J\x1b[H"), "\\e[2J\\e[H", true},
        {SLICE("\x9b"
               "31m"),
            "\\x9b31m", true},
        {SLICE("\xc2\x9b"
               "31m"),
            "\\x9b31m", true},
        {SLICE("\xc2\x9d"
               "0;t\xc2\x9c"),
            "\\x9d0;t\\x9c", true},
        {SLICE("\xc0\x9b"), "\\xc0\\x9b", true},
        {SLICE("\xed\xa0\x80"), "\\xed\\xa0\\x80", true},
        {SLICE("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", true},
        {SLICE("\xff\xfe"), "\\xff\\xfe", true},
        {SLICE("user\rroot"), "user\\rroot", true},
        {SLICE("a\r\nb"), "a\\r\\nb", false},
        {SLICE("a\b\b\bX"), "a\\x08\\x08\\x08X", true},
        {SLICE("a\tb\nc"), "a\\tb\\nc", false},
        {SLICE("\x7f"), "\\x7f", true},
        {SLICE("a\0b"), "a\\x00b", true},
        {SLICE("invoice\xe2\x80\xae"
               "fdp.exe"),
            "invoice<U+202E>fdp.exe", true},
        {SLICE("\xe2\x81\xa6"
               "a\xe2\x81\xa9"),
            "<U+2066>a<U+2069>", true},
        {SLICE("p\xe2\x80\x8b"
               "aypal"),
            "p<U+200B>aypal", true},
        {SLICE("\xef\xbb\xbfx"), "<U+FEFF>x", true},
        {SLICE("e\xcc\x81"), "é", false},
        {SLICE("か\xe3\x82\x99"), "が", false},
        {SLICE("q\xcc\x81\xcc\xa3\xcc\x82\xcc\x83"), "q\xcc\xa3\xcc\x81<+2 marks>", true},
        {SLICE("\xcc\x81"), "\xe2\x97\x8c\xcc\x81", true},
        {SLICE("❤\xef\xb8\x8f"), "❤<U+FE0F>", true},
        {SLICE("👩\xe2\x80\x8d💻"), "👩<U+200D>💻", true},
        {SLICE("\xf3\xa0\x81\x81"), "<U+E0041>", true},
        {SLICE("\xee\x80\x80"), "<U+E000>", true},
        {SLICE("\xef\xbf\xbf"), "<U+FFFF>", true},
        {SLICE("\xc2\xad"), "<U+00AD>", true},
        {SLICE("\xe3\x85\xa4"), "<U+3164>", true},
        {SLICE("\xe2\x80\xa8"), "<U+2028>", true},
        {SLICE("%n%s%x"), "%n%s%x", false},
        {SLICE("\\x1b[31m"), "\\x1b[31m", false},
        {SLICE("アラート 隔離済 𠮷野家"), "アラート 隔離済 𠮷野家", false},
        {SLICE("Ω…│●"), "Ω…│●", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        check(table[i].raw, table[i].shown, table[i].signal);
}

static void lines_keep_their_ends_and_nothing_else(void **state)
{
    (void)state;
    struct str out = STR_INIT;
    assert_true(text_clean_lines(&out, SLICE("a\r\n\tb\x1b\nc")));
    assert_string_equal(out.p, "a\n\tb\\e\nc");
    str_release(&out);
}

static void what_is_clean_is_told_so(void **state)
{
    (void)state;
    assert_true(text_is_clean(SLICE("powershell -enc AAAA")));
    assert_true(text_is_clean(SLICE("経理部")));
    assert_false(text_is_clean(SLICE("a\x1b")));
    assert_false(text_is_clean(SLICE("a\n")));
    assert_false(text_is_clean(SLICE("か\xe3\x82\x99")));
}

static void long_values_say_how_much_more_there_is(void **state)
{
    (void)state;
    struct str raw = STR_INIT, out = STR_INIT;
    for (int i = 0; i < 65536; i++)
        str_char(&raw, 'A');
    assert_false(text_clean(&out, str_as_slice(&raw)));
    assert_true(slice_ends(str_as_slice(&out), SLICE("A… 60 KiB more")));
    assert_int_equal(out.n, 4096 + strlen("… 60 KiB more"));
    str_clear(&out);
    str_puts(&raw, "\x1b");
    assert_true(text_clean(&out, str_as_slice(&raw)));
    str_clear(&out);
    assert_true(text_clean_whole(&out, str_as_slice(&raw)));
    assert_int_equal(out.n, 65538);
    str_clear(&raw);
    str_clear(&out);
    for (int i = 0; i < 1500; i++)
        str_puts(&raw, "中");
    text_clean(&out, str_as_slice(&raw));
    assert_true(slice_ends(str_as_slice(&out), SLICE("中… 405 bytes more")));
    str_release(&raw);
    str_release(&out);
}

static void a_million_marks_take_little_room(void **state)
{
    (void)state;
    struct str raw = STR_INIT, out = STR_INIT;
    for (int i = 0; i < 1 << 20; i++)
        str_puts(&raw, "\xcc\x81");
    assert_true(text_clean_lines(&out, str_as_slice(&raw)));
    assert_true(out.n < 64);
    str_release(&raw);
    str_release(&out);
}

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cells;
    } table[] = {{"", 0}, {"abc", 3}, {"アラート", 8}, {"隔離済", 6}, {"𠮷野家", 6}, {"ｱﾗｰﾄ", 4},
        {"○●→…│─①", 7}, {"🔥", 2}, {"🇯🇵", 2}, {"é", 1}, {"ｱabc経", 6}, {"✓✗▸▾◉⋯", 6},
        {"e\xcc\x81", 1}, {"한국", 4}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (text_width(slice_of(table[i].text)) != table[i].cells)
            fail_msg("%s: %zu", table[i].text, text_width(slice_of(table[i].text)));
    text_set_ambiguous_width(2);
    assert_int_equal(text_width(SLICE("○│①a")), 7);
    assert_int_equal(text_width(SLICE("✓▸")), 2);
    text_set_ambiguous_width(1);
    assert_int_equal(text_code_width(0x1b), -1);
    assert_int_equal(text_code_width(0x202e), -1);
    assert_int_equal(text_code_width(0x301), 0);
    assert_int_equal(text_code_width(-1), -1);
    assert_int_equal(text_code_width(0x110000), -1);
}

static void cells_are_cut_at_every_column(void **state)
{
    (void)state;
    static const char *const texts[] = {"powershell.exe -NoProfile", "不審なPowerShell実行を検知",
        "中中中中中中中",
        "a\xcc\x81"
        "b\xcc\x81"
        "c\xcc\x81",
        "", "x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t cells = 0; cells < 40; cells++) {
            struct slice text = slice_of(texts[i]);
            struct str fitted = STR_INIT, middle = STR_INIT, padded = STR_INIT, left = STR_INIT;
            text_fit(&fitted, text, cells);
            text_middle(&middle, text, cells);
            text_pad(&padded, text, cells);
            text_pad_left(&left, text, cells);
            assert_true(text_width(str_as_slice(&fitted)) <= cells);
            assert_true(text_width(str_as_slice(&middle)) <= cells);
            assert_int_equal(text_width(str_as_slice(&padded)), cells);
            assert_int_equal(text_width(str_as_slice(&left)), cells);
            if (text_width(text) <= cells && cells) {
                assert_string_equal(fitted.p, texts[i]);
                assert_string_equal(middle.p, texts[i]);
            }
            str_release(&fitted);
            str_release(&middle);
            str_release(&padded);
            str_release(&left);
        }
}

static void cuts_look_as_drawn(void **state)
{
    (void)state;
    struct str out = STR_INIT;
    text_fit(&out, SLICE("powershell.exe"), 6);
    assert_string_equal(out.p, "power…");
    str_clear(&out);
    text_middle(&out, SLICE("C:\\Windows\\System32\\cmd.exe"), 15);
    assert_string_equal(out.p, "C:\\Wind…cmd.exe");
    str_clear(&out);
    text_pad(&out, SLICE("中中"), 4);
    text_pad(&out, SLICE("中中"), 3);
    text_pad(&out, SLICE("中中"), 2);
    text_pad(&out, SLICE("中中"), 1);
    assert_string_equal(out.p, "中中中…… …");
    str_clear(&out);
    text_pad_left(&out, SLICE("17"), 4);
    assert_string_equal(out.p, "  17");
    str_release(&out);
}

static void defanged_text_links_to_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } table[] = {{"http://evil.example.com/a.html", "hxxp://evil[.]example[.]com/a[.]html"},
        {"HTTPS://x.example", "hxxps://x[.]example"}, {"192.0.2.7", "192[.]0[.]2[.]7"},
        {"kato@example.com", "kato[@]example[.]com"}, {"ftp://a.example", "fxp://a[.]example"},
        {"smb://a", "smb[:]//a"}, {"An end. And more...", "An end. And more..."}, {"", ""}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str out = STR_INIT;
        text_defang(&out, slice_of(table[i].text));
        assert_string_equal(out.p, table[i].expected);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_text_is_made_visible),
        cmocka_unit_test(lines_keep_their_ends_and_nothing_else),
        cmocka_unit_test(what_is_clean_is_told_so),
        cmocka_unit_test(long_values_say_how_much_more_there_is),
        cmocka_unit_test(a_million_marks_take_little_room),
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(cells_are_cut_at_every_column),
        cmocka_unit_test(cuts_look_as_drawn),
        cmocka_unit_test(defanged_text_links_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
