/* Read-only questions to hosts, asked by a child process (this program with `--runner 0`), so that
 * a hostile host never meets the asker's memory. The child gets one JSON object on its stdin and
 * answers with one JSON object a line:
 *   {"host":…,"order":N,"state":"done|failed|unknown","code":…,"error":…,"transport":…,
 *    "fingerprint":…,"ms":…,"values":{NAME:TEXT},"lines":[TEXT]} */
#ifndef HINOMI_APP_PROBE_H
#define HINOMI_APP_PROBE_H

#include "app/plan.h"
#include "remote/runbook.h"

#include <jansson.h>

struct probe_order {
    const char *runbook; /* one that reads, or a step that only reads */
    enum runbook_step step;
    const struct plan_parameter *parameters;
    size_t parameter_count;
};

/* All orders on each host, in turn; what follows a failed connection is left out. *answers is an
 * array, decref by the caller. Fails when the child could not be run or broke off. */
int probe_ask(struct app *a, const char *const *hosts, size_t host_count,
    const struct probe_order *orders, size_t order_count, json_t **answers, struct err *e);

/* The answer of a host to an order, or NULL. Borrowed. */
const json_t *probe_answer(const json_t *answers, const char *host, size_t order);
/* Text of a value, "" if it was not given. Borrowed. */
const char *probe_value(const json_t *answer, const char *name);
bool probe_done(const json_t *answer);
/* Puts the failure of an answer into e (ERR_NETWORK if there was none). Returns -1. */
int probe_error(const json_t *answer, struct err *e);

/* The child's main: exit status. */
int probe_serve(struct app *a);

/* Which steps a probe may run: nothing that changes a host gets through, whoever asks. */
bool probe_may_run(const struct runbook *r, enum runbook_step step);

#endif
