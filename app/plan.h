/* Planning what is done to hosts: targets × a runbook, guarded, hashed, confirmed. */
#ifndef HINOMI_APP_PLAN_H
#define HINOMI_APP_PLAN_H

#include "app/app.h"
#include "core/str.h"

struct plan_parameter {
    const char *name, *value;
};
struct plan_request {
    const char *const *hosts;
    size_t host_count;
    const char *runbook;
    const struct plan_parameter *parameters;
    size_t parameter_count;
    const char *reason;
    int64_t case_id;  /* 0: none */
    int64_t lease_ns; /* 0: the default */
    int64_t alert;    /* the alert it comes from, for identity proof; 0: none */
};

enum plan_verdict { PLAN_OK, PLAN_NEEDS_WORD, PLAN_BLOCKED };
struct plan_host {
    const char *name, *address, *user, *via, *platform, *criticality;
    bool is_protected;
    enum plan_verdict verdict;
    const char *why;      /* of a block or a word; "" */
    const char *script;   /* the exact bytes that would run there, parameters included */
    const char *identity; /* after a dry run: how it was proved that this is the host that alerted,
                             or "unproved" */
    const char *impact;   /* after a dry run: logged-on users, listeners with clients, network file
                             systems … */
    const char *preflight_error; /* after a dry run; NULL: fine */
};
struct plan {
    struct arena arena;
    struct plan_host *hosts;
    size_t host_count;
    const struct plan_parameter *parameters; /* those given and those filled in; the rest default */
    size_t parameter_count;
    const char *requester;
    const char *runbook, *runbook_sha256, *title, *reason,
        *revert; /* revert: how to take it back, or that one cannot */
    bool reversible, reaches_network;
    bool reads_only; /* changes nothing there */
    int64_t case_id, lease_ns, alert, made;
    char sha256[65];
    char *json; /* canonical */
};

/* Reads the inventory, renders scripts, applies the guard rails (never-touch, protected, platform,
 * blast radius). No connection. */
int plan_make(
    struct app *a, struct store *s, const struct plan_request *r, struct plan **out, struct err *e);
/* Runs only the read-only pre-flight on each host and fills identity, impact, preflight_error;
 * stores the plan. */
int plan_dry_run(struct app *a, struct store *s, struct plan *p, struct err *e);
/* A plan stored by a dry run younger than 15 minutes, by its hash. */
int plan_load(struct app *a, struct store *s, const char *sha256, struct plan **out, struct err *e);
void plan_free(struct plan *p);

/* What has to be typed: the host's name for one, "N hosts" for more. */
void plan_confirmation(const struct plan *p, char out[80]);

/* Runbooks there are, built-in and the user's. */
struct plan_runbook {
    const char *name, *help, *platforms, *parameters,
        *revert; /* parameters: "pid:number start:number …" */
    bool reversible, reads_only;
};
int plan_runbooks(
    struct app *a, struct arena *arena, struct plan_runbook **list, size_t *count, struct err *e);

/* Parameters that an alert itself gives a runbook (pid, start, sha256, path …), ready for a plan.
 */
int plan_parameters_of_alert(struct app *a, struct store *s, int64_t alert, const char *runbook,
    struct arena *arena, struct plan_parameter **list, size_t *count, struct err *e);

#endif
