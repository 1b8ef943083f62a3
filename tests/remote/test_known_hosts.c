/* The table of what known_hosts files hold in the wild, beside ssh-keygen's own judgement. */
#include "remote/known_hosts.h"

#include "core/base64.h"
#include "core/clock.h"
#include "core/str.h"
#include "remote/child.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder;
static struct str keys[4];  /* "TYPE BASE64" */
static struct str blobs[4]; /* 0, 1: ed25519; 2: ecdsa; 3: rsa */

static void put(const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static int make_key(int i, const char *type)
{
    char path[600], line[4096];
    struct str out = STR_INIT;
    struct err e = ERR_INIT;
    snprintf(path, sizeof path, "%s/key%d", folder, i);
    const char *argv[] = {"ssh-keygen", "-q", "-t", type, "-N", "", "-f", path, NULL};
    assert_int_equal(child_collect(argv, 65536, 30 * CLOCK_SECOND, &out, &out, &e), 0);
    str_release(&out);
    snprintf(path, sizeof path, "%s/key%d.pub", folder, i);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, line, sizeof line - 1);
    close(fd);
    assert_true(n > 0);
    line[n] = '\0';
    char *second = strchr(line, ' ') + 1;
    size_t length = strcspn(second, " \n");
    str_add(&keys[i], line, (size_t)(second - line) + length);
    assert_true(base64_decode(&blobs[i], (struct slice){second, length}));
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    folder = folder_new();
    make_key(0, "ed25519");
    make_key(1, "ed25519");
    make_key(2, "ecdsa");
    make_key(3, "rsa");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        str_release(&keys[i]);
        str_release(&blobs[i]);
    }
    folder_remove(folder);
    return 0;
}

/* %0 … %3 stand for the keys. */
static void expand(struct str *out, const char *text)
{
    for (; *text; text++)
        if (text[0] == '%' && text[1] >= '0' && text[1] <= '3')
            str_puts(out, keys[*++text - '0'].p);
        else
            str_char(out, *text);
}

static const struct row {
    const char *file, *host;
    int port, key;
    enum hostkey_verdict verdict;
    int keygen; /* what ssh-keygen -F says: 1 found, 0 not, -1 not comparable */
} rows[] = {
    {"web-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, 1},
    {"web-1 %0\n", "web-1", 22, 1, HOSTKEY_CHANGED, 1},
    {"web-1 %0\n", "web-2", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"a,web-1,192.0.2.7 %0\n", "192.0.2.7", 22, 0, HOSTKEY_OK, 1},
    {"[web-1]:2222 %0\n", "web-1", 2222, 0, HOSTKEY_OK, 1},
    {"[web-1]:2222 %0\n", "web-1", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"web-1 %0\n", "web-1", 2222, 0, HOSTKEY_UNKNOWN, 0},
    {"*.corp.lan %0\n", "db.corp.lan", 22, 0, HOSTKEY_OK, 1},
    {"*.corp.lan %0\n", "corp.lan", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"h? %0\n", "h7", 22, 0, HOSTKEY_OK, 1},
    {"h? %0\n", "h77", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"!h1,h1 %0\n", "h1", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"!h1,h* %0\n", "h1", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"!h1,h* %0\n", "h2", 22, 0, HOSTKEY_OK, 1},
    {"WEB-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"web-1 %0\n", "WEB-1", 22, 0, HOSTKEY_OK, -1},
    {"x %0\n", "x", 22, 0, HOSTKEY_OK, 1},
    {"web-1 %0\r\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"web-1 %0 a comment here\n", "web-1", 22, 0, HOSTKEY_OK, 1},
    {"  web-1\t%0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"# web-1 %0\n", "web-1", 22, 0, HOSTKEY_UNKNOWN, 0},
    {"@revoked * %0\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_REVOKED, -1},
    {"web-1 %0\n@revoked web-1 %0\n", "web-1", 22, 0, HOSTKEY_REVOKED, -1},
    {"@revoked * %1\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"@revoked other %0\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"@cert-authority * %0\n", "web-1", 22, 0, HOSTKEY_UNKNOWN, -1},
    {"@cert-authority * %1\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"@nonsense web-1 %0\n", "web-1", 22, 0, HOSTKEY_UNKNOWN, -1},
    {"web-1 ssh-ed25519 not*base64\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"web-1\nweb-1 ssh-ed25519\n\x01\xff\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"web-1 ssh-ed25519 AAAAB3NzaC1yc2E=\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, -1},
    {"web-1 %2\n", "web-1", 22, 0, HOSTKEY_CHANGED, 1}, /* known by another type only */
    {"web-1 %2\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, 1},
    {"web-1 %1\nweb-1 %0\n", "web-1", 22, 0, HOSTKEY_OK, 1}, /* a rollover: either is fine */
    {"2001:db8::7 %0\n", "2001:db8::7", 22, 0, HOSTKEY_OK, 1},
    {"[2001:db8::7]:2022 %0\n", "2001:db8::7", 2022, 0, HOSTKEY_OK, 1},
    {"", "web-1", 22, 0, HOSTKEY_UNKNOWN, 0},
};

static int keygen_finds(const char *path, const struct row *row)
{
    char name[200];
    struct str out = STR_INIT;
    struct err e = ERR_INIT;
    snprintf(name, sizeof name, row->port == 22 ? "%s" : "[%s]:%d", row->host, row->port);
    const char *argv[] = {"ssh-keygen", "-F", name, "-f", path, NULL};
    int rc = child_collect(argv, 65536, 10 * CLOCK_SECOND, &out, &out, &e);
    str_release(&out);
    return rc == 0;
}

static void every_row_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        char known[HOSTKEY_FINGERPRINT_MAX], path[600];
        struct str text = STR_INIT;
        struct known_hosts *k = known_hosts_new();
        expand(&text, row->file);
        known_hosts_parse(k, str_as_slice(&text));
        enum hostkey_verdict got =
            known_hosts_judge(k, row->host, row->port, str_as_slice(&blobs[row->key]), known);
        if (got != row->verdict)
            fail_msg("row %zu (%s): %s", i, row->file, hostkey_verdict_name(got));
        assert_int_equal(known[0] != '\0', got == HOSTKEY_CHANGED);
        snprintf(path, sizeof path, "%s/known", folder);
        put("known", text.p ? text.p : "");
        if (row->keygen >= 0 && keygen_finds(path, row) != row->keygen)
            fail_msg("row %zu (%s): ssh-keygen thinks otherwise", i, row->file);
        known_hosts_free(k);
        str_release(&text);
    }
}

static void hashed_names_are_found(void **state)
{
    char path[600], known[HOSTKEY_FINGERPRINT_MAX];
    struct str text = STR_INIT, out = STR_INIT;
    struct err e = ERR_INIT;
    (void)state;
    expand(&text, "web-1 %0\n[web-2]:2222 %1\n");
    put("hashed", text.p);
    snprintf(path, sizeof path, "%s/hashed", folder);
    const char *argv[] = {"ssh-keygen", "-H", "-f", path, NULL};
    assert_int_equal(child_collect(argv, 65536, 10 * CLOCK_SECOND, &out, &out, &e), 0);
    struct known_hosts *k = known_hosts_new();
    assert_int_equal(known_hosts_read(k, path, &e), 0);
    struct slice first = str_as_slice(&blobs[0]), second = str_as_slice(&blobs[1]);
    assert_int_equal(known_hosts_judge(k, "WEB-1", 22, first, known), HOSTKEY_OK);
    assert_int_equal(known_hosts_judge(k, "web-1", 22, second, known), HOSTKEY_CHANGED);
    assert_int_equal(known_hosts_judge(k, "web-2", 2222, second, known), HOSTKEY_OK);
    assert_int_equal(known_hosts_judge(k, "web-2", 22, second, known), HOSTKEY_UNKNOWN);
    assert_int_equal(known_hosts_judge(k, "web-3", 22, first, known), HOSTKEY_UNKNOWN);
    known_hosts_free(k);
    str_release(&text);
    str_release(&out);
}

static void fingerprints_equal_ssh_keygen_s(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        char path[600], print[HOSTKEY_FINGERPRINT_MAX];
        struct str out = STR_INIT;
        struct err e = ERR_INIT;
        snprintf(path, sizeof path, "%s/key%d.pub", folder, i);
        const char *argv[] = {"ssh-keygen", "-l", "-f", path, NULL};
        assert_int_equal(child_collect(argv, 65536, 10 * CLOCK_SECOND, &out, &out, &e), 0);
        hostkey_fingerprint(str_as_slice(&blobs[i]), print);
        assert_non_null(strstr(out.p, print));
        str_release(&out);
    }
}

static void known_types_come_in_file_order_and_once(void **state)
{
    char types[256];
    bool authority;
    struct str text = STR_INIT;
    struct known_hosts *k = known_hosts_new();
    (void)state;
    expand(&text, "web-1 %2\nweb-1 %0\nweb-1 %1\n@revoked web-1 %3\n@cert-authority *.corp %0\n");
    known_hosts_parse(k, str_as_slice(&text));
    known_hosts_types(k, "web-1", 22, types, sizeof types, &authority);
    assert_string_equal(types, "ecdsa-sha2-nistp256,ssh-ed25519");
    assert_false(authority);
    known_hosts_types(k, "a.corp", 22, types, sizeof types, &authority);
    assert_string_equal(types, "");
    assert_true(authority);
    known_hosts_free(k);
    str_release(&text);
}

static void bad_lines_are_counted_and_cost_no_neighbour(void **state)
{
    struct str text = STR_INIT;
    struct known_hosts *k = known_hosts_new();
    char known[HOSTKEY_FINGERPRINT_MAX];
    (void)state;
    expand(&text, "one two\n|1|bad|bad %0\n|1|x %0\nweb-1 %0\nthree\n");
    known_hosts_parse(k, str_as_slice(&text));
    assert_int_equal(known_hosts_skipped(k), 2);
    assert_int_equal(known_hosts_judge(k, "web-1", 0, str_as_slice(&blobs[0]), known), HOSTKEY_OK);
    known_hosts_free(k);
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_judged),
        cmocka_unit_test(hashed_names_are_found),
        cmocka_unit_test(fingerprints_equal_ssh_keygen_s),
        cmocka_unit_test(known_types_come_in_file_order_and_once),
        cmocka_unit_test(bad_lines_are_counted_and_cost_no_neighbour),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
