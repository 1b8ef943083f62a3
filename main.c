/* hinomi: picks the face. Without a verb the terminal UI, with one the command line; a runner is
 * this program too. */
#include "app/run.h"
#include "cli/cli.h"
#include "core/log.h"
#include "core/mem.h"
#include "tui/tui.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct start {
    struct cli_globals globals;
    struct tui_options tui;
    const char *runner; /* run id; internal */
};

struct global_option {
    const char *name;
    bool takes_value;
    size_t offset;
};

#define AT(member) offsetof(struct start, member)
static const struct global_option global_options[] = {
    {"--config", true, AT(globals.config_file)},
    {"--data", true, AT(globals.data_folder)},
    {"--lang", true, AT(globals.lang)},
    {"--color", true, AT(globals.color)},
    {"--theme", true, AT(tui.theme)},
    {"--now", true, AT(tui.now)},
    {"--test-sync-fd", true, AT(tui.sync_fd)},
    {"--runner", true, AT(runner)},
    {"--read-only", false, AT(globals.read_only)},
    {"--utc", false, AT(globals.utc)},
    {"--local", false, AT(globals.local)},
    {"-v", false, AT(globals.verbose)},
    {"--help", false, AT(globals.help)},
    {"-h", false, AT(globals.help)},
    {"--version", false, AT(globals.version)},
};

/* Takes one word if it is a global option. 1: taken (and *at moved), 0: not one, -1: wrong. */
static int take_global(struct start *s, int argc, char **argv, int *at, struct err *e)
{
    const char *word = argv[*at];
    for (size_t i = 0; i < sizeof global_options / sizeof *global_options; i++) {
        const struct global_option *o = &global_options[i];
        size_t n = strlen(o->name);
        void *target = (char *)s + o->offset;
        if (strncmp(word, o->name, n) != 0 || (word[n] && (word[n] != '=' || !o->takes_value)))
            continue;
        if (!o->takes_value) {
            *(bool *)target = true;
            return 1;
        }
        if (!word[n] && *at + 1 >= argc)
            return err_set(e, ERR_USAGE, "%s needs a value", o->name);
        *(const char **)target = word[n] ? word + n + 1 : argv[++*at];
        return 1;
    }
    return 0;
}

/* Global options stand before or after the verb, but not behind `--`. */
static int split(struct start *s, int argc, char **argv, char **rest, struct err *e)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (i < argc)
                rest[count++] = argv[i++];
            break;
        }
        int taken = take_global(s, argc, argv, &i, e);
        if (taken < 0)
            return -1;
        if (!taken)
            rest[count++] = argv[i];
    }
    return count;
}

/* Japanese must work without a ja_JP locale: C.UTF-8 and LANGUAGE are enough for gettext. */
static void set_language(const char *lang)
{
    char folder[4096];
    if (!setlocale(LC_ALL, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
    if (lang)
        setenv("LANGUAGE", lang, 1);
    const char *built = getenv("HINOMI_LOCALE");
    snprintf(folder, sizeof folder, "%s", built ? built : HINOMI_DATADIR "/locale");
    bindtextdomain("hinomi", folder);
    bind_textdomain_codeset("hinomi", "UTF-8");
    textdomain("hinomi");
}

static char *program_path(const char *word)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    return n > 0 ? mem_strndup(path, (size_t)n) : mem_strdup(word);
}

static int with_app(struct start *s, const char *program)
{
    struct err e = ERR_INIT;
    struct app *app = NULL;
    struct app_options options = {
        .config_file = s->globals.config_file,
        .data_folder = s->globals.data_folder,
        .read_only = s->globals.read_only,
        .utc_set = s->globals.utc || s->globals.local,
        .utc = s->globals.utc,
        .program = program,
    };
    int64_t run = 0;
    if (app_open(&app, &options, &e))
        return cli_fail(&e);
    int status;
    if (s->runner)
        status = slice_int(slice_of(s->runner), &run) ? run_main(app, run) : 2;
    else
        status = tui_main(app, &s->tui);
    app_close(app);
    return status;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct start s = {.runner = NULL};
    char **rest = mem_zalloc((size_t)argc + 1, sizeof *rest);
    char *program = program_path(argv[0]);
    int count = split(&s, argc, argv, rest, &e);
    int status;
    set_language(s.globals.lang);
    s.tui.lang = s.globals.lang;
    s.tui.color = s.globals.color;
    if (count < 0)
        status = cli_fail(&e);
    else if (s.runner)
        status = with_app(&s, program);
    else if (count == 0 && !s.globals.help && !s.globals.version && isatty(STDIN_FILENO) &&
             isatty(STDOUT_FILENO))
        status = with_app(&s, program);
    else
        status = cli_main(&s.globals, program, count, rest);
    log_close();
    free(program);
    free(rest);
    return status;
}
