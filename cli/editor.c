#include "cli/editor.h"

#include "core/file.h"
#include "core/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOTE_MAX = 1024 * 1024 };

static const char *editor_program(void)
{
    const char *program = getenv("VISUAL");
    if (!program || !program[0])
        program = getenv("EDITOR");
    return program && program[0] ? program : "vi";
}

/* The editor's own words ("vim -n") are split by the shell, as git and mutt do; the file is an
 * argument. */
static int run_editor(const char *path, struct err *e)
{
    struct str command = STR_INIT;
    int status = -1;
    str_printf(&command, "%s \"$1\"", editor_program());
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command.p, "sh", path, (char *)NULL);
        _exit(127);
    }
    str_release(&command);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (pid < 0 || status != 0)
        return err_set(e, ERR_IO, "%s did not end well; give the text with -m", editor_program());
    return 0;
}

static int from_editor(struct str *out, struct err *e)
{
    char path[] = "/tmp/hinomi-note-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return err_set(e, ERR_IO, "no temporary file: %s", strerror(errno));
    close(fd);
    int rc = run_editor(path, e);
    if (rc == 0)
        rc = file_read(path, NOTE_MAX, out, e);
    unlink(path);
    return rc;
}

static int from_stdin(struct str *out, struct err *e)
{
    char buffer[4096];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0) {
        str_add(out, buffer, n);
        if (out->n > NOTE_MAX)
            return err_set(e, ERR_INPUT, "more than 1 MiB of text on stdin");
    }
    return 0;
}

int editor_text(const struct cli *c, char **text, struct err *e)
{
    struct str out = STR_INIT;
    str_clear(&out);
    if (c->terminal_in ? from_editor(&out, e) : from_stdin(&out, e)) {
        str_release(&out);
        return -1;
    }
    struct slice trimmed = slice_trim(str_as_slice(&out));
    *text = mem_strndup(trimmed.p, trimmed.n);
    str_release(&out);
    if ((*text)[0])
        return 0;
    free(*text);
    *text = NULL;
    return err_set(e, ERR_USAGE, "no text: nothing was written");
}
