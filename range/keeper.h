/* The process outside: it makes the range's namespaces, waits for the supervisor's end and removes
 * the folder. */
#ifndef HINOMI_RANGE_KEEPER_H
#define HINOMI_RANGE_KEEPER_H

#include "range/room.h"

struct up_options {
    const char *dir;    /* NULL: the default one */
    const char *faults; /* for the simulator, comma-separated */
    bool hold;          /* end with the process that started it */
    bool play;
    int pace_ms;
};

/* Starts the range and returns when it is up. `*keeper` is the pid of the process that keeps it, a
 * child of this one. */
int keeper_start(const struct up_options *, char dir[ROOM_PATH_MAX], pid_t *keeper, struct err *);
/* Tells the range to end and waits until its folder is gone. */
int keeper_end(const char *dir, struct err *);

#endif
