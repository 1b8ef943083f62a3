/* The case file: what an investigation holds. Ids are numbers on this machine; uid is for exports.
 */
#ifndef HINOMI_CASES_CASE_FILE_H
#define HINOMI_CASES_CASE_FILE_H

#include "cases/triage.h"
#include "core/str.h"

struct case_row {
    int64_t id, opened, updated, closed; /* closed CLOCK_NONE: open */
    enum case_status status;
    enum severity severity; /* worst of its alerts unless set */
    enum verdict verdict;
    uint32_t alerts, events, notes, tasks, tasks_done, evidence, iocs;
    const char *uid, *title, *summary, *lead, *organization;
};
struct case_list {
    struct arena arena;
    struct case_row *rows;
    size_t count;
};
int cases_list(struct store *s, bool with_closed, struct case_list *out, struct err *e);
int case_get(struct store *s, int64_t id, struct case_list *out, struct err *e);
void case_list_release(struct case_list *list);

int case_new(struct store *s, const struct actor *who, const char *title, int64_t *id,
    struct act_result *r, struct err *e);
struct case_change { /* -1 or NULL members unchanged */
    int status, severity, verdict;
    const char *title, *summary, *lead, *reason;
};
#define CASE_CHANGE_INIT                                                                           \
    {                                                                                              \
        .status = -1, .severity = -1, .verdict = -1                                                \
    }
int case_change(struct store *s, const struct actor *who, int64_t id, const struct case_change *c,
    struct act_result *r, struct err *e);
/* Alerts are linked and marked; events are pinned: copied whole, raw too, into record.db. */
int case_add_alerts(struct store *s, const struct actor *who, int64_t id, const int64_t *alerts,
    size_t n, struct act_result *r, struct err *e);
int case_add_events(struct store *s, const struct actor *who, int64_t id, const int64_t *events,
    size_t n, struct act_result *r, struct err *e);
struct case_task {
    const char *text, *assignee; /* assignee may be NULL */
    int64_t due;                 /* CLOCK_NONE: none */
};
int case_task_add(struct store *s, const struct actor *who, int64_t id, const struct case_task *t,
    struct act_result *r, struct err *e);
int case_task_done(struct store *s, const struct actor *who, int64_t task, bool done,
    struct act_result *r, struct err *e);
struct case_ioc {
    const char *type, *value, *note; /* ip domain hash url file …; note may be NULL */
};
int case_ioc_add(struct store *s, const struct actor *who, int64_t id, const struct case_ioc *ioc,
    struct act_result *r, struct err *e);
/* Copies a file into evidence/CASE/<sha256>: temporary name, fsync, rename, fsync of the folder,
 * then recorded. case 0: evidence that belongs to no case yet. */
struct case_evidence {
    const char *path, *name, *origin; /* origin: where it came from, "run 7 ws-fin-01 collect" */
    char sha256[65];                  /* out */
    uint64_t size;                    /* out */
};
int case_evidence_add(struct store *s, const struct actor *who, int64_t id,
    struct case_evidence *evidence, struct act_result *r, struct err *e);

/* One line of a case's story, oldest first. Text is raw: sanitise on the way out. */
struct case_entry {
    int64_t time, id;
    const char *kind; /* note alert event task ioc evidence act containment */
    const char *who, *text, *detail, *uid;
    int severity; /* -1: none */
    bool done;    /* tasks */
};
typedef int case_sink(void *owner, const struct case_entry *entry);
int case_each(struct store *s, int64_t id, case_sink *sink, void *owner, struct err *e);
int alert_notes_each(struct store *s, int64_t alert, case_sink *sink, void *owner, struct err *e);

/* Contract of an export: markdown, html, json, csv, stix as built (cases/exporters_table.c). */
struct exporter {
    const char *name, *extension, *help;
    int (*write)(struct store *s, int64_t case_id, struct str *out, struct err *e);
};
extern const struct exporter exporters[];               /* ends with a NULL name */
const struct exporter *exporter_find(const char *name); /* md is markdown */

#endif
