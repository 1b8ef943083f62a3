#include "app/pivot.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "core/text.h"
#include "core/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>

const struct option_spec cmd_tree_options[] = {
    {"json", 0, NULL, N_("one process a line, depth first")},
    {"text", 0, NULL, N_("as drawn (the default)")},
    {"full", 0, NULL, N_("whole command lines")},
    {"host", 0, "H", N_("the host, with --guid or --pid")},
    {"guid", 0, "G", N_("the process's entity id")},
    {"pid", 0, "N", N_("the process id")},
    {"time", 0, "T", N_("a time at which it lived")},
    {NULL, 0, NULL, NULL},
};

static void process_json(struct str *out, const struct pivot_process *p)
{
    str_char(out, '{');
    json_number(out, "depth", p->depth);
    json_open(out, "process");
    json_text(out, "entity_id", p->entity_id);
    if (p->pid >= 0)
        json_number(out, "pid", p->pid);
    else
        json_text(out, "pid", NULL);
    json_text(out, "name", p->name);
    json_text(out, "executable", p->executable);
    json_text(out, "command_line", p->command_line);
    json_open(out, "hash");
    json_text(out, "sha256", p->sha256);
    json_close(out);
    json_time(out, "start", p->start);
    json_time(out, "end", p->end);
    json_close(out);
    json_open(out, "host");
    json_text(out, "name", p->host);
    json_close(out);
    json_open(out, "user");
    json_text(out, "name", p->user);
    json_close(out);
    json_open(out, "hinomi");
    json_text(out, "parent", p->parent_entity_id);
    json_bool(out, "recorded", p->recorded);
    json_bool(out, "focus", p->focus);
    str_puts(out, ",\"alerts\":[");
    for (size_t i = 0; i < p->alert_count; i++)
        str_printf(out, "%s%" PRId64, i ? "," : "", p->alerts[i]);
    str_char(out, ']');
    json_number(out, "children", p->children);
    json_close(out);
    str_puts(out, "}\n");
}

/* │ and blanks for each ancestor that has, or has no, later sibling. */
static void guides(struct str *out, const struct pivot_tree *t, size_t index)
{
    const struct pivot_process *p = &t->rows[index];
    bool last[1024];
    size_t depth = 0;
    for (int64_t i = p->parent; i >= 0 && t->rows[i].depth > 0 && depth < 1024;
         i = t->rows[i].parent)
        last[depth++] = t->rows[i].last_sibling;
    while (depth--)
        str_puts(out, last[depth] ? "  " : "│ ");
    if (p->depth)
        str_puts(out, p->last_sibling ? "└╴" : "├╴");
}

static void process_line(struct str *out, const struct cli *c, const struct pivot_tree *t, size_t i)
{
    const struct pivot_process *p = &t->rows[i];
    char time[CLOCK_TEXT_MAX];
    str_printf(out, "%-4s %s ", p->severity >= 0 ? severity_badge((enum severity)p->severity) : "",
        p->focus ? "▸" : " ");
    guides(out, t, i);
    text_clean(out, slice_of(p->name && p->name[0] ? p->name : "?"));
    if (p->pid >= 0)
        str_printf(out, " %" PRId64, p->pid);
    if (!p->recorded)
        str_puts(out, " (not recorded)");
    else if (p->start != CLOCK_NONE)
        str_printf(out, "  %s", cli_time(c, p->start, time));
    if (p->command_line && p->command_line[0]) {
        struct str line = STR_INIT;
        text_clean(&line, slice_of(p->command_line));
        str_puts(out, "  ");
        if (options_has(&c->options, "full"))
            str_slice(out, str_as_slice(&line));
        else
            text_middle(out, str_as_slice(&line), 72);
        str_release(&line);
    }
    str_char(out, '\n');
}

static int parse_target(struct cli *c, struct pivot_target *target, struct err *e)
{
    const struct options *o = &c->options;
    const char *time = options_value(o, "time");
    *target = (struct pivot_target){.host = options_value(o, "host"),
        .entity_id = options_value(o, "guid"),
        .time = CLOCK_NONE};
    if (options_number(o, "pid", -1, &target->pid, e))
        return -1;
    if (time && !clock_parse_human(slice_of(time), clock_now(), &target->time))
        return err_set(e, ERR_USAGE, "--time: \"%s\" is no time", time);
    if (o->count == 1)
        return cli_id(o->operands[0], 'A', &target->alert, e);
    if (o->count || !target->host || (!target->entity_id && target->pid < 0))
        return err_set(
            e, ERR_USAGE, "whose tree? an alert's id, or --host H with --guid G or --pid N");
    return 0;
}

int cmd_tree(struct cli *c, struct err *e)
{
    struct pivot_target target;
    struct pivot_tree tree = {.count = 0};
    struct str out = STR_INIT;
    if (parse_target(c, &target, e) || pivot_tree(c->app, c->store, &target, &tree, e))
        return -1;
    for (size_t i = 0; i < tree.count; i++)
        if (c->json)
            process_json(&out, &tree.rows[i]);
        else
            process_line(&out, c, &tree, i);
    cli_out(&out);
    if (tree.why[0])
        cli_say("%s", tree.why);
    str_release(&out);
    pivot_tree_release(&tree);
    return 0;
}
