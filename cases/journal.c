#include "cases/journal_inside.h"

#include "core/file.h"
#include "core/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static const char first_link[] = "hinomi journal 1";

static void add_text(struct hash *h, struct slice text)
{
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)text.n >> 8 * i);
    hash_add(h, (struct slice){(const char *)length, sizeof length});
    hash_add(h, text);
}

static void add_int(struct hash *h, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    add_text(h, slice_of(digits));
}

void journal_link_hash(const struct act_link *link, char out[65])
{
    struct hash *h = hash_new();
    const struct slice texts[] = {link->organization, link->actor, link->signer, link->signature,
        link->verb, link->reason, link->items_hash, link->previous};
    add_text(h, slice_of(first_link));
    add_int(h, link->seq);
    add_int(h, link->time);
    add_int(h, link->undoes);
    add_int(h, link->items);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(h, texts[i]);
    hash_end_hex(h, out);
}

/* NULL and "" are told apart: an absent text is the number -1 where a length would stand. */
static void add_optional(struct hash *h, struct statement *st, int column)
{
    if (statement_is_null(st, column))
        add_int(h, -1);
    else
        add_text(h, statement_text(st, column));
}

int journal_items_hash(struct store *s, int64_t seq, char out[65], int64_t *count, struct err *e)
{
    struct statement *st = db_bind(s->record, e,
        "SELECT kind, uid, before, after FROM act_item WHERE seq=?1 ORDER BY kind, uid", "i", seq);
    if (!st)
        return -1;
    struct hash *h = hash_new();
    int rc;
    *count = 0;
    while ((rc = statement_step(st, e)) > 0) {
        add_text(h, statement_text(st, 0));
        add_text(h, statement_text(st, 1));
        add_optional(h, st, 2);
        add_optional(h, st, 3);
        ++*count;
    }
    statement_done(st);
    hash_end_hex(h, out);
    return rc;
}

int64_t journal_next(struct store *s, struct err *e)
{
    int64_t seq = 0;
    if (db_number(s->record, e, &seq, "SELECT max(seq) FROM act", "") < 0)
        return -1;
    return seq + 1;
}

int journal_item(struct store *s, int64_t seq, const struct journal_item *item, struct err *e)
{
    return db_run(s->record, e, "INSERT INTO act_item VALUES(?1, ?2, ?3, ?4, ?5)", "itttt", seq,
               item->kind, item->uid, item->before, item->after) < 0
               ? -1
               : 0;
}

static int previous_hash(struct store *s, int64_t seq, char out[65], struct err *e)
{
    struct statement *st = db_bind(s->record, e, "SELECT hash FROM act WHERE seq=?1", "i", seq - 1);
    int rc = st ? statement_step(st, e) : -1;
    snprintf(out, 65, "%s", rc > 0 ? statement_string(st, 0) : "");
    statement_done(st);
    return rc < 0 ? -1 : 0;
}

static struct slice or_empty(const char *text)
{
    return slice_of(text ? text : "");
}

static const char no_act[] = "0000000000000000000000000000000000000000000000000000000000000000";

int64_t journal_seal(struct store *s, const struct actor *who, const struct journal_act *act,
    int64_t seq, struct err *e)
{
    char items_hash[65], previous[65];
    struct act_link link = {.seq = seq,
        .time = clock_now(),
        .undoes = act->undoes,
        .organization = or_empty(who->organization),
        .actor = or_empty(who->analyst),
        .signer = SLICE(""),
        .signature = SLICE(""),
        .verb = or_empty(act->verb),
        .reason = or_empty(act->reason)};
    if (journal_items_hash(s, seq, items_hash, &link.items, e) ||
        previous_hash(s, seq, previous, e))
        return -1;
    link.items_hash = slice_of(items_hash);
    link.previous = slice_of(previous);
    journal_link_hash(&link, s->act_hash);
    if (db_run(s->record, e,
            "INSERT INTO act(seq, format, time, organization, actor, verb, reason, undoes, items,"
            " items_hash, previous, hash) VALUES(?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            "iissssiittt", seq, link.time, link.organization, link.actor, link.verb, link.reason,
            link.undoes, link.items, items_hash, previous, s->act_hash) < 0)
        return -1;
    /* a head stands before the first act is committed: from then on a missing one means that it was
     * taken away */
    if (seq == 1 && journal_head_save(s, 0, no_act, e))
        return -1;
    s->act_seq = seq;
    return seq;
}

int64_t journal_write(
    struct store *s, const struct actor *who, const struct journal_act *act, struct err *e)
{
    int64_t seq = journal_next(s, e);
    if (seq < 0)
        return -1;
    for (size_t i = 0; i < act->count; i++)
        if (journal_item(s, seq, &act->items[i], e))
            return -1;
    return journal_seal(s, who, act, seq, e);
}

static int open_head(struct store *s, int flags, struct err *e)
{
    struct str path = STR_INIT;
    str_printf(&path, "%s/record.head", s->folder);
    int fd = open(path.p, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && !(errno == ENOENT && !(flags & O_CREAT)))
        err_set(e, ERR_IO, "cannot open %s: %s", path.p, strerror(errno));
    str_release(&path);
    return fd;
}

/* One line of fixed width, so that a write replaces it whole: "%020d HASH\n". */
enum { HEAD_BYTES = 20 + 1 + 64 + 1 };

static int parse_head(const char *line, ssize_t n, int64_t *seq, char hash[65])
{
    if (n != HEAD_BYTES || !slice_int((struct slice){line, 20}, seq))
        return -1;
    memcpy(hash, line + 21, 64);
    hash[64] = '\0';
    return 0;
}

int journal_head_read(struct store *s, int64_t *seq, char hash[65], struct err *e)
{
    char line[HEAD_BYTES + 1];
    struct err why = ERR_INIT;
    int fd = open_head(s, O_RDONLY, &why);
    if (fd < 0 && why.code == ERR_NONE)
        return 0;
    if (fd < 0)
        return err_set(e, why.code, "%s", why.text);
    ssize_t n = pread(fd, line, sizeof line, 0);
    close(fd);
    if (n == 0) /* made, and its maker died before the first line */
        return 0;
    if (parse_head(line, n, seq, hash))
        return err_set(e, ERR_CORRUPT, "record.head is not what hinomi wrote");
    return 1;
}

/* Two processes commit in one order and may come here in another: the newer head stays. */
int journal_head_save(struct store *s, int64_t seq, const char *hash, struct err *e)
{
    char line[HEAD_BYTES + 1], old_line[HEAD_BYTES], old_hash[65];
    int64_t old = 0;
    int fd = open_head(s, O_RDWR | O_CREAT, e);
    if (fd < 0)
        return -1;
    int rc = 0;
    snprintf(line, sizeof line, "%020" PRId64 " %.64s\n", seq, hash);
    while (flock(fd, LOCK_EX) && errno == EINTR)
        continue;
    ssize_t n = pread(fd, old_line, sizeof old_line, 0);
    bool first = n == 0, newer = parse_head(old_line, n, &old, old_hash) || old < seq;
    if (newer && (pwrite(fd, line, HEAD_BYTES, 0) != HEAD_BYTES || fsync(fd)))
        rc = err_set(e, ERR_IO, "cannot write record.head: %s", strerror(errno));
    close(fd);
    return rc == 0 && first ? file_sync_folder(s->folder, e) : rc;
}

int journal_each(struct store *s, const char *kind, const char *uid, size_t limit,
    journal_sink *sink, void *owner, struct err *e)
{
    struct statement *st = db_bind(s->record, e,
        kind ? "SELECT a.seq, a.time, a.undoes, a.actor, a.verb, a.reason, a.organization, a.items,"
               " a.hash FROM act_item i JOIN act a USING(seq) WHERE i.kind=?2 AND i.uid=?3"
               " ORDER BY a.seq DESC LIMIT ?1"
             : "SELECT seq, time, undoes, actor, verb, reason, organization, items, hash FROM act"
               " ORDER BY seq DESC LIMIT ?1",
        kind ? "itt" : "i", limit ? (int64_t)limit : INT64_MAX, kind, uid);
    int rc = -1, stop = 0;
    while (st && !stop && (rc = statement_step(st, e)) > 0) {
        struct journal_entry entry = {.seq = statement_int(st, 0),
            .time = statement_int(st, 1),
            .undoes = statement_int(st, 2),
            .actor = statement_string(st, 3),
            .verb = statement_string(st, 4),
            .reason = statement_string(st, 5),
            .organization = statement_string(st, 6),
            .items = (size_t)statement_int(st, 7),
            .hash = statement_string(st, 8)};
        stop = sink(owner, &entry);
    }
    statement_done(st);
    return rc < 0 ? -1 : 0;
}
