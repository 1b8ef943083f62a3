#include "cli/cli.h"

#include "cases/triage.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/query.h"
#include "core/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void cli_say(const char *format, ...)
{
    struct str line = STR_INIT, clean = STR_INIT;
    char text[2048];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    str_puts(&line, text);
    text_clean(&clean, str_as_slice(&line));
    fprintf(stderr, "hinomi: %s\n", clean.p);
    str_release(&line);
    str_release(&clean);
}

int cli_fail(const struct err *e)
{
    cli_say("%s", e->text[0] ? e->text : err_code_name(e->code));
    return err_exit_status(e->code == ERR_NONE ? ERR_IO : e->code);
}

void cli_out(const struct str *s)
{
    size_t done = 0;
    while (done < s->n) {
        ssize_t n = write(STDOUT_FILENO, s->p + done, s->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            exit(errno == EPIPE ? 0 : 1);
        done += (size_t)n;
    }
}

int cli_id(const char *text, char prefix, int64_t *id, struct err *e)
{
    const char *digits = text;
    if ((digits[0] | 32) == (prefix | 32) && digits[1] == '-')
        digits += 2;
    if (!slice_int(slice_of(digits), id) || *id <= 0)
        return err_set(e, ERR_USAGE, "\"%s\" is no id: a number, or %c-number", text, prefix);
    return 0;
}

int cli_ids(
    const struct cli *c, size_t first, char prefix, int64_t **ids, size_t *count, struct err *e)
{
    const struct options *o = &c->options;
    *count = o->count > first ? o->count - first : 0;
    *ids = mem_zalloc(*count, sizeof **ids);
    for (size_t i = 0; i < *count; i++)
        if (cli_id(o->operands[first + i], prefix, &(*ids)[i], e)) {
            free(*ids);
            *ids = NULL;
            return -1;
        }
    return 0;
}

int cli_query_text(const char *text, struct query **query, struct err *e)
{
    size_t position = 0;
    if (query_parse(query, slice_of(text), clock_now(), &position, e) == 0)
        return 0;
    fprintf(stderr, "  %s\n  %*s^\n", text, (int)position, "");
    return -1;
}

int cli_query(const struct cli *c, size_t first, struct query **query, struct err *e)
{
    struct str text = STR_INIT;
    str_clear(&text);
    for (size_t i = first; i < c->options.count; i++)
        str_printf(&text, "%s%s", i > first ? " " : "", c->options.operands[i]);
    int rc = cli_query_text(text.p, query, e);
    str_release(&text);
    return rc;
}

const char *cli_time(const struct cli *c, int64_t ns, char out[CLOCK_TEXT_MAX])
{
    if (ns == CLOCK_NONE)
        snprintf(out, CLOCK_TEXT_MAX, "-");
    else if (c->utc)
        clock_format(ns, out);
    else
        clock_format_local(ns, out);
    return out;
}

int cli_confirm(const struct cli *c, const char *question, const char *expected, struct err *e)
{
    char answer[256] = "";
    if (!c->terminal_in)
        return err_set(e, ERR_USAGE, "no terminal to ask on: say --yes if you mean it");
    fprintf(stderr, "%s\nType %s to go on: ", question, expected);
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin))
        answer[0] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    if (strcmp(answer, expected) != 0)
        return err_set(e, ERR_CANCELLED, "not confirmed: nothing was done");
    return 0;
}

int cli_act_end(const struct cli *c, const struct act_result *r)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < r->failed; i++)
        cli_say("%lld: %s", (long long)r->failures[i].id, r->failures[i].reason);
    if (c->json)
        str_printf(&out, "{\"changed\":%zu,\"failed\":%zu}\n", r->changed, r->failed);
    else if (r->seq)
        str_printf(&out, "%s (journal %lld)\n", r->summary, (long long)r->seq);
    else
        str_puts(&out, "nothing changed\n");
    cli_out(&out);
    str_release(&out);
    if (!r->failed)
        return 0;
    return r->changed ? 3 : 1;
}

static bool wants_color(const struct cli_globals *g, bool terminal)
{
    const char *off = getenv("NO_COLOR");
    if (g->color && strcmp(g->color, "always") == 0)
        return true;
    if (g->color && strcmp(g->color, "never") == 0)
        return false;
    return terminal && !(off && off[0]);
}

static int run_command(const struct cli_command *command, enum act act, const struct cli_globals *g,
    const char *program, struct options *o)
{
    struct err e = ERR_INIT;
    struct cli c = {.options = *o,
        .terminal_in = isatty(STDIN_FILENO),
        .terminal_out = isatty(STDOUT_FILENO),
        .terminal_err = isatty(STDERR_FILENO)};
    struct app_options options = {
        g->config_file, g->data_folder, g->read_only, g->utc || g->local, g->utc, program};
    int status = -1;
    c.color = wants_color(g, c.terminal_out);
    c.json = options_offers(o, "json") && options_has(o, "json");
    if (app_open(&c.app, &options, &e))
        return cli_fail(&e);
    c.utc = c.app->utc;
    if (g->verbose)
        log_open(NULL, LOG_DEBUG);
    unsigned needs = command ? command->command.needs : NEEDS_WRITE;
    bool store = !command || command->needs_store;
    if ((needs & NEEDS_WRITE) && app_may_write(c.app, &e))
        status = cli_fail(&e);
    else if (store && app_store(c.app, &c.store, &e))
        status = cli_fail(&e);
    else
        status = command ? command->run(&c, &e) : cmd_act(&c, act, &e);
    if (status < 0)
        status = cli_fail(&e);
    store_close(c.store);
    app_close(c.app);
    return status;
}

static const struct cli_command *find_command(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->command.name; c++)
        if (strcmp(c->command.name, name) == 0)
            return c;
    return NULL;
}

static int find_act(const char *name)
{
    for (int i = 0; i < ACT_COUNT; i++)
        if (strcmp(act_commands[i].name, name) == 0)
            return i;
    return -1;
}

static int parse_and_run(const struct cli_globals *g, const char *program, int argc, char **argv)
{
    struct err e = ERR_INIT;
    const struct cli_command *command = find_command(argv[0]);
    int act = command ? -1 : find_act(argv[0]);
    struct options o;
    if (!command && act < 0) {
        err_set(&e, ERR_USAGE, "no command \"%s\"; `hinomi --help` lists them", argv[0]);
        return cli_fail(&e);
    }
    const struct command *row = command ? &command->command : &act_commands[act];
    const struct option_spec *specs = command ? command->options : cmd_act_options;
    if (g->help) {
        help_command(row, specs);
        return 0;
    }
    int status = options_parse(&o, specs, argc - 1, argv + 1, &e)
                     ? cli_fail(&e)
                     : run_command(command, act < 0 ? ACT_COUNT : (enum act)act, g, program, &o);
    options_release(&o);
    return status;
}

int cli_main(const struct cli_globals *g, const char *program, int argc, char **argv)
{
    if (g->version) {
        puts("hinomi " HINOMI_VERSION);
        return 0;
    }
    if (argc && strcmp(argv[0], "help") == 0) {
        if (argc > 1) {
            struct cli_globals with_help = *g;
            with_help.help = true;
            return parse_and_run(&with_help, program, argc - 1, argv + 1);
        }
        argc = 0;
    }
    if (argc == 0) {
        help_all();
        return g->help || isatty(STDIN_FILENO) ? 0 : 2;
    }
    return parse_and_run(g, program, argc, argv);
}

void cli_put_lines(struct str *out, const char *text)
{
    struct str clean = STR_INIT;
    text_clean_lines(&clean, slice_of(text));
    for (size_t i = 0; i < clean.n; i++)
        if (clean.p[i] == '\n')
            str_puts(out, "\n    ");
        else
            str_char(out, clean.p[i] == '\t' ? ' ' : clean.p[i]);
    str_release(&clean);
}
