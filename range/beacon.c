/* The beacon: a harmless program that says where it runs, every interval, over one TCP connection
 * to the internet host, and tries again when it is cut. usage: updated ADDRESS PORT MILLISECONDS */
#include "range/room.h"

#include "core/slice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *address, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
        return -1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* One beat: a line out, a line back. */
static bool beat(int fd, long number, int interval)
{
    char line[64], back[64];
    int n = snprintf(line, sizeof(line), "beat %ld pid %d\n", number, (int)getpid());
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (send(fd, line, (size_t)n, MSG_NOSIGNAL) != n || poll(&p, 1, interval * 4) <= 0)
        return false;
    return recv(fd, back, sizeof(back), 0) > 0;
}

int beacon_run(int argc, char **argv)
{
    int64_t port, interval;
    if (argc != 4 || !slice_int(slice_of(argv[2]), &port) ||
        !slice_int(slice_of(argv[3]), &interval) || interval < 50)
        return 2;
    for (long number = 1;;) {
        int fd = dial(argv[1], (int)port);
        while (fd >= 0 && beat(fd, number, (int)interval)) {
            number++;
            poll(NULL, 0, (int)interval);
        }
        if (fd >= 0)
            close(fd);
        poll(NULL, 0, (int)interval);
    }
}
