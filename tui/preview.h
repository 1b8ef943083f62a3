/* What is known of one alert: read whole by a job, drawn small under the queue and large on its own
 * page. Nine facts are always there: severity, what, host and tier, user, disposition, owner and
 * state, count and last seen, containment, how often the rule was right here. */
#ifndef HINOMI_TUI_PREVIEW_H
#define HINOMI_TUI_PREVIEW_H

#include "app/app.h"
#include "app/pivot.h"
#include "cases/alerts.h"
#include "tui/draw.h"

enum { PREVIEW_NOTES = 6, PREVIEW_RELATED = 6 };

struct preview_note {
    int64_t time;
    char who[40], text[400];
};

struct preview {
    int64_t id;            /* 0: empty */
    struct alert_page row; /* one row */
    struct batch record;   /* one record, raw included */
    struct pivot_tree lineage;
    struct alert_page related; /* of the same host, not itself */
    struct preview_note notes[PREVIEW_NOTES];
    size_t note_count;
    uint64_t rule_right, rule_judged;
    enum host_state host_state;
    int64_t host_state_since;
    char tier[32], run_by[40];
    bool host_protected;
};

int preview_load(struct app *a, struct store *s, int64_t id, struct preview *p, struct err *e);
void preview_release(struct preview *p);

struct preview_place {
    struct area area;
    int64_t now;
    bool utc;
};
/* The part under the queue; `compact`: 80 columns. */
void preview_draw(const struct preview *p, struct canvas *c, const struct preview_place *at);
void preview_draw_facts(const struct preview *p, struct canvas *c, const struct preview_place *at);
void preview_draw_lineage(const struct preview *p, struct canvas *c, struct area area);
void preview_draw_related(
    const struct preview *p, struct canvas *c, const struct preview_place *at);
void preview_draw_notes(const struct preview *p, struct canvas *c, const struct preview_place *at);

struct slice preview_field(const struct preview *p, enum field field);

#endif
