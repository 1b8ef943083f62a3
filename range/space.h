/* Namespaces: the range's own, so that nothing that it does is seen or felt outside.
 * user_namespaces(7), mount_namespaces(7), pid_namespaces(7), capabilities(7). */
#ifndef HINOMI_RANGE_SPACE_H
#define HINOMI_RANGE_SPACE_H

#include "core/err.h"

#include "range/hosts_table.h"

#include <stdbool.h>
#include <sys/types.h>

/* Leaves the machine: a user namespace unless root, then pid, mount and network namespaces. The pid
 * namespace holds from the next fork on. ERR_UNSUPPORTED, with a word why, where the kernel does
 * not let us. */
int space_leave(struct err *);
/* In the first child of the pid namespace: an own /proc, and mounts that reach nobody. */
int space_settle(struct err *);
/* fork into new pid, mount, network and UTS namespaces. */
pid_t space_fork(void);
/* Inside a host: name, /proc, and for machines other than the operator's file systems of its own;
 * the range's folder appears as RANGE_INSIDE. */
int space_furnish(enum range_host, const char *dir, struct err *);
/* Keeps all capabilities over exec for a user that is not root. */
int space_keep_capabilities(struct err *);

#define RANGE_INSIDE "/run/range"

/* The namespaces that a command must enter, in this order. */
enum { SPACE_USER, SPACE_MOUNT, SPACE_UTS, SPACE_NET, SPACE_PID, SPACE_COUNT };
int space_open(pid_t pid, int fds[SPACE_COUNT], struct err *);
int space_enter(const int fds[SPACE_COUNT], struct err *);

#endif
