#include "core/normalise.h"

#include "core/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

static void append(struct str *out, struct slice text, utf8proc_option_t options)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t n = -1;
    if (text.n && text.n < INT32_MAX)
        n = utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &folded,
            options | UTF8PROC_STABLE);
    if (n >= 0)
        str_add(out, (const char *)folded, (size_t)n);
    else
        str_slice(out, text);
    free(folded);
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

void normalise_nfc(struct str *out, struct slice text)
{
    if (is_ascii(text))
        str_slice(out, text);
    else
        append(out, text, UTF8PROC_COMPOSE);
}

void normalise_fold(struct str *out, struct slice text)
{
    append(out, text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

size_t normalise_fold_code(int32_t code, int32_t out[NORMALISE_MAX])
{
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(code, out, NORMALISE_MAX,
        UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_DECOMPOSE, &boundary);
    if (n < 0 || n > NORMALISE_MAX) {
        out[0] = code;
        return 1;
    }
    return (size_t)n;
}

/* Decomposition gives marks in canonical order within one code point only. */
static void order_marks(int32_t *codes, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        int32_t code = codes[i];
        int order = utf8proc_get_property(code)->combining_class;
        size_t j = i;
        for (; order && j > 0 && utf8proc_get_property(codes[j - 1])->combining_class > order; j--)
            codes[j] = codes[j - 1];
        codes[j] = code;
    }
}

size_t normalise_compose(int32_t *codes, size_t n)
{
    if (n < 2)
        return n;
    order_marks(codes, n);
    utf8proc_ssize_t left =
        utf8proc_normalize_utf32(codes, (utf8proc_ssize_t)n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return left < 0 ? n : (size_t)left;
}

/* Conjoining vowels and finals of Hangul have class 0, and still join what stands before them. */
bool normalise_is_starter(int32_t code)
{
    if (code < 0x300)
        return true;
    if ((code >= 0x1160 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7ff))
        return false;
    return utf8proc_get_property(code)->combining_class == 0;
}

enum normalise_class normalise_classify(int32_t code)
{
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return CLASS_LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return CLASS_NUMBER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return CLASS_MARK;
    default:
        return CLASS_OTHER;
    }
}
