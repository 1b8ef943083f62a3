/* Between the files of the plan and the runner. */
#ifndef HINOMI_APP_PLAN_INSIDE_H
#define HINOMI_APP_PLAN_INSIDE_H

#include "app/plan.h"
#include "remote/runbook.h"
#include "remote/target.h"

/* The user's folder of runbooks beside the configuration; NULL when there is none. In `arena`. */
const char *plan_runbook_folder(const struct app *a, struct arena *arena);
int plan_load_runbooks(const struct app *a, struct runbooks **out, struct err *e);

/* Renders the canonical JSON (sorted keys, compact) and its SHA-256 into the plan. */
void plan_write_json(struct plan *p);
int plan_read_json(struct plan **out, struct slice json, struct err *e);

/* The values as remote/ takes them: same strings. */
size_t plan_values(const struct plan *p, struct runbook_value values[RUNBOOK_PARAMETERS_MAX]);

/* never-touch, protected, platform, the way itself, our own machine, blast radius. Sets verdict and
 * why of every host. `ways` are the resolved targets, NULL where a name was refused. */
enum { GUARD_HOSTS_A_RUN = 5, GUARD_HOSTS_AN_HOUR = 10 };
int guard_apply(struct app *a, struct store *s, struct plan *p, const struct runbook *runbook,
    struct target *const *ways, struct err *e);

void plan_block(struct plan *p, struct plan_host *h, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "bastion:22 → inner:22": the hops before the host, "" when it is reached straight. */
const char *plan_via_text(struct arena *arena, const struct target *t);

#endif
