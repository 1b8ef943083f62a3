#include "remote/runbook.h"

#include "core/clock.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "title = T\nhelp = H\nplatforms = linux macos\ndanger = reads\n"

static void each_fault_names_its_line(void **state)
{
    static const struct {
        const char *text, *words;
    } faults[] = {
        {"", "title, help and platforms"},
        {HEAD, "script is missing"},
        {HEAD "nonsense\n%% script\n:\n", "t:5: expected KEY = VALUE"},
        {HEAD "colour = red\n%% script\n:\n", "t:5: no such key: colour"},
        {HEAD "danger = none\n%% script\n:\n", "t:5: danger is one of"},
        {HEAD "name = other\n%% script\n:\n", "t:5: name must be"},
        {HEAD "timeout = soon\n%% script\n:\n", "t:5: timeout"},
        {HEAD "timeout = 2h\n%% script\n:\n", "t:5: timeout"},
        {HEAD "needs = wheel\n%% script\n:\n", "t:5: needs"},
        {HEAD "parameter = a colour C\n%% script\n:\n", "t:5: no such type of parameter: colour"},
        {HEAD "parameter = A pid P\n%% script\n:\n", "t:5: a parameter's name"},
        {HEAD "parameter = a;b pid P\n%% script\n:\n", "t:5: a parameter's name"},
        {HEAD "parameter = a pid P\nparameter = a ip I\n%% script\n:\n", "t:6: this parameter"},
        {HEAD "parameter = a pid=x P\n%% script\n:\n", "t:5: the default"},
        {HEAD "%% scripts\n:\n", "t:5: no such section: scripts"},
        {HEAD "%% script\n:\n%% script\n:\n", "t:7: this section stands here twice"},
        {"title = T\nhelp = H\nplatforms = linux\ndanger = cuts\n%% script\n:\n", "reversible-by"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct runbook *r = NULL;
        struct err e = ERR_INIT;
        assert_int_equal(runbook_parse(&r, "t", slice_of(faults[i].text), "t", &e), -1);
        assert_int_equal(e.code, ERR_CONFIG);
        if (!strstr(e.text, faults[i].words))
            fail_msg("row %zu: %s", i, e.text);
    }
}

static struct runbook *parse(const char *text)
{
    struct runbook *r = NULL;
    struct err e = ERR_INIT;
    if (runbook_parse(&r, "t", slice_of(text), "t", &e))
        fail_msg("%s", e.text);
    return r;
}

static void sections_end_where_the_next_begins(void **state)
{
    (void)state;
    struct runbook *r =
        parse(HEAD "needs = root\ntimeout = 2m\nreversible-by = nothing: it is gone\n"
                   "parameter = pid pid The process\nparameter = note text=- A note\n"
                   "%% common\nf() { :; }\n%% script\necho 1\n\n%% verify\necho 2");
    assert_string_equal(r->common, "f() { :; }\n");
    assert_string_equal(r->sections[STEP_SCRIPT], "echo 1\n\n");
    assert_string_equal(r->sections[STEP_VERIFY], "echo 2");
    assert_null(r->sections[STEP_COMMIT]);
    assert_true(r->needs_root && r->timeout_ns == 120 * CLOCK_SECOND);
    assert_null(r->reversible_by);
    assert_string_equal(r->irreversible, "it is gone");
    assert_int_equal(r->parameter_count, 2);
    assert_null(r->parameters[0].fallback);
    assert_string_equal(r->parameters[1].fallback, "-");
    assert_string_equal(r->parameters[1].help, "A note");
    assert_true(runbook_runs_on(r, "macos") && !runbook_runs_on(r, "mac"));
    runbook_free(r);
}

static void values_must_fit_before_anything_is_sent(void **state)
{
    struct str out = STR_INIT;
    (void)state;
    struct runbook *r = parse(HEAD "parameter = pid pid The process\nparameter = note text=- N\n"
                                   "%% script\n:\n");
    static const struct {
        struct runbook_value values[2];
        size_t count;
        const char *words;
    } rows[] = {
        {{{0}}, 0, "needs pid="},
        {{{"pid", "1"}}, 1, "pid is not a process id"},
        {{{"pid", "12; id"}}, 1, "pid is not a process id"},
        {{{"pid", "-"}}, 1, "pid is not a process id"},
        {{{"pid", "12"}, {"note", "a\nb"}}, 2, "note is not one line"},
        {{{"pid", "12"}, {"colour", "red"}}, 2, "no parameter colour"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = ERR_INIT;
        assert_int_equal(runbook_render(r, STEP_SCRIPT, rows[i].values, rows[i].count,
                             "00112233445566778899aabbccddeeff", &out, &e),
            -1);
        assert_int_equal(e.code, ERR_USAGE);
        if (!strstr(e.text, rows[i].words))
            fail_msg("row %zu: %s", i, e.text);
    }
    struct err e = ERR_INIT;
    struct runbook_value fine[] = {{"pid", "12"}};
    assert_int_equal(runbook_render(r, STEP_VERIFY, fine, 1, "00", &out, &e), -1);
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    assert_int_equal(out.n, 0);
    str_release(&out);
    runbook_free(r);
}

static void all_built_ins_are_read_and_speak_both_languages(void **state)
{
    static const char *const wanted[] = {"isolate", "release", "status", "preflight",
        "kill-process", "quarantine-file", "restore-file", "collect", "ps", "look"};
    struct runbooks *all = NULL;
    struct err e = ERR_INIT;
    (void)state;
    if (runbooks_load(&all, NULL, NULL, NULL, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct runbook *r = runbooks_find(all, wanted[i]);
        assert_non_null(r);
        assert_true(r->is_builtin && !r->is_hidden && r->title_ja && r->help_ja);
        if (r->reversible_by)
            assert_non_null(runbooks_find(all, r->reversible_by));
    }
    assert_true(runbooks_find(all, "cancel-step")->is_hidden);
    runbooks_free(all);
}

static char *folder;

static void put(const char *name, const char *text, mode_t mode)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    fchmod(fd, mode);
    close(fd);
}

struct refusals {
    int count;
    char words[2000];
};

static void on_refused(void *owner, const struct err *why)
{
    struct refusals *r = owner;
    size_t n = strlen(r->words);
    snprintf(r->words + n, sizeof r->words - n, "%s\n", why->text);
    r->count++;
}

static void a_user_s_own_may_not_shadow_nor_be_writable_by_others(void **state)
{
    struct runbooks *all = NULL;
    struct err e = ERR_INIT;
    struct refusals refused = {.count = 0};
    char path[600], link[600];
    (void)state;
    folder = folder_new();
    put("mine.runbook", HEAD "%% script\n:\n", 0600);
    put("isolate.runbook", HEAD "%% script\n:\n", 0600);
    put("shared.runbook", HEAD "%% script\n:\n", 0620);
    put("broken.runbook", "title\n", 0600);
    put("notes.txt", "not one", 0600);
    snprintf(path, sizeof path, "%s/mine.runbook", folder);
    snprintf(link, sizeof link, "%s/linked.runbook", folder);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(runbooks_load(&all, folder, on_refused, &refused, &e), 0);
    assert_int_equal(refused.count, 4);
    assert_non_null(strstr(refused.words, "isolate.runbook: there is a built-in"));
    assert_non_null(strstr(refused.words, "shared.runbook: others may write it"));
    assert_non_null(strstr(refused.words, "broken.runbook:1"));
    assert_true(runbooks_find(all, "isolate")->is_builtin);
    assert_false(runbooks_find(all, "mine")->is_builtin);
    assert_null(runbooks_find(all, "shared"));
    assert_null(runbooks_find(all, "linked"));
    runbooks_free(all);
    chmod(folder, 0777);
    refused = (struct refusals){.count = 0};
    assert_int_equal(runbooks_load(&all, folder, on_refused, &refused, &e), 0);
    assert_int_equal(refused.count, 1);
    assert_null(runbooks_find(all, "mine"));
    runbooks_free(all);
    chmod(folder, 0700);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_names_its_line),
        cmocka_unit_test(sections_end_where_the_next_begins),
        cmocka_unit_test(values_must_fit_before_anything_is_sent),
        cmocka_unit_test(all_built_ins_are_read_and_speak_both_languages),
        cmocka_unit_test(a_user_s_own_may_not_shadow_nor_be_writable_by_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
