/* Unicode normal forms (UAX #15): the only door to utf8proc. */
#ifndef HINOMI_CORE_NORMALISE_H
#define HINOMI_CORE_NORMALISE_H

#include "core/str.h"

/* A decomposition of one code point at most; Unicode's longest is 18 (U+FDFA). */
enum { NORMALISE_MAX = 24 };

/* Appends the NFC of `text`; what is not valid UTF-8 is appended as it is. */
void normalise_nfc(struct str *out, struct slice text);

/* Appends NFKC with case folded and ignorable characters dropped: two texts that a reader takes for
 * the same word fold to the same bytes. What is not valid UTF-8 is appended as it is. */
void normalise_fold(struct str *out, struct slice text);

/* The folded, compatibility-decomposed code points of one; 0 if it is ignorable. */
size_t normalise_fold_code(int32_t code, int32_t out[NORMALISE_MAX]);

/* Orders marks and composes in place; returns how many are left. */
size_t normalise_compose(int32_t *codes, size_t n);

/* Does the code point begin a sequence of its own, whatever stands before it? */
bool normalise_is_starter(int32_t code);

enum normalise_class { CLASS_OTHER, CLASS_LETTER, CLASS_NUMBER, CLASS_MARK };
enum normalise_class normalise_classify(int32_t code);

#endif
