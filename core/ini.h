/* Configuration text: "[word name]" lines, "key = value" lines, comments. Reads only.
 * A comment is a line that begins with ; or #, or what follows a blank, ; or #, and a blank (so
 * that
 * "#ff6b6b" and "a;b" are values). "…" keeps blanks and comment signs; inside it \" \\ \n \t are
 * escapes. Text is UTF-8 without NUL; a byte order mark and CRLF are taken. A section that is
 * written twice goes on; a key that stands twice in one is an error that names both lines. */
#ifndef HINOMI_CORE_INI_H
#define HINOMI_CORE_INI_H

#include "core/arena.h"
#include "core/err.h"

enum { INI_VALUE_MAX = 65536, INI_KEYS_MAX = 4096, INI_SECTIONS_MAX = 4096 };

struct ini_entry {
    const char *section; /* what stands between [ and ], trimmed; NULL before the first section */
    const char *key, *value; /* value "" when nothing stands after the = */
    int line;
    struct ini_entry *next; /* of the same section, in the order of the file */
};

struct ini_section {
    const char *title;       /* "source siem"; NULL for what stands before the first [ ] */
    const char *word, *name; /* "source", "siem": split at the first blanks; name "" if none */
    int line;                /* of its first [ ] */
    struct ini_entry *entries;
    struct ini_section *next;
};

struct ini {
    struct arena arena;           /* owns all strings */
    const char *file;             /* as given, copied */
    struct ini_section *sections; /* in the order of the file */
};

/* `file` is for messages only. On failure err is ERR_CONFIG, "FILE:LINE: what", and *out is empty
 * (releasing it is allowed). */
int ini_parse(struct ini *out, const char *file, struct slice text, struct err *e);
void ini_release(struct ini *i);

/* NULL if there is none. `name` NULL: the first section with that word. */
const struct ini_section *ini_section(const struct ini *i, const char *word, const char *name);
const struct ini_entry *ini_find(const struct ini_section *s, const char *key);

/* The same file entry by entry, in order; strings live until ini_read returns. The sink's -1 ends
 * the reading and is returned, with the sink's own words in err. */
typedef int ini_sink(void *owner, const struct ini_entry *entry, struct err *e);
int ini_read(struct slice text, const char *file, ini_sink *sink, void *owner, struct err *e);

/* yes/no, true/false, on/off, 1/0, whatever the case: 1 or 0; -1 for anything else. */
int ini_bool(const char *value);

/* "FILE:LINE: sentence" as ERR_CONFIG; returns -1. */
int ini_fault(const struct ini *i, int line, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
