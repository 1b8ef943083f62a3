#include "tests/support/cmocka.h"

#include "tui/keymap.h"
#include "tui/view.h"

#include <stdio.h>

static const struct view_ops *const views[] = {&view_queue, &view_alert, &view_raw, &view_tree,
    &view_timeline, &view_cases, &view_case, &view_plan, &view_run, &view_runs, &view_look,
    &view_sources, &view_ledger};

static struct keymap keymap;

static bool same(const struct key_sequence *a, const struct key_sequence *b)
{
    size_t n = a->count < b->count ? a->count : b->count; /* a prefix of the other clashes too */
    for (size_t i = 0; i < n; i++) {
        if (!key_equal(a->stroke[i], b->stroke[i])) {
            return false;
        }
    }
    return n > 0;
}

static bool clash(int a, int b)
{
    for (size_t i = 0; i < keymap.count[a]; i++) {
        for (size_t k = 0; k < keymap.count[b]; k++) {
            if (same(&keymap.keys[a][i], &keymap.keys[b][k])) {
                return true;
            }
        }
    }
    return false;
}

static void test_no_key_means_two_things_within_a_view(void **state)
{
    (void)state;
    keymap_init(&keymap);
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        for (const struct view_key *a = views[v]->keys; a->command >= 0; a++) {
            for (const struct view_key *b = a + 1; b->command >= 0; b++) {
                if (a->command == b->command || clash(a->command, b->command)) {
                    fail_msg("%s: %s and %s", views[v]->name, command_of(a->command)->name,
                        command_of(b->command)->name);
                }
            }
        }
    }
}

static void test_what_reaches_out_lives_under_x_or_the_palette_only(void **state)
{
    (void)state;
    keymap_init(&keymap);
    for (int id = 0; id < COMMAND_COUNT; id++) {
        for (size_t i = 0; i < keymap.count[id]; i++) {
            bool under_x = keymap.keys[id][i].stroke[0].key == 'x';
            bool reaches = command_of(id)->danger == DANGER_REACHES;
            if (under_x != reaches) {
                fail_msg("%s", command_of(id)->name);
            }
        }
    }
}

static void test_every_footer_entry_has_a_key_or_is_a_palette_command(void **state)
{
    char key[KEY_TEXT_MAX];
    (void)state;
    keymap_init(&keymap);
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        for (const struct view_key *k = views[v]->keys; k->command >= 0; k++) {
            if (k->label && k->command != COMMAND_EXPORT &&
                !*keymap_key(&keymap, k->command, key)) {
                fail_msg("%s: %s", views[v]->name, command_of(k->command)->name);
            }
        }
    }
}

static void test_every_command_has_words_and_a_name_of_its_own(void **state)
{
    (void)state;
    for (int id = 0; id < COMMAND_COUNT; id++) {
        const struct command *c = command_of(id);
        assert_true(c->name && *c->name && c->help && *c->help && c->group);
        assert_int_equal(command_find(c->name), id);
    }
}

static void test_every_key_of_the_table_is_a_key(void **state)
{
    (void)state;
    keymap_init(&keymap);
    for (int id = 0; id < COMMAND_COUNT; id++) {
        const char *keys = command_of(id)->keys;
        size_t words = 0;
        for (const char *p = keys; p && *p; p++) {
            words += *p != ' ' && (p == keys || p[-1] == ' ');
        }
        assert_int_equal(keymap.count[id], words);
    }
}

static void test_prefixes_wait_and_sequences_fire(void **state)
{
    const int commands[] = {COMMAND_GO_QUEUE, COMMAND_NEXT, -1};
    struct key_sequence typed;
    int command = -1;
    (void)state;
    keymap_init(&keymap);
    assert_true(keys_parse(SLICE("g"), &typed));
    assert_int_equal(
        keymap_find(&keymap, &(struct keymap_query){commands, &typed}, &command), KEYMAP_PREFIX);
    assert_true(keys_parse(SLICE("gq"), &typed));
    assert_int_equal(
        keymap_find(&keymap, &(struct keymap_query){commands, &typed}, &command), KEYMAP_COMMAND);
    assert_int_equal(command, COMMAND_GO_QUEUE);
    assert_true(keys_parse(SLICE("Ctrl-X"), &typed));
    assert_int_equal(
        keymap_find(&keymap, &(struct keymap_query){commands, &typed}, &command), KEYMAP_NONE);
}

static int warned_line;
static void warned(void *owner, int line, const char *text)
{
    (void)owner;
    (void)text;
    warned_line = line;
}

static void test_a_users_file_moves_keys_but_never_an_act_on_a_host(void **state)
{
    char key[KEY_TEXT_MAX];
    (void)state;
    keymap_init(&keymap);
    keymap_read(&keymap, SLICE("# mine\nclaim = K\ncontain = e\n"), warned, NULL);
    assert_string_equal(keymap_key(&keymap, ACT_CLAIM, key), "K");
    assert_int_equal(warned_line, 3);
    assert_string_equal(keymap_key(&keymap, COMMAND_CONTAIN, key), "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_key_means_two_things_within_a_view),
        cmocka_unit_test(test_what_reaches_out_lives_under_x_or_the_palette_only),
        cmocka_unit_test(test_every_footer_entry_has_a_key_or_is_a_palette_command),
        cmocka_unit_test(test_every_command_has_words_and_a_name_of_its_own),
        cmocka_unit_test(test_every_key_of_the_table_is_a_key),
        cmocka_unit_test(test_prefixes_wait_and_sequences_fire),
        cmocka_unit_test(test_a_users_file_moves_keys_but_never_an_act_on_a_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
