/* Ways to a host, proved on real sshd behind a bastion: see lab.sh. Started outside, the program
 * starts itself again inside. */
#include "tests/support/lab.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void libssh2_reaches_a_host_behind_the_bastion(void **state)
{
    struct told t;
    (void)state;
    must(&(struct act){"t1", NULL, "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}}, &t);
    assert_string_equal(t.result.connection.transport, "libssh2");
    assert_string_equal(t.result.connection.key_type, "ssh-ed25519");
    assert_true(strncmp(t.result.connection.fingerprint, "SHA256:", 7) == 0);
    must_have(&t, "root=yes");
    must_have(&t, "ssh_connection=10.9.2.1 ");
    must_have(&t, "addresses=10.9.2.11");
    assert_int_equal(t.ended, 1);
    forget(&t);
}

static void the_child_gives_the_same_answer(void **state)
{
    struct told t, u;
    (void)state;
    must(&(struct act){"t1", NULL, "preflight", STEP_SCRIPT, TRANSPORT_OPENSSH, {{0}}}, &t);
    must(&(struct act){"t1", NULL, "preflight", STEP_SCRIPT, TRANSPORT_SSH2, {{0}}}, &u);
    assert_string_equal(t.result.connection.transport, "openssh");
    assert_string_equal(t.result.connection.fingerprint, u.result.connection.fingerprint);
    must_have(&t, "root=yes");
    forget(&t);
    forget(&u);
}

/* t2 takes only MACs that libssh2 1.10 lacks; old has only an RSA host key. */
static void a_server_beyond_libssh2_goes_by_the_child_by_itself(void **state)
{
    static const char *const hosts[] = {"t2", "old"};
    struct told t;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct act a = {hosts[i], NULL, "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};
        for (int again = 0; again < 2; again++) { /* the second time by memory */
            must(&a, &t);
            assert_string_equal(t.result.connection.transport, "openssh");
            assert_true(t.result.connection.reason[0] != '\0');
            forget(&t);
        }
        a.transport = TRANSPORT_SSH2;
        assert_int_equal(act(&a, &t), -1);
        assert_int_equal(t.result.err.code, ERR_UNSUPPORTED);
        forget(&t);
    }
}

static void an_rsa_key_goes_by_the_child(void **state)
{
    struct told t;
    (void)state;
    must(&(struct act){"t1", "config_rsa", "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}}, &t);
    assert_string_equal(t.result.connection.transport, "openssh");
    forget(&t);
}

/* A changed key is never a reason to try another way. */
static void a_changed_host_key_is_refused_by_both(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"t1", "config_changed", "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};
    for (a.transport = TRANSPORT_ANY; a.transport <= TRANSPORT_OPENSSH; a.transport++) {
        assert_int_equal(act(&a, &t), -1);
        assert_int_equal(t.result.err.code, ERR_HOSTKEY);
        assert_int_equal(t.result.state, REMOTE_FAILED);
        assert_int_equal(t.begun, 0);
        assert_non_null(strstr(t.result.err.text, "changed"));
        forget(&t);
    }
}

static void an_unknown_host_key_is_refused_with_its_fingerprint(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"t1", "config_without", "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};
    for (a.transport = TRANSPORT_ANY; a.transport <= TRANSPORT_OPENSSH; a.transport++) {
        assert_int_equal(act(&a, &t), -1);
        assert_int_equal(t.result.err.code, ERR_HOSTKEY);
        assert_non_null(strstr(t.result.err.text, "SHA256:"));
        forget(&t);
    }
}

static void a_refused_login_says_so(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"t1", "config_stranger", "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};
    for (a.transport = TRANSPORT_ANY; a.transport <= TRANSPORT_OPENSSH; a.transport++) {
        assert_int_equal(act(&a, &t), -1);
        assert_int_equal(t.result.err.code, ERR_AUTH);
        forget(&t);
    }
    a = (struct act){"t1", "config_locked", "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};
    assert_int_equal(act(&a, &t), -1);
    assert_non_null(strstr(t.result.err.text, "encrypted"));
    forget(&t);
}

static void many_orders_share_one_bastion(void **state)
{
    enum { COUNT = 30 };
    struct told t[COUNT] = {{.connected = 0}};
    struct err e = ERR_INIT;
    (void)state;
    struct target *target = target_by("t1", "config");
    struct remote_order order = {.target = target,
        .runbook = lab_runbook("preflight"),
        .step = STEP_SCRIPT,
        .transport = TRANSPORT_SSH2,
        .sink = hear};
    for (int i = 0; i < COUNT; i++) {
        order.owner = &t[i];
        assert_true(remote_submit(lab_fleet(), &order, &e) > 0);
    }
    int64_t until = clock_monotonic() + 60 * CLOCK_SECOND;
    while (remote_poll(lab_fleet(), 1000, NULL, 0) && clock_monotonic() < until)
        ;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(t[i].ended, 1);
        must_have(&t[i], "root=yes");
        forget(&t[i]);
    }
    target_free(target);
}

static const char slow[] = "title = Slow\nhelp = Waits.\nplatforms = linux\ndanger = reads\n"
                           "needs = root\ntimeout = 1s\n%% script\nsleep 600\necho never\n";

static void what_takes_too_long_is_stopped_on_the_host(void **state)
{
    struct told t = {.connected = 0};
    struct runbook *r;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(runbook_parse(&r, "slow", slice_of(slow), "slow", &e), 0);
    struct target *target = target_by("t1", "config");
    struct remote_order order = {
        .target = target, .runbook = r, .step = STEP_SCRIPT, .sink = hear, .owner = &t};
    int64_t began = clock_monotonic();
    assert_int_equal(remote_run(lab_fleet(), &order, &t.result), -1);
    assert_int_equal(t.result.err.code, ERR_TIMEOUT);
    assert_int_equal(t.result.state, REMOTE_FAILED); /* its END was seen: it is known to be over */
    assert_true(clock_monotonic() - began < 15 * CLOCK_SECOND);
    forget(&t);
    target_free(target);
    runbook_free(r);
}

static void kill_session(void *owner, const struct remote_event *event)
{
    hear(owner, event);
    if (event->kind != REMOTE_BEGUN)
        return;
    /* the sshd that serves this very session: the newest child of t1's own */
    pid_t pid = in_namespace("t1", (const char *[]){"sh", "-c",
                                       "for p in $(ip netns pids t1); do case $(tr '\\0' ' ' "
                                       "2>/dev/null </proc/$p/cmdline) in "
                                       "'sshd: root@notty'*) kill -9 $p ;; esac; done",
                                       NULL});
    waitpid(pid, NULL, 0);
}

static void a_lost_connection_is_unknown_and_never_done(void **state)
{
    struct runbook *r;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(runbook_parse(&r, "slow", slice_of(slow), "slow", &e), 0);
    for (int transport = TRANSPORT_SSH2; transport <= TRANSPORT_OPENSSH; transport++) {
        struct told t = {.connected = 0};
        struct target *target = target_by("t1", "config");
        struct remote_order order = {.target = target,
            .runbook = r,
            .step = STEP_SCRIPT,
            .timeout_ns = 60 * CLOCK_SECOND,
            .transport = (enum transport_kind)transport,
            .sink = kill_session,
            .owner = &t};
        assert_int_equal(remote_run(lab_fleet(), &order, &t.result), -1);
        assert_int_equal(t.result.state, REMOTE_UNKNOWN);
        forget(&t);
        target_free(target);
    }
    runbook_free(r);
}

/* 8 MiB of data and 2 MiB of noise at once, four times over one bastion session: every packet is
 * split, every window runs out, and libssh2 forgives no call out of turn. */
static const char flood[] =
    "title = Flood\nhelp = Much.\nplatforms = linux\ndanger = reads\nneeds = user\n"
    "timeout = 120s\n%% script\n"
    "yes 'this line is noise on the second stream' | head -c 2097152 >&2 &\n"
    "head -c 8388608 /dev/zero | tr '\\0' x | data flood\n"
    "wait\nvalue done yes\n";

static void floods_over_one_bastion_come_whole(void **state)
{
    enum { COUNT = 4, BYTES = 8388608 };
    struct told t[COUNT] = {{.connected = 0}};
    struct runbook *r;
    struct err e = ERR_INIT;
    (void)state;
    if (runbook_parse(&r, "flood", slice_of(flood), "flood", &e))
        fail_msg("%s", e.text);
    struct target *target = target_by("t1", "config");
    struct remote_order order = {.target = target,
        .runbook = r,
        .step = STEP_SCRIPT,
        .transport = TRANSPORT_SSH2,
        .sink = hear};
    for (int i = 0; i < COUNT; i++) {
        order.owner = &t[i];
        assert_true(remote_submit(lab_fleet(), &order, &e) > 0);
    }
    int64_t until = clock_monotonic() + 150 * CLOCK_SECOND;
    while (remote_poll(lab_fleet(), 1000, NULL, 0) && clock_monotonic() < until)
        ;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(t[i].ended, 1);
        must_have(&t[i], "done=yes");
        assert_int_equal(t[i].data.n, BYTES);
        for (size_t k = 0; k < BYTES; k++)
            if (t[i].data.p[k] != 'x')
                fail_msg("byte %zu of %d is wrong", k, i);
        forget(&t[i]);
    }
    target_free(target);
    runbook_free(r);
}

static void three_hops_are_gone_by_either_way(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"far", NULL, "preflight", STEP_SCRIPT, TRANSPORT_SSH2, {{0}}};
    for (; a.transport <= TRANSPORT_OPENSSH; a.transport++) {
        must(&a, &t);
        must_have(&t, "ssh_connection=10.9.4.11 ");
        forget(&t);
    }
}

/* The kept session to the bastion has died since: a new one is made, and nobody is told. */
static void a_dead_bastion_session_is_made_again(void **state)
{
    struct told t;
    (void)state;
    struct act a = {"t1", NULL, "preflight", STEP_SCRIPT, TRANSPORT_SSH2, {{0}}};
    must(&a, &t);
    forget(&t);
    pid_t pid = in_namespace(
        "bastion", (const char *[]){"sh", "-c",
                       "for p in $(ip netns pids bastion); do case $(tr '\\0' ' ' 2>/dev/null "
                       "</proc/$p/cmdline) in 'sshd: root'*) kill -9 $p ;; esac; done",
                       NULL});
    waitpid(pid, NULL, 0);
    must(&a, &t);
    forget(&t);
}

struct cancelling {
    struct told told;
    int64_t id;
};

static void cancel_when_begun(void *owner, const struct remote_event *event)
{
    struct cancelling *c = owner;
    hear(&c->told, event);
    if (event->kind == REMOTE_ENDED)
        c->told.result = *event->result;
    if (event->kind == REMOTE_BEGUN)
        remote_cancel(lab_fleet(), c->id);
}

static void a_cancelled_step_is_stopped_on_the_host(void **state)
{
    struct cancelling c = {.id = 0};
    struct runbook *r;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(runbook_parse(&r, "slow", slice_of(slow), "slow", &e), 0);
    struct target *target = target_by("t1", "config");
    struct remote_order order = {.target = target,
        .runbook = r,
        .step = STEP_SCRIPT,
        .timeout_ns = 300 * CLOCK_SECOND,
        .sink = cancel_when_begun,
        .owner = &c};
    c.id = remote_submit(lab_fleet(), &order, &e);
    assert_true(c.id > 0);
    int64_t until = clock_monotonic() + 20 * CLOCK_SECOND;
    while (!c.told.ended && clock_monotonic() < until)
        remote_poll(lab_fleet(), 500, NULL, 0);
    assert_int_equal(c.told.ended, 1);
    assert_int_equal(c.told.result.err.code, ERR_CANCELLED);
    assert_int_equal(c.told.result.state, REMOTE_FAILED);
    pid_t pid = in_namespace(
        "t1", (const char *[]){"sh", "-c", "! grep -qsx 'sleep.600.' /proc/[0-9]*/cmdline", NULL});
    int rc;
    waitpid(pid, &rc, 0);
    assert_int_equal(rc, 0);
    forget(&c.told);
    while (remote_poll(lab_fleet(), 200, NULL, 0) && clock_monotonic() < until)
        ;
    target_free(target);
    runbook_free(r);
}

static void a_stream_is_dialled_through_the_bastion(void **state)
{
    struct err e = ERR_INIT;
    char answer[8] = "";
    (void)state;
    struct target *bastion = target_by("bastion", "config");
    int fd = remote_dial(bastion, "10.9.2.11", 8080, 15 * CLOCK_SECOND, &e);
    if (fd < 0)
        fail_msg("%s", e.text);
    assert_int_equal(write(fd, "echo\n", 5), 5);
    struct pollfd p = {fd, POLLIN, 0};
    assert_int_equal(poll(&p, 1, 10000), 1);
    assert_int_equal(read(fd, answer, sizeof answer), 5);
    close(fd);
    assert_int_equal(remote_dial(bastion, "10.9.2.11", 9, 15 * CLOCK_SECOND, &e), -1);
    assert_int_equal(e.code, ERR_NETWORK);
    target_free(bastion);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libssh2_reaches_a_host_behind_the_bastion),
        cmocka_unit_test(the_child_gives_the_same_answer),
        cmocka_unit_test(a_server_beyond_libssh2_goes_by_the_child_by_itself),
        cmocka_unit_test(an_rsa_key_goes_by_the_child),
        cmocka_unit_test(a_changed_host_key_is_refused_by_both),
        cmocka_unit_test(an_unknown_host_key_is_refused_with_its_fingerprint),
        cmocka_unit_test(a_refused_login_says_so),
        cmocka_unit_test(many_orders_share_one_bastion),
        cmocka_unit_test(what_takes_too_long_is_stopped_on_the_host),
        cmocka_unit_test(a_lost_connection_is_unknown_and_never_done),
        cmocka_unit_test(floods_over_one_bastion_come_whole),
        cmocka_unit_test(three_hops_are_gone_by_either_way),
        cmocka_unit_test(a_dead_bastion_session_is_made_again),
        cmocka_unit_test(a_cancelled_step_is_stopped_on_the_host),
        cmocka_unit_test(a_stream_is_dialled_through_the_bastion),
    };
    int status = 0;
    (void)argc;
    if (!lab_entered(argv[0], &status))
        return status;
    if (getenv("LAB_FILTER"))
        cmocka_set_test_filter(getenv("LAB_FILTER"));
    return cmocka_run_group_tests(tests, lab_set_up, lab_tear_down);
}
