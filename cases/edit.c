#include "cases/edit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* Keeps in both only the columns that differ. */
static void keep_changes(json_t *before, json_t *after)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(after, next, key, value)
    {
        if (json_equal(value, json_object_get(before, key))) {
            json_object_del(before, key);
            json_object_del(after, key);
        }
    }
}

static int write_difference(struct store *s, int64_t seq, const struct journal_item *object,
    const struct str *before, const struct str *after, struct err *e)
{
    json_t *old = json_loadb(before->p, before->n, 0, NULL),
           *new = json_loadb(after->p, after->n, 0, NULL);
    int rc = 0;
    if (!old || !new) {
        rc = err_set(e, ERR_CORRUPT, "the state of %s %s is no JSON", object->kind, object->uid);
    } else {
        keep_changes(old, new);
        struct journal_item item = *object;
        char *b = json_dumps(old, JSON_COMPACT | JSON_SORT_KEYS),
             *a = json_dumps(new, JSON_COMPACT | JSON_SORT_KEYS);
        item.before = b;
        item.after = a;
        if (json_object_size(new))
            rc = journal_item(s, seq, &item, e) ? -1 : 1;
        free(b);
        free(a);
    }
    json_decref(old);
    json_decref(new);
    return rc;
}

int edit_item(struct store *s, int64_t seq, const struct journal_kind *kind, const char *uid,
    const struct str *before, struct err *e)
{
    struct str after = STR_INIT;
    struct journal_item item = {.kind = kind->name, .uid = uid};
    int rc = journal_state(s, kind, slice_of(uid), &after, e);
    if (rc >= 0 && before->n && after.n) {
        rc = write_difference(s, seq, &item, before, &after, e);
    } else if (rc >= 0 && (before->n || after.n)) {
        item.before = before->n ? before->p : NULL;
        item.after = after.n ? after.p : NULL;
        rc = journal_item(s, seq, &item, e) ? -1 : 1;
    }
    str_release(&after);
    return rc;
}

int edit_begin(struct edit *edit, struct store *s, const char *kind, const char *uid, struct err *e)
{
    *edit = (struct edit){.s = s, .kind = journal_kind_find(slice_of(kind))};
    snprintf(edit->uid, sizeof edit->uid, "%s", uid);
    if (store_begin(s, e))
        return -1;
    edit->seq = journal_next(s, e);
    if (edit->seq >= 0 && journal_state(s, edit->kind, slice_of(uid), &edit->before, e) >= 0)
        return 0;
    store_rollback(s);
    str_release(&edit->before);
    return -1;
}

int edit_end(struct edit *edit, int rc, const struct actor *who, const struct journal_act *act,
    struct err *e)
{
    struct store *s = edit->s;
    int changed = rc ? -1 : edit_item(s, edit->seq, edit->kind, edit->uid, &edit->before, e);
    if (changed > 0 && journal_seal(s, who, act, edit->seq, e) < 0)
        changed = -1;
    if (changed == 0)
        edit->seq = 0;
    if (changed >= 0 && store_commit(s, e))
        changed = -1;
    if (changed < 0)
        store_rollback(s);
    str_release(&edit->before);
    return changed < 0 ? -1 : 0;
}
