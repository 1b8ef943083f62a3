#include "range/commands.h"

#include "range/keeper.h"
#include "range/space.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* 77 tells test scripts that this machine cannot have a range. */
int range_complain(const void *err)
{
    const struct err *e = err;
    fprintf(stderr, "hinomi-range: %s\n", e->text);
    return e->code == ERR_UNSUPPORTED ? 77 : err_exit_status(e->code);
}

struct range_words range_words(int argc, char **argv)
{
    struct range_words w = {.argc = argc, .argv = argv};
    const char *given = getenv("HINOMI_RANGE_DIR");
    room_default_dir(w.dir);
    if (given && *given)
        snprintf(w.dir, sizeof(w.dir), "%s", given);
    if (argc >= 2 && strcmp(argv[0], "--dir") == 0) {
        if (argv[1][0] == '/' || !getcwd(w.dir, sizeof(w.dir) / 2))
            snprintf(w.dir, sizeof(w.dir), "%s", argv[1]);
        else
            snprintf(w.dir + strlen(w.dir), sizeof(w.dir) - strlen(w.dir), "/%s", argv[1]);
        w.argc -= 2;
        w.argv += 2;
    }
    return w;
}

static int usage(const char *name)
{
    for (const struct range_command *c = range_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            fprintf(stderr, "usage: hinomi-range %s %s\n", name, c->arguments);
    return 2;
}

/* Reads up's options; returns how many words they were, -1 if one is unknown. "--" ends them. */
static int read_up(int argc, char **argv, struct up_options *o)
{
    int i = 0;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--hold") == 0)
            o->hold = true;
        else if (strcmp(argv[i], "--no-play") == 0)
            o->play = false;
        else if (i + 1 < argc && strcmp(argv[i], "--dir") == 0)
            o->dir = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--faults") == 0)
            o->faults = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--pace") == 0)
            o->pace_ms = (int)strtol(argv[++i], NULL, 10);
        else
            return -1;
    }
    return i;
}

static void print_status(const char *text)
{
    json_t *status = json_loads(text, 0, NULL), *host;
    size_t i;
    printf("range in %s, play: %s%s%s\n", json_string_value(json_object_get(status, "dir")),
        json_string_value(json_object_get(status, "play")),
        *json_string_value(json_object_get(status, "step")) ? ", " : "",
        json_string_value(json_object_get(status, "step")));
    json_array_foreach(json_object_get(status, "hosts"), i, host)
    {
        printf("  %-10s %-14s %-15s pid %-7lld %s\n",
            json_string_value(json_object_get(host, "name")),
            json_string_value(json_object_get(host, "address")),
            json_string_value(json_object_get(host, "address6")),
            (long long)json_integer_value(json_object_get(host, "pid")),
            json_string_value(json_object_get(host, "role")));
    }
    json_decref(status);
}

/* The supervisor knows its own namespace's pids; here they become those that this process sees. */
static void translate_pids(const char *dir, json_t *status)
{
    struct err e = ERR_INIT;
    pid_t supervisor, inner[8];
    char path[128], line[256], list[1024] = "";
    json_t *host;
    size_t i;
    if (control_ask_peer(dir, &supervisor, &e) < 0)
        return;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)supervisor, (int)supervisor);
    FILE *f = fopen(path, "re");
    if (f && !fgets(list, sizeof(list), f))
        list[0] = '\0';
    if (f)
        fclose(f);
    json_object_set_new(status, "supervisor", json_integer(supervisor));
    char *rest = list, *word;
    while ((word = strsep(&rest, " \n"))) {
        snprintf(path, sizeof(path), "/proc/%s/status", word);
        f = *word ? fopen(path, "re") : NULL;
        int n = 0;
        while (f && fgets(line, sizeof(line), f))
            if (strncmp(line, "NSpid:", 6) == 0)
                for (char *p = line + 6; n < 8 && *p && *p != '\n';)
                    inner[n++] = (pid_t)strtol(p, &p, 10);
        if (f)
            fclose(f);
        json_array_foreach(json_object_get(status, "hosts"), i, host)
        {
            if (n >= 2 && json_integer_value(json_object_get(host, "pid")) == inner[n - 2] &&
                !json_object_get(host, "seen")) {
                json_object_set_new(host, "pid", json_integer(strtol(word, NULL, 10)));
                json_object_set_new(host, "seen", json_true());
                break;
            }
        }
    }
    json_array_foreach(json_object_get(status, "hosts"), i, host) json_object_del(host, "seen");
}

static char *status_text(const char *dir, struct err *e)
{
    char answer[8192];
    if (control_ask(dir, "status\n", answer, sizeof(answer), NULL, e) < 0)
        return NULL;
    json_t *status = json_loads(answer, 0, NULL);
    translate_pids(dir, status);
    char *text = json_dumps(status, JSON_COMPACT);
    json_decref(status);
    return text;
}

int range_up(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct up_options o = {.play = true, .pace_ms = 2000, .dir = getenv("HINOMI_RANGE_DIR")};
    char dir[ROOM_PATH_MAX];
    pid_t keeper;
    if (read_up(argc, argv, &o) != argc)
        return usage("up");
    if (keeper_start(&o, dir, &keeper, &e) < 0)
        return range_complain(&e);
    char *text = status_text(dir, &e);
    if (text)
        print_status(text);
    free(text);
    printf("\n  hinomi-range exec --dir %s -- hinomi --config %s/hinomi.conf --data %s/data\n", dir,
        dir, dir);
    fflush(stdout);
    if (!o.hold)
        return 0;
    int status;
    signal(SIGINT, SIG_IGN); /* the keeper has a session of its own: tell it below */
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int number;
    while (waitpid(keeper, &status, WNOHANG) == 0)
        if (sigwait(&set, &number) == 0 && number != SIGCHLD)
            kill(keeper, SIGTERM);
    return 0;
}

int range_down(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct range_words w = range_words(argc, argv);
    return keeper_end(w.dir, &e) < 0 ? range_complain(&e) : 0;
}

int range_status(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct range_words w = range_words(argc, argv);
    char *text = status_text(w.dir, &e);
    if (!text)
        return range_complain(&e);
    if (w.argc > 0 && strcmp(w.argv[0], "--json") == 0)
        puts(text);
    else
        print_status(text);
    free(text);
    return 0;
}

int range_play(int argc, char **argv)
{
    struct err e = ERR_INIT;
    char answer[8192];
    struct range_words w = range_words(argc, argv);
    bool wait = w.argc > 0 && strcmp(w.argv[0], "--wait") == 0;
    int64_t deadline = clock_monotonic() + 120 * CLOCK_SECOND;
    if (control_ask(w.dir, "play\n", answer, sizeof(answer), NULL, &e) < 0)
        return range_complain(&e);
    while (wait && strstr(answer, "\"play\":\"running\"") && clock_monotonic() < deadline) {
        poll(NULL, 0, 100);
        if (control_ask(w.dir, "status\n", answer, sizeof(answer), NULL, &e) < 0)
            return range_complain(&e);
    }
    char *text = status_text(w.dir, &e);
    if (text)
        print_status(text);
    free(text);
    return strstr(answer, "\"play\":\"failed\"") || (wait && !strstr(answer, "\"play\":\"done\""));
}

int range_beacon(int argc, char **argv)
{
    struct err e = ERR_INIT;
    char answer[1024];
    struct range_words w = range_words(argc, argv);
    if (control_ask(w.dir, "beacon\n", answer, sizeof(answer), NULL, &e) < 0)
        return range_complain(&e);
    json_t *b = json_loads(answer, 0, NULL);
    bool alive = json_is_true(json_object_get(b, "alive"));
    if (w.argc > 0 && strcmp(w.argv[0], "--json") == 0)
        fputs(answer, stdout);
    else
        printf("alive: %s\nlast seen: %s\ncount: %lld\nfrom: %s (%s, pid %lld there)\n",
            alive ? "yes" : "no",
            json_string_value(json_object_get(b, "last"))
                ? json_string_value(json_object_get(b, "last"))
                : "never",
            (long long)json_integer_value(json_object_get(b, "count")),
            json_string_value(json_object_get(b, "peer")),
            json_string_value(json_object_get(b, "host")),
            (long long)json_integer_value(json_object_get(b, "pid")));
    json_decref(b);
    return alive ? 0 : 1;
}
