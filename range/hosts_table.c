#include "range/hosts_table.h"

#include <string.h>

/* The bastion has a link to every machine inside and forwards nothing; the machines reach the
 * internet by a link of their own, as through a company's gateway. */
const struct host_row range_hosts[HOST_COUNT] = {
    [HOST_OPERATOR] = {.name = "operator",
        .role = "the analyst's place; reaches the bastion alone",
        .address = "198.51.100.10",
        .network = "link set lo up\n"
                   "address add 198.51.100.10/24 dev eth0\n"
                   "link set eth0 up\n"},
    [HOST_BASTION] = {.name = "bastion",
        .role = "the only way in",
        .address = "198.51.100.1",
        .sshd = true,
        .criticality = "high",
        .network = "link set lo up\n"
                   "address add 198.51.100.1/24 dev eth0\n"
                   "link set eth0 up\n"
                   "address add 192.0.2.1/32 dev ws1\n"
                   "address add 2001:db8:2::1/128 dev ws1 nodad\n"
                   "link set ws1 up\nlink set ws2 up\nlink set db1 up\nlink set siem up\n"
                   "address add 192.0.2.1/32 dev ws2\n"
                   "address add 192.0.2.1/32 dev db1\n"
                   "address add 192.0.2.1/32 dev siem\n"
                   "route add 192.0.2.11/32 dev ws1 src 192.0.2.1\n"
                   "route add 192.0.2.12/32 dev ws2 src 192.0.2.1\n"
                   "route add 192.0.2.21/32 dev db1 src 192.0.2.1\n"
                   "route add 192.0.2.30/32 dev siem src 192.0.2.1\n"
                   "route add 2001:db8:2::11/128 dev ws1\n"
                   "route add 2001:db8:2::12/128 dev ws2\n"
                   "route add 2001:db8:2::21/128 dev db1\n"},
    [HOST_WS1] = {.name = "ws-fin-01",
        .role = "a workstation of the finance department",
        .address = "192.0.2.11",
        .address6 = "2001:db8:2::11",
        .sshd = true,
        .target = true,
        .agent = "3f1c9a52-7d0e-4b61-9a44-5d2f0c8e1101",
        .criticality = "high",
        .network = "link set lo up\n"
                   "address add 192.0.2.11/32 dev eth0\n"
                   "address add 2001:db8:2::11/128 dev eth0 nodad\n"
                   "link set eth0 up\nlink set eth1 up\n"
                   "route add 192.0.2.1/32 dev eth0\n"
                   "route add 2001:db8:2::1/128 dev eth0\n"
                   "route add default dev eth1 src 192.0.2.11\n"
                   "route add default dev eth1 src 2001:db8:2::11\n"},
    [HOST_WS2] = {.name = "ws-fin-02",
        .role = "another workstation of the finance department",
        .address = "192.0.2.12",
        .address6 = "2001:db8:2::12",
        .sshd = true,
        .target = true,
        .agent = "8b27e4d0-1f35-4c98-8e02-91ac6b7d2202",
        .criticality = "medium",
        .network = "link set lo up\n"
                   "address add 192.0.2.12/32 dev eth0\n"
                   "address add 2001:db8:2::12/128 dev eth0 nodad\n"
                   "link set eth0 up\nlink set eth1 up\n"
                   "route add 192.0.2.1/32 dev eth0\n"
                   "route add 2001:db8:2::1/128 dev eth0\n"
                   "route add default dev eth1 src 192.0.2.12\n"
                   "route add default dev eth1 src 2001:db8:2::12\n"},
    [HOST_DB] = {.name = "db-01",
        .role = "the ledger's database server",
        .address = "192.0.2.21",
        .address6 = "2001:db8:2::21",
        .sshd = true,
        .target = true,
        .agent = "c4d81b6e-60aa-4f17-b1c3-2e7f95d03303",
        .criticality = "critical",
        .network = "link set lo up\n"
                   "address add 192.0.2.21/32 dev eth0\n"
                   "address add 2001:db8:2::21/128 dev eth0 nodad\n"
                   "link set eth0 up\nlink set eth1 up\n"
                   "route add 192.0.2.1/32 dev eth0\n"
                   "route add 2001:db8:2::1/128 dev eth0\n"
                   "route add default dev eth1 src 192.0.2.21\n"
                   "route add default dev eth1 src 2001:db8:2::21\n"},
    [HOST_INTERNET] = {.name = "internet",
        .role = "everything outside; the beacon's listener is here",
        .address = "203.0.113.66",
        .address6 = "2001:db8:3::66",
        .sshd = true,
        .network = "link set lo up\n"
                   "address add 203.0.113.66/32 dev ws1\n"
                   "address add 203.0.113.80/32 dev ws1\n"
                   "address add 2001:db8:3::66/128 dev ws1 nodad\n"
                   "link set ws1 up\nlink set ws2 up\nlink set db1 up\n"
                   "route add 192.0.2.11/32 dev ws1 src 203.0.113.66\n"
                   "route add 192.0.2.12/32 dev ws2 src 203.0.113.66\n"
                   "route add 192.0.2.21/32 dev db1 src 203.0.113.66\n"
                   "route add 2001:db8:2::11/128 dev ws1\n"
                   "route add 2001:db8:2::12/128 dev ws2\n"
                   "route add 2001:db8:2::21/128 dev db1\n"},
    [HOST_SIEM] = {.name = "siem",
        .role = "the simulated Elasticsearch and Kibana; only the bastion reaches it",
        .address = "192.0.2.30",
        .network = "link set lo up\n"
                   "address add 192.0.2.30/32 dev eth0\n"
                   "link set eth0 up\n"
                   "route add 192.0.2.1/32 dev eth0\n"},
};

const struct link_row range_links[] = {
    {HOST_OPERATOR, HOST_BASTION, "eth0", "eth0"},
    {HOST_BASTION, HOST_WS1, "ws1", "eth0"},
    {HOST_BASTION, HOST_WS2, "ws2", "eth0"},
    {HOST_BASTION, HOST_DB, "db1", "eth0"},
    {HOST_BASTION, HOST_SIEM, "siem", "eth0"},
    {HOST_INTERNET, HOST_WS1, "ws1", "eth1"},
    {HOST_INTERNET, HOST_WS2, "ws2", "eth1"},
    {HOST_INTERNET, HOST_DB, "db1", "eth1"},
};
const size_t range_link_count = sizeof(range_links) / sizeof(*range_links);

enum range_host range_host_find(const char *name)
{
    size_t i = 0;
    while (i < HOST_COUNT && strcmp(range_hosts[i].name, name) != 0)
        i++;
    return (enum range_host)i;
}
