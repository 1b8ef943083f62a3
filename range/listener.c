/* The internet's side of the beacon, and the network sensor that sees it pass: lines of Suricata's
 * EVE (https://docs.suricata.io/en/suricata-7.0.8/output/eve/eve-json-format.html). */
#include "range/room.h"
#include "range/space.h"

#include "core/clock.h"
#include "core/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GUESTS_MAX = 8, ALERT_AT_BEAT = 3 };

struct guest {
    int fd;
    char address[INET_ADDRSTRLEN];
    int port;
    int64_t since;
    uint64_t flow;
    long beats, bytes;
};

struct sensor {
    int fd;
    uint64_t flows;
    struct room_state *state;
};

/* 2026-11-22T10:00:00.123456+0000 */
static void eve_time(int64_t ns, char out[48])
{
    time_t s = (time_t)(ns / CLOCK_SECOND);
    struct tm tm;
    char head[32];
    gmtime_r(&s, &tm);
    strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, 48, "%s.%06d+0000", head, (int)(ns % CLOCK_SECOND / 1000));
}

static void write_line(const struct sensor *s, const struct str *line)
{
    if (write(s->fd, line->p, line->n) < 0)
        dprintf(2, "the sensor cannot write: %s\n", strerror(errno));
}

static void eve_head(struct str *out, const struct guest *g, const char *type)
{
    char now[48];
    eve_time(clock_now(), now);
    str_printf(out,
        "{\"timestamp\":\"%s\",\"flow_id\":%llu,\"in_iface\":\"mirror0\",\"event_type\":\"%s\","
        "\"src_ip\":\"%s\",\"src_port\":%d,\"dest_ip\":\"" RANGE_C2_ADDRESS "\",\"dest_port\":%d,"
        "\"proto\":\"TCP\"",
        now, (unsigned long long)g->flow, type, g->address, g->port, RANGE_C2_PORT);
}

static void eve_flow(struct str *out, const struct guest *g, const char *state)
{
    char start[48];
    eve_time(g->since, start);
    str_printf(out,
        ",\"flow\":{\"pkts_toserver\":%ld,\"pkts_toclient\":%ld,\"bytes_toserver\":%ld,"
        "\"bytes_toclient\":%ld,\"start\":\"%s\"%s%s%s}",
        g->beats + 2, g->beats + 1, g->bytes, g->bytes, start, *state ? ",\"state\":\"" : "", state,
        *state ? "\",\"alerted\":true" : "");
}

static void report_alert(const struct sensor *s, const struct guest *g)
{
    struct str out = STR_INIT;
    eve_head(&out, g, "alert");
    str_puts(&out,
        ",\"app_proto\":\"failed\",\"direction\":\"to_server\",\"alert\":{\"action\":\"allowed\","
        "\"gid\":1,\"signature_id\":9000101,\"rev\":2,\"signature\":\"RANGE plain text beacon on "
        "port 443, even interval\",\"category\":\"A Network Trojan was detected\",\"severity\":1,"
        "\"metadata\":{\"signature_severity\":[\"Critical\"],\"mitre_tactic_id\":[\"TA0011\"],"
        "\"mitre_technique_id\":[\"T1071\"]}}");
    eve_flow(&out, g, "");
    str_puts(&out, "}\n");
    write_line(s, &out);
    str_release(&out);
}

static void report_end(const struct sensor *s, const struct guest *g)
{
    struct str out = STR_INIT;
    eve_head(&out, g, "flow");
    str_puts(&out, ",\"app_proto\":\"failed\"");
    eve_flow(&out, g, "closed");
    str_puts(&out, "}\n");
    write_line(s, &out);
    str_release(&out);
}

static void welcome(struct sensor *s, struct guest *guests, int door)
{
    struct sockaddr_in a;
    socklen_t n = sizeof(a);
    int fd = accept4(door, (struct sockaddr *)&a, &n, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    for (size_t i = 0; i < GUESTS_MAX; i++) {
        struct guest *g = &guests[i];
        if (g->fd >= 0)
            continue;
        *g = (struct guest){.fd = fd, .port = ntohs(a.sin_port), .since = clock_now()};
        g->flow = UINT64_C(1400000000000000) + ++s->flows * 7919 + (uint64_t)g->port;
        inet_ntop(AF_INET, &a.sin_addr, g->address, sizeof(g->address));
        return;
    }
    close(fd);
}

static void count(const struct guest *guests, struct room_state *state)
{
    int connected = 0;
    for (size_t i = 0; i < GUESTS_MAX; i++)
        connected += guests[i].fd >= 0;
    state->beacon_connected = connected;
}

static void hear(struct sensor *s, struct guest *g)
{
    char line[256];
    ssize_t n = recv(g->fd, line, sizeof(line), 0);
    if (n <= 0) {
        report_end(s, g);
        close(g->fd);
        g->fd = -1;
        return;
    }
    if (n < 5 || memcmp(line, "beat ", 5) != 0)
        return; /* a probe: open to whoever asks, and no beacon */
    g->bytes += n;
    if (++g->beats == ALERT_AT_BEAT)
        report_alert(s, g);
    s->state->beacon_last = clock_now();
    if (!s->state->beacon_first)
        s->state->beacon_first = s->state->beacon_last;
    s->state->beacon_count++;
    snprintf(s->state->beacon_peer, sizeof(s->state->beacon_peer), "%s:%d", g->address, g->port);
    send(g->fd, "ok\n", 3, MSG_NOSIGNAL);
}

static int open_door(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(RANGE_C2_PORT)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    return bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 16) < 0 ? -1 : fd;
}

static void stay(struct sensor *s, int door)
{
    struct guest guests[GUESTS_MAX];
    for (size_t i = 0; i < GUESTS_MAX; i++)
        guests[i].fd = -1;
    for (;;) {
        struct pollfd p[GUESTS_MAX + 1];
        for (size_t i = 0; i < GUESTS_MAX; i++)
            p[i] = (struct pollfd){.fd = guests[i].fd, .events = POLLIN};
        p[GUESTS_MAX] = (struct pollfd){.fd = door, .events = POLLIN};
        if (poll(p, GUESTS_MAX + 1, -1) < 0)
            continue;
        for (size_t i = 0; i < GUESTS_MAX; i++)
            if (p[i].fd >= 0 && p[i].revents)
                hear(s, &guests[i]);
        if (p[GUESTS_MAX].revents)
            welcome(s, guests, door);
        count(guests, s->state);
    }
}

void listener_start(struct room *r)
{
    pid_t pid = fork();
    if (pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "listener");
    struct sensor s = {.state = r->state};
    s.fd = open(RANGE_INSIDE "/eve.json", O_WRONLY | O_APPEND | O_CLOEXEC);
    int door = open_door();
    if (s.fd < 0 || door < 0)
        _exit(1);
    stay(&s, door);
    _exit(0);
}
