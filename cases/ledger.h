/* The ledger: every containment until it is lifted; the inventory of hosts seen. */
#ifndef HINOMI_CASES_LEDGER_H
#define HINOMI_CASES_LEDGER_H

#include "cases/triage.h"

struct ledger_row {
    int64_t id, run, case_id;
    int64_t started, expires, proved, ended; /* CLOCK_NONE where not */
    const char *host, *runbook, *owner, *approver, *reason, *organization;
    const char *state;      /* contained unproved unknown released expired failed */
    const char *proof_json; /* as in CLI.md's contain line */
    const char *revert;     /* how to lift it by hand: commands */
};
typedef int ledger_sink(void *owner, const struct ledger_row *row);

/* id 0: a new entry, *id set; else that entry's changed members. One journal act. */
int ledger_put(struct store *s, const struct actor *who, const struct ledger_row *row, int64_t *id,
    struct err *e);
int ledger_each(struct store *s, bool open_only, ledger_sink *sink, void *owner, struct err *e);
/* Newest open entry of a host; ERR_NOT_FOUND. */
int ledger_of_host(
    struct store *s, const char *host, ledger_sink *sink, void *owner, struct err *e);

/* Hosts as alerts and events name them, with the ledger's word on each; app joins configuration. */
struct host_row {
    const char *name, *organization, *ips, *os, *host_id, *agent_id; /* ips: blank-separated */
    int64_t first, last;
    uint64_t alerts, events;
    enum host_state state;
    int64_t state_since; /* CLOCK_NONE: unknown */
};
typedef int host_sink(void *owner, const struct host_row *row);
int hosts_each(struct store *s, host_sink *sink, void *owner, struct err *e);
int host_get(struct store *s, const char *name, host_sink *sink, void *owner, struct err *e);

/* Every address that an alert of this customer gave its host, now or earlier; several blank-
 * separated. */
typedef void host_address_sink(void *owner, struct slice host, struct slice addresses);
int hosts_addresses(
    struct store *s, const char *organization, host_address_sink *sink, void *owner, struct err *e);

#endif
