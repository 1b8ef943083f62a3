#include "app/host_name.h"

#include "cases/ledger.h"
#include "core/str.h"
#include "core/text.h"

enum { NAMED_MAX = 6 };

struct search {
    const char *typed, *found;
    struct arena *arena;
    size_t count;
    struct str names; /* of the first few, sanitised */
    bool exact;
};

static bool is_short_for(const char *typed, const char *name)
{
    size_t n = strlen(typed);
    return strlen(name) > n && name[n] == '.' &&
           slice_equal_nocase((struct slice){name, n}, slice_of(typed));
}

static int look_at(void *owner, const struct host_row *row)
{
    struct search *w = owner;
    if (slice_equal_nocase(slice_of(row->name), slice_of(w->typed))) {
        w->exact = true;
        return 1;
    }
    if (!is_short_for(w->typed, row->name))
        return 0;
    /* one host of two customers is one name */
    if (w->found && slice_equal_nocase(slice_of(row->name), slice_of(w->found)))
        return 0;
    w->found = arena_strdup(w->arena, row->name);
    if (w->count++ < NAMED_MAX) {
        str_puts(&w->names, w->names.n ? ", " : "");
        text_clean(&w->names, slice_of(row->name));
    }
    return 0;
}

int host_name_full(
    struct store *s, const char *typed, struct arena *a, const char **name, struct err *e)
{
    struct search w = {.typed = typed, .arena = a};
    int rc = hosts_each(s, look_at, &w, e) < 0 ? -1 : 0;
    *name = rc == 0 && !w.exact && w.count == 1 ? w.found : typed;
    if (rc == 0 && !w.exact && w.count > 1)
        rc = err_set(e, ERR_USAGE, "%zu hosts are called %.80s: name one in full: %.300s%s",
            w.count, typed, w.names.p, w.count > NAMED_MAX ? " and others" : "");
    str_release(&w.names);
    return rc;
}
