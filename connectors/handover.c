#include "connectors/handover.h"

#include <fcntl.h>
#include <unistd.h>

static void close_at(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void handover_abandon(struct handover *h)
{
    close_at(&h->listener);
    close_at(&h->filler);
    close_at(&h->dialled);
    h->waiting = -1;
}

int handover_begin(struct handover *h, int dialled, struct sockaddr *address, socklen_t *n)
{
    const int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    handover_abandon(h);
    h->dialled = dialled;
    h->listener = socket(AF_UNIX, kind, 0);
    h->filler = socket(AF_UNIX, kind, 0);
    h->waiting = socket(AF_UNIX, kind, 0);
    /* an address of the family alone is bound to a free abstract name: unix(7), "Autobind" */
    *address = (struct sockaddr){.sa_family = AF_UNIX};
    if (h->listener < 0 || h->filler < 0 || h->waiting < 0 ||
        bind(h->listener, address, sizeof address->sa_family) || listen(h->listener, 0) ||
        getsockname(h->listener, address, n) || connect(h->filler, address, *n)) {
        close_at(&h->waiting);
        handover_abandon(h);
        return -1;
    }
    return h->waiting;
}

void handover_finish(struct handover *h)
{
    if (h->waiting < 0)
        return;
    dup3(h->dialled, h->waiting, O_CLOEXEC);
    handover_abandon(h);
}
