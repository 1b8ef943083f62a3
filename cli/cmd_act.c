/* Every triage verb of ACT_LIST: the options are the union, the act checks what it needs. */
#include "cases/alerts.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "core/mem.h"
#include "core/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option_spec cmd_act_options[] = {
    {"json", 0, NULL, N_("one object an alert, then the counts")},
    {"query", 0, "Q", N_("what matches now, instead of ids")},
    {"group", 0, NULL, N_("each id stands for its whole group")},
    {"verdict", 0, "V", N_("close: tp, benign, fp, duplicate or test")},
    {"reason", 0, "TEXT", N_("why")},
    {"to", 0, "NAME", N_("assign: to whom")},
    {"until", 0, "T", N_("snooze: 4h, or a time")},
    {"message", 'm', "TEXT", N_("note: the text")},
    {"case", 0, "ID", N_("note: on a case")},
    {"dry-run", 0, NULL, N_("only say what it would touch")},
    {"yes", 0, NULL, N_("do not ask, also when many")},
    {NULL, 0, NULL, NULL},
};

enum { ASK_ABOVE = 50 };

static int expand_groups(struct cli *c, int64_t **ids, size_t *count, struct err *e)
{
    int64_t *all = NULL;
    size_t n = 0;
    for (size_t i = 0; i < *count; i++) {
        struct alert_page page = {.count = 0};
        int64_t *members;
        size_t m;
        if (alert_row_get(c->store, (*ids)[i], &page, e))
            return -1;
        int rc = alerts_group_ids(c->store, page.rows[0].group, &members, &m, e);
        alert_page_release(&page);
        if (rc)
            return -1;
        all = mem_grow(all, n + m, sizeof *all);
        memcpy(all + n, members, m * sizeof *all);
        n += m;
        free(members);
    }
    free(*ids);
    *ids = all;
    *count = n;
    return 0;
}

/* ids of the operands, or of --query; for `tag` the last operand is the word */
static int select_ids(struct cli *c, enum act act, int64_t **ids, size_t *count, struct err *e)
{
    const char *text = options_value(&c->options, "query");
    struct query *query = NULL;
    if (act == ACT_TAG) {
        if (c->options.count == 0)
            return err_set(e, ERR_USAGE, "which word? hinomi tag ID… WORD");
        c->options.count--;
    }
    if (text && c->options.count)
        return err_set(e, ERR_USAGE, "either ids or --query, not both");
    if (!text) {
        if (c->options.count == 0)
            return err_set(e, ERR_USAGE, "which alerts? ids, or --query QUERY");
        if (cli_ids(c, 0, 'A', ids, count, e))
            return -1;
        return options_has(&c->options, "group") ? expand_groups(c, ids, count, e) : 0;
    }
    if (cli_query_text(text, &query, e))
        return -1;
    struct alert_list list = {.query = query};
    int rc = alerts_ids(c->store, &list, ids, count, e);
    query_free(query);
    return rc;
}

static int ask_when_many(struct cli *c, enum act act, size_t count, struct err *e)
{
    char question[160], expected[32];
    /* a query's reach is not what was typed: it is named before it is acted on */
    bool named = !options_value(&c->options, "query") && count <= ASK_ABOVE;
    if (options_has(&c->options, "yes") || named || count == 0)
        return 0;
    snprintf(question, sizeof question, "%s %zu alerts?", act_commands[act].name, count);
    snprintf(expected, sizeof expected, "%zu", count);
    return cli_confirm(c, question, expected, e);
}

static void print_states(struct cli *c, const int64_t *ids, size_t count, int64_t seq)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < count; i++) {
        struct alert_page page = {.count = 0};
        struct err ignored = ERR_INIT;
        if (alert_row_get(c->store, ids[i], &page, &ignored) == 0) {
            str_char(&out, '{');
            json_number(&out, "id", ids[i]);
            json_text(&out, "status", status_name(page.rows[0].status));
            json_text(&out, "verdict", verdict_name(page.rows[0].verdict));
            json_id(&out, "journal", seq);
            str_puts(&out, "}\n");
        }
        alert_page_release(&page);
    }
    cli_out(&out);
    str_release(&out);
}

static int apply(struct cli *c, enum act act, const struct selection *on,
    const struct act_arguments *arguments, struct err *e)
{
    struct act_result result = {.seq = 0};
    if (act_run(c->app, c->store, act, on, arguments, &result, e))
        return -1;
    if (c->json)
        print_states(c, on->ids, on->count, result.seq);
    int status = cli_act_end(c, &result);
    act_result_release(&result);
    return status;
}

/* undo [N] takes back the last N acts; redo one. */
static int run_history(struct cli *c, enum act act, struct err *e)
{
    int64_t times = 1;
    int status = 0;
    if (c->options.count && cli_id(c->options.operands[0], 'J', &times, e))
        return -1;
    while (times-- > 0 && status == 0) {
        struct selection none = {.count = 0};
        struct act_arguments arguments = {.case_id = 0};
        status = apply(c, act, &none, &arguments, e);
    }
    return status;
}

int cmd_act(struct cli *c, enum act act, struct err *e)
{
    const struct options *o = &c->options;
    struct act_arguments arguments = {.verdict = options_value(o, "verdict"),
        .reason = options_value(o, "reason"),
        .assignee = options_value(o, "to"),
        .until = options_value(o, "until"),
        .text = options_value(o, "message")};
    int64_t *ids = NULL;
    size_t count = 0;
    if (act == ACT_UNDO || act == ACT_REDO)
        return run_history(c, act, e);
    if (act == ACT_TAG && o->count)
        arguments.tag = o->operands[o->count - 1];
    if (options_value(o, "case") && cli_id(options_value(o, "case"), 'C', &arguments.case_id, e))
        return -1;
    if (!arguments.case_id && select_ids(c, act, &ids, &count, e))
        return -1;
    struct selection on = {.ids = ids, .count = count};
    int status;
    if (options_has(o, "dry-run")) {
        printf("%s would touch %zu\n", act_commands[act].name, count);
        status = 0;
    } else if (ask_when_many(c, act, count, e)) {
        status = -1;
    } else {
        status = apply(c, act, &on, &arguments, e);
    }
    free(ids);
    return status;
}
