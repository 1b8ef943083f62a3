/* The log file: one event a line, sanitised, no secrets, rotated at 4 MiB (one old file kept). */
#ifndef HINOMI_CORE_LOG_H
#define HINOMI_CORE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* `path` NULL: standard error (the command line with -v). Until log_open nothing is written. */
int log_open(const char *path, enum log_level least);
void log_close(void);
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
