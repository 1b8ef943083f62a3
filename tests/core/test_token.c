#include "core/token.h"

#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int collect(void *owner, struct slice token, size_t from, size_t to)
{
    struct str *out = owner;
    assert_true(from < to);
    assert_true(token.n > 0 && token.n <= TOKEN_MAX);
    if (out->n)
        str_char(out, '|');
    str_slice(out, token);
    return 0;
}

static char *tokens(struct slice text)
{
    struct str out = STR_INIT;
    str_puts(&out, "");
    assert_int_equal(token_each(text, collect, &out), 0);
    return str_take(&out);
}

static void words_are_cut_where_a_reader_cuts_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } table[] = {
        {"不審なPowerShell実行", "不審|審な|powershell|実行"},
        {"ダウンロード", "ダウ|ウン|ンロ|ロー|ード"},
        {"ﾀﾞｳﾝﾛｰﾄﾞ", "ダウ|ウン|ンロ|ロー|ード"},
        {"ＰｏｗｅｒＳｈｅｌｌ", "powershell"},
        {"経理", "経理"},
        {"実行", "実行"},
        {"第3回", "第|3|回"},
        {"の", "の"},
        {"か\xe3\x82\x99っこう", "がっ|っこ|こう"},
        {"㍿", "株式|式会|会社"},
        {"cmd.exe /c whoami", "cmd|exe|c|whoami"},
        {"C:\\Windows\\System32\\cmd.exe", "c|windows|system32|cmd|exe"},
        {"T1003.001", "t1003|001"},
        {"user_name", "user|name"},
        {"Straße", "strasse"},
        {"ﬁle", "file"},
        {"İstanbul", "i\xcc\x87stanbul"},
        {"CAFÉ cafe\xcc\x81", "café|café"},
        {"gοοgle", "g|οο|gle"},
        {"раураl", "раура|l"},
        {"p\xe2\x80\x8b"
         "aypal",
            "paypal"},
        {"invoice\xe2\x80\xae"
         "fdp.exe",
            "invoicefdp|exe"},
        {"한국어", "한국|국어"},
        {"ᄒ\xe1\x85\xa1\xe1\x86\xab국", "한국"},
        {"𠮷野家", "𠮷野|野家"},
        {"7zip 2026年3月", "7zip|2026|年|3|月"},
        {"①②", "12"},
        {"ｱﾗｰﾄ", "アラ|ラー|ート"},
        {"アラート隔離済", "アラ|ラー|ート|ト隔|隔離|離済"},
        {"請求書_2026.docm", "請求|求書|2026|docm"},
        {"田中・佐藤", "田中|佐藤"},
        {"--", ""},
        {"", ""},
        {"a\xff"
         "b",
            "a|b"},
        {"\xe3\x83\x95\xe3", "フ"},
        {"नमस्ते", "नमस्ते"},
        {"佐々木", "佐々|々木"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *got = tokens(slice_of(table[i].text));
        if (strcmp(got, table[i].expected) != 0)
            fail_msg("\"%s\" gave %s, not %s", table[i].text, got, table[i].expected);
        free(got);
    }
}

struct wanted {
    const char *words[16];
    size_t count, at;
};

static int follow(void *owner, struct slice token, size_t from, size_t to)
{
    struct wanted *w = owner;
    (void)from;
    (void)to;
    if (slice_is(token, w->words[w->at]))
        w->at++;
    else
        w->at = slice_is(token, w->words[0]);
    return w->at == w->count;
}

struct query_words {
    char *copies[16];
    size_t count;
};

static int keep(void *owner, struct slice token, size_t from, size_t to)
{
    struct query_words *q = owner;
    (void)from;
    (void)to;
    assert_true(q->count < 16);
    q->copies[q->count++] = strndup(token.p, token.n);
    return 0;
}

static bool finds(const char *query, const char *text)
{
    struct query_words q = {.count = 0};
    struct wanted w = {.count = 0};
    token_each(slice_of(query), keep, &q);
    for (w.count = 0; w.count < q.count; w.count++)
        w.words[w.count] = q.copies[w.count];
    bool found = w.count && token_each(slice_of(text), follow, &w) != 0;
    for (size_t i = 0; i < q.count; i++)
        free(q.copies[i]);
    return found;
}

static void japanese_is_found_in_the_middle_of_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *query, *text;
        bool found;
    } table[] = {
        {"ダウンロード", "ファイルのダウンロードを検知しました", true},
        {"ﾀﾞｳﾝﾛｰﾄﾞ", "ファイルのダウンロードを検知しました", true},
        {"ダウンロード", "ﾌｧｲﾙのﾀﾞｳﾝﾛｰﾄﾞを検知", true},
        {"経理", "経理部の端末", true},
        {"経理部", "経理部の端末", true},
        {"経理課", "経理部の端末", false},
        {"実行", "不審なPowerShell実行", true},
        {"不審なPowerShell実行", "【重要】不審なPowerShell実行を検知", true},
        {"不審なpowershell実行", "不審なＰｏｗｅｒＳｈｅｌｌ実行", true},
        {"ＰｏｗｅｒＳｈｅｌｌ", "powershell.exe -enc", true},
        {"powershell", "不審なPowerShell実行", true},
        {"審な", "不審なPowerShell実行", true},
        {"不審", "不審なPowerShell実行", true},
        {"隔離", "端末を隔離済", true},
        {"隔離済", "端末を隔離済にした", true},
        {"端末隔離", "端末を隔離済にした", false},
        {"マルウェア", "マルウエア", false},
        {"マルウェア", "ﾏﾙｳｪｱ検出", true},
        {"がっこう", "か\xe3\x82\x99っこう", true},
        {"サーバー", "ファイルサーバーへの接続", true},
        {"サーバ", "ファイルサーバーへの接続", true},
        {"資格情報", "資格情報のダンプ", true},
        {"ダンプ", "資格情報のダンプ", true},
        {"情報の", "資格情報のダンプ", true},
        {"田中", "田中・佐藤", true},
        {"佐々木", "佐々木 花子", true},
        {"花子", "佐々木　花子", true},
        {"請求書", "請求書_2026.docm", true},
        {"請求書.docm", "添付の請求書.docmを開いた", true},
        {"WEB-01", "web-01.example.com", true},
        {"ＷＥＢ－０１", "web-01", true},
        {"勤怠システム", "勤怠ｼｽﾃﾑへのログイン", true},
        {"ログイン失敗", "ログイン失敗が10回", true},
        {"10回", "ログイン失敗が１０回", true},
        {"㈱", "株", true},
        {"exe", "cmd.exe", true},
        {"xe", "cmd.exe", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (finds(table[i].query, table[i].text) != table[i].found)
            fail_msg("\"%s\" in \"%s\"", table[i].query, table[i].text);
}

struct range {
    const char *text;
    size_t count;
};

static int check_range(void *owner, struct slice token, size_t from, size_t to)
{
    static const struct {
        const char *token;
        size_t from, to;
    } expected[] = {{"a", 0, 1}, {"ダウ", 2, 11}, {"ウx", 0, 0}};
    struct range *r = owner;
    if (r->count < 2) {
        assert_true(slice_is(token, expected[r->count].token));
        assert_int_equal(from, expected[r->count].from);
        assert_int_equal(to, expected[r->count].to);
    }
    r->count++;
    return 0;
}

static void ranges_point_into_the_text_as_it_was_written(void **state)
{
    (void)state;
    struct range r = {.text = "A ﾀﾞｳ"};
    token_each(slice_of(r.text), check_range, &r);
    assert_int_equal(r.count, 2);
}

static void long_words_are_cut_and_their_rest_is_no_word(void **state)
{
    (void)state;
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    char *got = tokens(slice_of(text));
    assert_int_equal(strlen(got), TOKEN_MAX);
    free(got);
    struct str marks = STR_INIT;
    str_puts(&marks, "a");
    for (int i = 0; i < 100000; i++)
        str_puts(&marks, "\xcc\x81");
    got = tokens(str_as_slice(&marks));
    assert_true(strlen(got) <= TOKEN_MAX);
    free(got);
    str_release(&marks);
}

static int stop_at_once(void *owner, struct slice token, size_t from, size_t to)
{
    (void)token;
    (void)from;
    (void)to;
    return ++*(int *)owner == 2 ? 42 : 0;
}

static void a_sink_ends_the_walk(void **state)
{
    (void)state;
    int calls = 0;
    assert_int_equal(token_each(SLICE("a b c 実行 d"), stop_at_once, &calls), 42);
    assert_int_equal(calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_cut_where_a_reader_cuts_them),
        cmocka_unit_test(japanese_is_found_in_the_middle_of_a_sentence),
        cmocka_unit_test(ranges_point_into_the_text_as_it_was_written),
        cmocka_unit_test(long_words_are_cut_and_their_rest_is_no_word),
        cmocka_unit_test(a_sink_ends_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
