/* Copy: inside tmux by its own buffer (its defaults drop an application's OSC 52), else OSC 52;
 * always into our own register. Notes written in an editor. */
#include "tui/desk.h"
#include "tui/screen.h"

#include "core/base64.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COPY_MAX = 74000, NOTE_MAX = 65536 };
extern char **environ;

static pid_t spawn(char *const argv[], int in)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t child = -1;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&files);
    if (in >= 0) {
        posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    }
    if (posix_spawnp(&child, argv[0], &files, &attributes, argv, environ) != 0) {
        child = -1;
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return child;
}

static bool wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool tmux_copy(struct slice text)
{
    char name[] = "tmux", verb[] = "load-buffer", flag[] = "-w", dash[] = "-";
    char *argv[] = {name, verb, flag, dash, NULL};
    int ends[2];
    if (!getenv("TMUX") || text.n > 4096 || pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    bool sent = write(ends[1], text.p, text.n) == (ssize_t)text.n; /* fits the pipe's buffer */
    pid_t child = sent ? spawn(argv, ends[0]) : -1;
    close(ends[0]);
    close(ends[1]);
    return child > 0 && wait_for(child);
}

void copy_subject(struct tui *t, bool defanged)
{
    struct subject s = desk_subject(t);
    struct str raw = STR_INIT, clean = STR_INIT, coded = STR_INIT;
    if (s.title && *s.title) {
        str_puts(&raw, s.title);
    }
    if (s.host && *s.host) {
        str_printf(&raw, "%s%s", raw.n ? "  " : "", s.host);
    }
    text_clean(&clean, str_as_slice(&raw));
    str_clear(&t->yank);
    if (defanged) {
        text_defang(&t->yank, str_as_slice(&clean));
    } else {
        str_slice(&t->yank, str_as_slice(&clean));
    }
    struct slice out = str_as_slice(&t->yank);
    if (out.n == 0) {
        desk_say(t, ROLE_STATUS_WARN, N_("nothing to copy here"));
    } else if (tmux_copy(out)) {
        desk_say(t, ROLE_TEXT, N_("%zu bytes in tmux's buffer"), out.n);
    } else if (out.n <= COPY_MAX) {
        base64_encode(&coded, out);
        screen_copy(str_as_slice(&coded));
        desk_say(t, ROLE_TEXT, N_("%zu bytes sent to the terminal, which may refuse them"), out.n);
    }
    str_release(&raw);
    str_release(&clean);
    str_release(&coded);
}

static bool edit(const char *path)
{
    const char *editor = getenv("VISUAL");
    editor = editor && *editor ? editor : getenv("EDITOR");
    char command[] = "sh", flag[] = "-c", script[] = "exec $0 \"$1\"", file[256], name[256];
    snprintf(file, sizeof file, "%s", path);
    snprintf(name, sizeof name, "%s", editor && *editor ? editor : "vi");
    char *argv[] = {command, flag, script, name, file, NULL};
    pid_t child = spawn(argv, -1);
    return child > 0 && wait_for(child);
}

void note_in_editor(struct tui *t)
{
    char path[] = "/tmp/hinomi-note-XXXXXX", text[NOTE_MAX];
    int fd = mkstemp(path); /* 0600 */
    if (fd < 0) {
        desk_say(t, ROLE_STATUS_ERROR, N_("no temporary file for the note could be made"));
        return;
    }
    screen_leave();
    bool fine = edit(path);
    screen_return();
    int again = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fine && again >= 0 ? read(again, text, sizeof text - 1) : -1;
    if (again >= 0) {
        close(again);
    }
    close(fd);
    unlink(path);
    if (n <= 0) {
        desk_say(t, ROLE_TEXT_MUTED, N_("no note was written"));
        return;
    }
    text[n] = '\0';
    bool on_case = desk_top(t)->ops == &view_case;
    acts_run(t, ACT_NOTE,
        &(struct act_arguments){.text = text, .case_id = on_case ? desk_subject(t).case_id : 0});
}
