#include "core/file.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;
static char path[4096];

static int make_folder(void **state)
{
    (void)state;
    folder = folder_new();
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    folder_remove(folder);
    return 0;
}

static void what_was_written_is_read_and_private(void **state)
{
    (void)state;
    struct str out = STR_INIT;
    struct err e = ERR_INIT;
    struct stat st;
    assert_int_equal(file_write(path, SLICE("first"), &e), 0);
    assert_int_equal(file_write(path, SLICE("a\0b"), &e), 0);
    assert_int_equal(file_read(path, 100, &out, &e), 0);
    assert_int_equal(out.n, 3);
    assert_memory_equal(out.p, "a\0b", 3);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    str_release(&out);
}

static void limits_and_strange_files_are_refused(void **state)
{
    (void)state;
    struct str out = STR_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(file_write(path, SLICE("12345"), &e), 0);
    assert_int_equal(file_read(path, 5, &out, &e), 0);
    assert_int_equal(file_read(path, 4, &out, &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(file_read(folder, 100, &out, &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(file_read(path, 100, &out, &e), -1);
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_read(path, 100, &out, &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(unlink(path), 0);
    str_release(&out);
}

static void writing_replaces_a_link_and_not_what_it_points_to(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str out = STR_INIT;
    char other[4100];
    snprintf(other, sizeof other, "%s.o", path);
    assert_int_equal(file_write(other, SLICE("kept"), &e), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(file_write(path, SLICE("new"), &e), 0);
    assert_int_equal(file_read(other, 100, &out, &e), 0);
    assert_string_equal(out.p, "kept");
    str_release(&out);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stat st;
    char deep[4100];
    snprintf(deep, sizeof deep, "%s/a/b/c", folder);
    assert_int_equal(file_make_folder(deep, &e), 0);
    assert_int_equal(file_make_folder(deep, &e), 0);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(file_sync_folder(deep, &e), 0);
    snprintf(deep, sizeof deep, "%s/a/none/x", folder);
    assert_int_equal(file_write(deep, SLICE("x"), &e), -1);
    assert_true(e.text[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_and_private),
        cmocka_unit_test(limits_and_strange_files_are_refused),
        cmocka_unit_test(writing_replaces_a_link_and_not_what_it_points_to),
        cmocka_unit_test(folders_are_made_with_their_parents),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
