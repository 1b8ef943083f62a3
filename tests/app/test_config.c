#include "app/config.h"
#include "app/config_table.h"
#include "core/mem.h"
#include "core/str.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static int begin(void **state)
{
    (void)state;
    folder = folder_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_remove(folder);
    return 0;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

/* NULL: it was refused; e says why. */
static struct config *read_text(const char *text, mode_t mode, struct err *e)
{
    struct str path = STR_INIT;
    struct config *c = NULL;
    str_printf(&path, "%s/hinomi.conf", folder);
    write_file(path.p, text, mode);
    *e = (struct err)ERR_INIT;
    int rc = config_read(&c, path.p, e);
    str_release(&path);
    return rc == 0 ? c : NULL;
}

static void settings_are_read_into_their_places(void **state)
{
    (void)state;
    struct err e;
    struct config *c = read_text("[hinomi]\n"
                                 "analyst = kato\n"
                                 "time = local\n"
                                 "read_only = yes\n"
                                 "default_lease = 2h\n"
                                 "never_touch = dc01, 192.0.2.53 hv-*\n"
                                 "[source siem]\n"
                                 "kind = elastic\n"
                                 "customer = acme      ; theirs\n"
                                 "url = https://es.example.com:9200\n"
                                 "via = bastion\n"
                                 "api_key_env = SIEM_KEY\n"
                                 "interval = 30s\n"
                                 "[host web-*]\n"
                                 "platform = linux\n"
                                 "port = 2222\n"
                                 "[host web-1]\n"
                                 "protected = yes\n"
                                 "port = 22\n"
                                 "criticality = high\n",
        0600, &e);
    assert_string_equal(e.text, "");
    assert_non_null(c);
    assert_string_equal(c->analyst, "kato");
    assert_string_equal(c->time, "local");
    assert_true(c->read_only);
    assert_int_equal(c->default_lease_ns, 2 * 3600 * CLOCK_SECOND);
    assert_int_equal(c->dead_man_ns, 180 * CLOCK_SECOND);
    assert_string_equal(c->never_touch[1], "192.0.2.53");
    assert_null(c->never_touch[3]);
    const struct source_config *s = config_source(c, "siem");
    assert_non_null(s);
    assert_string_equal(s->organization, "acme");
    assert_string_equal(s->via, "bastion");
    assert_int_equal(s->interval_ns, 30 * CLOCK_SECOND);
    assert_null(config_source(c, "other"));
    struct host_config h = config_host(c, "WEB-1");
    assert_string_equal(h.platform, "linux");
    assert_string_equal(h.criticality, "high");
    assert_int_equal(h.port, 2222);
    assert_int_equal(h.is_protected, 1);
    h = config_host(c, "db-1");
    assert_null(h.pattern);
    assert_int_equal(h.is_protected, -1);
    config_free(c);
}

static void since_is_counted_back_from_now(void **state)
{
    (void)state;
    struct err e;
    clock_set_fake(1000000 * CLOCK_SECOND);
    struct config *c =
        read_text("[source a]\nkind = elastic\nurl = http://127.0.0.1:1\nsince = 1d\n"
                  "[source b]\nkind = elastic\nurl = http://127.0.0.1:1\n"
                  "since = 1970-01-02\n",
            0600, &e);
    clock_set_fake(CLOCK_NONE);
    assert_non_null(c);
    assert_int_equal(c->sources[0].since, (1000000 - 86400) * CLOCK_SECOND);
    assert_int_equal(c->sources[1].since, 86400 * CLOCK_SECOND);
    config_free(c);
}

static const struct {
    const char *text, *place, *word;
} faults[] = {
    {"[hinomi]\nanalist = kato\n", ":2:", "did you mean \"analyst\""},
    {"[hinomy]\nanalyst = kato\n", ":1:", "did you mean [hinomi"},
    {"analyst = kato\n", ":1:", "[hinomi]"},
    {"[hinomi]\nread_only = maybe\n", ":2:", "yes or no"},
    {"[hinomi]\ntime = mars\n", ":2:", "utc local"},
    {"[hinomi]\ndefault_lease = soon\n", ":2:", "8h"},
    {"[hinomi]\nanalyst =\n", ":2:", "kato"},
    {"[hinomi x]\nanalyst = kato\n", ":1:", "no name"},
    {"[source]\nkind = elastic\n", ":1:", "needs a name"},
    {"[source a/b]\nkind = elastic\n", ":1:", "letters"},
    {"[source siem]\nurl = http://127.0.0.1\n", ":1:", "has no kind"},
    {"[source siem]\nkind = elastik\nurl = http://127.0.0.1\n", ":2:", "did you mean \"elastic\""},
    {"[source siem]\nkind = elastic\n", ":1:", "needs url"},
    {"[source siem]\nkind = elastic\nurl = http://127.0.0.1\nurll = x\n",
        ":4:", "did you mean \"url\""},
    {"[source siem]\nkind = elastic\nurl = http://127.0.0.1\napi_key_comand = x\n",
        ":4:", "did you mean \"api_key_command\""},
    {"[source siem]\nkind = elastic\nurl = http://127.0.0.1\napi_key = clear\n",
        ":4:", "api_key_command"},
    {"[source siem]\nkind = elastic\nurl = http://127.0.0.1\nvia = a\nproxy = socks5h://b\n",
        ":1:", "both via and proxy"},
    {"[host web-*]\nport = 70000\n", ":2:", "65535"},
    {"[host web-*]\nplatform = vms\n", ":2:", "linux windows macos"},
    {"[hinomi]\ntheme = dark\ntheme = light\n", ":3:", "theme"},
};

static void every_fault_names_its_line_and_what_was_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct err e;
        struct config *c = read_text(faults[i].text, 0600, &e);
        if (c || !strstr(e.text, faults[i].place) || !strstr(e.text, faults[i].word))
            fail_msg("%s gave: %s", faults[i].text, c ? "(accepted)" : e.text);
        assert_int_equal(e.code, ERR_CONFIG);
    }
}

static void a_secret_in_the_clear_needs_the_word_for_it(void **state)
{
    (void)state;
    struct err e;
    struct config *c = read_text("[hinomi]\nallow_plain_secrets = yes\n"
                                 "[source siem]\nkind = elastic\nurl = http://127.0.0.1\n"
                                 "api_key = clear\n",
        0600, &e);
    assert_non_null(c);
    config_free(c);
}

static void a_file_that_others_write_may_name_no_command(void **state)
{
    (void)state;
    struct err e;
    const char *text = "[source siem]\nkind = elastic\nurl = http://127.0.0.1\n"
                       "api_key_command = pass show x\n";
    assert_null(read_text(text, 0666, &e));
    assert_non_null(strstr(e.text, "chmod"));
    struct config *c = read_text(text, 0644, &e);
    assert_non_null(c);
    config_free(c);
    c = read_text("[hinomi]\nanalyst = kato\n", 0666, &e);
    assert_non_null(c);
    config_free(c);
}

static void a_named_file_that_is_absent_is_an_error(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct config *c = NULL;
    assert_int_equal(config_read(&c, "/nonexistent/hinomi.conf", &e), -1);
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void the_table_has_help_and_an_example_for_every_key(void **state)
{
    (void)state;
    for (const struct config_key *k = config_keys; k->name; k++) {
        assert_true(*k->help && *k->example);
        assert_true(config_key_find(k->section, k->name) == k - config_keys);
    }
}

/* The examples are what the sample file and completion show: they must be accepted. */
static void every_example_is_a_good_value(void **state)
{
    (void)state;
    for (int i = 0; config_keys[i].name; i++) {
        union {
            struct config c;
            struct source_config s;
            struct host_config h;
        } any;
        struct arena arena = ARENA_INIT;
        struct err e = ERR_INIT;
        memset(&any, 0, sizeof any);
        if (config_value_set(&arena, i, config_keys[i].example, &any, &e) < 0)
            fail_msg("%s: %s", config_keys[i].name, e.text);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_read_into_their_places),
        cmocka_unit_test(since_is_counted_back_from_now),
        cmocka_unit_test(every_fault_names_its_line_and_what_was_expected),
        cmocka_unit_test(a_secret_in_the_clear_needs_the_word_for_it),
        cmocka_unit_test(a_file_that_others_write_may_name_no_command),
        cmocka_unit_test(a_named_file_that_is_absent_is_an_error),
        cmocka_unit_test(the_table_has_help_and_an_example_for_every_key),
        cmocka_unit_test(every_example_is_a_good_value),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
