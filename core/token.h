/* Words as full text sees them, the same for FTS5 (cases/tokenizer.c) and the matcher: NFKC, case
 * folded; a run of letters and digits of one script is a word; a change of script ends it; CJK runs
 * (Han, Hiragana, Katakana, Hangul) become overlapping bigrams (a run of one character stands
 * alone). So 不審なPowerShell実行 is 不審 審な powershell 実行. Sources: UAX #15, UAX #24. */
#ifndef HINOMI_CORE_TOKEN_H
#define HINOMI_CORE_TOKEN_H

#include "core/slice.h"

/* `from`, `to`: byte range in the input. `last_of_run` is true for a lone token or a run's last
 * bigram. Return non-zero to stop; token_each then returns that value, else 0. */
typedef int token_sink(void *owner, struct slice token, size_t from, size_t to);

enum { TOKEN_MAX = 120 }; /* bytes; longer words are cut there */

int token_each(struct slice text, token_sink *sink, void *owner);

#endif
