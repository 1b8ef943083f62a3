/* A view: what fills the screen between the top bar and the footer. draw is pure: state → canvas;
 * data come from jobs on the QUERY lane and arrive on the UI thread. */
#ifndef HINOMI_TUI_VIEW_H
#define HINOMI_TUI_VIEW_H

#include "tui/canvas.h"
#include "tui/commands.h"
#include "tui/list.h"

struct tui;
struct view;

/* What is under the cursor: pivots and acts work on it, whatever the view. Borrowed from the view.
 */
struct subject {
    int64_t alert, event, case_id;                               /* 0: none */
    int64_t pid, time;                                           /* -1, CLOCK_NONE */
    const char *host, *user, *rule, *source, *entity_id, *title; /* NULL or "": none */
};

struct view_key {
    int command;
    const char *label; /* in the footer, N_(); NULL: not there */
};

struct view_ops {
    const char *name; /* N_() */
    size_t state_size;
    const struct view_key *keys; /* its own commands, most needed first; ends with command -1 */
    int (*open)(struct view *v, const void *argument);
    void (*close)(struct view *v);
    void (*settle)(struct view *v); /* before a frame: asks for what is now needed */
    void (*draw)(struct view *v, struct canvas *c, struct area area);
    bool (*act)(struct view *v, int command, int count); /* false: it did nothing of its own */
    void (*changed)(struct view *v);                     /* the record moved, or a job ended */
    struct list *(*list)(struct view *v); /* the list that has the focus; may be NULL */
    void (*subject)(struct view *v, struct subject *out);
    const char *(*refuse)(struct view *v, int command);  /* why it cannot now, N_(); NULL: it can */
    void (*bar)(struct view *v, char *out, size_t size); /* middle of the top bar */
    void (*back)(struct view *v, bool *handled); /* Esc: something of its own to clear first */
};

struct view {
    const struct view_ops *ops;
    struct tui *tui;
    void *state;
    uint64_t serial;
    char crumb[80];
    int busy; /* jobs under way */
};

static inline struct subject subject_none(void)
{
    return (struct subject){.pid = -1, .time = INT64_MIN};
}

/* What views are opened with; strings are copied by the view. */
struct tree_argument {
    int64_t alert, pid, time; /* 0, -1, CLOCK_NONE: not known */
    const char *host, *entity_id;
};
struct timeline_argument {
    const char *host;
    int64_t case_id, around; /* around: CLOCK_NONE: all there is */
};
struct raw_argument {
    int64_t alert, event;
};
struct plan_argument {
    const char *const *hosts;
    size_t host_count;
    const char *runbook, *parameters, *reason; /* parameters: "name=value …" as typed */
    int64_t alert, case_id;
};
/* view_alert, view_case, view_run: int64_t id; view_look: host's name; view_queue: query or NULL */

bool queue_folded(struct view *v);
/* Hosts of the marked rows, else of the current one, each once; borrowed. */
size_t queue_hosts(struct view *v, const char **hosts, size_t max);

extern const struct view_ops view_queue, view_alert, view_raw, view_tree, view_timeline, view_cases,
    view_case, view_plan, view_run, view_runs, view_look, view_sources, view_ledger;

#endif
