/* The siem host: the simulator on its address, fed by the hosts. And the client that asks it. */
#include "range/commands.h"
#include "range/room.h"
#include "range/sim_elastic.h"
#include "range/space.h"
#include "range/telemetry.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DOCUMENT_MAX = 64 << 10 };

static void put(void *owner, const char *index, const char *id, json_t *document)
{
    struct err e = ERR_INIT;
    char *text = json_dumps(document, JSON_COMPACT);
    if (text)
        sim_elastic_add(owner, index, id, text, &e);
    free(text);
    json_decref(document);
}

static void take(struct room *r, struct sim_elastic *sim, const char *text, size_t n)
{
    json_t *envelope = json_loadb(text, n, 0, NULL);
    const char *index = json_string_value(json_object_get(envelope, "index"));
    json_t *document = json_object_get(envelope, "document");
    if (index && document) {
        put(sim, index, json_string_value(json_object_get(envelope, "id")), json_incref(document));
        r->state->siem_documents++;
    }
    json_decref(envelope);
}

static void set_faults(struct sim_elastic *sim, const char *list)
{
    char *copy = mem_strdup(list), *rest = copy, *one;
    struct err e = ERR_INIT;
    while (copy && (one = strsep(&rest, ",")))
        if (*one && sim_elastic_fault(sim, one, &e) < 0)
            dprintf(2, "hinomi-range: %s\n", e.text);
    free(copy);
}

void siem_start(struct room *r)
{
    struct err e = ERR_INIT;
    pid_t pid = fork();
    if (pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "siem");
    struct sim_elastic_options o = {
        .address = range_hosts[HOST_SIEM].address, .port = RANGE_SIEM_PORT};
    struct sim_elastic *sim = sim_elastic_start(&o, &e);
    if (!sim)
        _exit(1);
    background_fill(clock_now(), put, sim);
    set_faults(sim, r->faults);
    r->state->siem_ready = 1;
    char *text = mem_alloc(DOCUMENT_MAX);
    ssize_t n;
    while ((n = recv(r->documents[0], text, DOCUMENT_MAX, 0)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            take(r, sim, text, (size_t)n);
    _exit(0);
}

static int connect_siem(struct err *e)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(RANGE_SIEM_PORT)};
    inet_pton(AF_INET, range_hosts[HOST_SIEM].address, &a.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return err_set(e, ERR_NETWORK, "the siem does not answer: %s", strerror(errno));
}

/* HTTP/1.0, so that the end of the connection is the end of the answer. */
static int ask_siem(char **argv, int argc, struct err *e)
{
    char buffer[4096];
    struct str out = STR_INIT;
    ssize_t n;
    const char *body = argc > 2 ? argv[2] : "";
    int fd = connect_siem(e);
    if (fd < 0)
        return -1;
    str_printf(&out,
        "%s %s HTTP/1.0\r\nHost: siem\r\nAuthorization: ApiKey %s\r\nkbn-xsrf: range\r\n"
        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        argv[0], argv[1], SIM_ELASTIC_API_KEY, strlen(body), body);
    if (write(fd, out.p, out.n) != (ssize_t)out.n)
        err_set(e, ERR_NETWORK, "the siem does not listen: %s", strerror(errno));
    str_clear(&out);
    while ((n = read(fd, buffer, sizeof(buffer))) > 0)
        str_add(&out, buffer, (size_t)n);
    close(fd);
    const char *end = strstr(out.p, "\r\n\r\n");
    long status = strncmp(out.p, "HTTP/1.", 7) == 0 ? strtol(out.p + 9, NULL, 10) : 0;
    puts(end ? end + 4 : "");
    str_release(&out);
    if (status >= 200 && status < 300)
        return 0;
    return err_set(e, ERR_INPUT, "the siem answered with status %ld", status);
}

int range_siem(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct range_words w = range_words(argc, argv);
    char answer[512];
    int fds[SPACE_COUNT] = {-1, -1, -1, -1, -1};
    if (w.argc < 2) {
        fputs("usage: hinomi-range siem [--dir DIR] METHOD PATH [BODY]\n", stderr);
        return 2;
    }
    if (control_ask(w.dir, "enter siem\n", answer, sizeof(answer), fds, &e) < 0 ||
        space_enter(fds, &e) < 0 || ask_siem(w.argv, w.argc, &e) < 0)
        return range_complain(&e);
    return 0;
}
