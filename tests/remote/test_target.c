#include "remote/target.h"

#include "remote/ssh_config.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder;
static char config[600];

static const char text[] =
    "Host inner\n HostName 192.0.2.9\n User deploy\n Port 2022\n ProxyJump outer,middle\n"
    " IdentityFile ~/.ssh/a\n IdentityFile /keys/b\n HostKeyAlias Inner-Alias\n"
    "Host outer\n HostName 198.51.100.1\n User gate\n"
    "Host middle\n HostName 198.51.100.2\n ProxyJump nowhere\n"
    "Host round\n ProxyJump trip\nHost trip\n ProxyJump round\n"
    "Host h1\n ProxyJump h2\nHost h2\n ProxyJump h3\nHost h3\n ProxyJump h4\nHost h4\n ProxyJump "
    "h5\n"
    "Host piped\n ProxyCommand nc %h %p\n"
    "Host plain\n ProxyJump none\n IdentityAgent none\n"
    "Host *\n UserKnownHostsFile /known/a /known/b\n GlobalKnownHostsFile /known/c\n";

static int set_up(void **state)
{
    (void)state;
    folder = folder_new();
    snprintf(config, sizeof config, "%s/config", folder);
    int fd = open(config, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ssize_t n = write(fd, text, sizeof text - 1);
    close(fd);
    return n == (ssize_t)sizeof text - 1 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(folder);
    return 0;
}

static void names_that_ssh_could_misread_are_refused(void **state)
{
    static const char *const bad[] = {"", "-oProxyCommand=x", "-v", "a b", "a;id", "$(id)", "`id`",
        "a/b", "a\nb", "a%h", "a'b", "a\"b", "..", ".a", "_a", "a:b", "::g", "\xe3\x81\x82", "a@b"};
    static const char *const good[] = {
        "a", "web-1", "web_1.example.com", "192.0.2.1", "2001:db8::1", "7host", "A.B"};
    static const char *const bad_users[] = {
        "", "-l", "1a", "a b", "a;b", "root$$", "$", "a@b", "abcdefghijklmnopqrstuvwxyz0123456"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (target_host_valid(bad[i]))
            fail_msg("taken: %s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(target_host_valid(good[i]));
    for (size_t i = 0; i < sizeof bad_users / sizeof *bad_users; i++)
        if (target_user_valid(bad_users[i]))
            fail_msg("taken: %s", bad_users[i]);
    assert_true(target_user_valid("root"));
    assert_true(target_user_valid("_apt"));
    assert_true(target_user_valid("web-1$"));
    assert_false(target_port_valid(0));
    assert_false(target_port_valid(65536));
    char longest[256];
    memset(longest, 'a', sizeof longest);
    longest[253] = '\0';
    assert_true(target_host_valid(longest));
    longest[253] = 'a';
    longest[254] = '\0';
    assert_false(target_host_valid(longest));
}

static struct target *resolved(const struct target_wish *w)
{
    struct err e = ERR_INIT;
    struct target *t = NULL;
    if (target_resolve(&t, w, config, &e))
        fail_msg("%s", e.text);
    return t;
}

static void the_way_of_the_user_s_own_configuration_is_taken(void **state)
{
    (void)state;
    struct target *t = resolved(&(struct target_wish){.name = "inner"});
    assert_int_equal(t->hop_count, 3); /* middle's own jump does not count behind outer */
    assert_string_equal(t->hops[0].address, "198.51.100.1");
    assert_string_equal(t->hops[0].user, "gate");
    assert_string_equal(t->hops[1].name, "middle");
    const struct target_hop *last = target_last(t);
    assert_string_equal(last->address, "192.0.2.9");
    assert_string_equal(last->user, "deploy");
    assert_int_equal(last->port, 2022);
    assert_string_equal(last->alias, "inner-alias");
    assert_true(last->is_aliased);
    assert_true(strstr(last->identities[0], "/.ssh/a") && last->identities[0][0] != '~');
    assert_string_equal(last->identities[1], "/keys/b");
    assert_string_equal(last->known_hosts[0], "/known/c");
    assert_string_equal(last->known_hosts[2], "/known/b");
    target_free(t);
}

static void the_inventory_wins_over_the_configuration(void **state)
{
    (void)state;
    struct target_wish via = {.name = "outer", .user = "other", .port = 2200};
    struct target *t = resolved(&(struct target_wish){.name = "inner",
        .address = "203.0.113.5",
        .user = "admin",
        .identity = "/keys/x",
        .port = 22,
        .via = &via});
    assert_int_equal(t->hop_count, 2);
    assert_string_equal(t->hops[0].user, "other");
    assert_int_equal(t->hops[0].port, 2200);
    assert_string_equal(target_last(t)->address, "203.0.113.5");
    assert_string_equal(target_last(t)->identities[0], "/keys/x");
    assert_null(target_last(t)->identities[1]);
    assert_int_equal(target_last(t)->port, 22);
    target_free(t);
}

static void circles_and_long_ways_are_refused(void **state)
{
    static const char *const names[] = {"round", "h1"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct err e = ERR_INIT;
        struct target *t = NULL;
        assert_int_equal(
            target_resolve(&t, &(struct target_wish){.name = names[i]}, config, &e), -1);
        assert_int_equal(e.code, ERR_CONFIG);
    }
    struct err e = ERR_INIT;
    struct target *t = NULL;
    assert_int_equal(
        target_resolve(&t, &(struct target_wish){.name = "-oProxyCommand=touch x"}, config, &e),
        -1);
    assert_int_equal(e.code, ERR_USAGE);
}

static void what_only_ssh_can_do_is_named(void **state)
{
    (void)state;
    struct target *t = resolved(&(struct target_wish){.name = "piped"});
    assert_non_null(strstr(target_last(t)->needs_child, "ProxyCommand"));
    target_free(t);
    t = resolved(&(struct target_wish){.name = "plain"});
    assert_int_equal(t->hop_count, 1);
    assert_null(target_last(t)->needs_child);
    assert_null(target_last(t)->agent);
    target_free(t);
}

static void jumps_are_read_in_every_shape(void **state)
{
    static const struct {
        const char *text, *user, *host;
        int port, rc;
    } shapes[] = {
        {"gate", "", "gate", 0, 0},
        {"a@gate:2022", "a", "gate", 2022, 0},
        {"ssh://a@gate:22", "a", "gate", 22, 0},
        {"[2001:db8::1]:2022", "", "2001:db8::1", 2022, 0},
        {"2001:db8::1", "", "2001:db8::1", 0, 0},
        {"u@[2001:db8::1]", "u", "2001:db8::1", 0, 0},
        {"gate:0", "", "", 0, -1},
        {"gate:99999", "", "", 0, -1},
        {"gate:x", "", "", 0, -1},
        {"@gate", "", "", 0, -1},
        {"", "", "", 0, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct ssh_jump j;
        assert_int_equal(ssh_jump_parse(&j, slice_of(shapes[i].text)), shapes[i].rc);
        if (shapes[i].rc)
            continue;
        assert_string_equal(j.user, shapes[i].user);
        assert_string_equal(j.host, shapes[i].host);
        assert_int_equal(j.port, shapes[i].port);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_ssh_could_misread_are_refused),
        cmocka_unit_test(the_way_of_the_user_s_own_configuration_is_taken),
        cmocka_unit_test(the_inventory_wins_over_the_configuration),
        cmocka_unit_test(circles_and_long_ways_are_refused),
        cmocka_unit_test(what_only_ssh_can_do_is_named),
        cmocka_unit_test(jumps_are_read_in_every_shape),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
