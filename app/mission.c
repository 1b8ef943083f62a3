#include "app/run_inside.h"

#include "core/log.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define JOURNAL_PATIENCE (30 * CLOCK_SECOND)
#define SETTLE_MARGIN (10 * CLOCK_SECOND)
enum { CHECKS_MAX = 3 };

void mission_tell(struct mission *m, const char *step, enum run_state state, const char *text)
{
    struct run_event event = {m->host->name, step, text, state, clock_now()};
    run_socket_tell(&m->runner->socket, &event);
}

void mission_close(struct mission *m, const char *state, enum run_state run_state)
{
    m->state = state;
    m->run_state = run_state;
    m->phase = MISSION_CLOSING;
    m->stuck_since = 0;
}

/* The record could not be written. For 30 s it is tried again; then the mission goes no further,
 * and an isolation that was not committed is lifted by its dead-man. */
static void stuck(struct mission *m, const struct err *why)
{
    int64_t now = clock_monotonic();
    if (!m->stuck_since)
        m->stuck_since = now;
    if (now - m->stuck_since < JOURNAL_PATIENCE)
        return;
    log_write(LOG_ERROR, "run %lld, %s: %s", (long long)m->runner->run, m->host->name, why->text);
    err_set(&m->err, ERR_IO,
        "the record could not be written for 30 s, so nothing more was begun: %.300s", why->text);
    mission_close(m, m->connected ? "unknown" : "failed", RUN_UNKNOWN);
}

static bool next_step(const struct runbook *r, enum runbook_step *step)
{
    for (int s = (int)*step + 1; s <= STEP_COMMIT; s++)
        if (r->sections[s]) {
            *step = (enum runbook_step)s;
            return true;
        }
    return false;
}

static void note_script(struct mission *m)
{
    struct runner *r = m->runner;
    struct runbook_value values[RUNBOOK_PARAMETERS_MAX];
    struct str script = STR_INIT;
    struct err ignored = ERR_INIT;
    size_t n = plan_values(r->plan, values);
    transcript_text(&m->transcript, "#",
        slice_of("the script that follows was sent, with the run's nonce in place of the zeros"));
    if (runbook_render(r->runbook, m->step, values, n, "00000000000000000000000000000000", &script,
            &ignored) == 0)
        transcript_text(&m->transcript, ">", str_as_slice(&script));
    str_release(&script);
}

static int submit(
    struct mission *m, const struct runbook *runbook, enum runbook_step step, struct err *e)
{
    struct runner *r = m->runner;
    struct runbook_value values[RUNBOOK_PARAMETERS_MAX];
    bool own = runbook == r->runbook;
    struct remote_order order = {.target = m->target,
        .runbook = runbook,
        .step = step,
        .values = values,
        .value_count = own ? plan_values(r->plan, values) : 0,
        .fresh = step == STEP_VERIFY || !own,
        .sink = mission_take,
        .owner = m};
    m->order = remote_submit(r->remote, &order, e);
    return m->order < 0 ? -1 : 0;
}

/* `begun` is durable before a byte leaves; so is the ledger's word before a host is cut off. */
static void begin_step(struct mission *m)
{
    struct runner *r = m->runner;
    struct err e = ERR_INIT;
    const char *name = runbook_step_name(m->step);
    struct run_step step = {.host = m->host->name, .step = name, .state = RUN_RUNNING};
    if (r->isolates && m->step == STEP_SCRIPT && !m->wrote_ledger) {
        if (mission_ledger(m, "unknown", &e) < 0) {
            stuck(m, &e);
            return;
        }
        m->wrote_ledger = true;
    }
    if (run_step_begin(r->store, r->run, &step, &e) < 0) {
        stuck(m, &e);
        return;
    }
    m->stuck_since = 0;
    m->connected = false;
    m->begun = clock_monotonic();
    transcript_text(&m->transcript, "#", slice_of(name));
    note_script(m);
    mission_tell(m, name, RUN_RUNNING, "");
    m->phase = MISSION_RUNNING;
    if (submit(m, r->runbook, m->step, &e) < 0) {
        m->result = (struct remote_result){.state = REMOTE_FAILED, .rc = -1, .err = e};
        m->phase = MISSION_STEPPED;
    }
}

static void take_value(struct mission *m, const char *name, struct slice text)
{
    char value[256];
    snprintf(value, sizeof value, "%.*s", (int)(text.n < 255 ? text.n : 255), text.p);
    if (strncmp(name, "proof.", 6) == 0)
        proof_add(m->unreachable, name + 6, value);
    else if (strcmp(name, "reachable") == 0)
        m->reachable = strcmp(value, "yes") == 0;
    else if (strcmp(name, "proved") == 0)
        m->proved = strcmp(value, "yes") == 0;
    else if (strcmp(name, "isolation") == 0)
        snprintf(m->isolation, sizeof m->isolation, "%.23s", value);
    else if (strcmp(name, "sha256") == 0 && *m->transcript.tar_sha256 &&
             strcmp(value, m->transcript.tar_sha256) != 0)
        err_set(&m->err, ERR_CORRUPT, "what arrived differs from what the host sent (SHA-256)");
}

static void take_line(struct mission *m, const char *mark, const char *name, struct slice text)
{
    struct str line = STR_INIT;
    if (name)
        str_printf(&line, "%s = ", name);
    str_slice(&line, text);
    transcript_text(&m->transcript, mark, str_as_slice(&line));
    mission_tell(m, runbook_step_name(m->step), RUN_RUNNING, line.p);
    str_release(&line);
}

void mission_take(void *owner, const struct remote_event *event)
{
    struct mission *m = owner;
    switch (event->kind) {
    case REMOTE_CONNECTED:
        m->connected = true;
        if (event->connection)
            snprintf(m->transport, sizeof m->transport, "%.15s", event->connection->transport);
        break;
    case REMOTE_BEGUN:
        m->connected = true;
        break;
    case REMOTE_LINE:
        take_line(m, "<", NULL, event->text);
        break;
    case REMOTE_NOISE:
        take_line(m, "!", NULL, event->text);
        break;
    case REMOTE_VALUE:
        take_value(m, event->name, event->text);
        take_line(m, "=", event->name, event->text);
        break;
    case REMOTE_DATA:
        transcript_data(&m->transcript, event->text);
        break;
    case REMOTE_DATA_END:
        transcript_data_end(&m->transcript);
        break;
    case REMOTE_ENDED:
        m->result = *event->result;
        m->connected |= m->result.connection.transport && *m->result.connection.transport;
        m->phase = m->phase == MISSION_CHECKING ? MISSION_CHECKED : MISSION_STEPPED;
        break;
    }
}

static enum run_state state_of(const struct remote_result *r)
{
    static const enum run_state states[] = {
        [REMOTE_DONE] = RUN_DONE, [REMOTE_FAILED] = RUN_FAILED, [REMOTE_UNKNOWN] = RUN_UNKNOWN};
    return states[r->state];
}

static void check_now(struct mission *m)
{
    struct err e = ERR_INIT;
    snprintf(m->isolation, sizeof m->isolation, "unreachable");
    m->tries++;
    m->phase = MISSION_CHECKING;
    transcript_text(&m->transcript, "#", slice_of("the host is looked at: is it cut off?"));
    if (!m->runner->status || submit(m, m->runner->status, STEP_SCRIPT, &e) < 0)
        m->phase = MISSION_CHECKED;
}

static void settle(struct mission *m, int64_t wait)
{
    m->settle_until = clock_monotonic() + wait;
    m->phase = MISSION_SETTLING;
    mission_tell(m, "settle", RUN_RUNNING,
        "not committed: the dead-man lifts it on the host; it will be looked at then");
}

static int64_t dead_man(const struct runner *r)
{
    for (size_t i = 0; i < r->plan->parameter_count; i++) {
        int64_t seconds;
        if (strcmp(r->plan->parameters[i].name, "deadman") == 0 &&
            slice_int(slice_of(r->plan->parameters[i].value), &seconds) && seconds >= 0 &&
            seconds <= 86400)
            return seconds * CLOCK_SECOND + SETTLE_MARGIN;
    }
    return r->app->config->dead_man_ns + SETTLE_MARGIN;
}

/* Any failure before the commit: nothing is done, the dead-man undoes; then the truth is looked up
 * and written down. */
static void after_failure(struct mission *m)
{
    struct runner *r = m->runner;
    m->err = m->result.err;
    if (m->err.code == ERR_NONE)
        err_set(&m->err, ERR_INPUT, "the step ended without a word");
    bool acted = m->connected && m->step != STEP_PREFLIGHT;
    if (r->isolates && acted && (m->step == STEP_COMMIT || m->result.state == REMOTE_FAILED) &&
        m->step != STEP_VERIFY)
        check_now(m);
    else if (r->isolates && (acted || m->step > STEP_SCRIPT))
        settle(m, dead_man(r));
    else if (r->releases && acted)
        check_now(m);
    else if (m->result.state == REMOTE_UNKNOWN)
        mission_close(m, "unknown", RUN_UNKNOWN);
    else
        mission_close(m, "failed", m->err.code == ERR_CANCELLED ? RUN_CANCELLED : RUN_FAILED);
}

static void succeed(struct mission *m)
{
    mission_close(m,
        m->runner->isolates   ? "contained"
        : m->runner->releases ? "released"
                              : "done",
        RUN_DONE);
    if (m->err.code != ERR_NONE)
        mission_close(m, "failed", RUN_FAILED);
}

static void end_step(struct mission *m)
{
    struct runner *r = m->runner;
    struct err e = ERR_INIT;
    const char *name = runbook_step_name(m->step);
    struct run_step step = {.host = m->host->name,
        .step = name,
        .detail = m->result.state == REMOTE_DONE ? "" : m->result.err.text,
        .state = state_of(&m->result)};
    if (run_step_end(r->store, r->run, &step, &e) < 0) {
        stuck(m, &e);
        return;
    }
    m->stuck_since = 0;
    json_t *line = json_object();
    json_object_set_new(line, "name", json_string(name));
    json_object_set_new(line, "state", json_string(run_state_name(step.state)));
    json_object_set_new(
        line, "ms", json_integer((clock_monotonic() - m->begun) / CLOCK_MILLISECOND));
    json_array_append_new(m->steps, line);
    transcript_text(&m->transcript, "#",
        slice_of(m->result.state == REMOTE_DONE ? "done" : m->result.err.text));
    mission_tell(m, name, step.state, step.detail);
    if (m->result.state != REMOTE_DONE)
        after_failure(m);
    else if (next_step(r->runbook, &m->step))
        m->phase = MISSION_READY;
    else
        succeed(m);
}

/* What the look says is the truth that is written. */
static void judge_check(struct mission *m)
{
    struct runner *r = m->runner;
    bool seen = m->result.state == REMOTE_DONE && m->phase == MISSION_CHECKED;
    bool open = strcmp(m->isolation, "open") == 0 || strcmp(m->isolation, "removed") == 0;
    if (!seen || strcmp(m->isolation, "unreachable") == 0) {
        if (m->tries < CHECKS_MAX)
            settle(m, SETTLE_MARGIN);
        else
            mission_close(m, "unknown", RUN_UNKNOWN);
    } else if (open && r->releases) {
        m->err = (struct err)ERR_INIT;
        mission_close(m, "released", RUN_DONE);
    } else if (open) {
        mission_close(m, "failed", RUN_FAILED);
    } else if (r->isolates && strcmp(m->isolation, "isolated") == 0) {
        mission_close(m, "contained", RUN_DONE);
    } else if (r->isolates && m->tries < CHECKS_MAX) {
        settle(m, dead_man(r));
    } else {
        mission_close(m, "unknown", RUN_UNKNOWN);
    }
}

static bool nothing_done(const struct mission *m)
{
    return m->phase == MISSION_WAITING ||
           (m->phase == MISSION_READY && m->step <= STEP_SCRIPT && !m->wrote_ledger);
}

bool mission_advance(struct mission *m)
{
    if (m->runner->cancelled && nothing_done(m)) {
        err_set(&m->err, ERR_CANCELLED, "cancelled before anything was done");
        mission_close(m, "failed", RUN_CANCELLED);
    }
    if (m->runner->cancelled && m->phase == MISSION_RUNNING && m->step == STEP_PREFLIGHT &&
        m->order > 0) {
        remote_cancel(m->runner->remote, m->order);
        m->order = 0;
    }
    if (m->phase == MISSION_READY)
        begin_step(m);
    if (m->phase == MISSION_STEPPED)
        end_step(m);
    if (m->phase == MISSION_SETTLING && clock_monotonic() >= m->settle_until)
        check_now(m);
    if (m->phase == MISSION_CHECKED)
        judge_check(m);
    if (m->phase == MISSION_CLOSING && mission_write_result(m))
        m->phase = MISSION_ENDED;
    return m->phase != MISSION_ENDED;
}
