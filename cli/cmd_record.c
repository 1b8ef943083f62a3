/* journal and verify: the one history, and whether it adds up. */
#include "cases/journal.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>

const struct option_spec cmd_journal_options[] = {
    {"json", 0, NULL, N_("one object an act")},
    {"limit", 0, "N", N_("at most N, newest first")},
    {NULL, 0, NULL, NULL},
};
const struct option_spec cmd_verify_options[] = {
    {"json", 0, NULL, N_("one object a check")}, {NULL, 0, NULL, NULL}};

struct acts {
    struct cli *cli;
    struct table table;
    struct str out;
};

static int act_line(void *owner, const struct journal_entry *a)
{
    struct acts *s = owner;
    char seq[24], time[CLOCK_TEXT_MAX], items[24], undoes[32] = "";
    if (s->cli->json) {
        str_char(&s->out, '{');
        json_number(&s->out, "journal", a->seq);
        json_time(&s->out, "@timestamp", a->time);
        json_text(&s->out, "actor", a->actor);
        json_text(&s->out, "verb", a->verb);
        json_text(&s->out, "reason", a->reason);
        json_id(&s->out, "undoes", a->undoes);
        json_number(&s->out, "items", (int64_t)a->items);
        json_text(&s->out, "organization", a->organization);
        json_text(&s->out, "hash", a->hash);
        str_puts(&s->out, "}\n");
        return 0;
    }
    snprintf(seq, sizeof seq, "%" PRId64, a->seq);
    snprintf(items, sizeof items, "%zu", a->items);
    if (a->undoes)
        snprintf(undoes, sizeof undoes, "undoes %" PRId64, a->undoes);
    table_row(&s->table, (const char *[]){seq, cli_time(s->cli, a->time, time), a->actor, a->verb,
                             items, undoes, a->reason});
    return 0;
}

int cmd_journal(struct cli *c, struct err *e)
{
    static const char *const heads[] = {
        N_("SEQ"), N_("TIME"), N_("WHO"), N_("VERB"), N_("ITEMS"), N_("UNDOES"), N_("REASON")};
    struct acts s = {.cli = c};
    int64_t limit;
    if (options_number(&c->options, "limit", c->json ? 0 : 100, &limit, e))
        return -1;
    table_init(&s.table, heads, 7);
    int rc = journal_each(c->store, NULL, NULL, (size_t)limit, act_line, &s, e);
    cli_out(&s.out);
    if (!c->json)
        table_print(&s.table, c);
    str_release(&s.out);
    return rc;
}

static void verify_result(void *owner, const struct verify_line *v)
{
    struct cli *c = owner;
    struct str out = STR_INIT;
    if (c->json) {
        str_char(&out, '{');
        json_text(&out, "check", v->check);
        json_bool(&out, "ok", v->ok);
        json_number(&out, "count", (int64_t)v->count);
        json_text(&out, "error", v->error);
        str_puts(&out, "}\n");
    } else {
        str_printf(&out, "%-9s %-4s %" PRIu64 "  ", v->check, v->ok ? "ok" : "BAD", v->count);
        text_clean(&out, slice_of(v->error));
        str_char(&out, '\n');
    }
    cli_out(&out);
    str_release(&out);
}

int cmd_verify(struct cli *c, struct err *e)
{
    return journal_verify(c->store, verify_result, c, e);
}
