/* Alerts, telemetry and broken lines whose every text attacks the reader: no command and no screen
 * lets any of it out raw. */
#include "core/mem.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/hostile.h"
#include "tests/support/pty.h"

#include <stdio.h>
#include <stdlib.h>

static char *data, *file;

/* Bytes as they are wherever JSON allows it, so that broken UTF-8 arrives broken. */
static void put_text(FILE *f, const char *name, struct slice v)
{
    fprintf(f, ",\"%s\":\"", name);
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        if (c < 0x20 || c == '"' || c == '\\')
            fprintf(f, "\\u%04x", c);
        else
            fputc(c, f);
    }
    fputc('"', f);
}

static const char *const texts[] = {"message", "host.name", "host.id", "host.os.name", "agent.id",
    "user.name", "user.domain", "user.id", "process.name", "process.executable",
    "process.command_line", "process.working_directory", "process.hash.sha256",
    "process.parent.name", "process.parent.executable", "process.parent.command_line", "file.path",
    "file.name", "registry.path", "dll.path", "service.name", "destination.domain",
    "dns.question.name", "url.full", "user_agent.original", "email.subject", "event.action",
    "event.code", "event.provider", "event.outcome", "network.transport"};
static const char *const of_alerts[] = {"kibana.alert.rule.name", "kibana.alert.rule.uuid",
    "kibana.alert.rule.description", "kibana.alert.reason", "kibana.alert.severity"};

static void put_record(FILE *f, size_t n, bool alert)
{
    fprintf(f, "{\"@timestamp\":\"2026-03-11T10:%02zu:%02dZ\",\"event.category\":[\"process\"]",
        n % 60, alert ? 30 : 10);
    fprintf(f, ",\"process.pid\":%zu,\"process.entity_id\":\"p%zu\"", 1000 + n, n);
    fprintf(f,
        ",\"process.parent.entity_id\":\"p%zu\",\"process.start\":\"2026-03-11T10:%02zu:05Z\"",
        n / 2, n % 60);
    if (alert)
        fprintf(f,
            ",\"kibana.alert.uuid\":\"hostile-%zu\",\"kibana.alert.workflow_status\":\"open\"", n);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (alert || strcmp(texts[i], "event.action") != 0)
            put_text(f, texts[i], hostile[n]);
    for (size_t i = 0; alert && i < sizeof of_alerts / sizeof *of_alerts; i++)
        put_text(f, of_alerts[i], hostile[n]);
    if (!alert)
        fputs(",\"event.type\":[\"start\"],\"event.action\":\"start\"", f);
    fputs("}\n", f);
}

static int import_hostile(void **state)
{
    struct str path = STR_INIT;
    (void)state;
    data = folder_new();
    str_printf(&path, "%s-hostile.jsonl", data);
    file = str_take(&path);
    FILE *f = fopen(file, "w");
    for (size_t i = 0; i < hostile_count; i++) {
        put_record(f, i, true);
        put_record(f, i, false);
    }
    for (size_t i = 0; i < hostile_count; i++) {
        fwrite(hostile[i].p, 1, hostile[i].n, f);
        fputc('\n', f);
    }
    fclose(f);
    const char *import[] = {"--data", data, "import", file, "--format", "ecs", NULL};
    return pty_run(import) <= 3 ? 0 : -1;
}

static int remove_hostile(void **state)
{
    (void)state;
    remove(file);
    free(file);
    folder_remove(data);
    return 0;
}

static void expect_no_leak(const char *what, struct slice output)
{
    const char *at = hostile_leak(output);
    if (!at)
        return;
    size_t left = (size_t)(output.p + output.n - at);
    for (size_t i = 0; i < (left < 24 ? left : 24); i++)
        print_error("%02x ", (unsigned char)at[i]);
    size_t back = (size_t)(at - output.p) < 60 ? (size_t)(at - output.p) : 60;
    fail_msg("%s: raw after \"%.*s\"", what, (int)back, at - back);
}

/* SGR (ECMA-48, 8.3.117) with digits only: what --color=always adds. */
static void drop_colours(struct str *s)
{
    struct str kept = STR_INIT;
    for (size_t i = 0; i < s->n; i++) {
        size_t j = i + 2;
        if (s->p[i] == '\x1b' && i + 1 < s->n && s->p[i + 1] == '[') {
            while (j < s->n && (s->p[j] == ';' || (s->p[j] >= '0' && s->p[j] <= '9')))
                j++;
            if (j < s->n && s->p[j] == 'm') {
                i = j;
                continue;
            }
        }
        str_char(&kept, s->p[i]);
    }
    str_release(s);
    *s = kept;
}

/* In an export tabs stay as they are, and a line of CSV ends in CR LF (RFC 4180). */
static void drop_harmless(struct str *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i] == '\t' || (s->p[i] == '\r' && i + 1 < s->n && s->p[i + 1] == '\n'))
            s->p[i] = ' ';
}

static void run(const char *command, const char *a, const char *b, const char *c, bool shows)
{
    const char *arguments[] = {
        "--data", data, "--color=always", command, a, a ? b : NULL, b ? c : NULL, NULL};
    struct str out = STR_INIT;
    int status = pty_capture(arguments, &out);
    drop_colours(&out);
    if (status != 0)
        fail_msg("%s %s %s: status %d: %s", command, a ? a : "", b ? b : "", status, out.p);
    if (shows && out.n < 2000)
        fail_msg("%s %s shows little: %s", command, a ? a : "", out.p);
    bool csv = a && strcmp(a, "--csv") == 0;
    if (csv)
        drop_harmless(&out);
    expect_no_leak(command, str_as_slice(&out));
    /* a line of theirs must not pass for a row of ours */
    if (!csv && out.n && (memmem(out.p, out.n, "\nc\n", 3) || memmem(out.p, out.n, "\nc ", 3)))
        fail_msg("%s: a line break of a record stands raw", command);
    str_release(&out);
}

static void lists_as_tables_json_and_csv(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "alerts", "events", "timeline", "hosts", "quarantine", "journal", "sources"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        run(lists[i], NULL, NULL, NULL, i < 5);
        run(lists[i], "--json", NULL, NULL, i < 5);
    }
    run("alerts", "--csv", NULL, NULL, true);
    run("events", "--csv", NULL, NULL, true);
    run("alerts", "--group", "host", NULL, false);
    run("events", "--group", "user", NULL, false);
    run("timeline", "--buckets", "5", NULL, true);
}

static void each_alert_and_its_tree(void **state)
{
    (void)state;
    char id[16];
    for (size_t i = 1; i <= hostile_count; i++) {
        snprintf(id, sizeof id, "%zu", i);
        run("alert", id, NULL, NULL, false);
        run("tree", id, "--full", NULL, false);
        if (i % 8 == 1) {
            run("alert", id, "--json", NULL, false);
            run("tree", id, "--json", NULL, false);
        }
    }
}

/* Words of analysts are foreign text too: they may be pasted. */
static void a_case_and_its_exports(void **state)
{
    static const char *const formats[] = {"md", "html", "json", "csv"};
    (void)state;
    char id[16];
    run("case", "new", "\x1b]0;pwn\x07 \xe2\x80\xae title", NULL, false);
    for (size_t i = 1; i <= hostile_count; i++) {
        snprintf(id, sizeof id, "%zu", i);
        run("case", "add", "1", id, false);
        if (i <= hostile_count && hostile[i - 1].n && hostile[i - 1].p[0] != '-' &&
            !memchr(hostile[i - 1].p, 0, hostile[i - 1].n)) {
            char *note = mem_strndup(hostile[i - 1].p, hostile[i - 1].n);
            const char *write[] = {"--data", data, "case", "note", "1", "-m", note, NULL};
            struct str out = STR_INIT;
            pty_capture(write, &out);
            expect_no_leak("case note", str_as_slice(&out));
            str_release(&out);
            free(note);
        }
    }
    run("case", "list", NULL, NULL, false);
    run("case", "show", "1", NULL, true);
    run("case", "show", "1", "--json", false);
    run("timeline", "--case", "1", NULL, true);
    for (size_t i = 0; i < 4; i++) {
        const char *export[] = {
            "--data", data, "case", "export", "1", "--format", formats[i], NULL};
        struct str out = STR_INIT;
        assert_int_equal(pty_capture(export, &out), 0);
        assert_true(out.n > 2000);
        drop_harmless(&out);
        expect_no_leak(formats[i], str_as_slice(&out));
        if (strcmp(formats[i], "html") == 0)
            assert_null(memmem(out.p, out.n, "<img src=x", 10));
        str_release(&out);
    }
}

/* Length of a control sequence that the terminal's description may hold; 0: none. No OSC, DCS or
 * report is among them. */
static size_t known_sequence(const char *p, size_t n)
{
    size_t i = 2;
    if (n < 2 || p[0] != '\x1b')
        return 0;
    if (strchr("=>78M", p[1]) && p[1])
        return 2;
    if (p[1] == '(' && n > 2)
        return 3;
    if (p[1] != '[')
        return 0;
    while (i < n && ((p[i] >= '0' && p[i] <= '?') || p[i] == ' '))
        i++;
    return i < n && strchr("@ABCDGHJKLMPSTXbdfhlmruqct", p[i]) ? i + 1 : 0;
}

static void expect_clean_screen(const struct str *bytes)
{
    struct str text = STR_INIT;
    for (size_t i = 0; i < hostile_count; i++)
        if (hostile_leak(hostile[i]) && memmem(bytes->p, bytes->n, hostile[i].p, hostile[i].n))
            fail_msg("vector %zu went to the terminal raw", i);
    for (size_t i = 0; i < bytes->n;) {
        size_t n = known_sequence(bytes->p + i, bytes->n - i);
        if (!n && !strchr("\r\b\x0e\x0f\t", bytes->p[i]))
            str_char(&text, bytes->p[i]);
        i += n ? n : 1;
    }
    expect_no_leak("screen", str_as_slice(&text));
    str_release(&text);
}

static void every_screen(void **state)
{
    static const char *const keys[] = {"\r", "p", "t", "w", "x", "?"};
    static const char *const places[] = {"gs", "gc", "gl", "gr", "gq"};
    struct pty p;
    struct str bytes = STR_INIT;
    (void)state;
    assert_true(pty_start(
        &p, &(struct pty_options){.columns = 120, .rows = 36, .data = data, .bytes = &bytes}));
    for (size_t i = 0; i < hostile_count; i++) {
        const char *key = keys[i % (sizeof keys / sizeof *keys)];
        assert_true(pty_send(&p, key, strlen(key)));
        assert_true(pty_type(&p, "jj"));
        assert_true(pty_type(&p, i % 6 == 4 || i % 6 == 5 ? "\033" : "q"));
        assert_true(pty_type(&p, "j"));
        assert_true(pty_alive(&p));
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_true(pty_type(&p, places[i]));
        assert_true(pty_type(&p, "jj\r"));
        assert_true(pty_type(&p, "q"));
        assert_true(pty_type(&p, "gq"));
    }
    assert_true(pty_alive(&p));
    pty_stop(&p);
    expect_clean_screen(&bytes);
    str_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_as_tables_json_and_csv),
        cmocka_unit_test(each_alert_and_its_tree),
        cmocka_unit_test(a_case_and_its_exports),
        cmocka_unit_test(every_screen),
    };
    return cmocka_run_group_tests(tests, import_hostile, remove_hostile);
}
