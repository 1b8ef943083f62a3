/* The state of the workstation: stack of views, pop-up, message, keys typed so far. UI thread only.
 */
#ifndef HINOMI_TUI_DESK_H
#define HINOMI_TUI_DESK_H

#include "app/ingest.h"
#include "app/watch.h"
#include "core/clock.h"
#include "core/work.h"
#include "tui/keymap.h"
#include "tui/popup.h"
#include "tui/theme.h"
#include "tui/tui.h"
#include "tui/view.h"

enum { VIEWS_MAX = 24, MESSAGE_SECONDS = 6, POOL_STORES = 8 };

struct run_brief {
    int64_t id, done, total;
};

/* What bars show; read by a job now and then. */
struct desk_status {
    struct source_list sources;
    uint64_t open[5], total;
    struct run_brief run; /* the newest that runs; id 0: none */
    uint64_t waiting;     /* write-backs to sources not sent yet */
    bool loaded;
};

struct last_triage {
    bool known;
    enum act act;
    char *verdict, *reason, *assignee, *until;
};

struct tui {
    struct app *app;
    const struct tui_options *options;
    int sync_fd;        /* tests: where idle lines go; -1: nowhere */
    const char *notice; /* at the left of the top bar ("PRACTICE RANGE"); NULL: none */
    struct work *work;
    struct watch *watching;
    struct store *store; /* asked only whether the record moved */
    uint64_t version;
    struct input *input;
    struct canvas canvas;
    struct theme *theme;
    size_t theme_index;
    struct keymap keymap;
    struct view *views[VIEWS_MAX];
    size_t depth;
    uint64_t serial;
    struct popup popup;
    struct key_sequence typed;
    int count;
    int64_t typed_at; /* a lone digit waits: a count, or a saved view? CLOCK_NONE: none waits */
    char message[400];
    enum role message_role;
    int64_t message_until; /* monotonic */
    struct desk_status status;
    int64_t status_at; /* monotonic: when it was last asked for */
    bool touched;      /* a key was pressed: from now on the cursor is the analyst's */
    bool asking;       /* a job is about to open a pop-up: keys wait for it */
    bool status_busy, utc, mouse, quit, dirty, focused, quit_asked;
    int busy;    /* jobs of views and acts under way */
    int64_t now; /* wall time of this frame */
    struct last_triage last;
    char verdict[16], reason[240]; /* of the last close: what `e` uses */
    int64_t recent_cases[3];
    int64_t *pending; /* ids whose act is not committed yet */
    size_t pending_count, pending_capacity;
    struct str yank; /* internal register */
    _Atomic(struct store *) pool[POOL_STORES];
};

/* Opens a view on top; `argument` is the kind's own and only borrowed. */
struct view *desk_open(struct tui *t, const struct view_ops *ops, const void *argument);
void desk_close_top(struct tui *t);
struct view *desk_top(const struct tui *t);
struct view *desk_find(const struct tui *t, uint64_t serial); /* NULL: it is gone */
/* Back to the first view (the queue), or to one of that kind if it is open. */
bool desk_return_to(struct tui *t, const struct view_ops *ops);

void desk_say(struct tui *t, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void desk_fail(struct tui *t, const struct err *e);

struct subject desk_subject(const struct tui *t);
/* Why a command cannot act now, N_(); NULL: it can. */
const char *desk_refusal(struct tui *t, int command);
/* Commands that work in the top view: its own, then those of every view. -1 ends. */
void desk_commands(const struct tui *t, int out[COMMAND_COUNT + 1]);

bool desk_pending(const struct tui *t, int64_t id);
void desk_pending_add(struct tui *t, const int64_t *ids, size_t n);
void desk_pending_remove(struct tui *t, const int64_t *ids, size_t n);

/* A job that reads or writes the record. `run` is on a lane's thread and touches only the job and
 * the store; `done` is on the UI thread and not called when its view is gone. */
struct desk_job {
    struct job job;
    struct tui *tui;
    uint64_t view; /* serial; 0: belongs to no view */
    _Atomic(struct store *) store;
    int result;
    struct err err;
    int (*run)(struct desk_job *j, struct app *a, struct store *s, struct err *e);
    void (*done)(struct tui *t, struct view *v, struct desk_job *j); /* v NULL: no view's */
    void (*release)(struct desk_job *j); /* what it owns, not itself; may be NULL */
    bool quiet;                          /* does not hold the screen back from being "settled" */
};
void desk_submit(struct tui *t, enum work_lane lane, struct desk_job *j);
void desk_pool_close(struct tui *t);

/* One key or paste; one frame. */
void dispatch_event(struct tui *t, const struct input_event *event);
void dispatch_command(struct tui *t, int command, int count);
void dispatch_timeout(struct tui *t);
bool dispatch_waiting(const struct tui *t); /* a digit or a prefix is half typed and a clock runs */
void frame_draw(struct tui *t);

/* acts.c: triage on the selection; pivots.c: views from the subject; copy.c. */
bool acts_command(struct tui *t, int command);
bool pivots_command(struct tui *t, int command);
void acts_run(struct tui *t, enum act act, const struct act_arguments *arguments);
void contain_menu(struct tui *t);
void copy_subject(struct tui *t, bool defanged);
void note_in_editor(struct tui *t);
void case_menu(struct tui *t);
void case_new_prompt(struct tui *t);

/* intake.c */
void intake_start(struct tui *t);
void intake_tick(struct tui *t);
void intake_now(struct tui *t);
void status_refresh(struct tui *t);

#endif
