#include "cases/strings.h"

#include "core/arena.h"
#include "core/mem.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 4096, TRIM_BYTES = 256 * 1024 * 1024 };

struct entry {
    uint64_t hash;
    int64_t id; /* 0: free */
    struct slice text;
};

struct strings {
    struct db *db;
    struct arena arena;
    struct entry *by_text, *by_id; /* open addressing, the same number of slots */
    size_t slots, texts, ids;
};

struct strings *strings_new(struct db *db)
{
    struct strings *s = mem_zalloc(1, sizeof *s);
    s->db = db;
    s->slots = FIRST_SLOTS;
    s->by_text = mem_zalloc(s->slots, sizeof *s->by_text);
    s->by_id = mem_zalloc(s->slots, sizeof *s->by_id);
    return s;
}

void strings_free(struct strings *s)
{
    if (!s)
        return;
    arena_release(&s->arena);
    free(s->by_text);
    free(s->by_id);
    free(s);
}

void strings_forget(struct strings *s)
{
    arena_release(&s->arena);
    memset(s->by_text, 0, s->slots * sizeof *s->by_text);
    memset(s->by_id, 0, s->slots * sizeof *s->by_id);
    s->texts = s->ids = 0;
}

void strings_trim(struct strings *s)
{
    if (s->arena.used > TRIM_BYTES)
        strings_forget(s);
}

static struct entry *text_slot(struct strings *s, struct slice text, uint64_t hash)
{
    for (size_t at = hash & (s->slots - 1);; at = (at + 1) & (s->slots - 1)) {
        struct entry *x = &s->by_text[at];
        if (!x->id || (x->hash == hash && slice_equal(x->text, text)))
            return x;
    }
}

static struct entry *id_slot(struct strings *s, int64_t id)
{
    size_t at = (uint64_t)id * 0x9e3779b97f4a7c15u >> 20 & (s->slots - 1);
    while (s->by_id[at].id && s->by_id[at].id != id)
        at = (at + 1) & (s->slots - 1);
    return &s->by_id[at];
}

static void grow(struct strings *s)
{
    struct entry *texts = s->by_text, *ids = s->by_id;
    size_t old = s->slots;
    if (2 * (s->texts > s->ids ? s->texts : s->ids) < old)
        return;
    s->slots = old * 2;
    s->by_text = mem_zalloc(s->slots, sizeof *s->by_text);
    s->by_id = mem_zalloc(s->slots, sizeof *s->by_id);
    for (size_t i = 0; i < old; i++) {
        if (texts[i].id)
            *text_slot(s, texts[i].text, texts[i].hash) = texts[i];
        if (ids[i].id)
            *id_slot(s, ids[i].id) = ids[i];
    }
    free(texts);
    free(ids);
}

static int64_t find_or_add(struct strings *s, struct slice text, struct err *e)
{
    int64_t id = 0;
    int rc = db_number(
        s->db, e, &id, "SELECT id FROM string WHERE s=?1 COLLATE NOCASE AND s=?1", "s", text);
    if (rc < 0)
        return -1;
    if (rc > 0)
        return id;
    if (db_run(s->db, e, "INSERT INTO string(s) VALUES(?1)", "s", text) < 0)
        return -1;
    return db_last_id(s->db);
}

int64_t strings_id(struct strings *s, struct slice text, struct err *e)
{
    uint64_t hash = slice_hash(text, 0);
    struct entry *x = text_slot(s, text, hash);
    if (x->id)
        return x->id;
    int64_t id = find_or_add(s, text, e);
    if (id < 0)
        return -1;
    *x = (struct entry){hash, id, arena_copy(&s->arena, text)};
    s->texts++;
    grow(s);
    return id;
}

struct slice strings_text(struct strings *s, int64_t id)
{
    struct entry *x = id_slot(s, id);
    if (x->id)
        return x->text;
    struct statement *st = db_bind(s->db, NULL, "SELECT s FROM string WHERE id=?1", "i", id);
    struct slice text = {NULL, 0};
    if (st && statement_step(st, NULL) > 0) {
        text = arena_copy(&s->arena, statement_text(st, 0));
        *x = (struct entry){0, id, text};
        s->ids++;
        grow(s);
    }
    statement_done(st);
    return text;
}
