/* The practice range as a test bed: brought up beside the test program's build, asked, taken down.
 * A range that the machine cannot have is a skip with the range's own words. */
#ifndef HINOMI_TESTS_SUPPORT_PRACTICE_H
#define HINOMI_TESTS_SUPPORT_PRACTICE_H

#include "core/str.h"

struct practice {
    char dir[64], program[4096]; /* its folder; path of build/hinomi-range */
};

/* 0: it is up, nothing has played yet; 77: not on this machine (said on stdout); 1: failed. */
int practice_up(struct practice *r);
void practice_down(struct practice *r);

/* Runs `hinomi-range WORDS…` on it and returns the exit status; `out` (may be NULL) gets what it
 * printed. The folder is named by HINOMI_RANGE_DIR. */
int practice_ask(const struct practice *r, struct str *out, const char *const *words);
/* The same until it ends with this status, at most so many seconds. */
bool practice_until(const struct practice *r, int status, int seconds, const char *const *words);

#endif
