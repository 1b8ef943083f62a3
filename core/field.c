#include "core/field.h"

const struct field_info field_table[FIELD_COUNT] = {
#define FIELD_ROW(id, name, alias, type, many, storage, text, help)                                \
    [FIELD_##id] = {name, alias, TYPE_##type, many, STORE_##storage, text, help},
    FIELD_LIST(FIELD_ROW)
#undef FIELD_ROW
};

enum field field_find(struct slice name)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        if (slice_equal_nocase(name, slice_of(field_table[f].name)) ||
            (field_table[f].alias && slice_equal_nocase(name, slice_of(field_table[f].alias))))
            return (enum field)f;
    return FIELD_NONE;
}

enum { NEAREST_MAX = 64 };

/* Optimal string alignment without transpositions; bounded by NEAREST_MAX on both sides. */
static size_t edit_distance(struct slice a, struct slice b)
{
    size_t row[NEAREST_MAX + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t substitute = diagonal + ((a.p[i - 1] | 32) != (b.p[j - 1] | 32));
            diagonal = row[j];
            size_t least = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = substitute < least + 1 ? substitute : least + 1;
        }
    }
    return row[b.n];
}

static size_t distance(struct slice name, const char *candidate)
{
    struct slice c = slice_of(candidate);
    if (!candidate || c.n > NEAREST_MAX)
        return SIZE_MAX;
    return edit_distance(name, c);
}

enum field field_nearest(struct slice name)
{
    enum field best = FIELD_NONE;
    size_t least = name.n / 3 + 2;
    if (name.n == 0 || name.n > NEAREST_MAX)
        return FIELD_NONE;
    for (int f = 0; f < FIELD_COUNT; f++) {
        size_t by_name = distance(name, field_table[f].name);
        size_t by_alias = distance(name, field_table[f].alias);
        size_t d = by_name < by_alias ? by_name : by_alias;
        if (d < least) {
            least = d;
            best = (enum field)f;
        }
    }
    return best;
}
