#include "cli/help.h"

#include "cli/commands.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

static void print_command(const struct command *c)
{
    printf("  %-11s %s\n", c->name, gettext(c->help));
}

static const char *const groups[] = {
    N_("sources"), N_("look"), N_("triage"), N_("case"), N_("hosts"), N_("about")};

void help_all(void)
{
    printf("%s\n\n", gettext("hinomi: one queue, one case file, one way to every host"));
    printf("  hinomi                       %s\n", gettext("the workstation (terminal UI)"));
    printf("  hinomi COMMAND [OPTION…]     %s\n", gettext("the same, one step at a time"));
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        printf("\n%s\n", gettext(groups[g]));
        for (int i = 0; strcmp(groups[g], "triage") == 0 && i < ACT_COUNT; i++)
            print_command(&act_commands[i]);
        for (const struct cli_command *c = cli_commands; c->command.name; c++)
            if (strcmp(c->command.group, groups[g]) == 0)
                print_command(&c->command);
    }
    printf("\n%s\n", gettext("Everywhere: --config FILE, --data DIR, --read-only, "
                             "--color=auto|always|never, --utc|--local, --lang LANG, -v"));
    printf("%s\n", gettext("Exit status: 0 done, 1 failed, 2 wrong usage, 3 done in part. `hinomi "
                           "COMMAND --help` tells more."));
}

void help_command(const struct command *command, const struct option_spec *options)
{
    printf("hinomi %s %s\n\n  %s\n\n", command->name, command->arguments ? command->arguments : "",
        gettext(command->help));
    for (const struct option_spec *o = options; o->name; o++) {
        char left[64];
        if (o->letter)
            snprintf(left, sizeof left, "-%c %s", o->letter, o->argument ? o->argument : "");
        else
            snprintf(left, sizeof left, "--%s %s", o->name, o->argument ? o->argument : "");
        printf("  %-24s %s\n", left, gettext(o->help));
    }
}
