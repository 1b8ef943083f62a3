/* The verbs. What acts on the record by ids or query is in app/acts.h and shares cmd_act.c. */
#ifndef HINOMI_CLI_COMMANDS_H
#define HINOMI_CLI_COMMANDS_H

#include "cli/cli.h"
#include "core/command.h"

typedef int cli_run(struct cli *c, struct err *e); /* exit status, or -1 with e */

struct cli_command {
    struct command command;
    const struct option_spec *options;
    bool needs_store;
    cli_run *run;
};

/* id (also the run function cmd_<id> and the options cmd_<id>_options), name, group, arguments,
 * store?, needs, danger, help */
#define CLI_COMMAND_LIST(X)                                                                        \
    X(sources, "sources", N_("sources"), "[NAME…]", true, NEEDS_NOTHING, DANGER_NONE,              \
        N_("configured sources: health, lag, last error; --check tries each now"))                 \
    X(pull, "pull", N_("sources"), "[SOURCE…]", true, NEEDS_WRITE, DANGER_NONE,                    \
        N_("poll each source once and store what is new"))                                         \
    X(push, "push", N_("sources"), "[SOURCE…]", true, NEEDS_WRITE, DANGER_NONE,                    \
        N_("send verdicts that wait to their sources"))                                            \
    X(watch, "watch", N_("sources"), NULL, true, NEEDS_WRITE, DANGER_NONE,                         \
        N_("poll for ever, push, recover runs; no terminal needed"))                               \
    X(import, "import", N_("sources"), "FILE… | -", true, NEEDS_WRITE, DANGER_NONE,                \
        N_("files, .gz/.zst, folders or stdin into the record; the format is sniffed"))            \
    X(quarantine, "quarantine", N_("sources"), "[SOURCE]", true, NEEDS_NOTHING, DANGER_NONE,       \
        N_("records that could not be understood: place, reason, raw bytes"))                      \
    X(alerts, "alerts", N_("look"), "[QUERY]", true, NEEDS_NOTHING, DANGER_NONE,                   \
        N_("the queue; a QUERY is KQL"))                                                           \
    X(alert, "alert", N_("look"), "ID", true, NEEDS_NOTHING, DANGER_NONE,                          \
        N_("one alert, all of it"))                                                                \
    X(events, "events", N_("look"), "[QUERY]", true, NEEDS_NOTHING, DANGER_NONE, N_("telemetry"))  \
    X(tree, "tree", N_("look"), "ALERT_ID | --host H (--guid G | --pid N [--time T])", true,       \
        NEEDS_NOTHING, DANGER_NONE, N_("the process tree that holds a process"))                   \
    X(timeline, "timeline", N_("look"), "[QUERY]", true, NEEDS_NOTHING, DANGER_NONE,               \
        N_("events and alerts by time"))                                                           \
    X(case, "case", N_("case"), "new|list|show|add|note|task|ioc|evidence|status|close|export …",  \
        true, NEEDS_NOTHING, DANGER_NONE, N_("the case file"))                                     \
    X(hosts, "hosts", N_("hosts"), NULL, true, NEEDS_NOTHING, DANGER_NONE,                         \
        N_("the inventory: where seen, how reached, containment state"))                           \
    X(look, "look", N_("hosts"), "HOST", true, NEEDS_NOTHING, DANGER_NONE,                         \
        N_("live and read-only: processes, sockets, users, uptime"))                               \
    X(contain, "contain", N_("hosts"), "HOST… RUNBOOK [NAME=VALUE…]", true, NEEDS_WRITE,           \
        DANGER_REACHES, N_("act on hosts over SSH, with proof and a way back"))                    \
    X(ledger, "ledger", N_("hosts"), NULL, true, NEEDS_NOTHING, DANGER_NONE,                       \
        N_("every containment: owner, reason, expiry, proof, how to revert"))                      \
    X(runs, "runs", N_("hosts"), "[RUN]", true, NEEDS_NOTHING, DANGER_NONE,                        \
        N_("runs on hosts and their steps"))                                                       \
    X(runbooks, "runbooks", N_("about"), "[NAME]", true, NEEDS_NOTHING, DANGER_NONE,               \
        N_("what can be done to hosts"))                                                           \
    X(journal, "journal", N_("about"), NULL, true, NEEDS_NOTHING, DANGER_NONE,                     \
        N_("who did what, newest first"))                                                          \
    X(verify, "verify", N_("about"), NULL, true, NEEDS_NOTHING, DANGER_NONE,                       \
        N_("journal chain, databases, evidence hashes"))                                           \
    X(fields, "fields", N_("about"), NULL, false, NEEDS_NOTHING, DANGER_NONE,                      \
        N_("fields that a QUERY may name"))                                                        \
    X(formats, "formats", N_("about"), NULL, false, NEEDS_NOTHING, DANGER_NONE,                    \
        N_("file formats that import reads, and kinds of sources"))                                \
    X(config, "config", N_("about"), NULL, false, NEEDS_NOTHING, DANGER_NONE,                      \
        N_("keys of the configuration file; --check reads yours"))                                 \
    X(demo, "demo", N_("about"), NULL, false, NEEDS_TERMINAL, DANGER_NONE,                         \
        N_("the workstation on the practice range"))

#define CLI_DECLARE(id, ...)                                                                       \
    int cmd_##id(struct cli *c, struct err *e);                                                    \
    extern const struct option_spec cmd_##id##_options[];
CLI_COMMAND_LIST(CLI_DECLARE)
#undef CLI_DECLARE

/* claim, open, close, …: every row of ACT_LIST */
#include "app/acts.h"
int cmd_act(struct cli *c, enum act act, struct err *e);
extern const struct option_spec cmd_act_options[];

extern const struct cli_command cli_commands[]; /* ends with a NULL name */

#endif
