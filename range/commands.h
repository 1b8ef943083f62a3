/* What `hinomi-range` can be asked. Each takes the words after its name and returns the exit
 * status. */
#ifndef HINOMI_RANGE_COMMANDS_H
#define HINOMI_RANGE_COMMANDS_H

struct range_command {
    const char *name, *arguments, *help; /* help NULL: not for people */
    int (*run)(int argc, char **argv);
};
extern const struct range_command range_commands[]; /* ends with a NULL name */

int range_complain(const void *err);

int range_up(int argc, char **argv);
int range_down(int argc, char **argv);
int range_status(int argc, char **argv);
int range_exec(int argc, char **argv);
int range_demo(int argc, char **argv);
int range_play(int argc, char **argv);
int range_beacon(int argc, char **argv);
int range_siem(int argc, char **argv);
int range_help(int argc, char **argv);

/* Options that all commands take: --dir; returns the words left. */
struct range_words {
    char dir[256];
    int argc;
    char **argv;
};
struct range_words range_words(int argc, char **argv);

#endif
