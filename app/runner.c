#include "app/run_inside.h"

#include "app/inventory.h"
#include "app/probe.h"
#include "core/log.h"
#include "core/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static bool is_good(const struct mission *m)
{
    return m->run_state == RUN_DONE;
}

/* The plan's runbook must be the very file that was agreed on. */
static int find_runbook(struct runner *r, struct err *e)
{
    if (plan_load_runbooks(r->app, &r->runbooks, e) < 0)
        return -1;
    r->runbook = runbooks_find(r->runbooks, r->plan->runbook);
    r->status = runbooks_find(r->runbooks, "status");
    if (!r->runbook)
        return err_set(e, ERR_NOT_FOUND, "the runbook %s is gone", r->plan->runbook);
    if (strcmp(r->runbook->sha256, r->plan->runbook_sha256) != 0)
        return err_set(e, ERR_CONFLICT, "the runbook %s changed since the plan", r->plan->runbook);
    r->isolates = strcmp(r->plan->runbook, "isolate") == 0;
    r->releases = strcmp(r->plan->runbook, "release") == 0;
    return 0;
}

/* Resolved again, and it must be the way that the plan showed. */
static int find_way(struct mission *m, struct err *e)
{
    struct plan *p = m->runner->plan;
    if (inventory_resolve_name(m->runner->app, m->host->name, &m->target, e) < 0)
        return -1;
    const struct target_hop *last = target_last(m->target);
    const char *address = arena_printf(
        &p->arena, last->port && last->port != 22 ? "%s:%d" : "%s", last->address, last->port);
    if (strcmp(address, m->host->address) != 0 ||
        strcmp(plan_via_text(&p->arena, m->target), m->host->via) != 0 ||
        strcmp(last->user ? last->user : "", m->host->user) != 0)
        return err_set(e, ERR_CONFLICT, "the way to it changed since the plan: make a new one");
    return 0;
}

static void prepare_missions(struct runner *r)
{
    r->count = r->plan->host_count;
    r->missions = mem_zalloc(r->count + 1, sizeof *r->missions);
    for (size_t i = 0; i < r->count; i++) {
        struct mission *m = &r->missions[i];
        m->runner = r;
        m->host = &r->plan->hosts[i];
        m->steps = json_array();
        m->unreachable = json_array();
        /* the first section there is */
        m->step = r->runbook->sections[STEP_PREFLIGHT] ? STEP_PREFLIGHT : STEP_SCRIPT;
        m->phase = i == 0 || r->plan->reads_only ? MISSION_READY : MISSION_WAITING;
        if (!target_host_valid(m->host->name)) {
            err_set(&m->err, ERR_USAGE, "no host name that ssh may be asked for");
            mission_close(m, "blocked", RUN_BLOCKED);
            continue;
        }
        transcript_open(&m->transcript, r->folder, m->host->name);
        if (m->host->verdict == PLAN_BLOCKED || find_way(m, &m->err) < 0) {
            if (m->err.code == ERR_NONE)
                err_set(&m->err, ERR_DENIED, "%.400s", m->host->why);
            mission_close(m, "blocked", RUN_BLOCKED);
        }
    }
}

/* The first host is the trial: the others follow once it ended well. */
static void let_others_follow(struct runner *r)
{
    if (r->missions[0].phase != MISSION_ENDED)
        return;
    for (size_t i = 1; i < r->count; i++) {
        struct mission *m = &r->missions[i];
        if (m->phase != MISSION_WAITING)
            continue;
        if (is_good(&r->missions[0])) {
            m->phase = MISSION_READY;
            continue;
        }
        err_set(&m->err, ERR_CANCELLED, "not begun: it did not go well on %s, which came first",
            r->missions[0].host->name);
        mission_close(m, "blocked", RUN_CANCELLED);
    }
}

/* None when something can go on at once; short when the record could not be written just now. */
static int wait_ms(const struct runner *r)
{
    int64_t now = clock_monotonic(), wait = 1000 * CLOCK_MILLISECOND;
    for (size_t i = 0; i < r->count; i++) {
        const struct mission *m = &r->missions[i];
        int64_t left = wait;
        if (m->phase == MISSION_SETTLING)
            left = m->settle_until - now;
        else if (m->phase != MISSION_WAITING && m->phase != MISSION_RUNNING &&
                 m->phase != MISSION_CHECKING && m->phase != MISSION_ENDED)
            left = m->stuck_since ? 100 * CLOCK_MILLISECOND : 0;
        wait = left < wait ? left : wait;
    }
    return wait <= 0 ? 0 : (int)(wait / CLOCK_MILLISECOND) + 1;
}

static void drive(struct runner *r)
{
    struct pollfd fds[RUN_CLIENTS + 1];
    for (;;) {
        size_t alive = 0;
        for (size_t i = 0; i < r->count; i++)
            alive += mission_advance(&r->missions[i]);
        let_others_follow(r);
        if (!alive)
            break;
        int n = (int)run_socket_watch(&r->socket, fds);
        if (remote_poll(r->remote, wait_ms(r), fds, n) == 0)
            poll(fds, (nfds_t)n, wait_ms(r)); /* nothing remote: only time and clients move us */
        r->cancelled |= run_socket_serve(&r->socket);
    }
}

/* unknown before failed before blocked before done: the worst that a person must look at. */
static enum run_state end_state(const struct runner *r)
{
    static const enum run_state order[] = {RUN_UNKNOWN, RUN_FAILED, RUN_BLOCKED, RUN_CANCELLED};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < r->count; i++)
            if (r->missions[i].run_state == order[k])
                return order[k];
    return RUN_DONE;
}

static int take_plan_hash(void *owner, const struct run_row *row)
{
    struct str *hash = owner;
    str_clear(hash);
    str_puts(hash, row->plan_sha256);
    str_char(hash, '\n');
    str_puts(hash, row->analyst ? row->analyst : "");
    return 0;
}

/* Who started it acts on: the runner is the same person's hand. */
static int load(struct runner *r, struct err *e)
{
    struct str text = STR_INIT, json = STR_INIT;
    int64_t made;
    int rc = run_get(r->store, r->run, take_plan_hash, &text, e);
    if (rc == 0 && !text.n)
        rc = err_set(e, ERR_NOT_FOUND, "there is no run %lld", (long long)r->run);
    if (rc == 0) {
        char *analyst = strchr(text.p, '\n');
        *analyst++ = '\0';
        rc = plan_get(r->store, text.p, &json, &made, e);
        if (rc == 0)
            rc = plan_read_json(&r->plan, str_as_slice(&json), e);
        if (rc == 0)
            r->actor.analyst = arena_strdup(&r->plan->arena, analyst);
    }
    if (rc == 0 && !r->plan->host_count)
        rc = err_set(e, ERR_CORRUPT, "the plan names no host");
    str_release(&text);
    str_release(&json);
    return rc;
}

static void release(struct runner *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct mission *m = &r->missions[i];
        transcript_close(&m->transcript);
        free(m->transcript.path);
        free(m->transcript.tar_path);
        json_decref(m->steps);
        json_decref(m->unreachable);
        str_release(&m->proof);
        target_free(m->target);
    }
    free(r->missions);
    runbooks_free(r->runbooks);
    plan_free(r->plan);
    free(r->folder);
    store_close(r->store);
}

static int perform(struct runner *r)
{
    struct err e = ERR_INIT, late = ERR_INIT;
    struct host_trust trust = {.known_hosts = r->app->config->known_hosts};
    r->socket.listener = -1;
    r->folder = run_folder(r->app, r->run, &e);
    int rc = r->folder ? app_store(r->app, &r->store, &e) : -1;
    if (rc == 0)
        rc = load(r, &e);
    if (rc == 0)
        rc = find_runbook(r, &e);
    if (rc == 0 && run_socket_open(&r->socket, r->folder, &late) < 0)
        log_write(LOG_WARN, "run %lld: nobody can look on: %s", (long long)r->run, late.text);
    if (rc == 0) {
        r->remote = remote_new(&trust);
        prepare_missions(r);
        drive(r);
        remote_free(r->remote);
    } else {
        log_write(LOG_ERROR, "run %lld: %s", (long long)r->run, e.text);
    }
    if (r->store && run_end(r->store, r->actor.analyst ? &r->actor : &r->app->actor, r->run,
                        rc < 0 ? RUN_FAILED : end_state(r), &late) < 0)
        log_write(LOG_ERROR, "run %lld: %s", (long long)r->run, late.text);
    run_socket_close(&r->socket);
    release(r);
    return rc < 0 ? 1 : 0;
}

/* In the second child: detached, alone with the run. */
static int live(struct app *a, int64_t run, int ready)
{
    struct runner r = {.app = a, .run = run};
    struct err e = ERR_INIT;
    struct str log = STR_INIT;
    struct rlimit none = {0, 0};
    int lock = run_lock(a, run, &e);
    if (lock < 0)
        return 1;
    if (write(ready, "k", 1) != 1)
        return 1;
    close(ready);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &none);
    str_printf(&log, "%s/runs/%lld/log", a->data_folder, (long long)run);
    log_open(log.p, LOG_INFO);
    str_release(&log);
    int status = perform(&r);
    close(lock);
    return status;
}

int run_main(struct app *a, int64_t run)
{
    int ends[2];
    char word = 0;
    if (run <= 0)
        return probe_serve(a);
    if (pipe(ends) < 0)
        return 1;
    /* twice forked: no terminal can be its own, and nobody has to wait for it */
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0) {
        close(ends[0]);
        if (chdir("/") < 0)
            return 1;
        return live(a, run, ends[1]);
    }
    close(ends[1]);
    bool started = read(ends[0], &word, 1) == 1;
    close(ends[0]);
    return started ? 0 : 1;
}
