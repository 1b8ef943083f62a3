/* Every act on the record, as data: dispatched by both faces, listed in help, palette and
 * completion. */
#ifndef HINOMI_APP_ACTS_H
#define HINOMI_APP_ACTS_H

#include "app/app.h"
#include "core/command.h"
#include "core/query.h"

/* What an act works on: ids, or a query with the revision it was counted at. */
struct selection {
    const int64_t *ids;
    size_t count;
    const struct query *query; /* NULL: ids */
    int64_t revision;
};

struct act_arguments {
    const char *verdict, *reason, *assignee, *tag, *text, *until; /* as typed; NULL: not given */
    int64_t case_id;
};

/*  id, name, keys, help, needs, danger, arguments */
#define ACT_LIST(X)                                                                                \
    X(CLOSE, "close", "c", N_("close with a verdict and a reason, or reopen"),                     \
        NEEDS_WRITE | NEEDS_ALERT, DANGER_BULK,                                                    \
        "--verdict tp|benign|fp|duplicate|test --reason TEXT")                                     \
    X(OPEN, "open", NULL, N_("reopen"), NEEDS_WRITE | NEEDS_ALERT, DANGER_BULK, NULL)              \
    X(CLAIM, "claim", "a", N_("claim: acknowledge and assign to me"), NEEDS_WRITE | NEEDS_ALERT,   \
        DANGER_BULK, NULL)                                                                         \
    X(ASSIGN, "assign", "A", N_("assign to somebody"), NEEDS_WRITE | NEEDS_ALERT, DANGER_BULK,     \
        "--to NAME")                                                                               \
    X(SNOOZE, "snooze", "s", N_("hide until a time"), NEEDS_WRITE | NEEDS_ALERT, DANGER_BULK,      \
        "--until 4h --reason TEXT")                                                                \
    X(TAG, "tag", NULL, N_("add or remove (-word) a tag"), NEEDS_WRITE | NEEDS_ALERT, DANGER_BULK, \
        "WORD")                                                                                    \
    X(NOTE, "note", "n", N_("note in one line"), NEEDS_WRITE | NEEDS_SELECTION, DANGER_NONE,       \
        "-m TEXT")                                                                                 \
    X(UNDO, "undo", "u", N_("take back the last act"), NEEDS_WRITE, DANGER_NONE, "[N]")            \
    X(REDO, "redo", "U", N_("do it again"), NEEDS_WRITE, DANGER_NONE, NULL)

enum act {
#define ACT_ID(id, ...) ACT_##id,
    ACT_LIST(ACT_ID)
#undef ACT_ID
        ACT_COUNT
};

extern const struct command act_commands[ACT_COUNT];

/* Runs it. Under --read-only: ERR_DENIED. result.failures names what was left. */
int act_run(struct app *a, struct store *s, enum act act, const struct selection *on,
    const struct act_arguments *arguments, struct act_result *result, struct err *e);

#endif
