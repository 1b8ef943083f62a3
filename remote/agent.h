/* Our own client of ssh-agent (draft-miller-ssh-agent): libssh2's signs RSA with SHA-1 only. */
#ifndef HINOMI_REMOTE_AGENT_H
#define HINOMI_REMOTE_AGENT_H

#include "core/err.h"
#include "core/slice.h"

#include <stdint.h>

struct agent;
struct agent_key {
    struct slice blob;
    char comment[128]; /* hostile: sanitise */
};

enum { AGENT_RSA_SHA2_256 = 2, AGENT_RSA_SHA2_512 = 4 };

/* Connects and asks for the list of keys; waits at most 2 s. */
int agent_open(struct agent **out, const char *path, struct err *e);
void agent_close(struct agent *a);
size_t agent_count(const struct agent *a);
const struct agent_key *agent_key_at(const struct agent *a, size_t i);

/* The bare signature, without the algorithm's name before it; malloced. Waits at most 20 s, for
 * agents that ask a person. */
int agent_sign(struct agent *a, struct slice blob, struct slice data, uint32_t flags,
    unsigned char **signature, size_t *n, struct err *e);

#endif
