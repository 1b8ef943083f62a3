#include "tests/support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *folder_new(void)
{
    const char *base = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/hinomi-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path))
        abort();
    return strdup(path);
}

static int forget(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void folder_remove(char *path)
{
    nftw(path, forget, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}
