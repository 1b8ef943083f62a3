#include "range/commands.h"

#include <stdio.h>

const struct range_command range_commands[] = {
    {"up", "[--dir DIR] [--hold] [--no-play] [--pace MS] [--faults LIST]",
        "bring the range up; with --hold it ends with this process", range_up},
    {"status", "[--dir DIR] [--json]", "hosts, addresses, process ids, how far the play is",
        range_status},
    {"exec", "[--dir DIR] [HOST] -- COMMAND…", "run a command on a host (operator if left out)",
        range_exec},
    {"play", "[--dir DIR] [--wait]", "let the intrusion happen", range_play},
    {"beacon", "[--dir DIR] [--json]", "is the beacon alive, as the internet's side sees it",
        range_beacon},
    {"siem", "[--dir DIR] METHOD PATH [BODY]",
        "a request to the simulated Elasticsearch from its own host", range_siem},
    {"demo", "[--no-play] [--pace MS] -- PROGRAM [ARGUMENT…]",
        "up, play, PROGRAM as the operator on this terminal, down", range_demo},
    {"down", "[--dir DIR]", "end everything and leave nothing behind", range_down},
    {"help", "", "this", range_help},
    {NULL, NULL, NULL, NULL},
};

int range_help(int argc, char **argv)
{
    (void)argc, (void)argv;
    puts(
        "hinomi-range: a practice range on this machine, without root where the kernel allows.\n"
        "\nAn operator, a bastion, three machines that only the bastion reaches, a host on the\n"
        "internet and a simulated Elasticsearch, each in namespaces of its own with real sshd and\n"
        "documentation addresses. On ws-fin-01 a harmless intrusion plays with real processes: a\n"
        "document, a viewer, a shell, an encoded launcher, a beacon to the internet host, a unit\n"
        "file for persistence, a staged archive. Nothing is seen outside, and nothing stays.\n");
    for (const struct range_command *c = range_commands; c->name; c++)
        printf("  hinomi-range %s%s%s\n      %s\n", c->name, *c->arguments ? " " : "", c->arguments,
            c->help);
    return 0;
}
