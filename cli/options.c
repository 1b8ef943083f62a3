#include "cli/options.h"

#include "core/mem.h"
#include "core/slice.h"

#include <assert.h>
#include <stdlib.h>

static int find_long(const struct option_spec *specs, struct slice name)
{
    for (int i = 0; specs[i].name; i++)
        if (slice_is(name, specs[i].name))
            return i;
    return -1;
}

static int find_letter(const struct option_spec *specs, char letter)
{
    for (int i = 0; specs[i].name; i++)
        if (specs[i].letter && specs[i].letter == letter)
            return i;
    return -1;
}

/* One option word; *at moves on when it takes the next word as its argument. */
static int take(struct options *o, int argc, char **argv, int *at, struct err *e)
{
    const char *word = argv[*at];
    const char *equal = word[1] == '-' ? strchr(word, '=') : NULL;
    struct slice name = {word + 2, equal ? (size_t)(equal - word - 2) : strlen(word) - 1};
    int i;
    if (word[1] == '-') {
        name.n = equal ? name.n : strlen(word + 2);
        i = find_long(o->specs, name);
    } else {
        i = find_letter(o->specs, word[1]);
        if (i >= 0 && word[2] && !o->specs[i].argument)
            return err_set(e, ERR_USAGE, "write -%c apart from %s", word[1], word + 2);
    }
    if (i < 0)
        return err_set(e, ERR_USAGE, "unknown option %s", word);
    if (!o->specs[i].argument) {
        if (equal)
            return err_set(e, ERR_USAGE, "--%s takes no value", o->specs[i].name);
        o->values[i] = "";
        return 0;
    }
    if (equal)
        o->values[i] = equal + 1;
    else if (word[1] != '-' && word[2])
        o->values[i] = word + 2;
    else if (*at + 1 < argc)
        o->values[i] = argv[++*at];
    else
        return err_set(e, ERR_USAGE, "--%s needs %s", o->specs[i].name, o->specs[i].argument);
    return 0;
}

int options_parse(
    struct options *o, const struct option_spec *specs, int argc, char **argv, struct err *e)
{
    bool only_operands = false;
    *o = (struct options){.specs = specs};
    o->operands = mem_zalloc((size_t)argc + 1, sizeof *o->operands);
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (only_operands || word[0] != '-' || !word[1])
            o->operands[o->count++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (take(o, argc, argv, &i, e))
            return -1;
    }
    return 0;
}

void options_release(struct options *o)
{
    free(o->operands);
    o->operands = NULL;
}

bool options_offers(const struct options *o, const char *name)
{
    return find_long(o->specs, slice_of(name)) >= 0;
}

const char *options_value(const struct options *o, const char *name)
{
    int i = find_long(o->specs, slice_of(name));
    assert(i >= 0);
    return o->values[i];
}

bool options_has(const struct options *o, const char *name)
{
    return options_value(o, name) != NULL;
}

int options_number(
    const struct options *o, const char *name, int64_t fallback, int64_t *value, struct err *e)
{
    const char *text = options_value(o, name);
    *value = fallback;
    if (text && (!slice_int(slice_of(text), value) || *value < 0))
        return err_set(e, ERR_USAGE, "--%s wants a number, not \"%s\"", name, text);
    return 0;
}
