/* Who lives in the range. Addresses are of the documentation ranges (RFC 5737, RFC 3849), so that a
 * mistake reaches nobody. */
#ifndef HINOMI_RANGE_HOSTS_TABLE_H
#define HINOMI_RANGE_HOSTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum range_host {
    HOST_OPERATOR,
    HOST_BASTION,
    HOST_WS1,
    HOST_WS2,
    HOST_DB,
    HOST_INTERNET,
    HOST_SIEM,
    HOST_COUNT
};

struct host_row {
    const char *name, *role;
    const char *address, *address6; /* address6 NULL: none */
    bool sshd;
    bool target;       /* a monitored machine: has an agent, an own file system and users */
    const char *agent; /* the agent's id, as alerts and telemetry name it */
    const char *criticality;
    const char *network; /* lines for `ip -batch`, run inside */
};

struct link_row {
    enum range_host a, b;
    const char *a_device, *b_device;
};

extern const struct host_row range_hosts[HOST_COUNT];
extern const struct link_row range_links[];
extern const size_t range_link_count;

enum range_host range_host_find(const char *name); /* HOST_COUNT: none */

#define RANGE_SIEM_PORT 9200
#define RANGE_C2_ADDRESS "203.0.113.66"
#define RANGE_C2_PORT 443
#define RANGE_VICTIM HOST_WS1
#define RANGE_USER "m.sato"
#define RANGE_USER_ID 61001

#endif
