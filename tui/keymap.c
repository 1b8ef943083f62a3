#include "tui/keymap.h"

#include <stdio.h>

static void add_keys(struct keymap *k, int id, const char *keys)
{
    struct slice rest = slice_of(keys ? keys : "");
    while (rest.n > 0) {
        rest = slice_trim(rest);
        struct slice word = {rest.p, 0};
        while (word.n < rest.n && word.p[word.n] != ' ') {
            word.n++;
        }
        rest.p += word.n;
        rest.n -= word.n;
        if (word.n > 0 && k->count[id] < KEYS_PER_COMMAND &&
            keys_parse(word, &k->keys[id][k->count[id]])) {
            k->count[id]++;
        }
    }
}

void keymap_init(struct keymap *k)
{
    *k = (struct keymap){.count = {0}};
    for (int id = 0; id < COMMAND_COUNT; id++) {
        add_keys(k, id, command_of(id)->keys);
    }
}

static void set_line(struct keymap *k, struct slice name, struct slice value, const char **fault)
{
    char word[64], keys[128];
    snprintf(word, sizeof word, "%.*s", (int)(name.n < 60 ? name.n : 60), name.p);
    snprintf(keys, sizeof keys, "%.*s", (int)(value.n < 120 ? value.n : 120), value.p);
    int id = command_find(word);
    if (id < 0) {
        *fault = "no such command";
        return;
    }
    struct keymap fresh = {.count = {0}};
    if (strcmp(keys, "none") != 0) {
        add_keys(&fresh, id, keys);
        if (fresh.count[id] == 0) {
            *fault = "no such key";
            return;
        }
    }
    for (size_t i = 0; i < fresh.count[id]; i++) {
        bool under_x = key_equal(fresh.keys[id][i].stroke[0], (struct key_stroke){'x', 0});
        if (under_x != (command_of(id)->danger == DANGER_REACHES)) {
            *fault = "acts that reach out live under x, and nothing else does";
            return;
        }
    }
    k->count[id] = fresh.count[id];
    for (size_t i = 0; i < fresh.count[id]; i++) {
        k->keys[id][i] = fresh.keys[id][i];
    }
}

void keymap_read(struct keymap *k, struct slice text, keymap_warning *warn, void *owner)
{
    for (int line = 1; text.n > 0; line++) {
        const char *end = memchr(text.p, '\n', text.n);
        struct slice row = {text.p, end ? (size_t)(end - text.p) : text.n};
        text.p += row.n + (end != NULL);
        text.n -= row.n + (end != NULL);
        row = slice_trim(row);
        if (row.n == 0 || row.p[0] == '#') {
            continue;
        }
        const char *fault = NULL;
        const char *equals = memchr(row.p, '=', row.n);
        if (!equals) {
            fault = "not \"command = keys\"";
        } else {
            struct slice name = {row.p, (size_t)(equals - row.p)};
            struct slice value = {equals + 1, row.n - name.n - 1};
            set_line(k, slice_trim(name), slice_trim(value), &fault);
        }
        if (fault && warn) {
            warn(owner, line, fault);
        }
    }
}

static enum keymap_result compare(const struct key_sequence *keys, const struct key_sequence *typed)
{
    if (typed->count > keys->count) {
        return KEYMAP_NONE;
    }
    for (size_t i = 0; i < typed->count; i++) {
        if (!key_equal(keys->stroke[i], typed->stroke[i])) {
            return KEYMAP_NONE;
        }
    }
    return typed->count == keys->count ? KEYMAP_COMMAND : KEYMAP_PREFIX;
}

enum keymap_result keymap_find(const struct keymap *k, const struct keymap_query *q, int *command)
{
    enum keymap_result best = KEYMAP_NONE;
    for (const int *id = q->commands; *id >= 0; id++) {
        for (size_t i = 0; i < k->count[*id]; i++) {
            enum keymap_result r = compare(&k->keys[*id][i], q->typed);
            if (r == KEYMAP_COMMAND) {
                *command = *id;
                return r;
            }
            best = r == KEYMAP_PREFIX ? r : best;
        }
    }
    return best;
}

const char *keymap_key(const struct keymap *k, int command, char out[KEY_TEXT_MAX])
{
    out[0] = '\0';
    return k->count[command] ? keys_text(&k->keys[command][0], out) : out;
}
