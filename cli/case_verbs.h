/* What `hinomi case` can do; each returns the exit status, or -1 with e. */
#ifndef HINOMI_CLI_CASE_VERBS_H
#define HINOMI_CLI_CASE_VERBS_H

#include "cli/cli.h"

int case_verb_new(struct cli *c, int64_t id, struct err *e);
int case_verb_list(struct cli *c, int64_t id, struct err *e);
int case_verb_show(struct cli *c, int64_t id, struct err *e);
int case_verb_add(struct cli *c, int64_t id, struct err *e);
int case_verb_note(struct cli *c, int64_t id, struct err *e);
int case_verb_task(struct cli *c, int64_t id, struct err *e);
int case_verb_ioc(struct cli *c, int64_t id, struct err *e);
int case_verb_evidence(struct cli *c, int64_t id, struct err *e);
int case_verb_status(struct cli *c, int64_t id, struct err *e);
int case_verb_close(struct cli *c, int64_t id, struct err *e);
int case_verb_export(struct cli *c, int64_t id, struct err *e);

#endif
