/* Formats that a field map tells whole: a table of paths, what makes a line one of them, and how
 * its category is known. */
#ifndef HINOMI_CONNECTORS_MAPPED_H
#define HINOMI_CONNECTORS_MAPPED_H

#include "connectors/format.h"
#include "core/map.h"

struct mapped_format {
    const struct map_row *rows;
    bool by_key;
    const char *const *marks; /* texts that a line must hold, all of them; ends with NULL */
    int sure;                 /* what sniff answers then */
    enum record_kind kind;
    const char *provider;
    enum field named_by;  /* the field whose words choose category and action; FIELD_NONE */
    const char *category; /* when no word does */
    /* What a table cannot say; may be NULL. Returns why it is no record of this format, or NULL. */
    const char *(*after)(struct record *r, struct arena *a, struct slice piece);
};

struct mapped_state {
    bool ready;
    struct map map;
};

int mapped_sniff(const struct mapped_format *f, struct slice head);
void mapped_feed(const struct mapped_format *f, struct mapped_state *state, struct slice piece,
    struct slice place, struct batch *out);

/* The category for a vendor's event name by the words in it ("DeviceProcessEvents", "DnsRequest"),
 * or NULL. */
const char *mapped_category(struct slice name);

/* The file_format of a mapped one: its sniff and feed only name the table. */
#define MAPPED_FILE_FORMAT(id, text)                                                               \
    static int id##_sniff(struct slice head)                                                       \
    {                                                                                              \
        return mapped_sniff(&id, head);                                                            \
    }                                                                                              \
    static void id##_feed(void *state, struct slice piece, struct slice place, struct batch *out)  \
    {                                                                                              \
        mapped_feed(&id, state, piece, place, out);                                                \
    }                                                                                              \
    const struct file_format format_##id = {.name = #id,                                           \
        .help = text,                                                                              \
        .state_size = sizeof(struct mapped_state),                                                 \
        .sniff = id##_sniff,                                                                       \
        .frame = FRAME_LINES,                                                                      \
        .feed = id##_feed};

#endif
