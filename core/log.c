#include "core/log.h"

#include "core/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROTATE_AT = 4 * 1024 * 1024, LINE_LENGTH = 2048 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int fd = -1;
static enum log_level threshold;
static char file[4096];

static int open_file(void)
{
    return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int log_open(const char *path, enum log_level least)
{
    pthread_mutex_lock(&lock);
    threshold = least;
    file[0] = '\0';
    if (path)
        snprintf(file, sizeof file, "%s", path);
    fd = path ? open_file() : dup(STDERR_FILENO);
    int opened = fd;
    pthread_mutex_unlock(&lock);
    return opened < 0 ? -1 : 0;
}

void log_close(void)
{
    pthread_mutex_lock(&lock);
    if (fd >= 0)
        close(fd);
    fd = -1;
    pthread_mutex_unlock(&lock);
}

static void rotate(void)
{
    struct stat st;
    char old[sizeof file + 2];
    if (!file[0] || fstat(fd, &st) || st.st_size < ROTATE_AT)
        return;
    snprintf(old, sizeof old, "%s.1", file);
    if (rename(file, old) == 0) {
        close(fd);
        fd = open_file();
    }
}

/* A log is read with cat: nothing but printable ASCII and well-formed high bytes may leave. */
static void blank_controls(char *line, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f || (unsigned char)line[i] >= 0x80)
            line[i] = '?';
}

void log_write(enum log_level level, const char *format, ...)
{
    static const char *const words[] = {"debug", "info", "warn", "error"};
    char line[LINE_LENGTH], time[CLOCK_TEXT_MAX];
    pthread_mutex_lock(&lock);
    if (fd >= 0 && level >= threshold) {
        va_list ap;
        int n =
            snprintf(line, sizeof line, "%s %-5s ", clock_format(clock_now(), time), words[level]);
        va_start(ap, format);
        vsnprintf(line + n, sizeof line - (size_t)n - 1, format, ap);
        va_end(ap);
        size_t length = strlen(line);
        line[length++] = '\n';
        blank_controls(line, length);
        ssize_t ignored = write(fd, line, length);
        (void)ignored;
        rotate();
    }
    pthread_mutex_unlock(&lock);
}
