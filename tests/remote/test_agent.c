/* Our agent client beside the real ssh-agent, and against one that lies. */
#include "remote/agent.h"

#include "core/clock.h"
#include "core/str.h"
#include "remote/child.h"
#include "remote/key_file.h"
#include "remote/known_hosts.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;
static char socket_path[100];
static struct child agent_process;

static int run(const char *const *argv)
{
    struct str out = STR_INIT;
    struct err e = ERR_INIT;
    int rc = child_collect(argv, 65536, 20 * CLOCK_SECOND, &out, &out, &e);
    str_release(&out);
    return rc;
}

static const char *in_folder(const char *name)
{
    static char path[4][600];
    static int turn;
    char *p = path[turn++ & 3];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static int set_up(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    folder = folder_new();
    snprintf(socket_path, sizeof socket_path, "%s/agent", folder);
    const char *argv[] = {"ssh-agent", "-D", "-a", socket_path, NULL};
    if (child_start(&agent_process, argv, &e))
        return -1;
    for (int i = 0; i < 200 && access(socket_path, F_OK); i++)
        poll(NULL, 0, 20);
    setenv("SSH_AUTH_SOCK", socket_path, 1);
    static const char *const types[] = {"ed25519", "rsa", "ecdsa"};
    for (int i = 0; i < 3; i++) {
        const char *path = in_folder(types[i]);
        if (run((const char *[]){"ssh-keygen", "-q", "-t", types[i], "-N", "", "-f", path, NULL}) ||
            run((const char *[]){"ssh-add", "-q", path, NULL}))
            return -1;
    }
    return run((const char *[]){
        "ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", in_folder("locked"), NULL});
}

static int tear_down(void **state)
{
    (void)state;
    child_stop(&agent_process);
    folder_remove(folder);
    return 0;
}

static void the_real_agent_lists_and_signs(void **state)
{
    struct agent *a;
    struct err e = ERR_INIT;
    unsigned char *signature, public[4096];
    size_t n;
    (void)state;
    assert_int_equal(agent_open(&a, socket_path, &e), 0);
    assert_int_equal(agent_count(a), 3);
    static const size_t sizes[] = {64, 384, 0}; /* 3072-bit RSA by default */
    for (size_t i = 0; i < 3; i++) {
        struct slice blob = agent_key_at(a, i)->blob;
        assert_int_equal(agent_sign(a, blob, SLICE("hello"), i == 1 ? AGENT_RSA_SHA2_512 : 0,
                             &signature, &n, &e),
            0);
        if (sizes[i])
            assert_int_equal(n, sizes[i]);
        free(signature);
    }
    n = key_file_public(in_folder("ed25519"), public, sizeof public);
    assert_true(slice_equal(agent_key_at(a, 0)->blob, (struct slice){(char *)public, n}));
    assert_int_equal(agent_sign(a, SLICE("no such key"), SLICE("x"), 0, &signature, &n, &e), -1);
    assert_int_equal(e.code, ERR_AUTH);
    agent_close(a);
}

static void kinds_of_key_files_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(key_file_kind(in_folder("ed25519")), KEY_USABLE);
    assert_int_equal(key_file_kind(in_folder("ecdsa")), KEY_USABLE);
    assert_int_equal(key_file_kind(in_folder("rsa")), KEY_FOREIGN);
    assert_int_equal(key_file_kind(in_folder("locked")), KEY_ENCRYPTED);
    assert_int_equal(key_file_kind(in_folder("nowhere")), KEY_ABSENT);
    assert_int_equal(
        key_file_judge(SLICE("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")), KEY_FOREIGN);
    assert_int_equal(
        key_file_judge(SLICE("-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END")), KEY_FOREIGN);
}

/* An agent that answers whatever it is asked with these bytes. */
static pid_t lying_agent(const char *path, struct slice answer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int c = accept(fd, NULL, NULL);
        ssize_t n = write(c, answer.p, answer.n);
        char byte;
        while (n >= 0 && read(c, &byte, 1) > 0)
            ;
        _exit(0);
    }
    close(fd);
    return pid;
}

static void an_agent_that_lies_is_refused(void **state)
{
    static const struct slice answers[] = {
        SLICE("\0\0\0\0"),
        SLICE("\xff\xff\xff\xff\x0c"),
        SLICE("\0\0\0\1\x05"),
        SLICE("\0\0\0\1\x0c"),
        SLICE("\0\0\0\5\x0c\0\0\0\1"),
        SLICE("\0\0\0\x09\x0c\0\0\0\1\xff\xff\xff\xff"),
        SLICE("\0\0\0\x0d\x0c\0\0\0\1\0\0\0\0\0\0\0\x09"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char path[100];
        struct agent *a = NULL;
        struct err e = ERR_INIT;
        snprintf(path, sizeof path, "%s/liar%zu", folder, i);
        pid_t pid = lying_agent(path, answers[i]);
        if (agent_open(&a, path, &e) == 0)
            fail_msg("row %zu was believed", i);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

static void a_missing_agent_is_named(void **state)
{
    struct agent *a;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(agent_open(&a, in_folder("none"), &e), -1);
    assert_int_equal(e.code, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_agent_lists_and_signs),
        cmocka_unit_test(kinds_of_key_files_are_told_apart),
        cmocka_unit_test(an_agent_that_lies_is_refused),
        cmocka_unit_test(a_missing_agent_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
