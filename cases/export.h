/* What the exporters share. Text from outside reaches an export only through core/escape or
 * str_json. */
#ifndef HINOMI_CASES_EXPORT_H
#define HINOMI_CASES_EXPORT_H

#include "cases/case_file.h"
#include "core/record.h"

int export_markdown(struct store *s, int64_t case_id, struct str *out, struct err *e);
int export_html(struct store *s, int64_t case_id, struct str *out, struct err *e);
int export_json(struct store *s, int64_t case_id, struct str *out, struct err *e);
int export_csv(struct store *s, int64_t case_id, struct str *out, struct err *e);
int export_stix(struct store *s, int64_t case_id, struct str *out, struct err *e);

/* The alerts and the pinned events of a case, whole, oldest first. Sink non-zero stops. */
typedef int export_sink(void *owner, const struct record *r);
int export_alerts(struct store *s, int64_t case_id, export_sink *sink, void *owner, struct err *e);
int export_events(struct store *s, int64_t case_id, export_sink *sink, void *owner, struct err *e);

/* The entries of one kind only. */
struct export_kind {
    const char *kind;
    case_sink *sink;
    void *owner;
};
int export_each(struct store *s, int64_t case_id, const struct export_kind *kind, struct err *e);

#endif
