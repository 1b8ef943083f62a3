/* The built-in runbooks on a real host: sshd, nft and a beacon in the namespaces of lab.sh. */
#include "core/hash.h"
#include "tests/support/lab.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool beating(const void *since)
{
    char text[32] = "";
    int fd = open(lab("beat"), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    return n > 0 && strtoll(text, NULL, 10) > *(const int64_t *)since;
}

static bool was_cut(const void *nothing)
{
    (void)nothing;
    return exists("beacon_cut");
}

static pid_t start_beacon(void)
{
    int64_t since = 0;
    unlink(lab("beat"));
    unlink(lab("beacon_cut"));
    pid_t pid = in_namespace("t1", (const char *[]){lab("beacon"), lab("beacon.sh"), NULL});
    assert_true(within(10, beating, &since));
    return pid;
}

static const struct act ask_status = {"t1", NULL, "status", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};

static void isolate_with(const char *method, enum transport_kind transport)
{
    struct told t;
    pid_t beacon = start_beacon();
    struct act a = {"t1", NULL, "isolate", STEP_SCRIPT, transport,
        {{"deadman", "60"}, {"lease", "3600"}, {"controls", "10.9.4.99:4444,10.9.4.99:9"},
            {"method", method}, {"reason", "it's a test; $(touch /run/pwned) `id`"}}};
    must(&a, &t);
    must_have(&t, "control.10.9.4.99:4444=before=open");
    must_have(&t, "isolation=not-committed");
    forget(&t);
    assert_true(within(10, was_cut, NULL)); /* reset, not starved */
    a.step = STEP_VERIFY;
    must(&a, &t);
    must_have(&t, "proof.10.9.4.99:4444=from=host before=open after=refused proved=yes");
    assert_false(has(&t.values, "10.9.4.99:9=")); /* it was never open: no proof */
    must_have(&t, "proved=yes");
    must_have(&t, "deadman=armed");
    forget(&t);
    a.step = STEP_COMMIT;
    must(&a, &t);
    must_have(&t, "isolation=isolated");
    forget(&t);
    must(&ask_status, &t);
    must_have(&t, "isolation=isolated");
    must_have(&t, "deadman=armed"); /* the end of the lease */
    assert_true(has(&t.lines, "Why:     it's a test; $(touch /run/pwned) `id`"));
    forget(&t);
    assert_true(access("/run/pwned", F_OK) != 0);
    a.step = STEP_SCRIPT; /* once more changes nothing for the worse, and keeps the control */
    must(&a, &t);
    forget(&t);
    a.step = STEP_VERIFY;
    must(&a, &t);
    must_have(&t, "proved=yes");
    forget(&t);
    must(&(struct act){"t1", NULL, "release", STEP_SCRIPT, transport, {{0}}}, &t);
    must_have(&t, "isolation=open");
    forget(&t);
    must(&ask_status, &t);
    must_have(&t, "isolation=open");
    must_have(&t, "deadman=none");
    forget(&t);
    end(beacon);
    end(start_beacon()); /* the way out is open again */
}

static void isolation_cuts_the_beacon_and_keeps_our_way(void **state)
{
    (void)state;
    isolate_with("nft", TRANSPORT_ANY);
}

static void isolation_works_over_the_child_too(void **state)
{
    (void)state;
    isolate_with("auto", TRANSPORT_OPENSSH);
}

static void isolation_works_by_iptables(void **state)
{
    (void)state;
    isolate_with("iptables", TRANSPORT_ANY);
}

static bool reachable(const void *nothing)
{
    struct told t;
    (void)nothing;
    int rc = act(&ask_status, &t);
    bool open = has(&t.values, "isolation=open");
    forget(&t);
    return rc == 0 && open;
}

/* The way that was kept open is a wrong one: nobody can reach the host, until it frees itself. */
static void a_wrong_responder_is_undone_by_the_dead_man(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"t1", NULL, "isolate", STEP_SCRIPT, TRANSPORT_ANY,
        {{"deadman", "6"}, {"responder", "198.51.100.9"}}};
    int64_t began = clock_monotonic();
    /* its answer was cut off with the rest: what happened is not known, and not called done */
    assert_int_equal(act(&a, &t), -1);
    assert_int_equal(t.result.state, REMOTE_UNKNOWN);
    forget(&t);
    assert_true(within(60, reachable, NULL));
    assert_true(clock_monotonic() - began > 5 * CLOCK_SECOND);
}

static void an_uncommitted_isolation_lifts_itself(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"t1", NULL, "isolate", STEP_SCRIPT, TRANSPORT_ANY, {{"deadman", "5"}}};
    must(&a, &t);
    forget(&t);
    must(&ask_status, &t);
    must_have(&t, "isolation=not-committed");
    forget(&t);
    assert_true(within(15, reachable, NULL));
}

static void a_lease_ends_by_itself(void **state)
{
    struct told t;
    (void)state;
    struct act a = {
        "t1", NULL, "isolate", STEP_SCRIPT, TRANSPORT_ANY, {{"deadman", "30"}, {"lease", "4"}}};
    must(&a, &t);
    forget(&t);
    a.step = STEP_COMMIT;
    must(&a, &t);
    forget(&t);
    assert_true(within(15, reachable, NULL));
}

static bool gone(const void *pid)
{
    return waitpid(*(const pid_t *)pid, NULL, WNOHANG) == *(const pid_t *)pid;
}

static void process_facts(pid_t pid, char start[24], char sha256[65])
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    assert_true(n > 0);
    text[n] = '\0';
    char *at = strrchr(text, ')') + 2;
    for (int i = 3; i < 22; i++)
        at = strchr(at, ' ') + 1;
    snprintf(start, 24, "%.*s", (int)strcspn(at, " "), at);
    struct str bytes = STR_INIT;
    char buffer[65536];
    fd = open(lab("beacon"), O_RDONLY | O_CLOEXEC);
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        str_add(&bytes, buffer, (size_t)n);
    close(fd);
    hash_sha256_hex(str_as_slice(&bytes), sha256);
    str_release(&bytes);
}

static void only_the_very_process_is_killed(void **state)
{
    struct told t;
    char pid_text[24], start[24], sha256[65], wrong[65];
    (void)state;
    pid_t pid = start_beacon();
    snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
    process_facts(pid, start, sha256);
    memset(wrong, 'a', 64);
    wrong[64] = '\0';
    struct act a = {"t1", NULL, "kill-process", STEP_SCRIPT, TRANSPORT_ANY, {{"pid", pid_text}}};
    assert_int_equal(act(&a, &t), -1); /* a pid alone is no identity */
    forget(&t);
    a.values[1] = (struct runbook_value){"start", "12345"};
    assert_int_equal(act(&a, &t), -1);
    assert_non_null(strstr(t.result.err.text, "another time"));
    forget(&t);
    a.values[1] = (struct runbook_value){"start", start};
    a.values[2] = (struct runbook_value){"sha256", wrong};
    assert_int_equal(act(&a, &t), -1);
    assert_int_equal(t.result.state, REMOTE_FAILED);
    forget(&t);
    int64_t since = 0;
    assert_true(within(10, beating, &since)); /* the file is empty for a moment at each beat */
    assert_false(gone(&pid));
    a.values[2] = (struct runbook_value){"sha256", sha256};
    must(&a, &t);
    must_have(&t, sha256);
    must_have(&t, "killed=");
    forget(&t);
    assert_true(within(5, gone, &pid));
    a.step = STEP_VERIFY;
    must(&a, &t);
    forget(&t);
}

static void hash_of(const char *bytes, char out[65])
{
    hash_sha256_hex(slice_of(bytes), out);
}

static void put_file(const char *path, const char *bytes, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
    fchmod(fd, mode);
    close(fd);
}

static void a_file_is_put_away_and_brought_back(void **state)
{
    static const char *const names[] = {"plain", "with blank", "it's", "$(touch pwned)",
        "`id`;rm -rf x", "-rf", "tab\there", "new\nline", "quote\"s",
        "\xe4\xb8\x8d\xe5\xaf\xa9 \xff", "end\n"};
    char path[600], sha256[65];
    struct stat st;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct told t;
        snprintf(path, sizeof path, "%s/%s", getenv("LAB"), names[i]);
        put_file(path, names[i], 04755);
        hash_of(names[i], sha256);
        struct act a = {"t1", NULL, "quarantine-file", STEP_SCRIPT, TRANSPORT_ANY,
            {{"path", path}, {"sha256", sha256}}};
        must(&a, &t);
        forget(&t);
        assert_true(lstat(path, &st) != 0);
        a = (struct act){
            "t1", NULL, "restore-file", STEP_SCRIPT, TRANSPORT_ANY, {{"sha256", sha256}}};
        must(&a, &t);
        forget(&t);
        assert_int_equal(lstat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 04755);
        assert_int_equal((int)st.st_size, (int)strlen(names[i]));
        assert_int_equal(act(&a, &t), -1); /* nothing is overwritten */
        forget(&t);
        unlink(path);
    }
    assert_false(exists("pwned"));
}

static void another_file_or_a_link_is_left_alone(void **state)
{
    struct told t;
    char sha256[65], path[600];
    (void)state;
    snprintf(path, sizeof path, "%s/victim", getenv("LAB"));
    put_file(path, "innocent", 0644);
    hash_of("guilty", sha256);
    struct act a = {"t1", NULL, "quarantine-file", STEP_SCRIPT, TRANSPORT_ANY,
        {{"path", path}, {"sha256", sha256}}};
    assert_int_equal(act(&a, &t), -1);
    assert_non_null(strstr(t.result.err.text, "SHA-256"));
    forget(&t);
    assert_true(exists("victim"));
    assert_int_equal(symlink(path, lab("link")), 0);
    a.values[0].value = lab("link");
    assert_int_equal(act(&a, &t), -1);
    forget(&t);
    a.values[0].value = "/bin/sh";
    assert_int_equal(act(&a, &t), -1);
    forget(&t);
}

static void evidence_comes_whole_and_leaves_nothing(void **state)
{
    struct told t;
    char sha256[65], words[80];
    (void)state;
    struct act a = {"t1", NULL, "collect", STEP_SCRIPT, TRANSPORT_ANY, {{"case", "C-7"}}};
    must(&a, &t);
    assert_true(t.data.n > 10240 && t.data.n % 512 == 0);
    hash_sha256_hex(str_as_slice(&t.data), sha256);
    snprintf(words, sizeof words, "sha256=%s", sha256);
    must_have(&t, words);
    put_file(lab("collect.tar"), "", 0600);
    int fd = open(lab("collect.tar"), O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, t.data.p, t.data.n), (ssize_t)t.data.n);
    close(fd);
    forget(&t);
    pid_t pid = in_namespace("op", (const char *[]){"sh", "-c",
                                       "mkdir $LAB/c && cd $LAB/c && tar xf ../collect.tar && "
                                       "sha256sum -c --quiet SHA256SUMS && "
                                       "grep -q 'case=C-7' ABOUT && test -s 10-ps && ! ls -d "
                                       "/run/hinomi-collect.* /dev/shm/hinomi-c*",
                                       NULL});
    int rc;
    waitpid(pid, &rc, 0);
    assert_int_equal(rc, 0);
}

static void look_tells_of_processes_and_sockets(void **state)
{
    struct told t;
    (void)state;
    pid_t beacon = start_beacon();
    must(&(struct act){"t1", NULL, "look", STEP_SCRIPT, TRANSPORT_ANY, {{0}}}, &t);
    assert_true(has(&t.lines, "beacon.sh"));
    assert_true(has(&t.lines, "socket\ttcp\tESTAB\t10.9.4.11:"));
    assert_true(has(&t.lines, "10.9.4.99:4444"));
    forget(&t);
    end(beacon);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolation_cuts_the_beacon_and_keeps_our_way),
        cmocka_unit_test(isolation_works_over_the_child_too),
        cmocka_unit_test(isolation_works_by_iptables),
        cmocka_unit_test(a_wrong_responder_is_undone_by_the_dead_man),
        cmocka_unit_test(an_uncommitted_isolation_lifts_itself),
        cmocka_unit_test(a_lease_ends_by_itself),
        cmocka_unit_test(only_the_very_process_is_killed),
        cmocka_unit_test(a_file_is_put_away_and_brought_back),
        cmocka_unit_test(another_file_or_a_link_is_left_alone),
        cmocka_unit_test(evidence_comes_whole_and_leaves_nothing),
        cmocka_unit_test(look_tells_of_processes_and_sockets),
    };
    int status = 0;
    (void)argc;
    if (!lab_entered(argv[0], &status))
        return status;
    if (getenv("LAB_FILTER"))
        cmocka_set_test_filter(getenv("LAB_FILTER"));
    return cmocka_run_group_tests(tests, lab_set_up, lab_tear_down);
}
