/* A server of canned bytes on loopback: one thread, one connection at a time; the answer is chosen
 * by the request's path, so that a test can be any broken server it likes. */
#ifndef HINOMI_TESTS_SUPPORT_RAW_SERVER_H
#define HINOMI_TESTS_SUPPORT_RAW_SERVER_H

#include <pthread.h>
#include <stddef.h>

struct raw_answer {
    const char *path;
    const char *bytes; /* status line, headers and body as they go out; %d is our port */
    size_t n;          /* 0: strlen(bytes) */
    int hold;          /* 1: keep the connection open and silent after them */
};

struct raw_server {
    int listen_fd, stop_fd[2], port;
    pthread_t thread;
    const struct raw_answer *answers; /* ends with a NULL path */
    int requests;                     /* served so far; read after raw_server_stop */
    char last[4096];                  /* head and body of the last request */
};

void raw_server_start(struct raw_server *s, const struct raw_answer *answers);
void raw_server_stop(struct raw_server *s);

#endif
