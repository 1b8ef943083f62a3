/* The acts on real hosts: sshd, nft and a beacon in namespaces that lab.sh makes. Started without
 * it, the program starts itself again inside. */
#include "core/clock.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/str.h"
#include "remote/remote.h"
#include "tests/support/cmocka.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct remote *fleet;
static struct runbooks *books;

static const char *lab(const char *name)
{
    static char paths[4][512];
    static int turn;
    char *path = paths[turn++ & 3];
    snprintf(path, sizeof paths[0], "%s/%s", getenv("LAB"), name);
    return path;
}

/* All that one order told. */
struct told {
    struct remote_result result;
    struct str values, lines, data;
    int connected, begun, ended;
};

static void hear(void *owner, const struct remote_event *event)
{
    struct told *t = owner;
    t->connected += event->kind == REMOTE_CONNECTED;
    t->begun += event->kind == REMOTE_BEGUN;
    t->ended += event->kind == REMOTE_ENDED;
    if (event->kind == REMOTE_VALUE)
        str_printf(&t->values, "%s=%.*s\n", event->name, (int)event->text.n, event->text.p);
    if (event->kind == REMOTE_LINE)
        str_printf(&t->lines, "%.*s\n", (int)event->text.n, event->text.p);
    if (event->kind == REMOTE_DATA)
        str_slice(&t->data, event->text);
}

static void forget(struct told *t)
{
    str_release(&t->values);
    str_release(&t->lines);
    str_release(&t->data);
}

static struct target *target_by(const char *name, const char *config)
{
    struct err e = ERR_INIT;
    struct target *t = NULL;
    struct target_wish wish = {.name = name};
    if (target_resolve(&t, &wish, lab(config), &e))
        fail_msg("%s", e.text);
    return t;
}

struct act {
    const char *host, *config, *runbook;
    enum runbook_step step;
    enum transport_kind transport;
    struct runbook_value values[6];
};

static int act(const struct act *a, struct told *told)
{
    size_t count = 0;
    *told = (struct told){.connected = 0};
    struct target *t = target_by(a->host, a->config ? a->config : "config");
    while (count < 6 && a->values[count].name)
        count++;
    struct remote_order order = {.target = t,
        .runbook = runbooks_find(books, a->runbook),
        .step = a->step,
        .values = a->values,
        .value_count = count,
        .transport = a->transport,
        .sink = hear,
        .owner = told};
    assert_non_null(order.runbook);
    int rc = remote_run(fleet, &order, &told->result);
    if (rc && getenv("LAB_VERBOSE"))
        fprintf(stderr, "  %s %s: %s\n%s%s", a->runbook, runbook_step_name(a->step),
            told->result.err.text, told->values.p ? told->values.p : "",
            told->lines.p ? told->lines.p : "");
    target_free(t);
    return rc;
}

static void must(const struct act *a, struct told *told)
{
    if (act(a, told))
        fail_msg("%s %s on %s: %s", a->runbook, runbook_step_name(a->step), a->host,
            told->result.err.text);
}

static bool has(const struct str *text, const char *words)
{
    return text->p && strstr(text->p, words);
}

static void must_have(const struct told *t, const char *words)
{
    if (!has(&t->values, words))
        fail_msg("no \"%s\" in:\n%s", words, t->values.p ? t->values.p : "(nothing)");
}

static bool exists(const char *name)
{
    struct stat st;
    return stat(lab(name), &st) == 0;
}

/* Waits for `holds(owner)` at most `seconds`. */
static bool within(int seconds, bool (*holds)(const void *), const void *owner)
{
    int64_t until = clock_monotonic() + seconds * CLOCK_SECOND;
    while (!holds(owner)) {
        if (clock_monotonic() > until)
            return false;
        poll(NULL, 0, 50);
    }
    return true;
}

static pid_t in_namespace(const char *name, const char *const *command)
{
    pid_t pid = fork();
    if (pid == 0) {
        const char *argv[12] = {"ip", "netns", "exec", name};
        for (int i = 0; i < 7 && command[i]; i++)
            argv[4 + i] = command[i];
        execvp("ip", (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

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

static void a_hardened_server_goes_by_the_child_by_itself(void **state)
{
    struct told t;
    (void)state;
    must(&(struct act){"t2", NULL, "preflight", STEP_SCRIPT, TRANSPORT_ANY, {{0}}}, &t);
    assert_string_equal(t.result.connection.transport, "openssh");
    assert_true(t.result.connection.reason[0] != '\0');
    forget(&t);
    assert_int_equal(
        act(&(struct act){"t2", NULL, "preflight", STEP_SCRIPT, TRANSPORT_SSH2, {{0}}}, &t), -1);
    assert_int_equal(t.result.err.code, ERR_UNSUPPORTED);
    forget(&t);
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
        .runbook = runbooks_find(books, "preflight"),
        .step = STEP_SCRIPT,
        .transport = TRANSPORT_SSH2,
        .sink = hear};
    for (int i = 0; i < COUNT; i++) {
        order.owner = &t[i];
        assert_true(remote_submit(fleet, &order, &e) > 0);
    }
    int64_t until = clock_monotonic() + 60 * CLOCK_SECOND;
    while (remote_poll(fleet, 1000, NULL, 0) && clock_monotonic() < until)
        ;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(t[i].ended, 1);
        must_have(&t[i], "root=yes");
        forget(&t[i]);
    }
    target_free(target);
}

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

static const struct act status = {"t1", NULL, "status", STEP_SCRIPT, TRANSPORT_ANY, {{0}}};

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
    must(&status, &t);
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
    must(&status, &t);
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
    int rc = act(&status, &t);
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
    must(&status, &t);
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
    assert_true(beating(&since));
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
    assert_int_equal(remote_run(fleet, &order, &t.result), -1);
    assert_int_equal(t.result.err.code, ERR_TIMEOUT);
    assert_int_equal(t.result.state, REMOTE_FAILED); /* its END was seen: it is known to be over */
    assert_true(clock_monotonic() - began < 15 * CLOCK_SECOND);
    forget(&t);
    target_free(target);
    runbook_free(r);
}

static bool died(const void *nothing)
{
    (void)nothing;
    pid_t pid = in_namespace(
        "t1", (const char *[]){"sh", "-c", "! pgrep -f 'sshd: root@notty' >/dev/null", NULL});
    int rc;
    waitpid(pid, &rc, 0);
    return rc == 0;
}

static void kill_session(void *owner, const struct remote_event *event)
{
    hear(owner, event);
    if (event->kind != REMOTE_BEGUN)
        return;
    /* the sshd that serves this very session: the newest child of t1's own */
    pid_t pid = in_namespace(
        "t1", (const char *[]){"sh", "-c",
                  "for p in $(ip netns pids t1); do case $(tr '\\0' ' ' </proc/$p/cmdline) in "
                  "'sshd: root@notty'*) kill -9 $p ;; esac; done",
                  NULL});
    waitpid(pid, NULL, 0);
}

static void a_lost_connection_is_unknown_and_never_done(void **state)
{
    struct runbook *r;
    struct err e = ERR_INIT;
    (void)state;
    (void)died;
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
        assert_int_equal(remote_run(fleet, &order, &t.result), -1);
        assert_int_equal(t.result.state, REMOTE_UNKNOWN);
        forget(&t);
        target_free(target);
    }
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

static int set_up(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    fleet = remote_new(NULL);
    if (runbooks_load(&books, NULL, NULL, NULL, &e))
        fprintf(stderr, "%s\n", e.text);
    return books ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    remote_free(fleet);
    runbooks_free(books);
    return 0;
}

static int enter_lab(const char *self)
{
    char path[4096];
    if (!realpath(self, path))
        return 1;
    if (access("tests/remote/lab.sh", R_OK)) {
        puts("skipped: run it from the top of the source tree");
        return 77;
    }
    execlp("unshare", "unshare", "-nmp", "--fork", "--kill-child", "--mount-proc", "sh",
        "tests/remote/lab.sh", path, (char *)NULL);
    puts("skipped: there is no unshare");
    return 77;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libssh2_reaches_a_host_behind_the_bastion),
        cmocka_unit_test(the_child_gives_the_same_answer),
        cmocka_unit_test(a_hardened_server_goes_by_the_child_by_itself),
        cmocka_unit_test(an_rsa_key_goes_by_the_child),
        cmocka_unit_test(a_changed_host_key_is_refused_by_both),
        cmocka_unit_test(an_unknown_host_key_is_refused_with_its_fingerprint),
        cmocka_unit_test(a_refused_login_says_so),
        cmocka_unit_test(many_orders_share_one_bastion),
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
        cmocka_unit_test(what_takes_too_long_is_stopped_on_the_host),
        cmocka_unit_test(a_lost_connection_is_unknown_and_never_done),
        cmocka_unit_test(a_stream_is_dialled_through_the_bastion),
    };
    if (!getenv("HINOMI_LAB"))
        return enter_lab(argv[0]);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    if (getenv("LAB_FILTER"))
        cmocka_set_test_filter(getenv("LAB_FILTER"));
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
