#include "app/secret.h"
#include "connectors/connector.h"
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

static char *file(const char *name, const char *text, mode_t mode)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/%s", folder, name);
    FILE *f = fopen(path.p, "w");
    fputs(text, f);
    fclose(f);
    chmod(path.p, mode);
    return str_take(&path);
}

static void a_command_gives_its_first_line_and_no_shell_reads_it(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char *secret = NULL;
    assert_int_equal(
        secret_from_command("printf '%s\\nsecond' 'a b;$(id)'", 10 * CLOCK_SECOND, &secret, &e), 0);
    assert_string_equal(secret, "a b;$(id)");
    free(secret);
}

static void a_command_that_fails_prints_nothing_or_takes_too_long_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        enum err_code code;
    } cases[] = {{"false", ERR_CONFIG}, {"true", ERR_CONFIG}, {"/nonexistent/x", ERR_CONFIG},
        {"printf 'open", ERR_CONFIG}, {"", ERR_CONFIG}, {"tail -f /dev/null", ERR_TIMEOUT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        char *secret = NULL;
        assert_int_equal(
            secret_from_command(cases[i].command, 300 * CLOCK_MILLISECOND, &secret, &e), -1);
        if (e.code != cases[i].code)
            fail_msg("%s: %s", cases[i].command, e.text);
        assert_null(secret);
    }
}

static void a_file_is_read_only_when_it_is_ours_alone(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char *secret = NULL, *path = file("good", "s3cret\nrest", 0600);
    assert_int_equal(secret_from_file(path, &secret, &e), 0);
    assert_string_equal(secret, "s3cret");
    free(secret);

    struct str other = STR_INIT;
    str_printf(&other, "%s/link", folder);
    assert_int_equal(symlink(path, other.p), 0);
    assert_int_equal(secret_from_file(other.p, &secret, &e), -1);
    assert_non_null(strstr(e.text, "symbolic"));
    unlink(other.p);
    assert_int_equal(link(path, other.p), 0);
    assert_int_equal(secret_from_file(path, &secret, &e), -1);
    assert_non_null(strstr(e.text, "hard link"));
    unlink(other.p);
    chmod(path, 0640);
    assert_int_equal(secret_from_file(path, &secret, &e), -1);
    assert_non_null(strstr(e.text, "chmod 600"));
    assert_null(strstr(e.text, "s3cret"));
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(secret_from_file(path, &secret, &e), -1);
    str_release(&other);
    free(path);
}

static void the_ways_of_a_section_are_found_by_their_names(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct config c = {.allow_plain_secrets = false};
    struct config_entry entries[] = {{"api_key_env", "HINOMI_TEST_KEY", 3}, {"token", "clear", 4}};
    struct source_config source = {.name = "siem", .entries = entries, .entry_count = 2};
    char *secret = NULL;
    setenv("HINOMI_TEST_KEY", "from-env", 1);
    assert_int_equal(secret_fetch(&c, &source, "api_key", &secret, &e), 0);
    assert_string_equal(secret, "from-env");
    free(secret);
    unsetenv("HINOMI_TEST_KEY");
    assert_int_equal(secret_fetch(&c, &source, "api_key", &secret, &e), -1);
    assert_non_null(strstr(e.text, ":3:"));
    assert_int_equal(secret_fetch(&c, &source, "password", &secret, &e), 0);
    assert_null(secret);
    assert_int_equal(secret_fetch(&c, &source, "token", &secret, &e), 0);
    assert_null(secret);
    c.allow_plain_secrets = true;
    assert_int_equal(secret_fetch(&c, &source, "token", &secret, &e), 0);
    assert_string_equal(secret, "clear");
    free(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_gives_its_first_line_and_no_shell_reads_it),
        cmocka_unit_test(a_command_that_fails_prints_nothing_or_takes_too_long_is_told),
        cmocka_unit_test(a_file_is_read_only_when_it_is_ours_alone),
        cmocka_unit_test(the_ways_of_a_section_are_found_by_their_names),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
