/* Gives libcurl 7.8x a socket that is connected already. CURL_SOCKOPT_ALREADY_CONNECTED is meant
 * for that, but 7.87 to 7.88.1 (Debian 12) call connect() all the same and fail with EISCONN
 * (https://curl.se/changes.html, 8.0.0: "cf-socket: if socket is already connected, return
 * CURLE_OK"). So libcurl gets a fresh socket and an address that keeps it waiting, a local listener
 * whose queue is full; once its connect() has said EAGAIN, the dialled socket takes the waiting
 * one's number. */
#ifndef HINOMI_CONNECTORS_HANDOVER_H
#define HINOMI_CONNECTORS_HANDOVER_H

#include <sys/socket.h>

struct handover {
    int listener, filler, waiting, dialled; /* -1: none */
};

#define HANDOVER_INIT                                                                              \
    {                                                                                              \
        -1, -1, -1, -1                                                                             \
    }

/* Takes `dialled`. Returns the waiting socket, to be closed by its taker, and where it must
 * connect; -1 (errno) after closing `dialled`. */
int handover_begin(struct handover *h, int dialled, struct sockaddr *address, socklen_t *n);

/* After the connect(): the waiting number now is the dialled connection. No-op when none waits. */
void handover_finish(struct handover *h);

/* Nobody will connect: closes all but the waiting socket. */
void handover_abandon(struct handover *h);

#endif
