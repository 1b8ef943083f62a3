/* What shells really do with our bytes: dash, bash and busybox. */
#include "remote/script.h"

#include "core/clock.h"
#include "core/mem.h"
#include "remote/child.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const shells[][4] = {
    {"dash", "-s", NULL},
    {"bash", "-s", NULL},
    {"busybox", "sh", "-s", NULL},
};
enum { SHELLS = 3 };

static char *folder;

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    folder = folder_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(folder);
    return 0;
}

/* Feeds a shell and collects its stdout (stderr too, into `noise`). */
static void run(const char *const *argv, struct slice input, struct str *out, struct str *noise)
{
    struct child c;
    struct err e = ERR_INIT;
    char buffer[65536];
    int status;
    int64_t until = clock_monotonic() + 20 * CLOCK_SECOND;
    assert_int_equal(child_start(&c, argv, &e), 0);
    while (c.out >= 0 || c.err >= 0) {
        struct pollfd fds[] = {
            {c.out, POLLIN, 0}, {c.err, POLLIN, 0}, {input.n ? c.in : -1, POLLOUT, 0}};
        assert_true(clock_monotonic() < until);
        if (input.n == 0 && c.in >= 0) {
            close(c.in);
            c.in = -1;
        }
        poll(fds, 3, 1000);
        if (fds[2].revents) {
            ssize_t n = write(c.in, input.p, input.n);
            input =
                n > 0 ? (struct slice){input.p + n, input.n - (size_t)n} : (struct slice){"", 0};
        }
        for (int i = 0; i < 2; i++) {
            int *fd = i ? &c.err : &c.out;
            ssize_t n = fds[i].revents ? read(*fd, buffer, sizeof buffer) : -1;
            if (n > 0)
                str_add(i ? noise : out, buffer, (size_t)n);
            if (n == 0) {
                close(*fd);
                *fd = -1;
            }
        }
    }
    while (!child_reap(&c, &status))
        poll(NULL, 0, 1);
    child_stop(&c);
}

static const char *const nasty[] = {"", "'", "''", "'\\''", "\\", "\\'", "\"", "$(touch x)", "`id`",
    "${IFS}", "$'a'", "-n", "-e", "--", "%s%n", "a\nb", "\n", "\n\n", "a\n", "\r", "\t", "\x1b[31m",
    "\xff\xfe", "\xc3", "\xe2\x80\xae", "*", "?", "[a-z]", "~root", "!x", "!!", "#c", ";rm -rf x",
    "&& id", "|id", ">x", "<x", "a b", "  ", "{a,b}", "'; touch x; '", "'\n touch x\n'", "EOF",
    "\x01\x7f", "\\n", "\\0", "end-", "hinomi_main x"};
enum { NASTY = sizeof nasty / sizeof *nasty, STRINGS = 400 };

/* 400 strings: those above, then any bytes from a fixed seed. */
static void make_strings(struct str *strings)
{
    uint64_t seed = 20261122;
    for (size_t i = 0; i < STRINGS; i++) {
        if (i < NASTY) {
            str_puts(&strings[i], nasty[i]);
            continue;
        }
        seed = slice_hash((struct slice){(char *)&i, sizeof i}, seed);
        for (size_t k = 0; k < 1 + seed % 40; k++) {
            uint64_t c = slice_hash((struct slice){(char *)&k, sizeof k}, seed);
            static const char likely[] = "'\"\\$`!\n ;&|<>(){}*?[]#~%-";
            str_char(&strings[i], c & 256 ? likely[c % (sizeof likely - 1)] : (char)(1 + c % 255));
        }
    }
}

static void quoted_bytes_arrive_as_they_were_in_every_shell(void **state)
{
    struct str strings[STRINGS] = {STR_INIT}, script = STR_INIT, want = STR_INIT;
    (void)state;
    make_strings(strings);
    str_puts(&script, "cd /nowhere 2>/dev/null\nprintf '%s\\000'");
    for (size_t i = 0; i < STRINGS; i++) {
        str_char(&script, ' ');
        script_quote(&script, str_as_slice(&strings[i]));
        str_slice(&want, str_as_slice(&strings[i]));
        str_char(&want, '\0');
        str_release(&strings[i]);
    }
    str_char(&script, '\n');
    for (int s = 0; s < SHELLS; s++) {
        struct str out = STR_INIT, noise = STR_INIT;
        run(shells[s], str_as_slice(&script), &out, &noise);
        if (!slice_equal(str_as_slice(&out), str_as_slice(&want)))
            fail_msg("%s changed them: %s", shells[s][0], noise.p ? noise.p : "");
        str_release(&out);
        str_release(&noise);
    }
    str_release(&script);
    str_release(&want);
}

static const char book[] = "title = T\nhelp = H\nplatforms = linux\ndanger = reads\nneeds = user\n"
                           "parameter = path path P\nparameter = note text=- N\n"
                           "%% common\nsay() { value path \"$1\"; }\n"
                           "%% script\n: >\"$p_path\"\nsay \"$p_path\"\nvalue note \"$p_note\"\n"
                           "echo plain\n";

static struct runbook *parse(const char *text)
{
    struct runbook *r = NULL;
    struct err e = ERR_INIT;
    if (runbook_parse(&r, "t", slice_of(text), "t", &e))
        fail_msg("%s", e.text);
    return r;
}

/* The whole promise: whatever is cut off, the body runs with all its parameters or not at all. */
static void a_script_cut_at_any_byte_does_nothing(void **state)
{
    char mark[600], nonce[SCRIPT_NONCE_LENGTH + 1];
    struct str script = STR_INIT;
    struct err e = ERR_INIT;
    struct runbook *r = parse(book);
    (void)state;
    snprintf(mark, sizeof mark, "%s/ran", folder);
    struct runbook_value values[] = {{"path", mark}, {"note", "a 'note'"}};
    script_nonce(nonce);
    assert_int_equal(runbook_render(r, STEP_SCRIPT, values, 2, nonce, &script, &e), 0);
    for (int s = 0; s < SHELLS; s++) {
        /* every byte of the last 300, where the calls stand, and for dash of all of it */
        for (size_t n = script.n - 1; n > 0; n -= s == 0 || n > script.n - 300 ? 1
                                                  : n > 13                     ? 13
                                                                               : n) {
            struct str out = STR_INIT, noise = STR_INIT;
            run(shells[s], (struct slice){script.p, n}, &out, &noise);
            /* without its last newline the call is whole */
            bool whole = n == script.n - 1;
            if ((access(mark, F_OK) == 0) != whole)
                fail_msg("%s: cut after %zu of %zu bytes", shells[s][0], n, script.n);
            if (!whole && out.p && strstr(out.p, " END "))
                fail_msg("%s: an END after %zu of %zu bytes", shells[s][0], n, script.n);
            unlink(mark);
            str_release(&out);
            str_release(&noise);
        }
    }
    str_release(&script);
    runbook_free(r);
}

struct heard {
    struct str values, lines;
    bool begun;
};

static void on_begun(void *owner)
{
    ((struct heard *)owner)->begun = true;
}

static void on_line(void *owner, bool ours, struct slice text)
{
    str_printf(&((struct heard *)owner)->lines, "%d:%.*s\n", ours, (int)text.n, text.p);
}

static void on_value(void *owner, struct slice name, struct slice text)
{
    str_printf(
        &((struct heard *)owner)->values, "%.*s=%.*s\n", (int)name.n, name.p, (int)text.n, text.p);
}

static void on_data(void *owner, const char *name, struct slice bytes)
{
    str_printf(&((struct heard *)owner)->lines, "data %s %zu\n", name, bytes.n);
}

static void on_data_end(void *owner, const char *name)
{
    str_printf(&((struct heard *)owner)->lines, "end %s\n", name);
}

/* Runs a step in a shell and reads its answer back. */
static void round_trip(const struct runbook *r, const struct runbook_value *values, size_t count,
    int shell, struct script_reader *reader, struct heard *heard)
{
    char nonce[SCRIPT_NONCE_LENGTH + 1];
    struct str script = STR_INIT, out = STR_INIT, noise = STR_INIT;
    struct err e = ERR_INIT;
    struct script_events events = {on_begun, on_line, on_value, on_data, on_data_end, heard};
    *heard = (struct heard){.begun = false};
    script_nonce(nonce);
    if (runbook_render(r, STEP_SCRIPT, values, count, nonce, &script, &e))
        fail_msg("%s", e.text);
    run(shells[shell], str_as_slice(&script), &out, &noise);
    script_reader_init(reader, nonce, &events);
    script_reader_feed(reader, SCRIPT_OUT, str_as_slice(&out));
    script_reader_feed(reader, SCRIPT_ERR, str_as_slice(&noise));
    str_release(&script);
    str_release(&out);
    str_release(&noise);
}

static void forget(struct script_reader *reader, struct heard *heard)
{
    script_reader_release(reader);
    str_release(&heard->values);
    str_release(&heard->lines);
}

static void every_shell_gives_the_same_answer(void **state)
{
    char mark[600], want[700];
    struct runbook *r = parse(book);
    (void)state;
    snprintf(mark, sizeof mark, "%s/it's $(here) `now`", folder);
    snprintf(want, sizeof want, "path=%s\nnote=\xe4\xb8\x8d \"x\"\n", mark);
    struct runbook_value values[] = {{"path", mark}, {"note", "\xe4\xb8\x8d \"x\""}};
    for (int s = 0; s < SHELLS; s++) {
        struct script_reader reader;
        struct heard heard;
        round_trip(r, values, 2, s, &reader, &heard);
        assert_true(heard.begun && reader.ended && reader.pid > 1 && reader.started > 0);
        assert_int_equal(reader.rc, 0);
        assert_string_equal(heard.values.p, want);
        assert_non_null(strstr(heard.lines.p, "1:plain\n"));
        forget(&reader, &heard);
    }
    unlink(mark);
    runbook_free(r);
}

/* The same values that C refuses are refused again by the host's own check. */
static void the_host_checks_each_type_again(void **state)
{
    static const struct {
        const char *type, *good, *bad[6];
    } types[] = {
        {"pid", "4711", {"1", "0", "99999999", "-5", "12a", "1 2"}},
        {"number", "0", {"", "x", "-1", "123456789012345678901", "1.5", "$((1))"}},
        {"seconds", "60", {"31536001", "", "a", "-1", "6 0", "1e3"}},
        {"sha256", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            {"", "abc", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "x",
                "-", "*"}},
        {"inode", "2049:131", {"", "12", ":1", "1:", "1:2:3", "a:b"}},
        {"path", "/tmp/a b", {"", "a", "/a/../b", "/a/.", "/a//b", "/a/"}},
        {"ip", "192.0.2.1", {"", "x", "1.2.3.4;id", "a b", "$(id)", "g::"}},
        {"addresses", "192.0.2.1:80,[2001:db8::1]:443",
            {"", "a b", "1.2.3.4:80;id", "$x", "x", "`"}},
        {"word", "C-7", {"", "-n", "a b", "a/b", "$x", "a;b"}},
        {"text", "it's fine", {"", "a\nb", "a\tb", "a\rb", "\x1b[0m", "\x7f"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char text[300];
        snprintf(text, sizeof text,
            "title = T\nhelp = H\nplatforms = linux\ndanger = reads\nneeds = user\n"
            "parameter = x %s X\n%%%% script\nvalue x \"$p_x\"\n",
            types[i].type);
        struct runbook *r = parse(text);
        for (int k = -1; k < 6; k++) {
            const char *value = k < 0 ? types[i].good : types[i].bad[k];
            bool allowed = value_check(r->parameters[0].type, slice_of(value), NULL);
            if (allowed != (k < 0))
                fail_msg("%s %s: C says otherwise", types[i].type, value);
            struct str script = STR_INIT, out = STR_INIT, noise = STR_INIT;
            script_frame(&script, r, STEP_SCRIPT, &value, "0123456789abcdef0123456789abcdef");
            run(shells[(int)(i + (size_t)(k + 1)) % SHELLS], str_as_slice(&script), &out, &noise);
            bool ran = out.p && strstr(out.p, " VALUE x ") && strstr(out.p, " END rc=0\n");
            bool refused = out.p && strstr(out.p, " FAULT the parameter x was refused");
            if (k < 0 ? !ran : !refused || ran)
                fail_msg("%s \"%s\" in the script:\n%s%s", types[i].type, value, out.p, noise.p);
            str_release(&script);
            str_release(&out);
            str_release(&noise);
        }
        runbook_free(r);
    }
}

/* A login that is not root, with a sudo of ours in its PATH: it clears the environment as the real
 * one does, and asks for a password (status 1) when told so. */
static void as_somebody(const char *sudo, struct script_reader *reader, struct heard *heard)
{
    char path[700], env[800], nonce[SCRIPT_NONCE_LENGTH + 1];
    struct str script = STR_INIT, out = STR_INIT, noise = STR_INIT;
    struct err e = ERR_INIT;
    struct script_events events = {on_begun, on_line, on_value, on_data, on_data_end, heard};
    struct runbook *r =
        parse("title = T\nhelp = H\nplatforms = linux\ndanger = reads\nneeds = root\n"
              "%% script\nvalue connection \"$ssh_connection\"\n"
              "value leaked \"${SECRET-no}\"\n");
    *heard = (struct heard){.begun = false};
    script_nonce(nonce);
    assert_int_equal(runbook_render(r, STEP_SCRIPT, NULL, 0, nonce, &script, &e), 0);
    chmod(folder, 0755);
    snprintf(path, sizeof path, "%s/sudo", folder);
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    assert_true(write(fd, sudo, strlen(sudo)) == (ssize_t)strlen(sudo));
    fchmod(fd, 0755);
    close(fd);
    if (!*sudo)
        unlink(path);
    snprintf(env, sizeof env, "PATH=%s:/usr/bin:/bin", folder);
    const char *argv[] = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env",
        "-i", env, "SECRET=s3cret", "SSH_CONNECTION=192.0.2.1 40000 192.0.2.2 22", "dash", "-s",
        NULL};
    run(geteuid() == 0 ? argv : argv + 4, str_as_slice(&script), &out, &noise);
    script_reader_init(reader, nonce, &events);
    script_reader_feed(reader, SCRIPT_OUT, str_as_slice(&out));
    str_release(&script);
    str_release(&out);
    str_release(&noise);
    runbook_free(r);
}

static void rights_come_by_sudo_without_a_password_or_not_at_all(void **state)
{
    struct script_reader reader;
    struct heard heard;
    (void)state;
    if (access("/usr/bin/sudo", X_OK) == 0)
        skip(); /* the real one stands before ours in the script's PATH */
    as_somebody(
        "#!/bin/sh\n[ \"$1\" = -n ] || exit 1\nshift\nexec env -i PATH=/usr/bin:/bin \"$@\"\n",
        &reader, &heard);
    assert_int_equal(reader.rc, 0);
    assert_string_equal(heard.values.p, "connection=192.0.2.1 40000 192.0.2.2 22\nleaked=no\n");
    forget(&reader, &heard);
    as_somebody("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n", &reader, &heard);
    assert_int_equal(reader.rc, 77);
    assert_non_null(strstr(reader.fault, "asks for a password"));
    assert_null(heard.values.p);
    forget(&reader, &heard);
    as_somebody("", &reader, &heard);
    assert_int_equal(reader.rc, 77);
    assert_non_null(strstr(reader.fault, "has no sudo"));
    forget(&reader, &heard);
}

static void failures_carry_the_script_s_own_words(void **state)
{
    struct runbook *r = parse("title = T\nhelp = H\nplatforms = linux\ndanger = reads\n"
                              "needs = user\n%% script\necho before\nfail 'it is\nso' 7\n");
    (void)state;
    for (int s = 0; s < SHELLS; s++) {
        struct script_reader reader;
        struct heard heard;
        round_trip(r, NULL, 0, s, &reader, &heard);
        assert_int_equal(reader.rc, 7);
        assert_string_equal(reader.fault, "it is so");
        forget(&reader, &heard);
    }
    runbook_free(r);
}

static void data_streams_are_told_apart_from_lines(void **state)
{
    struct runbook *r =
        parse("title = T\nhelp = H\nplatforms = linux\ndanger = reads\n"
              "needs = user\n%% script\nprintf 'a\\000b\\nc' | data blob\necho after\n");
    (void)state;
    struct script_reader reader;
    struct heard heard;
    round_trip(r, NULL, 0, 0, &reader, &heard);
    assert_string_equal(heard.lines.p, "data blob 5\nend blob\n1:after\n");
    forget(&reader, &heard);
    runbook_free(r);
}

static void noise_forgeries_and_endings_are_not_believed(void **state)
{
    static const char nonce[] = "00112233445566778899aabbccddeeff";
    static const char answer[] =
        "motd\n00112233445566778899aabbccddeeff END rc=0\n" /* before BEGIN: nothing */
        "x00112233445566778899aabbccddeeff BEGIN 1 2\n"
        "00112233445566778899aabbccddeeff BEGIN 12 34\r\n"
        " 00112233445566778899aabbccddeeff END rc=0\n"
        "00112233445566778899aabbccddeeee END rc=0\n"
        "00112233445566778899aabbccddeeff END rc=\n"
        "00112233445566778899aabbccddeeff END rc=999\n"
        "00112233445566778899aabbccddeeff END\n"
        "00112233445566778899aabbccddeeff DATA x\nnot base64!\n";
    struct heard heard = {.begun = false};
    struct script_events events = {on_begun, on_line, on_value, on_data, on_data_end, &heard};
    struct script_reader reader;
    (void)state;
    script_reader_init(&reader, nonce, &events);
    for (size_t i = 0; i < sizeof answer - 1; i++) /* byte by byte */
        script_reader_feed(&reader, SCRIPT_OUT, (struct slice){answer + i, 1});
    assert_true(reader.begun && !reader.ended);
    assert_int_equal(reader.pid, 12);
    assert_non_null(strstr(reader.fault, "damaged"));
    assert_non_null(strstr(heard.lines.p, "0:motd\n"));
    forget(&reader, &heard);
}

static void an_endless_line_is_shown_in_its_first_part(void **state)
{
    static const char nonce[] = "00112233445566778899aabbccddeeff";
    struct heard heard = {.begun = false};
    struct script_events events = {on_begun, on_line, on_value, on_data, on_data_end, &heard};
    struct script_reader reader;
    char block[4096];
    (void)state;
    memset(block, 'A', sizeof block);
    script_reader_init(&reader, nonce, &events);
    for (int i = 0; i < 256; i++)
        script_reader_feed(&reader, SCRIPT_OUT, (struct slice){block, sizeof block});
    script_reader_feed(&reader, SCRIPT_OUT, SLICE("\nnext\n"));
    assert_int_equal(heard.lines.n, 2 + SCRIPT_LINE_MAX + 1 + strlen("0:next\n"));
    forget(&reader, &heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_bytes_arrive_as_they_were_in_every_shell),
        cmocka_unit_test(a_script_cut_at_any_byte_does_nothing),
        cmocka_unit_test(every_shell_gives_the_same_answer),
        cmocka_unit_test(the_host_checks_each_type_again),
        cmocka_unit_test(rights_come_by_sudo_without_a_password_or_not_at_all),
        cmocka_unit_test(failures_carry_the_script_s_own_words),
        cmocka_unit_test(data_streams_are_told_apart_from_lines),
        cmocka_unit_test(noise_forgeries_and_endings_are_not_believed),
        cmocka_unit_test(an_endless_line_is_shown_in_its_first_part),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
